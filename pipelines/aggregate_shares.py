"""Rows of released_triggers, released_dynamics and released_coverage."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pipelines.aggregate_cells import Cell, Key
from pipelines.aggregate_rates import Material, Row, rate_and_size
from pipelines.disclosure import clears, coarse, hide
from pipelines.disclosure_plan import DYNAMICS_VALUES, dynamics_cell, measures
from pipelines.disclosure_words import OTHER_LANGUAGES, TRIGGERS
from pipelines.intervals import design_effect, effective_size, lift, wilson
from schemas.labels import LABELS
from schemas.released import COVERAGE, DYNAMICS
from schemas.released import TRIGGERS as TRIGGER_TABLE
from schemas.row_level import NOT_SCORED

Rates = Mapping[tuple[str, str, str], Row]
"""Rows of released_rates by (label, dimension, value)."""


def share_figures(material: Material, rates: Rates, label: str, cell: Cell) -> Row:
    """flagged, users, design_effect and share of a shown part of the label's flagged conversations.

    The design effect is exact before it is rounded up; share and interval follow from rounded counts.
    """
    total, whole = material.cell("rates", label, "all", "all"), rates[label, "all", "all"]
    effect = design_effect(
        cell.flagged, total.flagged, total.flagged_users, cell.squares, cell.base_products, total.squares
    )
    return {"flagged": material.round(cell.flagged)} | shown_share(
        material, cell, effect, whole["flagged"], whole["flagged_users"]
    )


def shown_share(material: Material, cell: Cell, effect: float, total: float, users: int) -> Row:
    """users, share and interval of a shown row, from rounded counts. total, users: as released, of what it is a share
    of. effect: rounded design effect."""
    share = min(1.0, material.round(cell.flagged) / total)
    low, high = wilson(share, effective_size(total, effect, users))
    return {
        "users": material.round(cell.flagged_users),
        "design_effect": effect,
        "share": coarse(share),
        "share_low": coarse(low),
        "share_high": coarse(high),
        "status": "shown",
        "reason": "",
    }


def trigger_rows(material: Material, rates: Rates) -> list[Row]:
    """One row a label and trigger; rate and lift from the released rates of the situation of that name."""
    return material.hold.rows(TRIGGER_TABLE, _triggers(material, rates))


def _triggers(material: Material, rates: Rates) -> Iterator[tuple[Key, Row]]:
    for label in map(str, LABELS):
        for trigger in TRIGGERS:
            row: Row = {"release": material.release, "label": label, "trigger": trigger}
            row = hide(row, TRIGGER_TABLE)
            if material.shows("triggers", label, "trigger", trigger):
                cell = material.cell("triggers", label, "trigger", trigger)
                row |= share_figures(material, rates, label, cell) | _situation(rates, label, trigger)
            yield ("triggers", label, "trigger", trigger), row


def _situation(rates: Rates, label: str, trigger: str) -> Row:
    """Rate among the conversations that hold the situation, and its lift over the whole trial's rate."""
    held, whole = rates.get((label, "situation", trigger)), rates[label, "all", "all"]
    if held is None or held["status"] != "shown" or held.get("as_of") != whole.get("as_of"):
        return {}  # hidden, or of another release than the whole trial's rate
    share, size = rate_and_size(held)
    outside, others = whole["flagged"] - held["flagged"], whole["conversations"] - held["conversations"]
    if others <= 0 or not 0 <= outside <= others:
        return {}
    rest_size = effective_size(others, whole["design_effect"], whole["users"])
    ratio, low, high = lift(share, size, held["conversations"] / whole["conversations"], outside / others, rest_size)
    return {
        "rate": held["rate"],
        "rate_low": held["rate_low"],
        "rate_high": held["rate_high"],
        "lift": coarse(ratio),
        "lift_low": coarse(low),
        "lift_high": coarse(high),
    }


def dynamics_rows(material: Material, rates: Rates) -> list[Row]:
    """One row a label, measure and value of its closed list."""
    return material.hold.rows(DYNAMICS, _dynamics(material, rates))


def _dynamics(material: Material, rates: Rates) -> Iterator[tuple[Key, Row]]:
    for label in map(str, LABELS):
        for measure in measures(label):
            for value in DYNAMICS_VALUES[measure]:
                row: Row = {"release": material.release, "label": label, "measure": measure, "value": value}
                row = hide(row, DYNAMICS)
                counted, shown = dynamics_cell(label, measure, value)
                if material.shows(*shown):
                    row |= share_figures(material, rates, label, material.cell(*counted))
                yield shown, row


def coverage_rows(material: Material, named: Mapping[str, tuple[str, ...]]) -> list[Row]:
    """What was looked at. named: values of each split of the population that stand by themselves."""
    return material.hold.rows(COVERAGE, _covered(material, named))


def _covered(material: Material, named: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[Key, Row]]:
    languages = [*named["language"], *named["unscored_language"], OTHER_LANGUAGES]
    values: dict[str, list[str]] = {
        "language": list(dict.fromkeys(languages)),
        "not_scored": [reason for reason in NOT_SCORED if reason],
        "user_id": ["present", "missing"],
    }
    for measure, listed in values.items():
        for value in listed:
            cell = material.cell("coverage", "", measure, value)
            row: dict[str, Any] = {"release": material.release, "measure": measure, "value": value}
            if clears(cell.whole, material.policy):
                count = material.round(cell.conversations)
                yield ("coverage", "", measure, value), row | {"conversations": count, "status": "shown", "reason": ""}
            else:
                yield ("coverage", "", measure, value), hide(row, COVERAGE)
