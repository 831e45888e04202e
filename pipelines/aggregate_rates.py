"""Rows of released_rates: counts from the plan's cells, every other figure from what those rows show."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, ROUND_FLOOR
from typing import Any

from pipelines.adjudicate import Adjudication
from pipelines.aggregate_cells import Cell, Key
from pipelines.aggregate_corrected import TURNS, Corrected, correct, expected_errors, turn_mix
from pipelines.as_of import Hold
from pipelines.as_of_units import screen_of
from pipelines.disclosure import blunt, clears, coarse, hide, rounded
from pipelines.disclosure_plan import POOL, Plan
from pipelines.disclosure_words import NOT_VALIDATED
from pipelines.intervals import design_effect, effective_size, poisson, wilson
from pipelines.second_reader import SecondReading
from schemas.labels import LABELS, SITUATIONS
from schemas.policy import DisclosurePolicy
from schemas.quality import Estimate, LabelQuality, Quality
from schemas.released import DIMENSIONS, LENGTHS, QUALITY, RATES

Row = dict[str, Any]


@dataclass(frozen=True)
class Material:
    """What the rows of a release are made from.

    cells: exact. splits: by dimension, the values that occur. screen_share: share (0 to 1) of the conversations whose
    screened-out turns were scored all the same, None where it is not known. sampled_share: of those whose passage was
    drawn for the lift of clusters. hold: what earlier releases of the trial hold of this one; settled.
    """

    release: str
    cells: Mapping[Key, Cell]
    splits: Mapping[str, tuple[str, ...]]
    plan: Plan
    policy: DisclosurePolicy
    quality: Quality
    screen_share: float | None
    read: Adjudication | None = None
    second: SecondReading | None = None
    sampled_share: float | None = None
    hold: Hold = field(default_factory=Hold)

    def cell(self, table: str, label: str, dimension: str, value: str) -> Cell:
        """The exact cell, an empty one where nothing was counted."""
        return self.cells.get((table, label, dimension, value), Cell())

    def round(self, count: int) -> int:
        """`count` as it is released."""
        return rounded(count, self.policy)

    def shows(self, table: str, label: str, dimension: str, value: str) -> bool:
        """True where the numerator of the cell is shown."""
        return (table, label, dimension, value) in self.plan.numerators


def values_of(material: Material, dimension: str) -> tuple[str, ...]:
    """The values of a dimension that have a row: closed lists whole, so that a row says nothing; a pool always."""
    if dimension == "all":
        return ("all",)
    if dimension == "situation":
        return tuple(str(code) for code in SITUATIONS)
    if dimension == "length":
        return LENGTHS
    pool = "other languages" if dimension == "language" else POOL
    return tuple(dict.fromkeys((*material.splits[dimension], pool)))


def rate_rows(material: Material) -> list[Row]:
    """The rows of released_rates, every label and dimension."""
    made = [
        (("rates", str(label), dimension, value), _counts(material, str(label), dimension, value))
        for label in LABELS
        for dimension in DIMENSIONS
        for value in values_of(material, dimension)
    ]
    counts = material.hold.rows(RATES, made)
    return [row if row.get("as_of") else _figures(material, row, counts) for row in counts]


def _counts(material: Material, label: str, dimension: str, value: str) -> Row:
    row: Row = {"release": material.release, "label": label, "dimension": dimension, "value": value}
    row |= {"corrected_status": "suppressed"}
    if (dimension, value) not in material.plan.denominators:
        return hide(row, RATES)
    cell = material.cell("rates", label, dimension, value)
    row |= {"conversations": material.round(cell.conversations), "users": material.round(cell.users)}
    if not material.shows("rates", label, dimension, value):
        return hide(row, RATES, keep=("conversations", "users"))
    effect = design_effect(
        cell.flagged, cell.conversations, cell.users, cell.squares, cell.products, cell.total_squares
    )
    flagged = {"flagged": material.round(cell.flagged), "flagged_users": material.round(cell.flagged_users)}
    return row | flagged | {"design_effect": effect, "status": "shown", "reason": ""}


def _figures(material: Material, row: Row, counts: list[Row]) -> Row:
    """`row` with rate, interval and corrected rate, from released counts alone."""
    if row["status"] != "shown":
        return row
    share, size = rate_and_size(row)
    low, high = wilson(share, size)
    mix = {TURNS[row["value"]]: 1.0} if row["dimension"] == "length" else _mix(counts, row["label"])
    lost = lost_to_screen(material, row["label"], counts)
    if row["dimension"] == "all" and (read := _readers(material, row["label"], flagged=False)) is not None:
        effect = read.design_effect(row["label"], row["design_effect"])
        found = read.rate(row["label"], effective_size(row["conversations"], effect, row["users"]))
        found = Corrected(found.status, *blunted(found))
    else:
        known = material.quality.of(row["label"], row["dimension"], row["value"])
        found = correct(share, size, mix, known, lost)
    return row | {
        "rate": coarse(share),
        "rate_low": coarse(low),
        "rate_high": coarse(high),
        "corrected": coarse(found.value),
        "corrected_low": coarse(found.low),
        "corrected_high": coarse(found.high),
        "corrected_status": found.status,
    }


def _readers(material: Material, label: str, flagged: bool) -> Adjudication | None:
    """What readers found, None unless those found, and those read and not found, clear the floors; `flagged`: both of
    the flagged alone."""
    read = material.read
    if read is None or not all(clears(read.support(label, found, flagged), material.policy) for found in (True, False)):
        return None
    return read


def blunted(found: Corrected | Estimate) -> tuple[float | None, ...]:
    """Value, lower and upper end of a figure that rests on few conversations, as released."""
    return blunt(found.value), blunt(found.low, ROUND_FLOOR), blunt(found.high, ROUND_CEILING)


def rate_and_size(row: Mapping[str, Any]) -> tuple[float, float]:
    """(rate, effective size) of a shown row of released_rates, from its rounded counts and design effect."""
    size = effective_size(row["conversations"], row["design_effect"], row["users"])
    return row["flagged"] / row["conversations"], size


def _mix(counts: list[Row], label: str) -> dict[float, float]:
    rows = {r["value"]: r["conversations"] for r in counts if r["label"] == label and r["dimension"] == "length"}
    total = next(r["conversations"] for r in counts if r["label"] == label and r["dimension"] == "all")
    return turn_mix({value: count for value, count in rows.items() if count is not None}, total or 0)


def lost_to_screen(material: Material, label: str, counts: list[Row]) -> float:
    """Share of the scored conversations that the screen lost, 0 unless the count behind it may be shown."""
    cell, share = material.cell("screen", label, "missed", "missed"), material.screen_share
    total = next(r["conversations"] for r in counts if r["label"] == label and r["dimension"] == "all")
    if not share or not total or not clears(cell.whole, material.policy):
        return 0.0
    return min(1.0, material.round(cell.conversations) / share / float(total))


def quality_rows(material: Material, rates: list[Row]) -> Iterator[Row]:
    """The rows of released_quality: the card's figures, the errors corrected by, and what the trial says of the screen.

    Recall and false-positive rate are given twice: as measured, and as the correction takes them, which differ much.
    """
    for label in map(str, LABELS):
        base: Row = {"release": material.release, "label": label}
        yield from quality_figures(material.release, label, material.quality)
        screen = base | {"measure": "screen_missed", "basis": "this_trial", **_screen(material, label, rates)}
        yield screen | {"as_of": material.hold.stamp(screen_of(label), QUALITY, screen)}
        by_others = _by_readers(material, label, rates) | _by_second_reader(material, label, rates)
        for name, figure in by_others.items():
            ends = {"low": coarse(figure.low), "high": coarse(figure.high)}
            yield base | {"measure": name, "basis": "this_trial", "figure": coarse(figure.value), **ends}


def quality_figures(release: str, label: str, quality: Quality) -> Iterator[Row]:
    """Rows of released_quality that rest on the scorer's card alone."""
    found = quality.labels.get(label, LabelQuality())
    base: Row = {"release": release, "label": label}
    basis = found.basis if found.measured else NOT_VALIDATED
    yield base | {"measure": "threshold", "figure": coarse(found.threshold), "low": None, "high": None, "basis": basis}
    recall, alarm = expected_errors(found)
    figures = {
        "recall": found.recall,
        "recall_new_source": recall,
        "false_positive_rate": found.false_positive_rate,
        "false_positive_rate_new_source": alarm,
        "precision": found.precision,
        "average_precision": found.average_precision,
    }
    for name, figure in figures.items():
        ends = {"low": coarse(figure.low), "high": coarse(figure.high)}
        basis = NOT_VALIDATED if figure.value is None else found.basis
        yield base | {"measure": name, "figure": coarse(figure.value), **ends, "basis": basis}


