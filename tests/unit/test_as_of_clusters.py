"""Clusters beside those of an earlier release: set by set, and word by word."""

from __future__ import annotations

import pyarrow as pa
import pytest

from pipelines.as_of_clusters import (
    REST,
    ClusterHold,
    drawn_may_be_told,
    may_be_taken,
    nearest,
    sets_of,
    term_may_be_told,
)
from pipelines.as_of_state import CLUSTERS_KEY, Row, State
from schemas.policy import DisclosurePolicy
from schemas.row_level import HISTORY
from tests.privacy.trial_history import history
from tests.unit.test_disclosure_plan import trial

POLICY = DisclosurePolicy()


def units(
    *clusters: tuple[int, range], drawn: tuple[tuple[int, range], ...] = (), words: dict[str, range] | None = None
) -> pa.Table:
    """Flagged conversations by number, each of one user, in clusters; drawn unflagged ones; who holds a word."""
    rows = []
    for flagged, groups in ((True, clusters), (False, drawn)):
        for cluster, numbers in groups:
            for row in history(trial([(1, {}, {} if flagged else None)]), POLICY).to_pylist() * len(numbers):
                rows.append(row | {"distress_cluster": cluster, "distress_drawn": not flagged})
    names = [number for _, numbers in (*clusters, *drawn) for number in numbers]
    for row, number in zip(rows, names, strict=True):
        held = [word for word, numbers in (words or {}).items() if number in numbers]
        row |= {"conversation_key": f"c{number}", "user_key": f"u{number}", "distress_terms": held}
    return pa.Table.from_pylist(rows, schema=HISTORY.arrow)


BEFORE = units((0, range(40)), (1, range(40, 80)), (2, range(80, 84)), (-1, range(84, 120)))


@pytest.mark.parametrize(
    ("now", "taken"),
    [
        (units((0, range(40)), (1, range(40, 80)), (2, range(80, 84)), (-1, range(84, 120))), True),
        (units((1, range(40)), (0, range(40, 80)), (-1, range(80, 120))), True),  # other numbers
        (units((0, range(41)), (1, range(41, 80)), (-1, range(80, 120))), False),  # one moved over
        (units((0, range(40)), (1, range(40, 80)), (-1, range(80, 121))), False),  # one more
        (units((0, range(40)), (1, range(40, 80)), (-1, range(80, 140))), True),
        (units((0, range(80)), (-1, range(80, 120))), True),  # merged
        (units((0, range(20)), (1, range(20, 80)), (-1, range(80, 120))), True),
        (units((0, range(75)), (-1, range(75, 120))), False),  # five moved to the rest
    ],
)
def test_clusters_are_taken_together_where_all_differences_clear_the_floors(now: pa.Table, taken: bool) -> None:
    shown = sorted({n for n in now.column("distress_cluster").to_pylist() if n in (0, 1)})
    found = may_be_taken(sets_of(now, "distress", shown), sets_of(BEFORE, "distress", [0, 1]), POLICY)
    assert found == taken


def test_small_clusters_are_part_of_the_rest() -> None:
    sets = sets_of(BEFORE, "distress", [0, 1])
    assert len(sets.members[REST]) == 40


def test_drawn_conversations_are_told_where_their_change_clears_the_floors() -> None:
    then = sets_of(units((0, range(40)), drawn=((0, range(200, 220)),)), "distress", [0])
    for last, told in ((220, True), (221, False), (235, True)):
        now = sets_of(units((0, range(40)), drawn=((0, range(200, last)),)), "distress", [0])
        assert drawn_may_be_told(0, now, then, POLICY) == told


@pytest.mark.parametrize(
    ("holders", "told"), [(range(10), True), (range(11), False), (range(15), True), (range(9), False)]
)
def test_a_word_is_told_where_the_change_of_its_users_clears_the_floor(holders: range, told: bool) -> None:
    then = sets_of(units((0, range(40)), words={"error": range(10)}), "distress", [0])
    now = sets_of(units((3, range(60)), words={"error": holders}), "distress", [3])
    assert term_may_be_told(3, "error", now, then, POLICY) == told
    assert nearest(3, now, then) == 0


def state(data: pa.Table, told: bool = True) -> State:
    rows: list[Row] = [{"label": "distress", "cluster": 0, "rank": 1, "term": "error", "users": 10, "as_of": ""}]
    keys = frozenset({CLUSTERS_KEY}) if told else frozenset()
    tables = {"released_terms": rows}
    return State("2026-01-01", data, {}, keys, frozenset(), tables, clusters={"distress": [0]})


def test_a_word_that_changed_by_one_user_stands_as_the_earlier_release_told_it() -> None:
    then = units((0, range(40)), words={"error": range(10), "test": range(3)})
    now = units((3, range(60)), words={"error": range(11), "test": range(6), "server": range(8)})
    hold = ClusterHold([state(then)], now, True, POLICY)
    assert hold.take({"distress": [3]})
    row: Row = {"term": "error", "users": 10}
    assert hold.term("distress", 3, row) == row | {"as_of": "2026-01-01"}
    assert hold.term("distress", 3, {"term": "test", "users": 5}) is None, "it was hidden, and three more hold it"
    assert hold.term("distress", 3, {"term": "server", "users": 10}) == {"term": "server", "users": 10}


def test_clusters_stand_where_the_whole_trial_does_and_are_free_beside_releases_that_took_none() -> None:
    now = units((0, range(60)))
    assert not ClusterHold([], now, False, POLICY).take({"distress": [0]})
    assert ClusterHold([state(units((0, range(59))), told=False)], now, True, POLICY).take({"distress": [0]})
    assert not ClusterHold([state(units((0, range(59))))], now, True, POLICY).take({"distress": [0]})
