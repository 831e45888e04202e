from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import beta

from pipelines.new_source import new_source

ENDS = np.array([0.025, 0.5, 0.975])
PAIRS = st.lists(
    st.integers(0, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), min_size=0, max_size=12
)


def law(pairs: list[tuple[int, int]]) -> list[float]:
    return [float(x) for x in new_source([h for h, _ in pairs], [n for _, n in pairs], ENDS)]


def test_fewer_than_three_sources_give_their_jeffreys_posterior() -> None:
    assert law([(9, 10), (0, 0)]) == pytest.approx(list(beta.ppf(ENDS, 9.5, 1.5)))
    assert law([]) == pytest.approx(list(beta.ppf(ENDS, 0.5, 0.5)))


def test_sources_alike_give_a_narrow_law_and_sources_apart_a_wide_one() -> None:
    low, middle, high = law([(240, 300)] * 6)
    assert middle == pytest.approx(0.8, abs=0.01)
    assert high - low < 0.15
    low, _, high = law([(20, 100), (60, 100), (90, 100), (95, 100)])
    assert high - low > 0.8


def test_sources_without_a_hit_bound_the_next_one() -> None:
    low, _, high = law([(0, 300)] * 4)
    assert low < 1e-4
    assert 0.001 < high < 0.08


@settings(max_examples=30)
@given(PAIRS)
def test_the_law_is_proper_whatever_the_counts(pairs: list[tuple[int, int]]) -> None:
    low, middle, high = law(pairs)
    assert 0 <= low <= middle <= high <= 1


@settings(max_examples=30)
@given(PAIRS)
def test_turning_hits_into_misses_mirrors_the_law(pairs: list[tuple[int, int]]) -> None:
    mirrored = law([(n - h, n) for h, n in pairs])
    assert law(pairs) == pytest.approx([1 - x for x in reversed(mirrored)], abs=5e-3)


@pytest.mark.parametrize(
    ("mean", "size", "sources", "turns"), [(0.8, 8, 8, 60), (0.8, 30, 8, 60), (0.5, 5, 6, 40), (0.01, 60, 6, 400)]
)
def test_the_next_source_lies_within_the_law(mean: float, size: float, sources: int, turns: int) -> None:
    """100 draws of sources from a beta law: the 95 % interval must hold about 95 % of the next ones."""
    rng = np.random.default_rng(int(1000 * mean + size))
    held = 0
    for _ in range(100):
        shares = rng.beta(mean * size, (1 - mean) * size, sources + 1)
        low, _, high = law([(int(h), turns) for h in rng.binomial(turns, shares[:-1])])
        held += low <= shares[-1] <= high
    assert 0.9 <= held / 100 <= 0.99
