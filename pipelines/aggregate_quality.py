"""Rows of released_quality: how far the scorer, the readers, a second reader and the screen can be trusted."""

from __future__ import annotations

from collections.abc import Iterator

from pipelines.aggregate_corrected import expected_errors
from pipelines.aggregate_rates import Material, Row, blunted, readers_of
from pipelines.as_of_units import screen_of
from pipelines.disclosure import clears, coarse
from pipelines.disclosure_words import NOT_VALIDATED
from pipelines.intervals import poisson
from schemas.labels import LABELS
from schemas.quality import Estimate, LabelQuality, Quality
from schemas.released import QUALITY


def quality_rows(material: Material, rates: list[Row]) -> Iterator[Row]:
    """The rows of released_quality: the card's figures, the errors corrected by, and what the trial says of the screen.

    Recall and false-positive rate are given twice: as measured, and as the correction takes them, which differ much.
    """
    for label in map(str, LABELS):
        base: Row = {"release": material.release, "label": label}
        yield from quality_figures(material.release, label, material.quality)
        screen = base | {"measure": "screen_missed", "basis": "this_trial", **_screen(material, label, rates)}
        yield screen | {"as_of": material.hold.stamp(screen_of(label), QUALITY, screen)}
        by_others = _byreaders_of(material, label, rates) | _by_second_reader(material, label, rates)
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


def _byreaders_of(material: Material, label: str, rates: list[Row]) -> dict[str, Estimate]:
    """Per conversation, by what readers found: precision, recall, and how far two of them agree. Nothing where nobody
    read, or too few conversations of the kind."""
    row = next(r for r in rates if r["label"] == label and r["dimension"] == "all")
    read, nothing = readers_of(material, label, flagged=True), Estimate()
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
