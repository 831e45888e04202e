from __future__ import annotations

from datetime import date
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.compare import compare
from pipelines.disclosure import hide, release
from pipelines.gate_figures import Figure
from pipelines.gates import failed_gates, gates, judge
from schemas.policy import DisclosurePolicy
from schemas.policy_gate import GATE_NAMES, GatePolicy
from schemas.released import COVERAGE, QUALITY, RATES, TRIGGERS
from schemas.released_clusters import CLUSTER_CHANGES

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
        row |= {"rate_low": 0.05, "rate_high": 0.072, "status": "shown", "reason": ""}
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


@pytest.mark.parametrize(("limit", "expected"), [(0.05, "failed"), (0.06, "warned"), (0.07, "warned"), (0.1, "passed")])
def test_the_distress_rate_is_held_against_its_limit(limit: float, expected: str) -> None:
    found = gates(tables("r-1", 90), None, GatePolicy(max_distress_rate=limit), 0.0)
    assert outcome(found, "max_distress_rate") == (expected, 0.06)
    assert failed_gates(found) == (("max_distress_rate",) if expected == "failed" else ())


@pytest.mark.parametrize(("limit", "expected"), [(0.001, "failed"), (0.01, "warned"), (0.03, "passed")])
def test_the_rise_over_the_baseline_is_held_against_its_limit(limit: float, expected: str) -> None:
    now, before = tables("r-2", 90), tables("r-1", 60)
    found = gates(now, compare(now, before), GatePolicy(max_distress_rise=limit, warn_distress_rise=None), 0.0)
    assert outcome(found, "max_distress_rise") == (expected, 0.02)


def test_a_fall_passes_the_gate_for_a_rise() -> None:
    now, before = tables("r-2", 60), tables("r-1", 90)
    found = gates(now, compare(now, before), GatePolicy(max_distress_rise=0.0), 0.0)
    assert outcome(found, "max_distress_rise") == ("passed", -0.02)


def test_what_is_hidden_or_absent_is_not_applicable() -> None:
    found = gates(tables("r-1", None), None, GatePolicy(max_distress_rate=0.0, max_distress_rise=0.0), 0.0)
    assert outcome(found, "max_distress_rate") == ("not applicable", None)
    assert outcome(found, "max_distress_rise") == ("not applicable", None)
    assert failed_gates(found) == ()
    nothing = gates(tables("r-1", None, None, None), None, GatePolicy(), 0.0)
    assert outcome(nothing, "min_scored_share") == ("not applicable", None)


@pytest.mark.parametrize(
    ("unscored", "expected"), [(150, "passed"), (200, "warned"), (3000, "failed"), (None, "passed")]
)
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


def quality(**figures: tuple[float | None, float | None, float | None]) -> dict[str, pa.Table]:
    """QUALITY of distress, by measure."""
    rows: list[Row] = [
        {"release": "r-1", "label": "distress", "measure": measure, "figure": f, "low": low, "high": high,
         "basis": "validation"}
        for measure, (f, low, high) in figures.items()
    ]  # fmt: skip
    return tables("r-1", 90) | {QUALITY.name: release(QUALITY, rows, POLICY)}


@pytest.mark.parametrize(
    ("figures", "expected"),
    [({}, ("not applicable", None)),
     ({"recall": (None, None, None)}, ("not applicable", None)),
     ({"recall": (0.6, 0.45, 0.7)}, ("warned", 0.6)),
     ({"recall": (0.7, 0.6, 0.8)}, ("passed", 0.7)),
     ({"recall": (0.4, 0.3, 0.5)}, ("failed", 0.4)),
     ({"recall": (0.7, 0.6, 0.8), "reader_recall": (0.4, 0.3, 0.5)}, ("failed", 0.4)),
     ({"recall": (0.7, 0.6, 0.8), "reader_recall": (None, None, None)}, ("passed", 0.7))],
)  # fmt: skip
def test_recall_is_by_the_readers_of_the_trial_where_there_are_any(figures: Any, expected: Any) -> None:
    found = gates(quality(**figures), None, GatePolicy(min_distress_recall=0.5, warn_distress_recall=None), 0.0)
    assert outcome(found, "min_distress_recall") == expected


def test_what_the_screen_lost_is_held_by_its_upper_end() -> None:
    found = gates(quality(screen_missed=(None, None, 0.3)), None, GatePolicy(max_screen_missed=0.2), 0.0)
    assert outcome(found, "max_screen_missed") == ("failed", 0.3)


