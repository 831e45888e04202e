"""gates: does a candidate hold what the policy asks? From released tables, and one share of the input's records."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date
from typing import Any

import pyarrow as pa

from pipelines.disclosure import coarse, release
from pipelines.gate_figures import (
    Figure,
    age,
    coverage,
    distress_rate,
    distress_rise,
    looked_at,
    new_clusters,
    scorer,
    screen_missed,
    suppressed_share,
    trigger_rise,
    weaker_floors,
)
from schemas.policy import DisclosurePolicy
from schemas.policy_gate import GATE_NAMES, GatePolicy
from schemas.released import GATES, RATES

Row = dict[str, Any]
_STEP = 0.01
"""Least step to which the share of malformed records is rounded up."""
_SEEN = ("max_distress_rise", "max_trigger_rise")
"""Gates whose whole interval must lie beyond a limit: two trials never agree exactly, and half of all differences are
above the true one. A single rate fails by itself: it is the best guess, and a wide interval must not be an excuse."""


def gates(
    tables: Mapping[str, pa.Table],
    comparison: pa.Table | None,
    policy: GatePolicy,
    malformed_share: float | None,
    disclosure: DisclosurePolicy | None = None,
    today: date | None = None,
    scored_share: float | None = None,
) -> pa.Table:
    """GATES: one row a gate, with the figure that was held against the limits.

    tables: released tables by name. comparison: COMPARISON, None without a baseline. malformed_share: exact share (0 to
    1) of the input's records that were quarantined; it decides the gate exactly, and is released in steps from which
    no number of records under the floor can be read; None under `dp`, where no exact figure may decide what leaves.
    disclosure: of the release, the default where None. today: day of the run (UTC), None where freshness is not asked
    for. scored_share: under `dp`, of the users those of whom a conversation was scored, from counts with noise; rates
    are then of users, too. A gate whose figure is hidden or does not exist is `not applicable`, with the reason, never
    passed; it stops nothing.
    """
    disclosure = disclosure or DisclosurePolicy()
    figures = {
        "max_distress_rate": distress_rate(tables),
        "max_distress_rise": distress_rise(comparison),
        "max_trigger_rise": trigger_rise(comparison),
        "max_new_clusters": new_clusters(tables, comparison),
        "min_distress_precision": scorer(tables, "distress", "precision"),
        "min_distress_recall": scorer(tables, "distress", "recall"),
        "min_joy_precision": scorer(tables, "joy", "precision"),
        "max_screen_missed": screen_missed(tables),
        "min_scored_share": coverage(tables) if scored_share is None else Figure(scored_share),
        "min_known_language_share": coverage(tables, ("language",)),
        "max_malformed_share": Figure(malformed_share, reason="suppressed" if malformed_share is None else ""),
        "max_suppressed_share": suppressed_share(tables),
        "max_weaker_floors": weaker_floors(disclosure),
        "max_age_days": age(tables, today),
    }
    name = str(tables[RATES.name].column("release")[0].as_py())
    rows = []
    for gate in GATE_NAMES:
        warn, limit, figure = policy.warns_at(gate), getattr(policy, gate), figures[gate]
        outcome, reason = judge(gate, figure, warn, limit)
        row: Row = {"release": name, "gate": gate, "outcome": outcome, "reason": reason}
        row |= {"figure": coarse(figure.value), "low": coarse(figure.low), "high": coarse(figure.high)}
        if gate == "max_malformed_share" and malformed_share is not None:
            scored, missed = looked_at(tables)
            total = (scored or 0) + sum(missed.values())
            row["figure"] = coarse(_coarse_share(malformed_share, limit, total, disclosure))
        rows.append(row | {"warn_bound": coarse(warn), "bound": coarse(limit)})
    return release(GATES, rows, disclosure)


def failed_gates(table: pa.Table) -> tuple[str, ...]:
    """The gates of GATES that failed."""
    return tuple(row["gate"] for row in table.to_pylist() if row["outcome"] == "failed")


def judge(gate: str, figure: Figure, warn: float | None, limit: float | None) -> tuple[str, str]:
    """(outcome, reason). `min_` gates are held from below, all others from above.

    Failed where the figure is beyond `limit`, warned where it is beyond `warn`, or only an end of its interval is
    beyond `limit`; for the gates of _SEEN the near end must be beyond, and the figure itself warns.
    """
    if figure.value is None:
        return "not applicable", figure.reason
    if warn is None and limit is None:
        return "not applicable", "no_limit"
    value: float | None = figure.value
    low, high = figure.low, figure.high
    if gate != "max_malformed_share":  # as released: what the table does not show must not decide
        value, low, high = coarse(value), coarse(low), coarse(high)
    near, far = (high, low) if gate.startswith("min_") else (low, high)
    if near is None or far is None:
        near = far = value
    certain, doubtful = (near, value) if gate in _SEEN else (value, far)
    if _beyond(gate, certain, limit):
        return "failed", "limit"
    if _beyond(gate, certain, warn):
        return "warned", "warning_limit"
    if _beyond(gate, doubtful, limit):
        return "warned", "interval"
    return ("not applicable", figure.reason) if figure.reason else ("passed", "")


def _beyond(gate: str, figure: float | None, limit: float | None) -> bool:
    if figure is None or limit is None:
        return False
    return figure < limit if gate.startswith("min_") else figure > limit


def _coarse_share(share: float, limit: float | None, total: int, policy: DisclosurePolicy) -> float | None:
    """`share` rounded up to a step that holds at least the floor of conversations, but not past a limit that it keeps.

    A share of nothing reads as one step, like that of a few records. Null where a step is larger than the limit.
    """
    step = max(_STEP, policy.min_conversations / total) if total else 1.0
    if limit is not None and step > limit:
        return None
    up = min(1.0, max(1, math.ceil(share / step - 1e-9)) * step)
    return min(up, limit) if limit is not None and share <= limit else up
