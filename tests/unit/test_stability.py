"""Groups of vectors, and how far they hold: no text, no Spark."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import adjusted_rand_score

from pipelines.stability import FOUND, Ints, Vectors, best_overlap, least_sizes, not_lumps, settle
from schemas.policy_cluster import ClusterPolicy

GROUPS, EACH, WIDTH = 5, 30, 24
LABELS = st.lists(st.tuples(st.integers(-1, 3), st.integers(-1, 4)), max_size=40)


@given(LABELS)
def test_the_best_overlap_is_the_largest_jaccard_index_of_the_sets(pairs: list[tuple[int, int]]) -> None:
    kept, again = (np.asarray([pair[side] for pair in pairs], dtype=np.int64) for side in (0, 1))
    found = best_overlap(kept, again, 4)
    assert found.shape == (4,)
    for cluster in range(4):
        members = set(np.flatnonzero(kept == cluster))
        others = [set(np.flatnonzero(again == other)) for other in range(5)]
        best = max((len(members & other) / len(members | other) for other in others if members | other), default=0.0)
        assert found[cluster] == pytest.approx(best)


def planted(lone: bool = False) -> tuple[Vectors, list[str], Ints]:
    """(unit vectors around GROUPS directions, users, group of each). lone: the last group is one user's alone."""
    dice = np.random.default_rng(4)
    group = np.repeat(np.arange(GROUPS), EACH)
    vectors = dice.normal(size=(GROUPS, WIDTH))[group] + dice.normal(scale=0.25, size=(len(group), WIDTH))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    users = [f"u{row % 40}" if not lone or where < GROUPS - 1 else "alone" for row, where in enumerate(group)]
    return vectors.astype(np.float32), users, group


def test_planted_groups_are_found_and_found_again() -> None:
    vectors, users, group = planted()
    labels, held = settle(vectors, users, ClusterPolicy())
    assert adjusted_rand_score(group, labels) >= 0.9
    assert held.redraws == 5 and held.min_size in (15, 22)
    assert held.agreement is not None and held.agreement >= 0.9
    assert len(held.overlap) == len(held.found) == labels.max() + 1
    assert min(held.overlap) >= 0.9 and set(held.found) == {1.0}
    sizes = np.bincount(labels[labels >= 0]).tolist()
    assert sizes == sorted(sizes, reverse=True), "the largest is cluster 0"


def test_a_cluster_of_one_user_alone_is_lost_whenever_that_user_is_not_drawn() -> None:
    vectors, users, group = planted(lone=True)
    labels, held = settle(vectors, users, ClusterPolicy(redraws=8))
    alone = int(np.bincount(labels[group == GROUPS - 1]).argmax())
    others = [share for number, share in enumerate(held.found) if number != alone]
    assert held.found[alone] < 1.0 == min(others)
    assert held.overlap[alone] < min(share for number, share in enumerate(held.overlap) if number != alone)
    assert held.overlap[alone] >= FOUND * held.found[alone]


def test_without_redraws_the_size_is_the_policys_and_nothing_is_said_of_them() -> None:
    vectors, users, _ = planted()
    _, held = settle(vectors, users, ClusterPolicy(redraws=0))
    assert (held.min_size, held.redraws, held.agreement, held.overlap, held.found) == (15, 0, None, (), ())
    assert held.sizes is not None


def test_the_least_sizes_grow_with_the_trial() -> None:
    assert least_sizes(15, 60) == least_sizes(15, 1_400) == (15, 22, 30, 45, 60)
    assert least_sizes(15, 20_000) == (15, 22, 30, 45, 60, 75, 90, 105, 120)
    assert least_sizes(50, 20_000) == (50, 75, 100, 150, 200)


@given(st.integers(5, 200), st.integers(20, 300_000))
def test_least_sizes_rise_from_the_policys_and_stay_few_and_small(smallest: int, vectors: int) -> None:
    sizes = least_sizes(smallest, vectors)
    assert sizes[0] == smallest and list(sizes) == sorted(set(sizes))
    assert sizes[-1] <= max(4 * smallest, vectors / 150)


def test_a_size_that_leaves_only_lumps_is_not_chosen_nor_a_larger_one() -> None:
    assert not_lumps({15: 51, 22: 30, 30: 22, 45: 6, 60: 8}) == [15, 22, 30]
    assert not_lumps({15: 350, 30: 230, 45: 185, 60: 150, 75: 120, 90: 100}) == [15, 30, 45, 60, 75, 90]
    assert not_lumps({15: 0, 22: 0, 30: 0}) == [15, 22, 30]
    assert not_lumps({15: 12, 22: 3}) == [15]