def changes(*words: str) -> dict[str, pa.Table]:
    """CLUSTER_CHANGES of distress with these words, one cluster each."""
    rows = [
        hide({"release": "r-2", "baseline": "r-1", "label": "distress", "cluster": n, "baseline_cluster": -1,
              "name": "", "baseline_name": "", "change": word, "matched_by": "frame"}, CLUSTER_CHANGES)
        for n, word in enumerate(words)
    ]  # fmt: skip
    return {CLUSTER_CHANGES.name: release(CLUSTER_CHANGES, rows, POLICY)}


@pytest.mark.parametrize(
    ("words", "expected"),
    [(("same", "near the floor"), ("passed", 0.0)),
     (("same", "new"), ("warned", 1.0)),
     (("new", "new"), ("failed", 2.0)),
     (("same", "not comparable"), ("not applicable", None)),
     (("new", "new", "not comparable"), ("failed", 2.0)),
     ((), ("not applicable", None))],
)  # fmt: skip
def test_new_clusters_are_counted_where_they_can_be_told(words: tuple[str, ...], expected: Any) -> None:
    now, before = tables("r-2", 90), tables("r-1", 60)
    found = gates(now | changes(*words), compare(now, before), GatePolicy(max_new_clusters=1), 0.0)
    assert outcome(found, "max_new_clusters") == expected
    assert outcome(gates(now, None, GatePolicy(), 0.0), "max_new_clusters") == ("not applicable", None)


@pytest.mark.parametrize(
    ("policy", "expected"),
    [(DisclosurePolicy(), ("passed", 0.0)),
     (DisclosurePolicy(min_conversations=30, max_user_share=0.2), ("passed", 0.0)),
     (DisclosurePolicy(min_users=4, max_user_share=0.5), ("failed", 2.0))],
)  # fmt: skip
def test_floors_weaker_than_the_project_s_own_fail(policy: DisclosurePolicy, expected: Any) -> None:
    found = gates(tables("r-1", 90), None, GatePolicy(), 0.0, policy)
    assert outcome(found, "max_weaker_floors") == expected


@pytest.mark.parametrize(
    ("weeks", "today", "expected"),
    [(("2025-W30", "2025-W31", "other"), date(2025, 8, 13), ("passed", 10.0)),
     (("2025-W31",), date(2025, 8, 1), ("passed", 0.0)),
     (("2025-W31",), date(2025, 9, 15), ("warned", 43.0)),
     (("2024-W52", "2025-W01"), date(2025, 6, 1), ("failed", 147.0)),
     (("unknown", "other"), date(2025, 8, 13), ("not applicable", None)),
     (("2025-W31",), None, ("not applicable", None))],
)  # fmt: skip
def test_the_age_is_that_of_the_newest_week_shown(weeks: tuple[str, ...], today: date | None, expected: Any) -> None:
    found = tables("r-1", 90)
    row = found[RATES.name].to_pylist()[0]
    split = [row | {"dimension": "week", "value": week} for week in weeks]
    found[RATES.name] = release(RATES, [row, *split], POLICY)
    assert outcome(gates(found, None, GatePolicy(max_age_days=60), 0.0, POLICY, today), "max_age_days") == expected


def test_every_gate_has_a_row_and_one_without_a_limit_never_passes() -> None:
    limits = dict.fromkeys(GatePolicy.__dataclass_fields__)
    found = gates(tables("r-1", 90), None, GatePolicy(**limits), 0.5).to_pylist()
    assert {row["gate"] for row in found} == set(GATE_NAMES)
    assert {row["outcome"] for row in found} == {"not applicable"}
    assert all(row["reason"] for row in found)


shares = st.floats(0.0, 1.0)
_WORSE = ("not applicable", "passed", "warned", "failed")


@given(st.sampled_from(GATE_NAMES), st.lists(shares, min_size=3, max_size=3), shares, shares, st.none() | shares)
def test_a_stricter_limit_never_mends_a_gate(
    gate: str, found: list[float], one: float, other: float, warn: float | None
) -> None:
    low, value, high = sorted(found)
    figure = Figure(value, low, high)
    strict, mild = (max(one, other), min(one, other)) if gate.startswith("min_") else sorted((one, other))
    assert _WORSE.index(judge(gate, figure, warn, strict)[0]) >= _WORSE.index(judge(gate, figure, warn, mild)[0])
    assert _WORSE.index(judge(gate, figure, strict, warn)[0]) >= _WORSE.index(judge(gate, figure, mild, warn)[0])


@given(st.sampled_from(GATE_NAMES), st.none() | shares, st.none() | shares)
def test_a_gate_without_a_figure_is_never_passed(gate: str, warn: float | None, limit: float | None) -> None:
    assert judge(gate, Figure(reason="suppressed"), warn, limit) == ("not applicable", "suppressed")
