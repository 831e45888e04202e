from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from pipelines.disclosure import Support, clears
from pipelines.disclosure_suppress import Count, System, additive, fails, interval, protect, solve
from schemas.errors import DisclosureError
from schemas.policy import DisclosurePolicy

POLICY = DisclosurePolicy()
LEAST = POLICY.min_conversations - 1
SMALL = DisclosurePolicy(min_conversations=3, min_users=2, max_user_share=1.0, round_to=1, min_term_users=2)


def count(place: int, value: int, *, most: int | None = None, one_user: bool = False) -> Count:
    """A count of `value` conversations by as many users, or by one."""
    top = value if one_user else min(value, 1)
    support = Support(value, min(value, 1) if one_user else value, top)
    rest = None if most is None else Support(most - value, most - value, min(1, most - value))
    return Count((str(place),), ("split",), value, support, most, rest)


def system(counts: Sequence[Count], policy: DisclosurePolicy = POLICY) -> System:
    """The counts as a split of their sum; users differ between counts."""
    found = additive(("split", ""), sum(c.value for c in counts), counts)
    failing = [c for c in counts if fails(c, policy)]
    rests = [c.rest or Support() for c in failing]
    found.unions[("split",)] = (
        Support(sum(c.value for c in failing), sum(c.support.users for c in failing), _top(failing)),
        Support(
            sum(r.conversations for r in rests), sum(r.users for r in rests), max((r.top for r in rests), default=0)
        ),
    )
    return found


def _top(counts: list[Count]) -> int:
    return max((c.support.top for c in counts), default=0)


Values = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 300), st.booleans()), min_size=2, max_size=7)


@given(Values, st.integers(0, 127))
@settings(deadline=None)
def test_subtraction_by_hand_and_linear_programming_agree(values: list[tuple[int, int, bool]], hidden: int) -> None:
    found = system([count(i, v, most=v + more if bounded else None) for i, (v, more, bounded) in enumerate(values)])
    for place, one in enumerate(found.counts.values()):
        one.hidden = bool(hidden >> place & 1)
    for key in found.counts:
        assert interval(found, key) == pytest.approx(solve(found, key), abs=1e-6)


@given(Values, st.lists(st.booleans(), min_size=7, max_size=7))
@settings(deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
def test_no_failing_count_can_be_narrowed_down(values: list[tuple[int, int, bool]], alone: list[bool]) -> None:
    bounded = values[0][2]
    counts = [
        count(i, v, most=v + more if bounded else None, one_user=alone[i]) for i, (v, more, _) in enumerate(values)
    ]
    assume(sum(c.value for c in counts) >= POLICY.min_conversations)
    found = system(counts)
    if not protect(found, POLICY, "secret"):
        assert bounded, "without denominators, hiding everything is always enough"
        return
    for one in counts:
        assert one.hidden or not fails(one, POLICY)
        low, high = solve(found, one.key)
        if not clears(one.support, POLICY):
            assert low <= 1e-6
            assert high >= LEAST - 1e-6
        if one.rest is not None and one.most is not None and not clears(one.rest, POLICY):
            assert one.most - high <= 1e-6
            assert one.most - low >= LEAST - 1e-6


@given(Values)
@settings(deadline=None)
def test_hidden_counts_together_clear_the_floors_or_are_the_total(values: list[tuple[int, int, bool]]) -> None:
    counts = [count(i, v) for i, (v, _, _) in enumerate(values)]
    assume(sum(c.value for c in counts) >= POLICY.min_conversations)
    found = system(counts)
    assert protect(found, POLICY, "secret")
    hidden = [c.value for c in counts if c.hidden]
    assert not hidden or sum(hidden) >= POLICY.min_conversations or len(hidden) == len(counts)


@given(Values)
@settings(deadline=None)
def test_no_count_is_hidden_that_could_be_shown(values: list[tuple[int, int, bool]]) -> None:
    counts = [count(i, v) for i, (v, _, _) in enumerate(values)]
    assume(sum(c.value for c in counts) >= POLICY.min_conversations)
    found = system(counts)
    protect(found, POLICY, "secret")
    if not any(fails(c, POLICY) for c in counts):
        assert not any(c.hidden for c in counts)
    assert sum(c.hidden and not fails(c, POLICY) for c in counts) <= max(1, len(counts) // 2)


def test_one_user_behind_all_hidden_counts_hides_another() -> None:
    counts = [count(0, 8), count(1, 9), count(2, 40), count(3, 500)]
    found = system(counts)
    found.unions[("split",)] = (Support(17, 3, 12), Support())  # 17 conversations, but the users are the same
    assert protect(found, POLICY, "secret")
    assert sum(c.hidden for c in counts) == 3


def test_two_counts_just_over_their_denominators_need_these_hidden_too() -> None:
    found = system([count(0, 10, most=16), count(1, 10, most=16)])
    assert not protect(found, POLICY, "secret")
    assert solve(found, ("0",)) == pytest.approx((4, 16))


def test_counts_that_contradict_each_other_stop_the_release() -> None:
    found = System(("split", ""), 50, {("0",): count(0, 70), ("1",): count(1, 5)}, [(("0",),), (("1",),)])
    with pytest.raises(DisclosureError, match="contradict"):
        protect(found, POLICY, "secret")
    found.counts[("1",)].hidden = True
    for bounds in (interval, solve):
        with pytest.raises(DisclosureError, match="contradict"):
            bounds(found, ("1",))


def test_the_same_secret_hides_the_same_counts() -> None:
    def hidden(secret: str) -> list[bool]:
        counts = [count(i, v) for i, v in enumerate((3, 20, 21, 22, 23))]
        protect(system(counts), POLICY, secret)
        return [c.hidden for c in counts]

    assert hidden("one") == hidden("one")
    assert len({tuple(hidden(str(i))) for i in range(60)}) > 1


@pytest.mark.parametrize(("size", "most", "secrets"), [(2, 9, 8), (3, 8, 12)])
def test_running_the_program_on_every_possible_table_tells_no_more(size: int, most: int, secrets: int) -> None:
    """The attacker knows this program, and the shown values exactly; not the draws, nor why a count fails."""
    possible: dict[tuple[int, tuple[int | None, ...]], list[set[int]]] = defaultdict(
        lambda: [set() for _ in range(size)]
    )
    for values in itertools.product(range(most + 1), repeat=size):
        if not SMALL.min_conversations <= sum(values) <= most:
            continue
        for alone in itertools.product((False, True), repeat=size):
            for secret in range(secrets):
                counts = [count(i, v, one_user=a) for i, (v, a) in enumerate(zip(values, alone, strict=True))]
                protect(system(counts, SMALL), SMALL, str(secret))
                seen = (sum(values), tuple(None if c.hidden else c.value for c in counts))
                for place, value in enumerate(values):
                    possible[seen][place].add(value)
    hidden = 0
    for (_, shown), truths in possible.items():
        for seen_value, truth in zip(shown, truths, strict=True):
            if seen_value is None:
                hidden += 1
                assert set(range(SMALL.min_conversations)) <= truth
    assert hidden > 10
