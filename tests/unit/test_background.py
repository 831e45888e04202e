from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.background import Vectors, cells
from pipelines.disclosure import Support, clears
from schemas.policy import DisclosurePolicy

POLICY = DisclosurePolicy()


def vectors(seed: int, groups: list[int], dimensions: int = 24) -> Vectors:
    """Unit vectors in groups of these sizes, each around a direction of its own."""
    rng = np.random.default_rng(seed)
    middles = np.eye(dimensions)[: len(groups)]
    found = np.repeat(middles, groups, axis=0) + 0.1 * rng.normal(size=(sum(groups), dimensions))
    unit: Vectors = (found / np.linalg.norm(found, axis=1, keepdims=True)).astype(np.float32)
    return unit


@settings(max_examples=60)
@given(st.integers(0, 2**32 - 1), st.integers(0, 120), st.integers(1, 40))
def test_every_cell_clears_the_floors_and_every_row_is_in_one(seed: int, count: int, people: int) -> None:
    rng = np.random.default_rng(seed)
    users = [f"u{number}" for number in rng.integers(0, people, count)]
    found = cells(vectors(seed, [count]), users, POLICY)
    for part in found:
        of_each = Counter(users[row] for row in part)
        assert clears(Support(len(part), len(of_each), max(of_each.values())), POLICY)
    of_all = Counter(users)
    whole = clears(Support(count, len(of_all), max(of_all.values(), default=0)), POLICY)
    assert sorted(row for part in found for row in part) == (list(range(count)) if whole else [])


@pytest.mark.parametrize("dimensions", [24, 400], ids=["more-rows", "more-columns"])
def test_groups_that_clear_the_floors_become_cells(dimensions: int) -> None:
    groups = [15, 20, 25]
    found = cells(vectors(3, groups, dimensions), [f"u{row}" for row in range(60)], POLICY)
    assert [len(part) for part in found] == groups
    assert [int(part[0]) for part in found] == [0, 15, 35]


def test_a_cut_that_leaves_one_user_alone_is_not_made() -> None:
    users = ["ada"] * 15 + [f"u{row}" for row in range(30)]
    for part in cells(vectors(5, [15, 30]), users, POLICY):
        assert sum(users[row] == "ada" for row in part) <= POLICY.max_user_share * len(part)


def test_many_vectors_make_cells_in_bounds() -> None:
    found = cells(vectors(7, [500] * 20), [f"u{row}" for row in range(10_000)], POLICY)
    assert len(found) <= 2 * 256 and min(map(len, found)) >= 10_000 // 256
