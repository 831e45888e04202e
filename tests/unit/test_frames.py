from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from pipelines.frame_rows import frame_rows
from pipelines.frames import FrameCluster, FrameFacts, make_frame, place, read_frame, significant
from pipelines.passages import Passage
from schemas.errors import UsageError
from schemas.policy import DisclosurePolicy

FACTS = FrameFacts("r-1", "key-1", "trial-1", 400)


def unit(*places: tuple[int, float]) -> np.ndarray[Any, Any]:
    """A vector of length 1 with weights at some places."""
    vector = np.zeros(1152, dtype=np.float32)
    for place_of, weight in places:
        vector[place_of] = weight
    return np.asarray(vector / np.linalg.norm(vector), dtype=np.float32)


def passages(users: list[str], flagged: list[bool] | None = None) -> list[Passage]:
    """One passage a user named, keys in order."""
    known = flagged or [True] * len(users)
    return [Passage(f"c{i}", user, "a text", hit) for i, (user, hit) in enumerate(zip(users, known, strict=True))]


def rows_of(
    users: list[str], vectors: Any, clusters: list[int], flagged: list[bool] | None = None, **more: Any
) -> list[dict[str, Any]]:
    """Rows of CLUSTER_FRAMES."""
    listed = passages(users, flagged)
    numbers = {p.conversation_key: c for p, c in zip(listed, clusters, strict=True)}
    return frame_rows(listed, numbers, np.stack(vectors), more.pop("before", []), **more)


def test_every_user_weighs_the_same_in_a_centroid() -> None:
    vectors = [unit((0, 1.0)), unit((1, 1.0)), unit((1, 1.0)), unit((1, 1.0))]
    found = rows_of(["ada", "ben", "ben", "ben"], vectors, [0, 0, 0, 0])[0]
    assert found["centroid"][0] == found["centroid"][1] == pytest.approx(0.707, abs=1e-3)
    assert found["conversations"] == 4


def test_unflagged_passages_move_no_centroid_and_are_not_counted() -> None:
    vectors = [unit((0, 1.0)), unit((0, 1.0)), unit((1, 1.0))]
    found = rows_of(["a", "b", "c"], vectors, [0, 0, 0], [True, True, False])
    assert found[0]["centroid"][1] == 0.0
    assert (found[0]["conversations"], found[0]["placed"]) == (2, 2)


def test_a_passage_is_placed_where_it_is_near_enough_and_nowhere_else() -> None:
    clusters = [FrameCluster("joy", 4, tuple(unit((0, 1.0)).tolist()), 0.6),
                FrameCluster("joy", 7, tuple(unit((1, 1.0)).tolist()), 0.9)]  # fmt: skip
    vectors = np.stack([unit((0, 1.0)), unit((0, 0.8), (2, 0.6)), unit((1, 0.8), (2, 0.6)), unit((2, 1.0))])
    assert place(vectors, clusters) == [4, 4, -1, -1]
    assert place(vectors, []) == [-1] * 4
    assert place(vectors[:0], clusters) == []


def test_where_members_land_in_the_baseline_is_counted_with_its_users() -> None:
    before = [FrameCluster("joy", 2, tuple(unit((0, 1.0)).tolist()), 0.8)]
    vectors = [unit((0, 1.0)), unit((0, 1.0)), unit((3, 1.0)), unit((0, 1.0))]
    found = rows_of(["a", "a", "b", "c"], vectors, [0, 0, 0, -1], before=before)
    by_number = {row["cluster"]: row["landed"] for row in found}
    assert by_number[0] == [
        {"baseline_cluster": -1, "conversations": 1, "users": 1, "top": 1},
        {"baseline_cluster": 2, "conversations": 2, "users": 1, "top": 2},
    ]
    assert by_number[-1] == [{"baseline_cluster": 2, "conversations": 1, "users": 1, "top": 1}]


def test_what_lands_in_a_cell_of_the_background_counts_as_unclustered_too() -> None:
    before = [FrameCluster("joy", 2, tuple(unit((0, 1.0)).tolist()), 0.8)]
    around = [FrameCluster("joy", -3, tuple(unit((1, 1.0)).tolist()), 0.8),
              FrameCluster("joy", -4, tuple(unit((0, 1.0)).tolist()), 0.8)]  # fmt: skip
    vectors = [unit((0, 1.0)), unit((1, 1.0)), unit((1, 1.0)), unit((3, 1.0))]
    found = rows_of(["a", "a", "a", "c"], vectors, [0, 0, 0, 0], before=before, around=around)[0]["landed"]
    assert {row["baseline_cluster"]: (row["conversations"], row["users"], row["top"]) for row in found} == {
        2: (1, 1, 1), -1: (3, 2, 2), -3: (2, 1, 2)
    }  # fmt: skip


