"""The figures that gates hold against their limits, each from released tables, or the reason why there is none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa

from schemas.labels import Label
from schemas.policy import DisclosurePolicy
from schemas.released import COVERAGE, QUALITY, RATES
from schemas.released_clusters import CLUSTER_CHANGES

Row = dict[str, Any]
Tables = Mapping[str, pa.Table]
_DISTRESS = str(Label.DISTRESS)
_FLOORS = ("min_conversations", "min_users", "max_user_share", "max_conversations_per_user",
           "max_cells_per_user", "max_terms_per_user", "max_turns_per_conversation", "round_to",
           "min_term_users")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Figure:
    """What is held against a limit, with the ends of its 95 % interval where it has one.

    reason: why there is no figure; with one, why the true figure may be larger, so that it cannot pass.
    """

    value: float | None = None
    low: float | None = None
    high: float | None = None
    reason: str = ""


def _rows(tables: Tables, name: str) -> list[Row]:
    return tables[name].to_pylist() if name in tables else []


def whole(tables: Tables) -> Row | None:
    """The row of the whole trial's distress in RATES."""
    found = [r for r in _rows(tables, RATES.name) if (r["label"], r["dimension"]) == (_DISTRESS, "all")]
    return found[0] if found else None


def distress_rate(tables: Tables) -> Figure:
    """The raw rate, as the corrected one cannot always be estimated."""
    row = whole(tables)
    if row is None or row["rate"] is None:
        return Figure(reason="suppressed")
    return Figure(row["rate"], row["rate_low"], row["rate_high"])


def distress_rise(comparison: pa.Table | None) -> Figure:
    """The difference of the raw rates."""
    if comparison is None:
        return Figure(reason="no_baseline")
    for row in _of_distress(comparison, "all"):
        return Figure(row["difference"], row["difference_low"], row["difference_high"])
    return Figure(reason="not_comparable")


def trigger_rise(comparison: pa.Table | None) -> Figure:
    """Of the triggers whose share is higher by the verdict, which allows for how many there are, the surest rise.

    Where there is none, the largest difference, whose lower end is then taken as 0 at most: it is no seen rise.
    """
    if comparison is None:
        return Figure(reason="no_baseline")
    rows = list(_of_distress(comparison, "trigger"))
    if not rows:
        return Figure(reason="not_comparable")
    higher = [row for row in rows if row["verdict"] == "higher"]
    row = max(higher or rows, key=lambda r: r["difference_low"] if higher else r["difference"])
    low = row["difference_low"] if higher else min(0.0, row["difference_low"])
    return Figure(row["difference"], low, row["difference_high"])


def _of_distress(comparison: pa.Table, dimension: str) -> Iterator[Row]:
    for row in comparison.to_pylist():
        if (row["label"], row["dimension"]) == (_DISTRESS, dimension) and row["difference"] is not None:
            yield row


def new_clusters(tables: Tables, comparison: pa.Table | None) -> Figure:
    """How many shown distress clusters are new. Where some cannot be compared, there may be more."""
    if comparison is None:
        return Figure(reason="no_baseline")
    rows = [row for row in _rows(tables, CLUSTER_CHANGES.name) if row["label"] == _DISTRESS]
    new = float(sum(row["change"] == "new" for row in rows))
    unclear = not rows or any(row["change"] == "not comparable" for row in rows)
    return Figure(new if new or not unclear else None, reason="not_comparable" if unclear else "")


def scorer(tables: Tables, label: str, measure: str) -> Figure:
    """Precision or recall: of this trial, by its readers, before that of the validation turns."""
    found = {r["measure"]: r for r in _rows(tables, QUALITY.name) if r["label"] == label}
    for name in (f"reader_{measure}", measure):
        row = found.get(name)
        if row is not None and row["figure"] is not None:
            return Figure(row["figure"], row["low"], row["high"])
    return Figure(reason="not_measured")


def screen_missed(tables: Tables) -> Figure:
    """The upper end alone: few are sampled, so the figure in the middle says little, and often there is none."""
    for row in _rows(tables, QUALITY.name):
        if (row["label"], row["measure"]) == (_DISTRESS, "screen_missed") and row["high"] is not None:
            return Figure(row["high"])
    return Figure(reason="not_measured")


def looked_at(tables: Tables) -> tuple[int | None, dict[str, int]]:
    """(scored conversations, not scored ones by reason), from released counts; a hidden reason counts nothing, as one
    that holds no conversation is hidden too."""
    row = whole(tables)
    missed = {
        r["value"]: int(r["conversations"] or 0) for r in _rows(tables, COVERAGE.name) if r["measure"] == "not_scored"
    }
    return None if row is None else row["conversations"], missed


def coverage(tables: Tables, reasons: tuple[str, ...] = ()) -> Figure:
    """Share of conversations that were not left out, for `reasons` or for any."""
    scored, missed = looked_at(tables)
    if not scored:
        return Figure(reason="suppressed")
    out = sum(count for reason, count in missed.items() if not reasons or reason in reasons)
    return Figure(1.0 - out / (scored + sum(missed.values())))


def suppressed_share(tables: Tables) -> Figure:
    """Share of suppressed rows over all tables that can hide rows."""
    states = [s for t in tables.values() if "status" in t.column_names for s in t.column("status").to_pylist()]
    return Figure(states.count("suppressed") / len(states)) if states else Figure(reason="not_measured")


def weaker_floors(policy: DisclosurePolicy) -> Figure:
    """How many floors and bounds protect less than the project's own."""
    own = DisclosurePolicy()
    pairs = [(name, getattr(policy, name), getattr(own, name)) for name in _FLOORS]
    return Figure(float(sum(now > usual if name.startswith("max_") else now < usual for name, now, usual in pairs)))


def age(tables: Tables, today: date | None) -> Figure:
    """Days from the last day of the newest shown week to `today`; a week that is not over is 0 days old."""
    rows = [r for r in _rows(tables, RATES.name) if r["dimension"] == "week" and r["conversations"] is not None]
    weeks = [r["value"] for r in rows if r["value"][:4].isdigit()]
    if today is None or not weeks:
        return Figure(reason="no_dates")
    year, _, week = max(weeks).partition("-W")
    return Figure(float(max(0, (today - date.fromisocalendar(int(year), int(week), 7)).days)))
