"""What readers' verdicts say of a trial: the draw, the rate and its interval, agreement."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.adjudicate import (
    LEAST_TWICE,
    SHARES,
    Seen,
    Verdict,
    adjudicated,
    agreement,
    bounded,
    draw,
)
from pipelines.aggregate_rates import blunted
from schemas.labels import LABELS
from schemas.quality import Estimate

NAMES = [str(label) for label in LABELS]


def conversations(flags: list[tuple[bool, bool, float]]) -> list[Seen]:
    return [Seen(f"c{n:05d}", f"u{n % 97}", *flag) for n, flag in enumerate(flags)]


FLAGS = st.lists(st.tuples(st.booleans(), st.booleans(), st.sampled_from([0.0, 0.4, 0.6])), max_size=400)


@settings(max_examples=60, deadline=None)
@given(FLAGS, st.integers(60, 300), st.randoms())
def test_the_draw_is_of_the_asked_size_and_does_not_depend_on_the_order(
    flags: list[tuple[bool, bool, float]], sample: int, shuffled: random.Random
) -> None:
    seen = conversations(flags)
    found = draw(seen, sample)
    keys = [key for drawn in found.values() for key in drawn]
    strata = {one.conversation: one.stratum for one in seen}
    assert set(found) == set(SHARES)
    assert len(keys) == len(set(keys)) <= sample
    assert all(strata[key] == name for name, drawn in found.items() for key in drawn)
    assert len(keys) == min(sample, len(seen))
    shuffled.shuffle(seen)
    assert draw(seen, sample) == found


def trial(chance: random.Random, size: int, rate: float, recall: float, alarm: float) -> tuple[list[Seen], list[bool]]:
    truth = [chance.random() < rate for _ in range(size)]
    flagged = [chance.random() < (recall if true else alarm) for true in truth]
    near = [chance.random() < (0.5 if true else 0.05) for true in truth]
    seen = [
        Seen(f"{chance.getrandbits(60):x}", str(n), flag, False, 0.8 if close else 0.1)
        for n, (flag, close) in enumerate(zip(flagged, near, strict=True))
    ]
    return seen, truth


@pytest.mark.parametrize(("rate", "recall", "alarm"), [(0.15, 0.8, 0.05), (0.04, 0.5, 0.02), (0.03, 0.0, 0.01)])
def test_the_interval_holds_the_truth_whatever_the_scorer_misses(rate: float, recall: float, alarm: float) -> None:
    chance = random.Random(3)
    held = 0
    for _ in range(60):
        seen, truth = trial(chance, 900, rate, recall, alarm)
        verdicts = {"a": {one.conversation: Verdict(t, False) for one, t in zip(seen, truth, strict=True)}}
        found = adjudicated(seen, verdicts, 200, NAMES).rate("distress", 1e6)
        assert found.status == "adjudicated" and found.low is not None and found.high is not None
        held += found.low <= sum(truth) / len(truth) <= found.high
    assert held >= 53  # fewer than 54 of 60 would come by chance once in a hundred at a true share of 0.95


def verdicts_on(seen: list[Seen], distress: list[bool | None]) -> dict[str, dict[str, Verdict]]:
    said = zip(seen, distress, strict=True)
    return {"a": {one.conversation: Verdict(found, None if found is None else False) for one, found in said}}


def test_where_everything_is_read_the_rate_is_what_was_found() -> None:
    seen = conversations([(True, False, 1.0)] * 20 + [(False, False, 0.1)] * 40)
    found = adjudicated(seen, verdicts_on(seen, [n < 15 or n == 59 for n in range(60)]), 60, NAMES)
    assert found.complete
    rate, precision, recall = found.rate("distress", 1e9), found.precision("distress"), found.recall("distress")
    assert (rate.value, rate.low, rate.high) == pytest.approx((16 / 60,) * 3, abs=1e-3)
    assert precision.value == precision.high == pytest.approx(0.75)
    assert recall.value == recall.low == pytest.approx(15 / 16)


def test_where_nothing_is_found_there_is_no_recall_and_an_upper_end() -> None:
    seen = conversations([(True, False, 1.0)] * 20 + [(False, False, 0.1)] * 400)
    found = adjudicated(seen, verdicts_on(seen, [False] * 420), 60, NAMES)
    assert found.recall("distress").value is None
    rate = found.rate("distress", 420)
    assert rate.low is not None and rate.high is not None and 0 <= rate.low < 0.01 < rate.high < 0.15


def test_few_users_widen_the_interval() -> None:
    seen = conversations([(n < 100, False, 0.1) for n in range(1000)])
    found = adjudicated(seen, verdicts_on(seen, [n < 80 for n in range(1000)]), 200, NAMES)
    narrow, wide = found.rate("distress", 1000), found.rate("distress", 100)
    assert narrow.low is not None and wide.low is not None and narrow.high is not None and wide.high is not None
    assert wide.low < narrow.low < narrow.high < wide.high


def test_a_sample_that_is_half_read_is_not_complete_and_what_is_passed_over_counts_half() -> None:
    seen = conversations([(True, False, 1.0)] * 30 + [(False, False, 0.1)] * 70)
    drawn = [key for keys in draw(seen, 60).values() for key in keys]
    half = {"a": {key: Verdict(False, False) for key in drawn[: len(drawn) // 2]}}
    assert not adjudicated(seen, half, 60, NAMES).complete
    assert not adjudicated(seen, {}, 60, NAMES).complete
    passed = adjudicated(seen, verdicts_on(seen, [None] * 100), 60, NAMES)
    assert passed.complete
    assert {one.found["distress"] for one in passed.read} == {0.5}
    assert passed.support("distress", True, False).conversations == 0


def test_verdicts_on_conversations_that_were_not_drawn_do_not_count() -> None:
    seen = conversations([(False, False, 0.1)] * 200)
    drawn = draw(seen, 60)["far"]
    others = {one.conversation: Verdict(True, True) for one in seen if one.conversation not in drawn}
    verdicts = {"a": others | {key: Verdict(False, False) for key in drawn}}
    found = adjudicated(seen, verdicts, 60, NAMES)
    assert len(found.read) == 60
    assert found.support("distress", True, False).conversations == 0


def test_where_readers_differ_each_counts_half_and_kappa_tells() -> None:
    seen = conversations([(True, False, 1.0)] * 60)
    keys = [one.conversation for one in seen]
    first = {key: Verdict(n % 2 == 0, False) for n, key in enumerate(keys)}
    second = {key: Verdict(n % 4 == 0, False) for n, key in enumerate(keys)}
    found = adjudicated(seen, {"a": first, "b": second}, 200, NAMES)
    assert sum(one.found["distress"] for one in found.read) == pytest.approx(22.5)
    assert found.agreement["distress"] == pytest.approx(0.5)
    assert found.agreement["joy"] is None  # both always say no: chance explains everything
    few = dict(list(second.items())[: LEAST_TWICE - 1])
    assert agreement(keys, {"a": first, "b": few}, "distress") is None


def test_nobody_weighs_more_than_the_bound() -> None:
    seen = [Seen(f"c{n:03d}", "one" if n < 150 else f"u{n}", False, False, 0.0) for n in range(200)]
    kept = bounded(seen, 50)
    assert sum(one.user == "one" for one in kept) == 50 and len(kept) == 100
    assert bounded(kept, 50) == kept


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_a_blunt_interval_has_two_digits_and_still_holds_what_it_held(a: float, b: float, c: float) -> None:
    low, value, high = sorted((a, b, c))
    found = blunted(Estimate(value, low, high))
    assert all(end is not None and float(f"{end:.2g}") == end for end in found)
    assert found[1] is not None and found[2] is not None
    assert low - max(0.1 * low, 1e-10) <= found[1] <= low + 1e-10 and high - 1e-10 <= found[2] <= 1.1 * high + 1e-10


def test_a_share_known_exactly_is_inside_its_blunt_interval() -> None:
    assert blunted(Estimate(47 / 60, 47 / 60, 47 / 60)) == (0.78, 0.78, 0.79)
    assert blunted(Estimate(0.75, 0.75 + 1e-15, 0.75 + 1e-15)) == (0.75, 0.75, 0.75)
    assert blunted(Estimate()) == (None, None, None)
