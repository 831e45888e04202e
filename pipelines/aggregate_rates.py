"""Rows of released_rates: counts from the plan's cells, every other figure from what those rows show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, ROUND_FLOOR
from typing import Any

from pipelines.adjudicate import Adjudication
from pipelines.aggregate_cells import Cell, Key
from pipelines.aggregate_corrected import TURNS, Corrected, correct, turn_mix
from pipelines.as_of import Hold
from pipelines.disclosure import blunt, clears, coarse, hide, rounded
from pipelines.disclosure_plan import POOL, Plan
from pipelines.intervals import design_effect, effective_size, wilson
from pipelines.second_reader import SecondReading
from schemas.labels import LABELS, SITUATIONS
from schemas.policy import DisclosurePolicy
from schemas.quality import Estimate, Quality
from schemas.released import DIMENSIONS, LENGTHS, RATES

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
    if row["dimension"] == "all" and (read := readers_of(material, row["label"], flagged=False)) is not None:
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


def readers_of(material: Material, label: str, flagged: bool) -> Adjudication | None:
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
