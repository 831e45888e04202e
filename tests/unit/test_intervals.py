from __future__ import annotations

import itertools
import math
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.intervals import (
    design_effect,
    detectable,
    effective_size,
    holm,
    lift,
    newcombe,
    poisson,
    student,
    two_sided,
    wilson,
)


def test_wilson_gives_the_published_example() -> None:
    assert wilson(0.1, 100) == pytest.approx((0.0552, 0.1744), abs=1e-4)


def test_intervals_that_hold_at_once_are_wider() -> None:
    assert wilson(0.1, 100, among=5) == pytest.approx((0.0460, 0.2037), abs=1e-4)  # z = 2.5758
    assert wilson(0.1, 100, among=1) == wilson(0.1, 100)


@given(st.floats(0, 1), st.floats(1, 1e6))
def test_wilson_holds_the_share_and_stays_within_bounds(share: float, size: float) -> None:
    low, high = wilson(share, size)
    assert 0 <= low <= share + 1e-12
    assert share - 1e-12 <= high <= 1


def test_newcombe_gives_the_published_example() -> None:
    assert newcombe(56 / 70, 70, 48 / 80, 80) == pytest.approx((0.0524, 0.3339), abs=1e-4)


@pytest.mark.parametrize(("share", "size", "expected"), [(0.008, 40_000, 0.00186), (0.005, 250_000, 0.00057)])
def test_detectable_differences_are_those_of_trials_of_known_size(share: float, size: int, expected: float) -> None:
    assert detectable(share, size, share, size) == pytest.approx(expected, abs=5e-5)


@given(
    st.floats(0.001, 0.6), st.floats(500, 1e6), st.floats(0.001, 0.6), st.floats(500, 1e6), st.integers(1, 60)
)  # fmt: skip
def test_a_rise_as_large_as_detectable_has_the_stated_power(
    share: float, size: float, other: float, other_size: float, tests: int
) -> None:
    rise = detectable(share, size, other, other_size, tests)
    base = (share * size + other * other_size) / (size + other_size)
    if base + rise >= 1:
        return
    pooled = ((base + rise) * size + base * other_size) / (size + other_size)
    null = math.sqrt(pooled * (1 - pooled) * (1 / size + 1 / other_size))
    spread = math.sqrt((base + rise) * (1 - base - rise) / size + base * (1 - base) / other_size)
    limit = NormalDist().inv_cdf(1 - 0.025 / tests) * null
    assert 1 - NormalDist(rise, spread).cdf(limit) == pytest.approx(0.8, abs=1e-4)
    assert rise >= detectable(share, size, other, other_size)


@pytest.mark.parametrize(("freedom", "expected"), [(4, 2.776), (5, 2.571), (10, 2.228), (30, 2.042), (1000, 1.962)])
def test_student_quantiles(freedom: int, expected: float) -> None:
    assert student(freedom) == pytest.approx(expected, abs=2e-3)


@pytest.mark.parametrize(("count", "low", "high"), [(14, 7.65, 23.49), (100, 81.4, 121.6), (0, 0.0, 3.69)])
def test_poisson_intervals_come_near_the_exact_ones(count: int, low: float, high: float) -> None:
    assert poisson(count) == pytest.approx((low, high), rel=0.01, abs=0.06)


def test_a_test_of_equal_shares_finds_nothing_and_of_unequal_ones_something() -> None:
    assert two_sided(0.1, 1000, 0.1, 800) == pytest.approx(1.0)
    assert two_sided(0.1, 1000, 0.2, 800) < 1e-6
    assert two_sided(0.0, 50, 0.0, 50) == 1.0


def test_holm_gives_the_textbook_example() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([]) == []


@given(st.lists(st.floats(0, 1), max_size=12))
def test_holm_never_makes_a_p_value_smaller_and_keeps_the_order(values: list[float]) -> None:
    adjusted = holm(values)
    assert all(a >= p for a, p in zip(adjusted, values, strict=True))
    order = sorted(range(len(values)), key=lambda i: values[i])
    assert all(adjusted[a] <= adjusted[b] for a, b in itertools.pairwise(order))


