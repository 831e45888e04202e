"""The design effect of rates by readers, and draws over strata."""

from __future__ import annotations

import numpy as np
import pytest

from pipelines.adjudicate_draws import Stratum, effect_by_readers, held
from pipelines.intervals import design_effect


def strata(truth: np.ndarray, flags: np.ndarray) -> tuple[Stratum, ...]:
    """Everything read."""
    return tuple(
        Stratum(int((flags == side).sum()), int((flags == side).sum()), float(truth[flags == side].sum()), side)
        for side in (True, False)
    )


def effect_of(user: np.ndarray, hit: np.ndarray) -> float:
    n, y = np.bincount(user), np.bincount(user, weights=hit).astype(int)
    sums = (int(v) for v in (y.sum(), n.sum(), len(n), (y * y).sum(), (y * n).sum(), (n * n).sum()))
    return design_effect(*sums)


@pytest.mark.parametrize(("recall", "alarm"), [(0.7, 0.05), (0.9, 0.1), (0.4, 0.01)])
def test_expressions_are_more_clustered_than_flags_by_what_the_readers_find(recall: float, alarm: float) -> None:
    rng = np.random.default_rng(4)
    user = np.repeat(np.arange(4000), 20)
    truth = rng.random(len(user)) < rng.beta(0.8, 7.2, 4000)[user]
    flags = rng.random(len(user)) < np.where(truth, recall, alarm)
    of_flags, of_truth = effect_of(user, flags), effect_of(user, truth)
    assert of_truth > of_flags + 0.2
    assert effect_by_readers(strata(truth, flags), of_flags) == pytest.approx(of_truth, rel=0.15)


def test_flags_that_are_right_have_the_effect_of_what_they_flag_and_useless_ones_tell_little() -> None:
    right = (Stratum(1000, 1000, 1000.0, True), Stratum(9000, 9000, 0.0, False))
    assert effect_by_readers(right, 3.0) == pytest.approx(3.0, rel=0.01)
    useless = (Stratum(1000, 100, 10.0, True), Stratum(9000, 100, 10.0, False))
    assert effect_by_readers(useless, 3.0) == pytest.approx(21.0)
    assert effect_by_readers(useless, 1.0) == 1.0
    assert effect_by_readers((Stratum(10, 10, 1.0, False),), 2.0) == 2.0


def test_what_was_read_is_known_and_the_rest_is_drawn() -> None:
    whole, flagged = held((Stratum(50, 50, 20.0, True), Stratum(500, 50, 5.0, False)), 1 / 3)
    assert set(flagged.tolist()) == {20.0}
    assert whole.min() >= 25 and np.median(whole) == pytest.approx(20 + 50, abs=6)
    assert np.quantile(whole, 0.975) > np.quantile(whole, 0.025) + 40
