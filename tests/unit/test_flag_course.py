"""How an expression runs: slope, peak, refusals; and that no run is thought impossible that there is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.disclosure_course import Run, bounds, groups, runs
from pipelines.flag_course import behaviours, course, peak_at, refusal, run_of
from schemas.released import LENGTHS, ONSETS
from tests.unit.test_flag import entry, flagged

THRESHOLD = 0.3


@pytest.mark.parametrize(
    ("curve", "onset", "wanted"),
    [
        ([0.9], 0, "level"),
        ([0.1, 0.2, 0.9], 2, "level"),
        ([0.4, 0.5], 0, "rising"),
        ([0.4, 0.49], 0, "level"),
        ([0.4, 0.3], 0, "falling"),
        ([0.0, 0.9, 0.5, 0.6, 0.2], 1, "falling"),
        ([0.9, 0.3, 0.5, 0.7], 1, "rising"),
        ([0.5, 0.9, 0.1, 0.5], 0, "falling"),
    ],
)
def test_slope_is_that_of_the_line_from_the_onset_on(curve: list[float], onset: int, wanted: str) -> None:
    assert course(curve, onset) == wanted


@pytest.mark.parametrize(
    ("curve", "onset", "wanted"),
    [([0.9], 0, "at_onset"), ([0.1, 0.5, 0.5], 1, "at_onset"), ([0.1, 0.5, 0.51], 1, "later")],
)
def test_peak(curve: list[float], onset: int, wanted: str) -> None:
    assert peak_at(curve, onset) == wanted


@pytest.mark.parametrize(
    ("curve", "onset", "refusals", "wanted"),
    [
        ([0.1, 0.5, 0.9], 1, set(), "none"),
        ([0.1, 0.5, 0.9], 1, {2}, "none"),
        ([0.1, 0.1, 0.5, 0.9], 2, {0}, "none"),
        ([0.1, 0.5, 0.55], 1, {1}, "refused"),
        ([0.1, 0.5, 0.6], 1, {1}, "grew"),
        ([0.1, 0.5, 0.2], 1, {0}, "grew"),
        ([0.25, 0.3, 0.1], 1, {0, 1}, "refused"),
        ([0.5], 0, {0}, "refused"),
        ([0.5, 0.1, 0.9], 0, {0}, "grew"),
    ],
)
def test_growth_after_a_refusal(curve: list[float], onset: int, refusals: set[int], wanted: str) -> None:
    assert refusal(curve, onset, refusals.__contains__) == wanted


CURVES = st.lists(
    st.sampled_from((0.0, 0.2, 0.25, 0.29, 0.3, 0.35, 0.39, 0.4, 0.45, 0.9, 1.0)), min_size=1, max_size=18
)


@given(CURVES.filter(lambda curve: max(curve) >= THRESHOLD), st.sets(st.integers(0, 17)))
def test_every_run_that_there_is_is_one_that_the_gate_knows(curve: list[float], refusals: set[int]) -> None:
    hits = [turn for turn, p in enumerate(curve) if p >= THRESHOLD]
    found = run_of(curve, hits[0], refusals.__contains__)
    length = LENGTHS[sum(len(curve) > last for last in (1, 3, 7, 15))]
    onset = ONSETS[sum(hits[0] >= last for last in (1, 3, 7))]
    recovered = "yes" if curve[-1] < THRESHOLD else "no"
    run = Run(onset, recovered, found["course"], found["peak_at"], found["refusal"], len(hits) > 1)
    assert run in runs(length)
    for (_, values), value in zip(groups(length, onset, recovered, run.again), run[2:5], strict=True):
        assert value in values


def test_one_turn_begins_ends_and_grows_no_more() -> None:
    assert {run[:4] for run in runs("1")} == {("1", "no", "level", "at_onset")}
    assert {run.refusal for run in runs("1")} == {"none", "refused"}
    assert all(run.recovered == "no" for run in runs("2-3") if run.slope == "rising")


def test_what_shown_counts_say_of_the_groups() -> None:
    still, moves = frozenset({"level"}), frozenset({"falling", "level", "rising"})
    there = [("slope", still), ("slope", moves)]
    found = list(bounds({("slope", "rising"): 20, ("slope", "level"): 30}, there))
    assert ([("slope", moves)], -1.0, -20) in found, "twenty rise, so that twenty go on"
    assert ([("slope", still)], 1.0, 30) in found, "who does not go on is level"
    assert not list(bounds({("slope", "level"): 30}, [("slope", moves)])), "all groups together are the total"


def test_behaviours_of_a_conversation() -> None:
    loop = "Four. Wait, no. " * 10
    turns = [
        {"role": "user", "text": loop + "I give up.", "thinking": "", "generated": False},
        {"role": "assistant", "text": "Five.", "thinking": loop, "generated": True},
    ]
    assert behaviours(turns, "unknown") == (["reversion_loop"], 10)
    assert behaviours(turns[:1], "model") == (["ended_by_model"], 0)
    turns[1] |= {"text": "I give up now. " * 6, "thinking": loop[: len(loop) // 2]}
    assert behaviours(turns, "user") == (["outbursts", "giving_up"], 5)


def test_flag_says_how_it_runs_and_counts_behaviour_without_any_score() -> None:
    row = flagged([entry(1, 0.1), entry(3, 0.4), entry(5, 0.9)])
    assert {name: row["distress"][name] for name in ("course", "peak_at", "refusal")} == {
        "course": "rising", "peak_at": "later", "refusal": "none"
    }  # fmt: skip
    assert row["joy"]["course"] == row["joy"]["peak_at"] == row["joy"]["refusal"] == ""
    assert row["behaviours"] == []
