"""compare: this release beside a baseline, from the released tables of both and nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pyarrow as pa

from pipelines.disclosure import coarse, hide, release
from pipelines.intervals import detectable, effective_size, holm, newcombe, two_sided
from schemas.errors import ContractError
from schemas.labels import LABELS
from schemas.policy import DisclosurePolicy
from schemas.released import COMPARISON, RATES, TRIGGERS

Row = dict[str, Any]
Side = tuple[float, float]
"""(rate or share, effective size)."""

COMPARED = ("all", "surface", "language", "situation", "length", "trigger")
"""What is compared. Weeks are not: two trials share no calendar."""
_LEVEL = 0.05


def compare(
    tables: Mapping[str, pa.Table], baseline: Mapping[str, pa.Table], policy: DisclosurePolicy | None = None
) -> pa.Table:
    """COMPARISON: for both labels, rates by every dimension but the week, and the triggers' shares.

    tables, baseline: released tables by name, of both releases; released_rates and released_triggers are read. policy:
    of the release, the default where None. Users are taken to differ between the trials. The interval is Newcombe's, on
    effective sizes, each for itself; the verdict is `higher` or `lower` where the interval excludes zero and the
    p-value, adjusted after Holm over all values of the label's dimension, is under 0.05. A row that is hidden on either
    side is not comparable. Raises ContractError where a table is missing or empty.
    """
    now, before = _sides(tables), _sides(baseline)
    names = {"release": _name(tables), "baseline": _name(baseline)}
    rows: list[Row] = []
    for label in map(str, LABELS):
        for dimension in COMPARED:
            keys = sorted({key for key in (*now, *before) if key[:2] == (label, dimension)})
            rows += _verdicts([_row(names, key, now.get(key), before.get(key)) for key in keys])
    return release(COMPARISON, rows, policy or DisclosurePolicy())


def _name(tables: Mapping[str, pa.Table]) -> str:
    found: set[str] = set(tables[RATES.name].column("release").to_pylist())
    if len(found) != 1:
        raise ContractError(
            f"table {RATES.name}: holds {len(found)} releases where a comparison needs exactly one on each side."
        )
    return found.pop()


def _sides(tables: Mapping[str, pa.Table]) -> dict[tuple[str, str, str], Side | None]:
    """What can be compared, by (label, dimension, value); None where it is hidden."""
    for table in (RATES, TRIGGERS):
        if table.name not in tables:
            raise ContractError(f"table {table.name} is missing. A comparison needs it of both releases.")
    return dict((*_rates(tables[RATES.name].to_pylist()), *_shares(tables)))


def _rates(rows: list[Row]) -> Iterator[tuple[tuple[str, str, str], Side | None]]:
    for row in rows:
        side = None
        if row["status"] == "shown":
            side = (row["rate"], effective_size(row["conversations"], row["design_effect"], row["users"]))
        yield (row["label"], row["dimension"], row["value"]), side


def _shares(tables: Mapping[str, pa.Table]) -> Iterator[tuple[tuple[str, str, str], Side | None]]:
    whole = {row["label"]: row for row in tables[RATES.name].to_pylist() if row["dimension"] == "all"}
    for row in tables[TRIGGERS.name].to_pylist():
        side, total = None, whole.get(row["label"])
        if row["status"] == "shown" and total is not None and total["status"] == "shown":
            side = (row["share"], effective_size(total["flagged"], row["design_effect"], total["flagged_users"]))
        yield (row["label"], "trigger", row["trigger"]), side


def _row(names: Row, key: tuple[str, str, str], now: Side | None, before: Side | None) -> Row:
    label, dimension, value = key
    row = names | {"label": label, "dimension": dimension, "value": value, "verdict": "not comparable"}
    row |= {"rate": coarse(now[0]) if now else None, "baseline_rate": coarse(before[0]) if before else None}
    if now is None or before is None:
        return hide(row, COMPARISON, keep=("rate", "baseline_rate"))
    low, high = newcombe(*now, *before)
    return row | {
        "difference": coarse(now[0] - before[0]),
        "difference_low": coarse(low),
        "difference_high": coarse(high),
        "detectable": coarse(detectable(*now, *before)),
        "status": "shown",
        "reason": "",
        "p": two_sided(*now, *before),
    }


def _verdicts(rows: list[Row]) -> list[Row]:
    """`rows` of one label and dimension with their verdicts, and without the p-values they came from."""
    shown = [row for row in rows if row["status"] == "shown"]
    for row, p in zip(shown, holm([row.pop("p") for row in shown]), strict=True):
        away = row["difference_low"] > 0 or row["difference_high"] < 0
        higher = "higher" if row["difference"] > 0 else "lower"
        row["verdict"] = higher if away and p < _LEVEL else "no difference seen"
    return rows