def _by_readers(material: Material, label: str, rates: list[Row]) -> dict[str, Estimate]:
    """Per conversation, by what readers found: precision, recall, and how far two of them agree. Nothing where nobody
    read, or too few conversations of the kind."""
    row = next(r for r in rates if r["label"] == label and r["dimension"] == "all")
    read, nothing = _readers(material, label, flagged=True), Estimate()
    if read is None or row["status"] != "shown":
        return {"reader_precision": nothing, "reader_recall": nothing, "reader_agreement": nothing}
    figures = {
        "reader_precision": read.precision(label),
        "reader_recall": read.recall(label),
        "reader_agreement": Estimate(read.agreement[label]),
    }
    return {name: Estimate(*blunted(figure)) for name, figure in figures.items()}


def _by_second_reader(material: Material, label: str, rates: list[Row]) -> dict[str, Estimate]:
    """Per flagged conversation, by what a second reader said: how far it agrees, and how often it answered.

    Both sides of a share must clear the floors. Where fewer than that got no answer, only a lower end is told: that of
    one under the floor, whatever their number is.
    """
    row = next(r for r in rates if r["label"] == label and r["dimension"] == "all")
    second, policy = material.second, material.policy
    agreement, answered = Estimate(), Estimate()
    if second is not None and row["status"] == "shown" and second.enough(label):
        if all(clears(second.support(label, confirmed), policy) for confirmed in (True, False)):
            agreement = Estimate(*blunted(second.agreement(label)))
        given, none = second.support(label, True, False), second.support(label, None)
        if clears(given, policy) and clears(none, policy):
            answered = Estimate(*blunted(second.answered(label)))
        elif clears(given, policy) and none.conversations < policy.min_conversations:
            most = (policy.min_conversations - 1) / material.round(given.conversations + none.conversations)
            answered = Estimate(*blunted(Estimate(low=max(0.0, 1 - most))))
    return {"second_reader_agreement": agreement, "second_reader_answered": answered}


def _screen(material: Material, label: str, rates: list[Row]) -> Row:
    """Share of the conversations to be flagged that the screen lost.

    Where the sampled conversations behind it do not clear the floors, only an upper end: that of one under the floor,
    whatever their number is.
    """
    row = next(r for r in rates if r["label"] == label and r["dimension"] == "all")
    share, nothing = material.screen_share, {"figure": None, "low": None, "high": None}
    if not share or row["flagged"] is None:
        return nothing
    cell, flagged = material.cell("screen", label, "missed", "missed"), float(row["flagged"])
    if not clears(cell.whole, material.policy):
        most = poisson(material.policy.min_conversations - 1)[1] / share
        return nothing | {"high": coarse(most / (most + flagged))}
    found = material.round(cell.conversations) / share
    low, high = (ends / share for ends in poisson(material.round(cell.conversations)))
    ends = {"low": coarse(low / (low + flagged)), "high": coarse(high / (high + flagged))}
    return ends | {"figure": coarse(found / (found + flagged))}
