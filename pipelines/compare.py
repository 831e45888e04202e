"""compare: this release beside a baseline, from the released tables of both and nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pyarrow as pa

from pipelines.difference import Row, Side, decide, figures
from pipelines.disclosure import coarse, hide, release
from pipelines.intervals import effective_size
from schemas.errors import ContractError
from schemas.labels import LABELS
from schemas.policy import DisclosurePolicy
from schemas.released import COMPARISON, NOT_UNDER_DP, RATES, TRIGGERS

COMPARED = ("all", "surface", "language", "situation", "length", "trigger")
"""What is compared. Weeks are not: two trials share no calendar."""


def compare(
    tables: Mapping[str, pa.Table], baseline: Mapping[str, pa.Table], policy: DisclosurePolicy | None = None
) -> pa.Table:
    """COMPARISON: for both labels, rates by every dimension but the week, and the triggers' shares.

    tables, baseline: released tables by name, of both releases; released_rates and released_triggers are read. policy:
    of the release, the default where None. Users are taken to differ between the trials. Intervals and verdicts: see
    `difference.py`. Compared side by side, both labels together: all triggers, and all parts of the trial. The rate of
    a label over the whole trial is a question of its own. A row that is hidden on either side is not comparable.
    Raises ContractError where a table is missing or empty.
    """
    now, before = _sides(tables), _sides(baseline)
    names = {"release": release_name(tables), "baseline": release_name(baseline)}
    reason = NOT_UNDER_DP if counts_users_alone(tables) or counts_users_alone(baseline) else "floor"
    families: dict[str, list[Row]] = {}
    for label in map(str, LABELS):
        for dimension in COMPARED:
            keys = sorted({key for key in (*now, *before) if key[:2] == (label, dimension)})
            family = label if dimension == "all" else dimension if dimension == "trigger" else "parts"
            made = (_row(names, key, now.get(key), before.get(key), reason) for key in keys)
            families.setdefault(family, []).extend(made)
    rows = [row for family in families.values() for row in decide(family)]
    return release(COMPARISON, rows, policy or DisclosurePolicy())


def counts_users_alone(tables: Mapping[str, pa.Table]) -> bool:
    """Whether a release was made under `dp`: nothing else compares with that."""
    whole = [row for row in tables[RATES.name].to_pylist() if row["dimension"] == "all"]
    return any(row["conversations"] is None and row["users"] is not None for row in whole)


def release_name(tables: Mapping[str, pa.Table]) -> str:
    """The release whose released_rates these are. Raises ContractError where there is none, or more than one."""
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
        if row["status"] == "shown" and row["conversations"] is not None:  # a share of users is another figure
            side = (row["rate"], effective_size(row["conversations"], row["design_effect"], row["users"]))
        yield (row["label"], row["dimension"], row["value"]), side


def _shares(tables: Mapping[str, pa.Table]) -> Iterator[tuple[tuple[str, str, str], Side | None]]:
    whole = {row["label"]: row for row in tables[RATES.name].to_pylist() if row["dimension"] == "all"}
    for row in tables[TRIGGERS.name].to_pylist():
        side, total = None, whole.get(row["label"])
        if row["status"] == "shown" and row["flagged"] is not None and total is not None and total["status"] == "shown":
            side = (row["share"], effective_size(total["flagged"], row["design_effect"], total["flagged_users"]))
        yield (row["label"], "trigger", row["trigger"]), side


def _row(names: Row, key: tuple[str, str, str], now: Side | None, before: Side | None, reason: str) -> Row:
    label, dimension, value = key
    row = names | {"label": label, "dimension": dimension, "value": value, "verdict": "not comparable"}
    row |= {"rate": coarse(now[0]) if now else None, "baseline_rate": coarse(before[0]) if before else None}
    if now is None or before is None:
        return hide(row, COMPARISON, reason, keep=("rate", "baseline_rate"))
    return row | figures(now, before) | {"status": "shown", "reason": "", "detectable": None}
