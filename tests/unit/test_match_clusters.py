from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.disclosure import Support
from pipelines.frames import FrameCluster
from pipelines.match_clusters import Known, Match, alike, assign, match_frames, match_terms
from schemas.policy import DisclosurePolicy

POLICY = DisclosurePolicy()


def middle(place: int, lean: int | None = None, weight: float = 0.0) -> tuple[float, ...]:
    """A centroid along one axis, leaning towards another."""
    vector = np.zeros(384)
    vector[place] = 1.0
    if lean is not None:
        vector[lean] = weight
    return tuple((vector / np.linalg.norm(vector)).tolist())


def old(number: int, place: int, placed: float = 0.1, flagged: int = 1000) -> FrameCluster:
    """A cluster of the baseline."""
    return FrameCluster("joy", number, middle(place), 0.5, (), placed, flagged)


def new(number: int, centroid: tuple[float, ...], size: int = 100, **landed: int) -> Known:
    """A cluster of this release; landed: conversations by baseline cluster (`to_2=40`), the rest outside."""
    parts = {int(name.split("_")[1]): count for name, count in landed.items()}
    parts[-1] = size - sum(parts.values())
    supports = {o: Support(n, n, 1) for o, n in parts.items() if n}
    return Known(number, centroid, size, supports)


def test_clusters_that_lie_together_are_one_whatever_their_numbers() -> None:
    found = match_frames(
        [new(0, middle(1, 5, 0.2), to_1=90), new(1, middle(0), to_0=90)], [old(0, 0), old(1, 1)], POLICY
    )
    assert found.pairs == ((0, 1), (1, 0))
    assert not (found.new or found.gone or found.split or found.merged or found.regrouped)


def test_a_cluster_that_lies_apart_is_new_and_one_that_nobody_falls_into_is_gone() -> None:
    now = [new(0, middle(0), 300, to_0=270), new(1, middle(9), 300)]
    found = match_frames(now, [old(0, 0, 0.5), old(1, 1, 0.45)], POLICY)
    assert (found.pairs, found.new, found.gone) == (((0, 0),), (1,), (1,))
    assert found.fewer == {1}


def test_a_part_under_the_floor_decides_no_word() -> None:
    # Eight of fifteen lie outside: a single conversation more or less would else make it new or not.
    assert match_frames([new(0, middle(9), 15, to_1=7)], [old(1, 1)], POLICY).new == ()
    apart = match_frames([new(0, middle(9), 40, to_1=7)], [old(1, 1, 1.0)], POLICY)
    assert apart.new == (0,)
    # Of 300 passages 12 would be expected there: 0, 3 and 14 read alike.
    found = {match_frames([new(0, middle(9), 300, to_1=n)], [old(1, 1, 0.04)], POLICY).fewer for n in (0, 3, 14)}
    assert found == {frozenset()}


def cell(number: int, placed: float, flagged: int = 1000) -> FrameCluster:
    """A cell of the baseline's background."""
    return FrameCluster("joy", number, middle(20 - number), 0.5, (), placed, flagged)


def known(number: int, size: int, cells: dict[int, int], inside: int = 0) -> Known:
    """A cluster whose passages lie in no cluster of the baseline, but for `inside` in its cluster 0."""
    parts = {**cells, -1: size - inside, 0: inside}
    return Known(number, middle(9 + max(0, number)), size, {o: Support(n, n, 1) for o, n in parts.items() if n})


REST = known(-1, 960, {-3: 30}, 920)
"""What else there is in a trial of a thousand: 10 lie beyond clusters and background."""


@pytest.mark.parametrize(
    ("now", "word"),
    [
        (known(1, 40, {}), "new"),  # nothing was there
        (known(1, 24, {-3: 24}), "near"),  # of 54 in that cell 30 were there: about 13 of these 24
        (known(1, 40, {-4: 40}), "near"),  # a cell that held as many
        (known(1, 40, {-5: 40}), "new"),  # a cell that held 5 of a thousand
        (known(1, 18, {}), "near"),  # too few to be sure: some 6 of these were beyond everything
    ],
    ids=["beyond", "shared", "as-many", "few", "small"],
)
def test_a_cluster_is_new_only_where_the_background_held_too_little_of_it(now: Known, word: str) -> None:
    before, around = [old(0, 0, 0.9)], [cell(-3, 0.03), cell(-4, 0.04), cell(-5, 0.005)]
    found = match_frames([now, REST], before, POLICY, around)
    assert (found.new, found.near) == (((1,), ()) if word == "new" else ((), (1,)))


def test_where_most_was_beyond_the_frame_before_nothing_is_new() -> None:
    """A frame without background, of a trial of which two thirds were in no cluster."""
    rest = known(-1, 960, {}, 340)
    assert match_frames([known(1, 40, {}), rest], [old(0, 0, 0.34)], POLICY).near == (1,)


def test_a_small_baseline_cannot_show_that_a_cluster_is_new() -> None:
    now = [known(1, 40, {}), known(-1, 960, {}, 955)]
    assert match_frames(now, [old(0, 0, 1.0, 1000)], POLICY).new == (1,)
    assert match_frames(now, [old(0, 0, 1.0, 300)], POLICY).near == (1,)


