"""Rows of released_turn_rates: of the turns that the model generated in scored conversations, the share flagged."""

from __future__ import annotations

from decimal import ROUND_FLOOR

from pipelines.aggregate_cells import Key
from pipelines.aggregate_corrected import correct
from pipelines.aggregate_rates import Material, Row, blunted, lost_to_screen, values_of
from pipelines.as_of_units import turns_of
from pipelines.disclosure import blunt, clears, hide
from pipelines.disclosure_turns import Claim, showable
from pipelines.intervals import design_effect, effective_size, wilson
from schemas.labels import LABELS
from schemas.quality import Estimate, LabelQuality
from schemas.released import TURN_DIMENSIONS, TURN_RATES

ONE_TURN = {1.0: 1.0}
"""The mix of turns that makes `correct` the correction of single turns: no length matters to it."""


def turn_rows(material: Material, rates: list[Row]) -> list[Row]:
    """The rows of released_turn_rates, every label. rates: the rows of released_rates.

    A rate of turns is shown where that of conversations is, where enough users and none too much stand behind turns,
    flagged and other ones, and where it gives no hidden count away.
    """
    keys: list[Key] = [
        ("turns", str(label), dimension, value)
        for label in LABELS
        for dimension in TURN_DIMENSIONS
        for value in values_of(material, dimension)
    ]
    of_conversations = {(row["label"], row["dimension"], row["value"]): row["rate"] for row in rates}
    keys = [key for key in keys if material.hold.fresh(turns_of(key[1]))]
    open_to = [key for key in keys if of_conversations.get(key[1:]) is not None]
    claims = {key: claim for key in open_to if (claim := _claim(material, key)) is not None}
    shown = showable(material.cells, material.splits, material.plan, claims, material.policy)
    rows: list[Row] = []
    for key in keys:
        _, label, dimension, value = key
        row: Row = {"release": material.release, "label": label, "dimension": dimension, "value": value}
        row = hide(row | {"corrected_status": "suppressed"}, TURN_RATES)
        if key in shown:
            # The screen is taken to lose the same share of flagged turns as of flagged conversations.
            lost = lost_to_screen(material, label, rates) / of_conversations[key[1:]]
            row |= _figures(shown[key], material.quality.of(label, dimension, value), lost)
        rows.append(row)
    moved = {key[1] for key in keys}
    return rows + [row for row in material.hold.left(TURN_RATES, rows) if row["label"] not in moved]


def _claim(material: Material, key: Key) -> Claim | None:
    """The rate and its effective size as they would be released, None where they may not be by themselves."""
    cell, policy = material.cell(*key), material.policy
    if not material.shows("rates", *key[1:]):
        return None
    if not all(clears(support, policy) for support in (cell.whole, cell.hits, cell.rest)):
        return None
    effect = design_effect(
        cell.flagged, cell.conversations, cell.users, cell.squares, cell.products, cell.total_squares
    )
    rate = blunt(cell.flagged / cell.conversations)
    size = blunt(effective_size(cell.conversations, effect, cell.users), ROUND_FLOOR)
    return None if rate is None or size is None else Claim(rate, size)


def _figures(claim: Claim, quality: LabelQuality, lost: float) -> Row:
    """Everything but rate and size follows from the two as they are released. lost: flagged turns that the screen lost,
    as a multiple of those found."""
    ends = wilson(claim.rate, claim.size)
    _, low, high = blunted(Estimate(claim.rate, *ends))
    found = correct(claim.rate, claim.size, ONE_TURN, quality, lost * claim.rate)
    value, corrected_low, corrected_high = blunted(found)
    return {
        "size": claim.size,
        "rate": claim.rate,
        "rate_low": low,
        "rate_high": high,
        "corrected": value,
        "corrected_low": corrected_low,
        "corrected_high": corrected_high,
        "corrected_status": found.status,
        "status": "shown",
        "reason": "",
    }
