"""The disclosure gate: the one module through which anything reaches a released table.

`Support` says what stands behind a count and `clears` whether that may be shown; `rounded` is the only rounding of
counts. `release` makes the table and refuses whatever breaks a rule, whoever computed it: it trusts no stage.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context
from typing import Any

import pyarrow as pa

from pipelines.disclosure_words import misspelt
from schemas.errors import DisclosureError
from schemas.policy import DisclosurePolicy
from schemas.released import (
    CLUSTERS,
    COMPARISON,
    NOT_UNDER_DP,
    RATES,
    RELEASED,
    TERMS,
    TURN_RATES,
    UNDER_DP,
)
from schemas.released_columns import AS_OF
from schemas.table import Sensitivity, Table

Rows = list[dict[str, Any]]

DIGITS = 6
"""Decimals of every released share, rate and interval."""
TWO_DIGITS: dict[str, tuple[str, ...]] = {
    TURN_RATES.name: ("",),
    CLUSTERS.name: ("rate", "rate_low", "rate_high", "lift", "lift_low", "lift_high", "overlap", "found_again"),
}
"""Tables whose figures must not be finer than `blunt` makes them: all of them, or those that are listed."""
KEPT_WHERE_HIDDEN = {RATES.name: ("conversations", "users"), COMPARISON.name: ("rate", "baseline_rate")}
"""Figures that a suppressed row may carry: a denominator that is safe alone, the side that its own release shows."""


@dataclass(frozen=True, slots=True)
class Support:
    """What stands behind a count: conversations, distinct users, and `top`, the most conversations of one user."""

    conversations: int = 0
    users: int = 0
    top: int = 0


def clears(support: Support, policy: DisclosurePolicy) -> bool:
    """True where a count with this support may be shown by itself: both floors, and no user with too large a share."""
    return (
        support.conversations >= policy.min_conversations
        and support.users >= policy.min_users
        and support.top <= policy.max_user_share * support.conversations
    )


def together(parts: Sequence[Support]) -> Support:
    """The least favourable support that the union of disjoint sets of conversations can have.

    Users may be the same in all parts, and one user may be the largest in every part.
    """
    return Support(
        sum(part.conversations for part in parts),
        max((part.users for part in parts), default=0),
        sum(part.top for part in parts),
    )


def rounded(count: int, policy: DisclosurePolicy) -> int:
    """`count` to the nearest multiple of round_to, and at least to one: nothing shown reads as zero."""
    return max(policy.round_to, (2 * count + policy.round_to) // (2 * policy.round_to) * policy.round_to)


def gated_count(count: int, policy: DisclosurePolicy) -> int | None:
    """A count for the manifest: rounded, None under the floor.

    Only for counts that no released count can be subtracted from. The number of conversations read is not one of them:
    less those of the tables, it gives away the pools that were left out. Take aggregate.looked_at for it.
    """
    return rounded(count, policy) if count >= policy.min_conversations else None


def coarse(figure: float | None) -> float | None:
    """A share, rate or end of an interval as it is released."""
    return None if figure is None else round(figure, DIGITS) + 0.0


def blunt(figure: float | None, way: str = ROUND_HALF_EVEN) -> float | None:
    """A figure that no count may follow from, as it is released: two digits. way: rounding of the decimal module; the
    ends of an interval are rounded outwards, so that it still holds the figure."""
    # Ten decimals first: an end that is exact but for the arithmetic must not move.
    return None if figure is None else float(Context(prec=2, rounding=way).create_decimal_from_float(round(figure, 10)))


def hide(row: dict[str, Any], table: Table, reason: str = "floor", keep: Sequence[str] = ()) -> dict[str, Any]:
    """`row` with its status set to suppressed and every figure null, except those in `keep`."""
    blank = {c.name: None for c in table.columns if c.nullable and c.name not in keep}
    return row | blank | {"status": "suppressed", "reason": reason}


def fits(table: Table, row: dict[str, Any], policy: DisclosurePolicy) -> bool:
    """True where the counts of a row of an earlier release are such as `policy` lets out."""
    counts = [(row[c.name], _floor(table, c.name, policy)) for c in table.columns if pa.types.is_int64(c.type)]
    return all(n is None or (n >= rounded(least, policy) and n % policy.round_to == 0) for n, least in counts)


def release(table: Table, rows: Rows, policy: DisclosurePolicy) -> pa.Table:
    """`rows` as the released table, conformed and checked.

    Raises DisclosureError where the table is none of RELEASED, a column is too many, a string lies outside its closed
    vocabulary, a count is under its floor or not rounded, a figure is finer than DIGITS or not finite, or a suppressed
    row carries a figure, or under `dp` anything but UNDER_DP is shown; ContractError where a column is missing or has
    another type. Nothing is released then.
    """
    if table not in RELEASED or table.sensitivity is not Sensitivity.RELEASABLE:
        _refuse(table, "", "only the tables of schemas/released.py may leave", 1)
    if AS_OF.name in table.names:  # a row that says nothing of it is of this release
        rows = [{AS_OF.name: ""} | row for row in rows]
    extra = sum(not row.keys() <= set(table.names) for row in rows)
    _refuse(table, "", "rows hold columns that the table does not declare", extra)
    data = table.conform(pa.Table.from_pylist(rows, schema=table.arrow))
    for column in table.columns:
        values = data.column(column.name).to_pylist()
        if pa.types.is_string(column.type):
            _refuse(table, column.name, "words are outside the closed vocabulary", misspelt(table, column.name, data))
        elif pa.types.is_floating(column.type):
            _refuse(table, column.name, f"figures are not finite or finer than {DIGITS} decimals", _fine(values))
            if {"", column.name} & {*TWO_DIGITS.get(table.name, ())}:
                _refuse(table, column.name, "figures have more than two digits", sum(v != blunt(v) for v in values))
        elif pa.types.is_int64(column.type):
            least = rounded(_floor(table, column.name, policy), policy)
            bad = sum(v is not None and (v < least or v % policy.round_to != 0) for v in values)
            _refuse(table, column.name, f"counts are under {least} or no multiple of {policy.round_to}", bad)
    found = data.to_pylist()
    if "status" in table.names:
        _check_status(table, found, policy)
    if policy.policy == "dp":
        _check_dp(table, found)
    return data


def _refuse(table: Table, column: str, rule: str, cells: int) -> None:
    if cells:
        raise DisclosureError(
            f"table {table.name}{f', column {column}' if column else ''}: {rule} ({cells} cells). Nothing was released;"
            " the stage that made the table must be mended."
        )


def _fine(values: list[float | None]) -> int:
    return sum(v is not None and not (math.isfinite(v) and v == round(v, DIGITS)) for v in values)


def _floor(table: Table, column: str, policy: DisclosurePolicy) -> int:
    if table is TERMS:
        return policy.min_term_users
    return policy.min_users if column in ("users", "flagged_users") else policy.min_conversations


def _check_status(table: Table, rows: Rows, policy: DisclosurePolicy) -> None:
    kept = KEPT_WHERE_HIDDEN.get(table.name, ())
    figures = [c.name for c in table.columns if c.nullable and c.name not in kept]
    hidden = [row for row in rows if row["status"] == "suppressed"]
    _refuse(table, "", "suppressed rows carry figures", sum(any(row[f] is not None for f in figures) for row in hidden))
    unsaid = sum((row["status"] == "suppressed") != (row["reason"] != "") for row in rows)
    _refuse(table, "reason", "the reason does not go with the status", unsaid)
    counts = [c.name for c in table.columns if c.nullable and pa.types.is_int64(c.type)]
    if policy.policy == "dp":
        counts = [name for name in counts if name in UNDER_DP.get(table.name, ())]
    bare = sum(row["status"] == "shown" and any(row[name] is None for name in counts) for row in rows)
    _refuse(table, "status", "rows read as shown though a count is hidden", bare)


def _check_dp(table: Table, rows: Rows) -> None:
    """Refuses what is no count of users with noise, and does not follow from such counts."""
    allowed = UNDER_DP.get(table.name, ())
    if "status" in table.names:
        closed = [c.name for c in table.columns if c.nullable and c.name not in allowed]
        open_rows = sum(any(row[name] is not None for name in closed) for row in rows)
        _refuse(table, "", "figures may not leave under dp", open_rows)
        never = [row for row in rows if not allowed or row.get("dimension", "all") != "all"]
        wrong = sum(row["reason"] != NOT_UNDER_DP for row in never)
        _refuse(table, "reason", f"rows that may not leave under dp do not read `{NOT_UNDER_DP}`", wrong)
    elif "basis" in table.names:
        _refuse(table, "basis", "figures of this trial", sum(row["basis"] == "this_trial" for row in rows))