def test_near_centroids_alone_are_not_enough_unless_very_near() -> None:
    near = middle(0, 7, 0.7)  # a cosine of .82
    assert match_frames([new(0, near)], [old(0, 0, 0.9)], POLICY).new == (0,)
    assert match_frames([new(0, near, to_0=60)], [old(0, 0)], POLICY).pairs == ((0, 0),)
    assert match_frames([new(0, middle(0, 7, 0.2))], [old(0, 0)], POLICY).pairs == ((0, 0),)


def test_two_clusters_whose_passages_fall_into_one_were_split_from_it() -> None:
    parts = [new(0, middle(0, 3, 0.6), to_0=80), new(1, middle(0, 4, 0.6), to_0=70)]
    found = match_frames(parts, [old(0, 0)], POLICY)
    assert found.split == ((0, 0), (1, 0))
    assert not (found.pairs or found.new or found.gone)


def test_a_cluster_whose_passages_fall_into_two_was_merged_from_them() -> None:
    found = match_frames([new(0, middle(0, 1, 1.0), to_0=45, to_1=45)], [old(0, 0), old(1, 1)], POLICY)
    assert found.merged == ((0, 0), (0, 1))
    assert not (found.pairs or found.new or found.gone)


def test_a_part_under_the_floors_says_nothing() -> None:
    few = Known(0, middle(0, 1, 1.0), 100, {0: Support(60, 4, 1), 1: Support(14, 14, 1), -1: Support(26, 26, 1)})
    found = match_frames([few], [old(0, 0), old(1, 1)], POLICY)
    assert not (found.pairs or found.merged or found.split)
    assert found.new == () and (0, -1) in found.regrouped, "its passages lie inside the frame, so it is not new"


def test_a_cluster_is_not_gone_while_its_conversations_are_there() -> None:
    rest = Known(-1, (), 500, {0: Support(90, 60, 2), -1: Support(410, 300, 3)})
    found = match_frames([new(0, middle(1), to_1=90), rest], [old(0, 0), old(1, 1)], POLICY)
    assert found.gone == () and found.regrouped == ((-1, 0),)


def test_the_same_share_of_passages_in_a_cluster_is_neither_more_nor_fewer() -> None:
    for here, more, fewer in ((30, False, True), (100, False, False), (180, True, False)):
        found = match_frames([new(0, middle(0), 1000, to_0=here)], [old(0, 0)], POLICY)
        assert (0 in found.more, 0 in found.fewer) == (more, fewer)


def test_nothing_on_one_side_is_no_fault() -> None:
    assert match_frames([], [], POLICY) == Match("frame")
    assert match_frames([], [old(0, 0)], POLICY).gone == (0,)
    assert match_frames([new(0, middle(0))], [], POLICY).new == (0,)


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(0, 6), st.integers(0, 6))
def test_every_cluster_gets_one_fate_and_order_changes_nothing(seed: int, here: int, there: int) -> None:
    rng = np.random.default_rng(seed)
    before = [FrameCluster("joy", o, tuple(rng.normal(size=384) + 2 * (o % 3 == 0)), 0.5, (), 0.1, 900)
              for o in range(there)]  # fmt: skip
    now = []
    for n in range(here):
        parts: dict[str, Any] = {f"to_{o}": int(x) for o, x in enumerate(rng.integers(0, 100 // max(1, there), there))}
        now.append(new(n, tuple(rng.normal(size=384) + 2 * (n % 2)), 100, **parts))
    found = match_frames(now, before, POLICY)
    fates = [n for n, _ in found.pairs] + [*found.new, *found.near] + [n for n, o in found.regrouped if n >= 0]
    grouped = {n for n, _ in (*found.split, *found.merged)}
    assert sorted([*fates, *grouped]) == list(range(here))
    old_fates = [o for _, o in found.pairs] + list(found.gone) + [o for _, o in found.regrouped if o >= 0]
    assert sorted([*old_fates, *{o for _, o in (*found.split, *found.merged)}]) == list(range(there))
    assert match_frames(now[::-1], before, POLICY).pairs == found.pairs


def test_assignment_is_one_to_one_and_takes_as_many_as_it_can() -> None:
    near = np.array([[0.99, 0.98], [0.97, 0.1]])
    assert assign(near, near > 0.5) == {0: 1, 1: 0}
    assert assign(near, near > 2) == {}
    assert assign(np.zeros((0, 3)), np.zeros((0, 3), bool)) == {}


@given(st.lists(st.sampled_from("abcdefgh"), unique=True), st.lists(st.sampled_from("abcdefgh"), unique=True))
def test_likeness_of_terms_is_symmetric_and_between_0_and_1(one: list[str], other: list[str]) -> None:
    assert alike(one, other) == pytest.approx(alike(other, one))
    assert 0.0 <= alike(one, other) <= 1.0
    assert not one or alike(one, one) == 1.0


def test_terms_alone_find_pairs_and_never_call_a_cluster_new() -> None:
    found = match_terms({0: ["error", "test"], 1: ["poem"], 2: []}, {0: ["poem", "verse"], 5: ["bread"], 6: []})
    assert found == Match("terms", ((1, 0),))
