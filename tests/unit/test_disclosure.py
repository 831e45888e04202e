from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.disclosure import Support, clears, gated_count, hide, release, rounded, together
from schemas.errors import ContractError, DisclosureError
from schemas.policy import DisclosurePolicy
from schemas.released import CLUSTERS, COVERAGE, GATES, RATES, TERMS, TRIGGERS, TURN_RATES
from schemas.row_level import CLUSTER_TERMS, CLUSTERED

POLICY = DisclosurePolicy()
Row = dict[str, Any]

RATE: Row = {
    "release": "r-1", "label": "distress", "dimension": "surface", "value": "chat", "conversations": 900, "users": 200,
    "flagged": 60, "flagged_users": 40, "design_effect": 1.4, "rate": 0.066667, "rate_low": 0.05, "rate_high": 0.09,
    "corrected": 0.06, "corrected_low": 0.04, "corrected_high": 0.08, "corrected_status": "estimated",
    "status": "shown", "reason": "",
}  # fmt: skip
TURN_RATE: Row = {
    "release": "r-1", "label": "joy", "dimension": "length", "value": "4-7", "size": 4200.0, "rate": 0.023,
    "rate_low": 0.019, "rate_high": 0.028, "corrected": 0.024, "corrected_low": 0.019, "corrected_high": 0.03,
    "corrected_status": "estimated", "status": "shown", "reason": "",
}  # fmt: skip
CLUSTER: Row = {
    "release": "r-1", "label": "joy", "cluster": 0, "trigger": "creative", "name": "creative: poem, story",
    "flagged": 30, "users": 20, "design_effect": 1.0, "share": 0.3, "share_low": 0.2, "share_high": 0.4,
    "rate": 0.23, "rate_low": 0.17, "rate_high": 0.3, "lift": 2.1, "lift_low": 1.5, "lift_high": 2.9,
    "overlap": 0.72, "found_again": 0.8,
    "status": "shown", "reason": "",
}  # fmt: skip
TERM: Row = {"release": "r-1", "label": "joy", "cluster": 0, "rank": 1, "term": "poem", "users": 10}
GATE: Row = {"release": "r-1", "gate": "max_distress_rate", "outcome": "passed", "reason": "", "figure": 0.1,
             "low": 0.08, "high": 0.12, "warn_bound": None, "bound": 0.2}  # fmt: skip
SPANISH: Row = {
    "release": "r-1", "measure": "language", "value": "es", "conversations": 60, "status": "shown", "reason": ""
}  # fmt: skip

MUTANTS = {
    "an unrounded count": (RATES, RATE | {"conversations": 903}),
    "a cell of four": (RATES, RATE | {"flagged": 4}),
    "a rounded cell under the floor": (RATES, RATE | {"flagged": 10}),
    "no user": (RATES, RATE | {"flagged_users": 0}),
    "a full-precision rate": (RATES, RATE | {"rate": 61 / 903}),
    "a full-precision end of an interval": (RATES, RATE | {"rate_high": 0.0912345678}),
    "a figure that is not a number": (RATES, RATE | {"rate": float("nan")}),
    "a maximum in an extra column": (RATES, RATE | {"largest": 0.9}),
    "an exact count in an extra column": (RATES, RATE | {"exact": 61}),
    "a rate of turns of three digits": (TURN_RATES, TURN_RATE | {"rate": 0.0229}),
    "an end of three digits": (TURN_RATES, TURN_RATE | {"corrected_high": 0.0304}),
    "a number of turns": (TURN_RATES, TURN_RATE | {"size": 6869.0}),
    "a number of turns in an extra column": (TURN_RATES, TURN_RATE | {"turns": 6870}),
    "a split of turns that is not listed": (TURN_RATES, TURN_RATE | {"dimension": "language", "value": "en"}),
    "a suppressed rate of turns with a figure": (TURN_RATES, TURN_RATE | {"status": "suppressed", "reason": "floor"}),
    "an overlap of three digits": (CLUSTERS, CLUSTER | {"overlap": 0.723}),
    "a third dimension": (RATES, RATE | {"dimension": "surface and week"}),
    "a surface in free text": (RATES, RATE | {"value": "Alice's phone"}),
    "a week that is a day": (RATES, RATE | {"dimension": "week", "value": "2025-09-01"}),
    "a path in a release name": (RATES, RATE | {"release": "../etc"}),
    "a label of its own": (RATES, RATE | {"label": "anger"}),
    "a reason in free text": (RATES, RATE | {"status": "suppressed", "reason": "only Bob"}),
    "a suppressed row with a figure": (RATES, RATE | {"status": "suppressed", "reason": "floor"}),
    "a shown row without its count": (RATES, RATE | {"flagged": None}),
    "a suppressed row without a reason": (RATES, hide(RATE, RATES, reason="")),
    "a term that is no public word": (TERMS, TERM | {"term": "zyxxyplugh"}),
    "a term of two words": (TERMS, TERM | {"term": "poem story"}),
    "a term of two users": (TERMS, TERM | {"users": 2}),
    "a cluster named by a document": (CLUSTERS, CLUSTER | {"name": "my name is Alice"}),
    "a cluster named with a private word": (CLUSTERS, CLUSTER | {"name": "creative: poem, zyxxyplugh"}),
    "a language in words": (COVERAGE, SPANISH | {"value": "Spanish of Lima"}),
    "a gate of its own": (GATES, GATE | {"gate": "alice"}),
    "a reason of a gate of its own": (GATES, GATE | {"reason": "floor"}),
}


