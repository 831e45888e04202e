"""What readers' verdicts say of a trial: the draw, the rate and its interval, agreement."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.adjudicate import (
    LEAST_TWICE,
    SHARES,
    Adjudication,
    Seen,
    Stratum,
    Verdict,
    adjudicated,
    agreement,
    draw,
)
from schemas.labels import LABELS

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


@pytest.mark.parametrize(("rate", "recall", "alarm"), [(0.15, 0.8, 0.05), (0.04, 0.5, 0.02)])
def test_the_interval_holds_the_truth_whatever_the_scorer_misses(rate: float, recall: float, alarm: float) -> None:
    chance = random.Random(3)
    held = 0
    for _ in range(60):
        seen, truth = trial(chance, 900, rate, recall, alarm)
        verdicts = {"a": {one.conversation: Verdict(t, False) for one, t in zip(seen, truth, strict=True)}}
        found = adjudicated(seen, verdicts, 200, NAMES).rate("distress")
        assert found.status == "adjudicated" and found.low is not None and found.high is not None
        held += found.low <= sum(truth) / len(truth) <= found.high
    assert held >= 53  # fewer than 54 of 60 would come by chance once in a hundred at a true share of 0.95


def test_where_everything_is_read_the_rate_is_what_was_found() -> None:
    seen = conversations([(True, False, 1.0)] * 20 + [(False, False, 0.1)] * 40)
    verdicts = {"a": {one.conversation: Verdict(n < 15 or n == 59, False) for n, one in enumerate(seen)}}
    found = adjudicated(seen, verdicts, 60, NAMES)
    assert found.complete
    rate, precision, recall = found.rate("distress"), found.precision("distress"), found.recall("distress")
    assert rate.value == rate.low == rate.high == pytest.approx(16 / 60)
    assert precision.value == pytest.approx(0.75)
    assert recall.value == pytest.approx(15 / 16)


def test_users_with_many_conversations_widen_the_interval() -> None:
    strata = (Stratum("distress", 100, 40, 40, {"distress": 30}), Stratum("far", 900, 60, 60, {"distress": 1}))
    found = Adjudication(strata, 50, {})
    narrow, wide = found.rate("distress"), found.rate("distress", 2.5)
    assert narrow.low is not None and wide.low is not None and narrow.high is not None and wide.high is not None
    assert wide.low < narrow.low < narrow.high < wide.high


def test_a_sample_that_is_half_read_is_not_complete() -> None:
    seen = conversations([(True, False, 1.0)] * 30 + [(False, False, 0.1)] * 70)
    drawn = [key for keys in draw(seen, 60).values() for key in keys]
    verdicts = {"a": {key: Verdict(False, False) for key in drawn[: len(drawn) // 2]}}
    assert not adjudicated(seen, verdicts, 60, NAMES).complete
    assert not adjudicated(seen, {}, 60, NAMES).complete


def test_verdicts_on_conversations_that_were_not_drawn_do_not_count() -> None:
    seen = conversations([(False, False, 0.1)] * 200)
    drawn = draw(seen, 60)["far"]
    others = {one.conversation: Verdict(True, True) for one in seen if one.conversation not in drawn}
    verdicts = {"a": others | {key: Verdict(False, False) for key in drawn}}
    found = adjudicated(seen, verdicts, 60, NAMES)
    assert (found.read, found.strata[-1].found["distress"]) == (60, 0)


def test_where_readers_differ_each_counts_half_and_kappa_tells() -> None:
    seen = conversations([(True, False, 1.0)] * 60)
    keys = [one.conversation for one in seen]
    first = {key: Verdict(n % 2 == 0, False) for n, key in enumerate(keys)}
    second = {key: Verdict(n % 4 == 0, False) for n, key in enumerate(keys)}
    found = adjudicated(seen, {"a": first, "b": second}, 200, NAMES)
    assert found.strata[1].found["distress"] == pytest.approx(22.5)
    assert found.agreement["distress"] == pytest.approx(0.5)
    assert found.agreement["joy"] is None  # both always say no: chance explains everything
    few = dict(list(second.items())[: LEAST_TWICE - 1])
    assert agreement(keys, {"a": first, "b": few}, "distress") is None
