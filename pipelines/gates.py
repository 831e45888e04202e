"""gates: does a candidate hold what the policy asks? From released tables, and one share of the input's records."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from pipelines.disclosure import coarse, release
from schemas.labels import Label
from schemas.policy import DisclosurePolicy, GatePolicy
from schemas.released import COVERAGE, GATES, RATES

Row = dict[str, Any]
_STEP = 0.01
"""Least step to which the share of malformed records is rounded up."""


def gates(
    tables: Mapping[str, pa.Table],
    comparison: pa.Table | None,
    policy: GatePolicy,
    malformed_share: float,
    disclosure: DisclosurePolicy | None = None,
) -> pa.Table:
    """GATES: one row a gate, with the figure that was held against the limit.

    tables: released tables by name (released_rates, released_coverage). comparison: COMPARISON, None without a
    baseline. malformed_share: exact share (0 to 1) of the input's records that were quarantined; it decides the gate
    exactly, and is released in steps from which no number of records under the floor can be read. disclosure: of the
    release, the default where None. A gate whose figure is hidden or does not exist is `not applicable`: it stops
    nothing.
    """
    disclosure = disclosure or DisclosurePolicy()
    rates = {(r["label"], r["dimension"]): r for r in tables[RATES.name].to_pylist() if r["dimension"] == "all"}
    whole: Row | None = rates.get((str(Label.DISTRESS), "all"))
    coverage = tables[COVERAGE.name].to_pylist()
    name = str(tables[RATES.name].column("release")[0].as_py())
    figures = (
        ("max_distress_rate", None if whole is None else whole["rate"], policy.max_distress_rate),
        ("max_distress_rise", _rise(comparison), policy.max_distress_rise),
        ("min_scored_share", _scored_share(whole, coverage), policy.min_scored_share),
    )
    rows = [_row(name, gate, figure, limit, figure) for gate, figure, limit in figures]
    limit = policy.max_malformed_share
    shown = _coarse_share(malformed_share, limit, _total(whole, coverage), disclosure)
    rows.append(_row(name, "max_malformed_share", malformed_share, limit, shown))
    return release(GATES, rows, disclosure)


def passed(table: pa.Table) -> bool:
    """True where no gate of GATES failed."""
    return "failed" not in table.column("outcome").to_pylist()


def _row(name: str, gate: str, figure: float | None, limit: float, shown: float | None) -> Row:
    row: Row = {"release": name, "gate": gate, "figure": coarse(shown), "bound": coarse(limit)}
    if figure is None:
        return row | {"outcome": "not applicable"}
    holds = figure >= limit if gate.startswith("min_") else figure <= limit
    return row | {"outcome": "passed" if holds else "failed"}


def _rise(comparison: pa.Table | None) -> float | None:
    """The rise of the raw distress rate over the baseline: the difference itself, not an end of its interval."""
    if comparison is None:
        return None
    for row in comparison.to_pylist():
        if (row["label"], row["dimension"]) == (Label.DISTRESS, "all"):
            figure: float | None = row["difference"]
            return figure
    return None


def _scored_share(whole: Row | None, coverage: list[Row]) -> float | None:
    """Scored conversations over all of them, from released counts; a hidden reason counts nothing."""
    total = _total(whole, coverage)
    return None if whole is None or not total else (whole["conversations"] or 0) / total


def _total(whole: Row | None, coverage: list[Row]) -> int:
    scored = 0 if whole is None else whole["conversations"] or 0
    missed = sum(row["conversations"] or 0 for row in coverage if row["measure"] == "not_scored")
    return int(scored) + int(missed)


def _coarse_share(share: float, limit: float, total: int, policy: DisclosurePolicy) -> float | None:
    """`share` rounded up to a step that holds at least the floor of conversations, but not past a limit that it keeps.

    A share of nothing reads as one step, like that of a few records. Null where a step is larger than the limit.
    """
    step = max(_STEP, policy.min_conversations / total) if total else 1.0
    if step > limit:
        return None
    up = min(1.0, max(1, math.ceil(share / step - 1e-9)) * step)
    return min(up, limit) if share <= limit else up