def effect_of(n: np.ndarray, y: np.ndarray) -> float:
    """The design effect of users with n conversations, y of them counted."""
    sums = (int(v) for v in (y.sum(), n.sum(), len(n), (y * y).sum(), (y * n).sum(), (n * n).sum()))
    return design_effect(*sums)


def test_independent_conversations_have_no_design_effect_and_copies_have_theirs() -> None:
    rng = np.random.default_rng(1)
    alone = np.ones(4000, dtype=int)
    assert effect_of(alone, rng.binomial(1, 0.1, 4000)) <= 1.1
    copies = rng.binomial(1, 0.1, 4000)
    assert effect_of(5 * alone, 5 * copies) == pytest.approx(5.0, abs=0.1)


def test_the_design_effect_is_coarse_and_never_under_one() -> None:
    found = effect_of(np.array([3, 4, 5, 6]), np.array([1, 1, 2, 2]))
    assert found == 1.0
    assert round(effect_of(np.array([10, 1, 1, 1, 1, 5]), np.array([9, 0, 0, 1, 0, 1])), 1) > 1


def test_an_effective_size_shrinks_with_few_users_and_is_never_under_one() -> None:
    assert effective_size(1000, 2.0, 10_000) == pytest.approx(500, rel=0.01)
    assert effective_size(1000, 2.0, 6) < 300
    assert effective_size(1, 50.0, 2) == 1.0


def test_intervals_hold_the_truth_when_users_have_many_conversations() -> None:
    """600 trials of 300 users, heavy-tailed, whose own rates scatter around 8 %: about 95 % must hold it."""
    rng = np.random.default_rng(20250901)
    held = naive = 0
    for _ in range(600):
        n = np.minimum(50, 1 + rng.geometric(0.25, 300))
        y = rng.binomial(n, rng.beta(0.8, 9.2, 300))
        share, total = y.sum() / n.sum(), int(n.sum())
        low, high = wilson(share, effective_size(total, effect_of(n, y), 300))
        held += low <= 0.08 <= high
        low, high = wilson(share, total)
        naive += low <= 0.08 <= high
    assert held / 600 > 0.93
    assert naive / 600 < 0.90, "without the design effect the intervals are too narrow"


def test_intervals_hold_the_truth_when_few_users_hold_most_of_what_is_counted() -> None:
    """600 trials of 92 users: most never, a few often, and a few of them with many conversations."""
    rng = np.random.default_rng(20250901)
    many = np.arange(1, 51)
    held = without_allowance = given = 0
    for _ in range(600):
        n = rng.choice(many, 92, p=many**-1.5 / (many**-1.5).sum())
        y = rng.binomial(n, rng.beta(0.16, 1.84, 92))
        share, total = y.sum() / n.sum(), int(n.sum())
        if y.sum() < 5:
            continue
        given += 1
        low, high = wilson(share, effective_size(total, effect_of(n, y), 92))
        held += low <= 0.08 <= high
        scatter = ((y - share * n) ** 2).sum() / (total * share * (1 - share))
        low, high = wilson(share, effective_size(total, max(1.0, float(scatter)), 92))
        without_allowance += low <= 0.08 <= high
    assert held / given > 0.93
    assert without_allowance / given < 0.92


def test_a_lift_holds_the_truth_and_is_one_where_nothing_differs() -> None:
    rng = np.random.default_rng(7)
    held = 0
    for _ in range(500):
        inside, outside = rng.binomial(400, 0.15), rng.binomial(3600, 0.05)
        ratio, low, high = lift(inside / 400, 400, 0.1, outside / 3600, 3600)
        held += low <= 0.15 / 0.06 <= high
        assert ratio == pytest.approx((inside / 400) / ((inside + outside) / 4000))
    assert 0.92 < held / 500 < 0.985
    ratio, low, high = lift(0.1, 500, 0.3, 0.1, 2000)
    assert ratio == pytest.approx(1.0)
    assert low < 1 < high
    assert math.isclose(ratio / low, high / ratio)