@pytest.mark.parametrize(("table", "row"), MUTANTS.values(), ids=MUTANTS.keys())
def test_the_gate_refuses(table: Any, row: Row) -> None:
    with pytest.raises(DisclosureError) as caught:
        release(table, [row], POLICY)
    for value in ("Alice", "Bob", "zyxxyplugh", "etc", "Lima", "903"):
        assert value not in str(caught.value), "a message never holds a value"


@pytest.mark.parametrize(
    ("table", "row"),
    [(RATES, RATE), (RATES, hide(RATE, RATES)), (RATES, hide(RATE, RATES, keep=("conversations", "users"))),
     (TURN_RATES, TURN_RATE), (TURN_RATES, hide(TURN_RATE, TURN_RATES)),
     (CLUSTERS, CLUSTER), (TERMS, TERM), (GATES, GATE), (COVERAGE, SPANISH)],
)  # fmt: skip
def test_the_gate_lets_sound_rows_out(table: Any, row: Row) -> None:
    whole = {"as_of": ""} | row
    assert release(table, [row], POLICY).to_pylist() == [{name: whole[name] for name in table.names}]


def test_the_gate_refuses_tables_that_are_not_released() -> None:
    for table in (CLUSTERED, CLUSTER_TERMS):
        with pytest.raises(DisclosureError, match="may leave"):
            release(table, [], POLICY)


def test_a_missing_column_is_a_breach_of_the_contract() -> None:
    with pytest.raises(ContractError):
        release(TRIGGERS, [{"release": "r-1"}], POLICY)


@given(st.integers(1, 10**7), st.integers(1, 50))
def test_rounding_is_to_the_nearest_and_never_to_zero(count: int, step: int) -> None:
    found = rounded(count, DisclosurePolicy(round_to=step))
    assert found % step == 0
    assert found >= step
    assert abs(found - count) <= step / 2 or found == step > count


@given(st.integers(0, 10**6))
def test_a_shown_count_hides_which_of_five_numbers_it_is(count: int) -> None:
    same = [n for n in range(count - 5, count + 6) if n >= 3 and rounded(n, POLICY) == rounded(count, POLICY)]
    assert count < 3 or len(same) == 5


@given(st.integers(0, 40))
def test_a_manifest_count_under_the_floor_is_null(count: int) -> None:
    found = gated_count(count, POLICY)
    assert (found is None) == (count < POLICY.min_conversations)
    assert found is None or found == rounded(count, POLICY)


@pytest.mark.parametrize(
    ("support", "expected"),
    [
        (Support(15, 5, 5), True),
        (Support(14, 10, 1), False),
        (Support(100, 4, 25), False),
        (Support(100, 50, 35), False),
        (Support(100, 50, 34), True),
        (Support(0, 0, 0), False),
    ],
)
def test_a_cell_needs_conversations_users_and_no_dominant_user(support: Support, expected: bool) -> None:
    assert clears(support, POLICY) is expected


Parts = st.lists(st.lists(st.integers(0, 6), max_size=30), min_size=1, max_size=4)


@given(Parts)
def test_what_counts_as_together_is_never_better_than_the_true_union(parts: list[list[int]]) -> None:
    def support(users: list[int]) -> Support:
        return Support(len(users), len(set(users)), max((users.count(u) for u in users), default=0))

    worst = together([support(part) for part in parts])
    true = support([user for part in parts for user in part])
    assert worst.conversations == true.conversations
    assert worst.users <= true.users
    assert worst.top >= true.top
