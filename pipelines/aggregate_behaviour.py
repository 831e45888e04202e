"""Rows of released_behaviour: what the model does beside what it expresses, as shares of conversations."""

from __future__ import annotations

from collections.abc import Iterator

from pipelines.aggregate_cells import Cell, Key
from pipelines.aggregate_rates import Material, Row
from pipelines.aggregate_shares import Rates, share_figures, shown_share
from pipelines.disclosure import hide
from pipelines.intervals import design_effect
from schemas.labels import LABELS, Label
from schemas.released_runs import AMONG, BEHAVIOUR, BEHAVIOURS


def behaviour_rows(material: Material, rates: Rates) -> list[Row]:
    """One row a behaviour and kind of conversation. rates: the rows of released_rates.

    Like a situation's: among all where those with and without the behaviour clear the floors; among the flagged, and
    among those that are not, where all four parts do.
    """
    return material.hold.rows(BEHAVIOUR, _behaviours(material, rates))


def _behaviours(material: Material, rates: Rates) -> Iterator[tuple[Key, Row]]:
    for name in BEHAVIOURS:
        for among in AMONG:
            row: Row = {"release": material.release, "behaviour": name, "among": among}
            key = ("behaviour", "", "all", name) if among == "all" else ("rates", _label(among), "behaviour", name)
            yield key, hide(row, BEHAVIOUR) | _figures(material, rates, name, among)


def _label(among: str) -> str:
    """The label whose counts the conversations are told apart by."""
    return str(LABELS[0] if among == "all" else Label.DISTRESS if among == "no_distress" else among)


def _figures(material: Material, rates: Rates, name: str, among: str) -> Row:
    """The figures that may be shown, none where they may not."""
    label = _label(among)
    key = ("rates", label, "behaviour", name)
    shown = ("behaviour", name) in material.plan.denominators if among == "all" else material.shows(*key)
    if not shown:
        return {}
    if among in map(str, LABELS):
        figures = share_figures(material, rates, label, material.cell(*key))
        return {"conversations": figures.pop("flagged"), **figures}
    whole, row = material.cell("rates", label, "all", "all"), rates[label, "all", "all"]
    left = whole if among == "all" else _unflagged(whole)
    total = row["conversations"] - (0 if among == "all" else row["flagged"])
    if total <= 0:  # by coarse rounding alone
        return {}
    return _share(material, material.cell("behaviour", "", among, name), left, float(total), row["users"])


def _unflagged(whole: Cell) -> Cell:
    """The conversations of a cell that are not flagged, as far as a design effect asks for them."""
    squares = whole.total_squares - 2 * whole.products + whole.squares
    return Cell(conversations=whole.conversations - whole.flagged, users=whole.rest_users, total_squares=squares)


def _share(material: Material, cell: Cell, whole: Cell, total: float, users: int) -> Row:
    """total, users: as released; the share and its interval follow from them and the rounded count."""
    effect = design_effect(
        cell.flagged, whole.conversations, whole.users, cell.squares, cell.base_products, whole.total_squares
    )
    return {"conversations": material.round(cell.flagged)} | shown_share(material, cell, effect, total, users)
