"""Several releases of one made-up trial, one after the other, as jobs/history.py keeps them. No Spark."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any

import pyarrow as pa

from pipelines.aggregate import tabulate
from pipelines.as_of import Hold
from pipelines.as_of_state import State
from schemas.labels import LABELS
from schemas.policy import DisclosurePolicy
from schemas.quality import Counts, LabelQuality, Quality
from schemas.released import ONSETS
from schemas.row_level import CLUSTER_TERMS
from schemas.row_level_history import HISTORY
from tests.privacy.trial import Exact, Row, _splits, counted

QUALITY = Quality({str(label): LabelQuality(0.5, (Counts(200, 180, 2000, 2),)) for label in LABELS})
_LAST = (1, 3, 7)


def history(rows: Iterable[Row], policy: DisclosurePolicy) -> pa.Table:
    """HISTORY of rows of CLUSTERED: what pipelines/as_of_rows.py must find with Spark."""
    return pa.Table.from_pylist([_unit(row, policy) for row in rows], schema=HISTORY.arrow)


def _unit(row: Row, policy: DisclosurePolicy) -> Row:
    most = policy.max_turns_per_conversation
    unit: dict[str, Any] = {"user_key": row["user_key"], **_splits(row)}
    unit |= {name: row[name] for name in ("codes", "behaviours")} | {"turns": counted(row, "distress", most)[0]}
    unit |= {label: _label(row, label, most) for label in map(str, LABELS)}
    digest = hashlib.sha256(json.dumps(unit, sort_keys=True).encode()).hexdigest()
    beside: Row = {}
    for label in map(str, LABELS):
        found = row[label]
        drawn = found.get("sampled", False) and not found["flagged"]
        beside |= {f"{label}_cluster": found["cluster"], f"{label}_drawn": drawn, f"{label}_terms": []}
    return {"conversation_key": row["conversation_key"], "digest": digest, **unit, **beside}


def _label(row: Row, label: str, most: int) -> Row:
    found = row[label]
    out: Row = dict.fromkeys(("onset", "slope", "peak", "recovered", "refusal", "strength", "trigger"), "")
    if found["flagged"]:
        onset = ONSETS[sum(found["onset"] > last for last in _LAST)]
        recovered, strength = "yes" if found["recovered"] else "no", "strong" if found["strong"] else "mild"
        out = {"onset": onset, "slope": found["course"], "peak": found["peak_at"], "recovered": recovered}
        out |= {"refusal": found["refusal"], "strength": strength, "trigger": found["trigger"]}
    missed = not found["flagged"] and found["missed"] > 0
    return {"flagged": found["flagged"], **out, "turns": counted(row, label, most)[1], "missed": missed}


class Trial:
    """The releases of one trial."""

    def __init__(self, policy: DisclosurePolicy, held: bool = True) -> None:
        """held: False for releases that no earlier one is kept of, as an attack needs to be shown to find something."""
        self.policy, self.held = policy, held
        self.states: list[State] = []
        self.runs = 0

    def release(self, rows: list[Row]) -> tuple[Exact, Hold, dict[str, list[Row]]]:
        """The exact cells, what was held, and the released rows of one release more."""
        last = self.states[-1] if self.held and self.states else None
        first = [] if last is None else last.units.column("conversation_key").to_pylist()
        exact = Exact(rows, self.policy, set(first), None if last is None else last.named)
        named = {split: frozenset(values) for split, values in exact.named.items()}
        self.runs += 1
        hold = Hold(self.states if self.held else [], history(exact.kept, self.policy), named, self.policy, "secret")
        terms = CLUSTER_TERMS.arrow.empty_table()
        tables = tabulate(
            exact.cells, exact.splits, exact.named, exact.unions, terms, "made-up", self.policy, QUALITY, 0.25,
            secret="secret", hold=hold,
        )  # fmt: skip
        made = hold.made(tables, f"2026-01-{self.runs:02d}")
        if made.taken:
            self.states = [*(self.states[:-1] if hold.same else self.states), made]
        return exact, hold, {name: table.to_pylist() for name, table in tables.items()}