def test_the_background_is_of_what_is_placed_in_no_cluster() -> None:
    vectors = [unit((0, 1.0))] * 20 + [unit((1, 1.0), (2, 0.1 * (i % 2))) for i in range(20)]
    rows = rows_of([f"u{i}" for i in range(40)], vectors, [0] * 20 + [-1] * 20)
    assert [(row["cluster"], row["conversations"], row["users"], row["top"]) for row in rows] == [
        (-1, 20, 20, 1), (0, 20, 20, 1), (-3, 20, 20, 1)
    ]  # fmt: skip
    assert rows[2]["centroid"][1] > 0.99 and rows[2]["placed"] >= 19


def test_clusters_of_a_given_frame_stay_where_they_lie() -> None:
    given = [FrameCluster("joy", 0, tuple(unit((5, 1.0)).tolist()), 0.4)]
    found = rows_of(["a", "b"], [unit((0, 1.0), (5, 1.0))] * 2, [0, 0], given=given)[0]
    assert found["centroid"][5] == 1.0 and found["least"] == 0.4


def made() -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Rows of CLUSTER_FRAMES and of released_terms."""
    vectors = [unit((i % 2, 1.0), (9, 0.2)) for i in range(40)] + [unit((50, 1.0))] * 10
    clusters = [i % 2 for i in range(40)] + [-1] * 10
    rows = rows_of([f"u{i}" for i in range(50)], vectors, clusters)
    terms = [{"label": "joy", "cluster": 0, "rank": rank, "term": word} for rank, word in ((2, "poem"), (1, "story"))]
    return [{"label": "joy", **row} for row in rows], terms


def test_only_shown_clusters_are_in_a_frame_under_their_released_numbers() -> None:
    rows, terms = made()
    frame = make_frame(rows, {("joy", 1): 0}, terms, FACTS)
    assert [(c.number, c.terms, c.placed, c.flagged) for c in frame.clusters] == [(0, ("story", "poem"), 0.4, 50)]
    assert frame.of("distress") == []


def test_a_frame_keeps_a_cell_of_the_background_only_where_it_clears_the_floors_of_the_release() -> None:
    rows, terms = made()
    cell = {"label": "joy", "cluster": -3, "conversations": 15, "users": 5, "top": 3, "placed": 14, "landed": []}
    cell |= {"centroid": unit((7, 1.0)).tolist(), "least": 0.5}
    for change, kept in (({}, True), ({"users": 4}, False), ({"conversations": 14}, False), ({"top": 6}, False)):
        frame = make_frame([*rows, cell | change], {("joy", 1): 0}, terms, FACTS)
        assert [c.number for c in frame.around("joy")] == [-3] * kept
        assert frame.clusters[0].placed == 0.4, "cells are counted among the unclustered, not beside them"
    assert make_frame([*rows, cell], {}, terms, FACTS).background == (), "no cluster is shown: nothing to compare"
    strict = DisclosurePolicy(min_conversations=20)
    assert make_frame([*rows, cell], {("joy", 1): 0}, terms, FACTS, strict).background == ()
    again = read_frame(make_frame([*rows, cell], {("joy", 1): 0}, terms, FACTS).text())
    assert again.around("joy")[0].placed == significant(14 / 50, 3)


def test_a_frame_of_before_there_was_a_background_is_read() -> None:
    rows, terms = made()
    plain = json.loads(make_frame(rows, {("joy", 0): 0}, terms, FACTS).text())
    del plain["background"]
    assert read_frame(json.dumps(plain)).background == ()


def test_a_frame_holds_no_text_and_no_pseudonym() -> None:
    rows, terms = made()
    text = make_frame(rows, {("joy", 0): 0, ("joy", 1): 1}, terms, FACTS).text()
    assert "a text" not in text and "u1" not in text and '"c1"' not in text
    assert set(json.loads(text)["clusters"][0]) == {
        "label", "number", "centroid", "least", "terms", "placed", "flagged"
    }  # fmt: skip


def test_a_frame_is_read_as_it_was_written_with_the_same_digest() -> None:
    rows, terms = made()
    frame = make_frame(rows, {("joy", 0): 1, ("joy", 1): 0}, terms, FACTS)
    again = read_frame(frame.text())
    assert again == frame and again.digest == frame.digest
    other = make_frame(rows, {("joy", 0): 1}, terms, FACTS)
    assert other.digest != frame.digest


@pytest.mark.parametrize(
    "change",
    [{"format": 9}, {"clusters": [{"label": "joy"}]}, {"release": 3}, {"more": 1}, {"encoder": "another"}],
    ids=["format", "cluster", "release", "more", "encoder"],
)
def test_what_is_no_frame_of_this_version_is_refused(change: dict[str, Any]) -> None:
    rows, terms = made()
    plain = json.loads(make_frame(rows, {("joy", 0): 0}, terms, FACTS).text()) | change
    with pytest.raises(UsageError):
        read_frame(json.dumps(plain))
    for text in ("", "[]", "{", "null"):
        with pytest.raises(UsageError, match="cannot be read"):
            read_frame(text)


def test_a_centroid_of_another_length_is_refused() -> None:
    rows, terms = made()
    plain = json.loads(make_frame(rows, {("joy", 0): 0}, terms, FACTS).text())
    plain["clusters"][0]["centroid"].pop()
    with pytest.raises(UsageError, match="cannot be read"):
        read_frame(json.dumps(plain))
