"""What a report refuses to print: tables that break their contract, or hidden rows that still carry a figure."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from schemas.errors import ContractError, DisclosureError
from schemas.labels import LABELS
from schemas.policy_gate import GATE_NAMES, GATE_REASONS, OUTCOMES
from schemas.release import ReleaseManifest
from schemas.released import (
    COMPARISON,
    DIMENSIONS,
    GATES,
    MEASURES,
    RATES,
    REASONS,
    RELEASED,
    STATUSES,
    TURN_DIMENSIONS,
    TURN_RATES,
)
from schemas.released_adjusted import ADJUSTED, ADJUSTED_FOR, BASES, VERDICTS, WARNINGS
from schemas.released_clusters import CHANGES, CLUSTER_CHANGES, MATCHES
from schemas.released_runs import AMONG, BEHAVIOURS
from schemas.table import Table

Rows = list[dict[str, Any]]

LEFT_IN_HIDDEN_ROWS = {
    "released_rates": ("conversations", "users"),
    "released_comparison": ("rate", "baseline_rate"),
}
"""Figures that a suppressed row may keep: a denominator that is safe alone, and the side that its own release shows."""

_CLOSED = {
    "label": tuple(str(label) for label in LABELS),
    "status": STATUSES,
    "reason": REASONS,
    "verdict": ("higher", "lower", "no difference seen", "not comparable"),
    "corrected_status": ("estimated", "adjudicated", "not estimable", "suppressed"),
    "change": CHANGES,
    "matched_by": MATCHES,
    "adjusted_for": ADJUSTED_FOR,
    "warning": WARNINGS,
    "behaviour": BEHAVIOURS,
    "among": AMONG,
    "outcome": OUTCOMES,
    "gate": GATE_NAMES,
}
_CLOSED_IN = {
    (RATES.name, "dimension"): DIMENSIONS,
    (TURN_RATES.name, "dimension"): TURN_DIMENSIONS,
    (COMPARISON.name, "dimension"): (*DIMENSIONS, "trigger"),
    (ADJUSTED.name, "basis"): BASES,
    (ADJUSTED.name, "verdict"): VERDICTS,
    ("released_dynamics", "measure"): MEASURES,
    (GATES.name, "reason"): GATE_REASONS,
}


def checked(tables: Mapping[str, pa.Table], manifest: ReleaseManifest) -> dict[str, pa.Table]:
    """Every released table by name, conformed and in the order of RELEASED.

    Raises ContractError where a table is missing, breaks its schema, is of another release or baseline, holds a figure
    that is not finite or a word outside its closed list; DisclosureError where a suppressed row carries a figure.
    """
    out: dict[str, pa.Table] = {}
    for table in RELEASED:
        if table.name not in tables:
            raise ContractError(f"table {table.name} is missing. A report needs every released table, empty or not.")
        data = table.conform(tables[table.name])
        _check_names(table, data, manifest)
        rows: Rows = data.to_pylist()
        _check_finite(table, rows)
        _check_words(table, rows)
        _check_hidden(table, rows)
        out[table.name] = data
    unknown = len(set(tables) - set(out))
    if unknown:
        raise ContractError(
            f"{unknown} tables are not released tables. A report reads those of schemas/released.py only."
        )
    return out


def _check_names(table: Table, data: pa.Table, manifest: ReleaseManifest) -> None:
    wrong = sum(name != manifest.release for name in data.column("release").to_pylist())
    if wrong:
        raise ContractError(f"table {table.name}: {wrong} rows are of another release than the manifest names.")
    if table in (COMPARISON, ADJUSTED, CLUSTER_CHANGES) and any(
        name != manifest.baseline for name in data.column("baseline").to_pylist()
    ):
        raise ContractError(f"table {table.name}: a row has another baseline than the manifest names.")


def _check_finite(table: Table, rows: Rows) -> None:
    for column in table.columns:
        if pa.types.is_floating(column.type):
            bad = sum(row[column.name] is not None and not math.isfinite(row[column.name]) for row in rows)
            if bad:
                raise ContractError(
                    f"table {table.name}, column {column.name}: {bad} figures are not finite; use null."
                )


def _check_words(table: Table, rows: Rows) -> None:
    for name in table.names:
        allowed = _CLOSED_IN.get((table.name, name)) or _CLOSED.get(name)
        if allowed:
            bad = sum(row[name] not in allowed for row in rows)
            if bad:
                raise ContractError(f"table {table.name}, column {name}: {bad} values are outside the closed list.")


def _check_hidden(table: Table, rows: Rows) -> None:
    if "status" not in table.names:
        return
    kept = LEFT_IN_HIDDEN_ROWS.get(table.name, ())
    figures = [column.name for column in table.columns if column.nullable and column.name not in kept]
    hidden = [row for row in rows if row["status"] == "suppressed"]
    open_rows = sum(any(row[name] is not None for name in figures) for row in hidden)
    if open_rows:
        raise DisclosureError(
            f"table {table.name}: {open_rows} suppressed rows carry figures. The disclosure gate must null them;"
            " nothing was written."
        )
    unsaid = sum((row["status"] == "suppressed") != (row["reason"] != "") for row in rows)
    if unsaid:
        raise ContractError(f"table {table.name}: in {unsaid} rows the reason does not go with the status.")
