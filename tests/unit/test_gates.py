from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from pipelines.compare import compare
from pipelines.disclosure import hide, release
from pipelines.gates import gates, passed
from schemas.policy import DisclosurePolicy, GatePolicy
from schemas.released import COVERAGE, RATES, TRIGGERS

POLICY = DisclosurePolicy()
Row = dict[str, Any]


def tables(name: str, flagged: int | None, total: int | None = 1500, unscored: int | None = 200) -> dict[str, pa.Table]:
    """Released tables of a trial with one reason for which conversations were not scored."""
    row: Row = {
        "release": name,
        "label": "distress",
        "dimension": "all",
        "value": "all",
        "corrected_status": "suppressed",
    }
    row = hide(row, RATES)
    if total is not None:
        row |= {"conversations": total, "users": 300}
    if flagged is not None and total is not None:
        row |= {"flagged": flagged, "flagged_users": flagged, "rate": round(flagged / total, 6), "design_effect": 1.0}
        row |= {"rate_low": 0.0, "rate_high": 1.0, "status": "shown", "reason": ""}
    reason: Row = {"release": name, "measure": "not_scored", "value": "language"}
    reason = hide(reason, COVERAGE)
    if unscored is not None:
        reason |= {"conversations": unscored, "status": "shown", "reason": ""}
    return {
        RATES.name: release(RATES, [row], POLICY),
        COVERAGE.name: release(COVERAGE, [reason], POLICY),
        TRIGGERS.name: release(TRIGGERS, [], POLICY),
    }


def outcome(found: pa.Table, gate: str) -> tuple[str, float | None]:
    """(outcome, figure) of one gate."""
    row = next(r for r in found.to_pylist() if r["gate"] == gate)
    return row["outcome"], row["figure"]


@pytest.mark.parametrize(("limit", "expected"), [(0.05, "failed"), (0.06, "passed"), (0.1, "passed")])
def test_the_distress_rate_is_held_against_its_limit(limit: float, expected: str) -> None:
    found = gates(tables("r-1", 90), None, GatePolicy(max_distress_rate=limit), 0.0)
    assert outcome(found, "max_distress_rate") == (expected, 0.06)
    assert passed(found) is (expected == "passed")


@pytest.mark.parametrize(("limit", "expected"), [(0.01, "failed"), (0.03, "passed")])
def test_the_rise_over_the_baseline_is_held_against_its_limit(limit: float, expected: str) -> None:
    now, before = tables("r-2", 90), tables("r-1", 60)
    found = gates(now, compare(now, before), GatePolicy(max_distress_rise=limit), 0.0)
    assert outcome(found, "max_distress_rise") == (expected, 0.02)


def test_a_fall_passes_the_gate_for_a_rise() -> None:
    now, before = tables("r-2", 60), tables("r-1", 90)
    found = gates(now, compare(now, before), GatePolicy(max_distress_rise=0.0), 0.0)
    assert outcome(found, "max_distress_rise") == ("passed", -0.02)


def test_what_is_hidden_or_absent_is_not_applicable() -> None:
    found = gates(tables("r-1", None), None, GatePolicy(max_distress_rate=0.0, max_distress_rise=0.0), 0.0)
    assert outcome(found, "max_distress_rate") == ("not applicable", None)
    assert outcome(found, "max_distress_rise") == ("not applicable", None)
    assert passed(found)
    nothing = gates(tables("r-1", None, None, None), None, GatePolicy(), 0.0)
    assert outcome(nothing, "min_scored_share") == ("not applicable", None)


@pytest.mark.parametrize(("unscored", "expected"), [(200, "passed"), (3000, "failed"), (None, "passed")])
def test_too_many_conversations_that_were_not_scored_fail(unscored: int | None, expected: str) -> None:
    found = gates(tables("r-1", 90, unscored=unscored), None, GatePolicy(min_scored_share=0.5), 0.0)
    assert outcome(found, "min_scored_share") == (expected, round(1500 / (1500 + (unscored or 0)), 6))


@pytest.mark.parametrize(
    ("share", "expected", "figure"),
    [(0.0, "passed", 0.01), (0.001, "passed", 0.01), (0.012, "passed", 0.02), (0.019, "passed", 0.02),
     (0.0201, "failed", 0.03), (0.5, "failed", 0.5)],
)  # fmt: skip
def test_the_malformed_share_decides_exactly_and_shows_coarsely(share: float, expected: str, figure: float) -> None:
    found = gates(tables("r-1", 90), None, GatePolicy(max_malformed_share=0.02), share)
    said, shown = outcome(found, "max_malformed_share")
    assert (said, shown) == (expected, figure)


def test_a_malformed_share_of_a_small_trial_is_not_shown() -> None:
    found = gates(tables("r-1", 60, total=300, unscored=None), None, GatePolicy(max_malformed_share=0.02), 0.003)
    assert outcome(found, "max_malformed_share") == ("passed", None)


def test_no_number_of_malformed_records_under_the_floor_can_be_read() -> None:
    found = {
        outcome(gates(tables("r-1", 90), None, GatePolicy(max_malformed_share=0.02), bad / 1700), "max_malformed_share")
        for bad in range(POLICY.min_conversations)
    }
    assert len(found) == 1
