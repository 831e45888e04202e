"""Shares, average precision and their intervals where rows hang together."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score

from classifiers.metrics import average_precision, bins_of, bootstrap, calibration_error, share, wilson

ROWS = st.lists(st.tuples(st.integers(0, 20), st.booleans(), st.booleans(), st.integers(0, 6)), min_size=1, max_size=60)


@given(ROWS)
def test_average_precision_is_that_of_scikit_learn(rows: list[tuple[int, bool, bool, int]]) -> None:
    scores, truth = np.array([r[0] / 20 for r in rows]), np.array([r[1] for r in rows])
    found = average_precision(truth, scores)
    if truth.any():
        assert found == pytest.approx(average_precision_score(truth, scores))
    else:
        assert found is None


@given(ROWS)
def test_a_share_lies_within_its_interval_and_no_row_gives_none(rows: list[tuple[int, bool, bool, int]]) -> None:
    hits, among, groups = (np.array([r[n] for r in rows]) for n in (1, 2, 3))
    value, low, high = share(hits, among, groups)
    if not among.any():
        assert value is None and low is None and high is None
        return
    assert value is not None and low is not None and high is not None
    assert value == pytest.approx(hits[among].mean())
    assert 0.0 <= low <= value + 1e-12 and value <= high + 1e-12 <= 1.0 + 2e-12


def test_rows_that_stand_alone_give_wilsons_interval() -> None:
    hits = np.arange(100) < 10
    alone = share(hits, np.ones(100, dtype=bool), np.arange(100))
    _, low, high = wilson(10, 100)
    assert alone[1] == pytest.approx(low, abs=2e-3) and alone[2] == pytest.approx(high, abs=2e-3)


def test_rows_of_one_group_tell_less_than_as_many_groups_and_all_of_few_is_not_certain() -> None:
    hits, everyone = np.repeat([True, False] * 10, 10), np.ones(200, dtype=bool)
    together, alone = (share(hits, everyone, groups) for groups in (np.repeat(np.arange(20), 10), np.arange(200)))
    assert together[2] - together[1] > 2 * (alone[2] - alone[1])  # type: ignore[operator]
    three = share(np.ones(3, dtype=bool), np.ones(3, dtype=bool), np.arange(3))
    assert three[0] == 1.0 and three[1] is not None and three[1] < 0.5
    one_talk = share(np.ones(30, dtype=bool), np.ones(30, dtype=bool), np.zeros(30, dtype=np.int64))
    assert one_talk[1] is not None and one_talk[1] < 0.25


@pytest.mark.parametrize("truth", [0.05, 0.5, 0.9])
def test_intervals_of_a_share_cover_it_where_rows_hang_together(truth: float) -> None:
    rng = np.random.default_rng(5)
    covered = 0
    for _ in range(300):
        sizes = rng.geometric(0.4, 30)
        chance = rng.beta(truth * 4, (1 - truth) * 4, 30)
        groups = np.repeat(np.arange(30), sizes)
        hits = rng.random(len(groups)) < chance[groups]
        _, low, high = share(hits, np.ones(len(hits), dtype=bool), groups)
        covered += low <= truth <= high  # type: ignore[operator]
    assert covered >= 0.9 * 300


def test_one_group_gives_no_interval_by_redrawing() -> None:
    assert bootstrap(lambda rows: float(len(rows)), ["a"] * 4) == [4.0, None, None]


@given(st.lists(st.tuples(st.integers(0, 10_000), st.booleans()), min_size=1, max_size=80))
def test_bins_part_the_scores_and_make_up_the_calibration_error(rows: list[tuple[int, bool]]) -> None:
    scores, truth = np.array([r[0] / 10_000 for r in rows]), np.array([r[1] for r in rows])
    place = bins_of(scores)
    for score, number in zip(scores, place, strict=True):
        assert number / 10 <= score and (score < (number + 1) / 10 or (number == 9 and score == 1.0))
    gaps = [
        (place == b).mean() * abs(truth[place == b].mean() - scores[place == b].mean())
        for b in range(10)
        if (place == b).any()
    ]
    assert calibration_error(truth, scores) == pytest.approx(sum(gaps))
