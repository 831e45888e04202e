"""Triggers that like passages share: who counts for whom, and what stays as it was judged."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pipelines.like_passages import LEAST_ALIKE, shared_triggers, smoothed
from pipelines.passages import Clusters, Passage
from pipelines.situations import Matrix
from pipelines.stability import Vectors
from schemas.labels import SITUATIONS
from schemas.policy_cluster import ClusterPolicy


def causes(**high: float) -> tuple[float, ...]:
    return tuple(high.get(str(situation), 0.0) for situation in SITUATIONS)


def told(*groups: tuple[int, tuple[float, ...]], user: str = "") -> Clusters:
    """(passages, causes) by group; a group's passages lie together, far from the others'. user: of all, else each its
    own."""
    passages: list[Passage] = []
    vectors: list[Vectors] = []
    for place, (many, judged) in enumerate(groups):
        for _ in range(many):
            number = len(passages)
            passages.append(Passage(f"c{number:03d}", user or f"u{number:03d}", f"text {number}", True, judged))
            vectors.append(np.eye(len(groups), dtype=np.float32)[place])
    return Clusters({}, [], told=passages, vectors=np.asarray(vectors))


def odd(user: str = "") -> Clusters:
    """Five passages that lie together, of which one was judged otherwise than the four."""
    found = told((4, causes(abuse=0.6)), (1, causes(pressure=0.7)), user=user)
    assert found.vectors is not None
    found.vectors[:] = found.vectors[0]
    return found


def test_the_odd_one_of_like_passages_gets_the_trigger_of_the_others() -> None:
    assert set(shared_triggers(odd(), ClusterPolicy()).values()) == {"abuse"}


def test_ones_own_passages_count_for_nothing() -> None:
    given = shared_triggers(odd(user="one"), ClusterPolicy())
    assert [given[f"c{number:03d}"] for number in range(5)] == ["abuse"] * 4 + ["pressure"]


def test_passages_that_lie_apart_keep_their_own() -> None:
    given = shared_triggers(told((5, causes(abuse=0.6)), (1, causes(pressure=0.7))), ClusterPolicy())
    assert given["c005"] == "pressure" and given["c000"] == "abuse"


def test_other_stays_other_where_neighbours_know_no_more() -> None:
    assert set(shared_triggers(told((6, causes(abuse=0.2))), ClusterPolicy()).values()) == {"other"}


def test_what_was_not_judged_or_not_flagged_has_no_say_and_gets_none() -> None:
    found = odd()
    unjudged = Passage("x", "ux", "text", True)
    sampled = Passage("y", "uy", "text", False, causes(pressure=0.9))
    assert found.vectors is not None
    vectors = np.vstack([found.vectors, found.vectors[:2]])
    given = shared_triggers(Clusters({}, [], told=[*found.told, unjudged, sampled], vectors=vectors), ClusterPolicy())
    assert given == shared_triggers(found, ClusterPolicy())


def test_without_vectors_nothing_is_said() -> None:
    assert shared_triggers(Clusters({}, [], told=odd().told), ClusterPolicy()) == {}
    assert shared_triggers(Clusters({}, [], vectors=np.zeros((0, 3), np.float32)), ClusterPolicy()) == {}


@st.composite
def trials(draw: st.DrawFn) -> tuple[Vectors, Matrix, list[int]]:
    many = draw(st.integers(1, 40))
    dice = np.random.default_rng(draw(st.integers(0, 2**31)))
    vectors = dice.normal(size=(many, 4)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    judged = np.round(dice.random((many, len(SITUATIONS))), 4)
    return vectors, judged, dice.integers(0, draw(st.integers(1, 30)), many).tolist()


@given(trials(), st.integers(1, 50))
def test_it_is_the_mean_over_itself_and_the_nearest_like_ones_of_others(
    trial: tuple[Vectors, Matrix, list[int]], nearest: int
) -> None:
    vectors, judged, users = trial
    found = smoothed(judged, vectors, np.asarray(users), np.arange(len(users)), nearest)
    for row, user in enumerate(users):
        alike = [(float(vectors[row] @ vectors[other]), other) for other in range(len(users)) if users[other] != user]
        near = [other for cosine, other in sorted(alike, reverse=True)[:nearest] if cosine >= LEAST_ALIKE]
        assert np.allclose(found[row], judged[[row, *near]].mean(axis=0), atol=1e-4)
