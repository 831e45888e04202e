from __future__ import annotations

from typing import Any

import pytest

from pipelines.report_clusters import cluster_changes, lift_words
from pipelines.report_rows import Released
from schemas.released_clusters import CHANGES, CLUSTER_CHANGES

Row = dict[str, Any]


def change(word: str, now: int = -1, before: int = -1, *, by: str = "frame", difference: float | None = None) -> Row:
    """A row of released_cluster_changes."""
    row: Row = {
        "release": "b", "baseline": "a", "label": "joy", "cluster": now, "baseline_cluster": before, "change": word,
        "name": f"creative: poem{now}" if now >= 0 else "", "baseline_name": f"ideas: proof{before}" if before >= 0
        else "", "matched_by": by, "rate": 0.02 if now >= 0 else None, "baseline_rate": 0.03 if before >= 0 else None,
        "difference": difference, "difference_low": None if difference is None else difference - 0.005,
        "difference_high": None if difference is None else difference + 0.005, "status": "shown", "reason": "",
    }  # fmt: skip
    return row


def said(*rows: Row) -> list[str]:
    """The sentences, with plain spaces."""
    released = Released({CLUSTER_CHANGES.name: _table(list(rows))})
    return [line.replace("\u00a0", " ") for line in cluster_changes(released, "joy")]


def _table(rows: list[Row]) -> Any:
    import pyarrow as pa

    return pa.Table.from_pylist(rows, schema=CLUSTER_CHANGES.arrow)


def test_without_a_baseline_nothing_is_said() -> None:
    assert said() == []


def test_each_kind_of_change_has_its_sentence() -> None:
    lines = said(
        change("new", 4), change("gone", -1, 5), change("grown", 0, 1, difference=0.01), change("same", 1, 0),
        change("shrunk", 2, 2, difference=-0.01), change("split", 5, 3), change("split", 6, 3),
        change("merged", 7, 6), change("merged", 7, 7), change("near the floor", 8), change("regrouped", -1, 9),
    )  # fmt: skip
    assert lines == [
        "Clusters, matched by how alike their conversations are: 1 with no difference seen; 1 shown on one side only,"
        " and perhaps just under the floors on the other; 1 grouped otherwise than on the other side.",
        "Cluster new, or too small to show before: creative work together: poem4 (2.0 % of the conversations).",
        "Cluster gone, or too small to show now: ideas and problems: proof5 (3.0 % of the conversations).",
        "Cluster grown: creative work together: poem0 (3.0 % to 2.0 % of the conversations; +1.0 points"
        " (+0.5 to +1.5)).",
        "Cluster shrunk: creative work together: poem2 (3.0 % to 2.0 % of the conversations; −1.0 points"
        " (−1.5 to −0.5)).",
        "Cluster split: ideas and problems: proof3, now creative work together: poem5; and creative work together:"
        " poem6.",
        "Clusters merged: ideas and problems: proof6; and ideas and problems: proof7, now creative work together:"
        " poem7.",
    ]


@pytest.mark.parametrize("word", CHANGES)
def test_every_word_of_the_vocabulary_is_told_by_some_sentence(word: str) -> None:
    assert said(change(word, 0, 1), change("same", 2, 2)) != said(change("same", 2, 2))


def test_terms_alone_are_said_to_be_weaker() -> None:
    lines = said(change("same", 0, 1, by="terms"), change("not comparable", 1, by="terms"))
    assert "by their words alone, which is weaker" in lines[0] and "1 not comparable" in lines[0]


def test_where_a_side_shows_no_cluster_that_is_all_that_is_said() -> None:
    hidden = change("not comparable", by="none") | {"status": "suppressed", "reason": "floor"}
    assert said(hidden) == ["Clusters: not comparable, as one of the two releases shows none."]


@pytest.mark.parametrize(
    ("lift", "words"),
    [((2.1, 1.5, 2.9), "2.1 times (1.5 to 2.9)"), ((None, None, None), "not known")],
)
def test_a_lift_is_told_with_its_interval(lift: tuple[float | None, float | None, float | None], words: str) -> None:
    row = dict(zip(("lift", "lift_low", "lift_high"), lift, strict=True))
    assert lift_words(row).replace("\u00a0", " ") == words
