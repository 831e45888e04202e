from __future__ import annotations

import datetime
import random
from collections.abc import Iterable

import pyarrow as pa
import pytest

from pipelines.aggregate import tabulate
from schemas.labels import LABELS
from schemas.policy import DisclosurePolicy
from schemas.quality import Quality
from schemas.released import CLUSTERS, COVERAGE, DYNAMICS, RATES, TRIGGERS
from schemas.row_level import CLUSTER_TERMS
from tests.privacy.trial import Exact, Row
from tests.privacy.trial_runs import run_like

POLICY = DisclosurePolicy()
Part = tuple[int, Row, Row | None]
"""How many conversations, what differs in them, how they are flagged."""
NOT_FLAGGED: Row = {
    "flagged": False, "turns": 0, "onset": None, "recovered": None, "strong": False, "trigger": "none", "missed": 0.0,
    "cluster": -2,
}  # fmt: skip
FLAGGED: Row = {
    "flagged": True, "turns": 1, "onset": 1, "recovered": True, "strong": False, "trigger": "abuse", "missed": 0.0,
    "cluster": -1,
}  # fmt: skip


def conversation(number: int, change: Row, flagged: Row | None = None) -> Row:
    """A scored conversation of a user of its own; flagged for distress where `flagged` says how."""
    row: Row = {
        "conversation_key": f"c{number}", "user_key": f"u{number}", "has_user": True, "surface": "chat",
        "day": datetime.date(2025, 9, 2), "ended_by": "user", "language": "en", "not_scored": "", "codes": [],
        "behaviours": [], "model_turns": 5, "distress": NOT_FLAGGED if flagged is None else FLAGGED | flagged,
        "joy": NOT_FLAGGED,
    }  # fmt: skip
    row |= change
    row["distress"] = run_like(random.Random(number), row["distress"], row["model_turns"]) | row["distress"]
    row["joy"] = run_like(random.Random(number), row["joy"], row["model_turns"]) | row["joy"]
    return row


def trial(parts: Iterable[Part]) -> list[Row]:
    """Conversations in groups of (how many, what differs, how flagged)."""
    rows: list[Row] = []
    for size, change, flagged in parts:
        rows += [conversation(len(rows) + i, change, flagged) for i in range(size)]
    return rows


def released(rows: list[Row]) -> dict[str, pa.Table]:
    """The released tables of the rows."""
    exact = Exact(rows, POLICY)
    terms = CLUSTER_TERMS.arrow.empty_table()
    return tabulate(exact.cells, exact.splits, exact.named, exact.unions, terms, "r-1", POLICY, Quality({}), None)


def rates(tables: dict[str, pa.Table], dimension: str) -> dict[str, tuple[int | None, int | None]]:
    """(conversations, flagged) of each value, for distress."""
    rows = [row for row in tables[RATES.name].to_pylist() if row["label"] == "distress"]
    return {row["value"]: (row["conversations"], row["flagged"]) for row in rows if row["dimension"] == dimension}


def test_a_surface_too_small_to_show_is_in_no_total() -> None:
    parts: list[Part] = [(500, {}, None), (60, {}, {}), (12, {"surface": "voice"}, None)]
    found = rates(released(trial(parts)), "surface")
    assert found == {"chat": (560, 60), "other": (None, None)}
    assert rates(released(trial(parts)), "all") == {"all": (560, 60)}


def test_small_surfaces_that_clear_the_floors_together_are_one_row() -> None:
    parts: list[Part] = [
        (500, {}, None),
        (60, {}, {}),
        (12, {"surface": "voice"}, None),
        (10, {"surface": "api"}, None),
    ]
    tables = released(trial(parts))
    assert rates(tables, "all") == {"all": (580, 60)}
    found = rates(tables, "surface")
    assert found["other"][0] == 20
    assert set(found) == {"chat", "other"}
    assert found["chat"][1] is None, "or the flagged of the pool would follow"


@pytest.mark.parametrize("few", range(15))
def test_presence_of_rows_says_nothing_about_a_small_surface(few: int) -> None:
    without = released(trial([(500, {}, None), (60, {}, {})]))
    small = released(trial([(500, {}, None), (60, {}, {}), (few, {"surface": "voice"}, None)]))
    assert all(small[name].equals(without[name]) for name in without)


def test_a_hidden_numerator_takes_a_second_one_along_and_keeps_its_denominator() -> None:
    agents = {"surface": "coding_agent"}
    found = rates(released(trial([(500, {}, None), (60, {}, {}), (200, agents, None), (7, agents, {})])), "surface")
    assert found == {"chat": (560, None), "coding_agent": (205, None), "other": (None, None)}


def test_flagging_nearly_all_hides_the_numerator_as_flagging_nearly_none_does() -> None:
    agents = {"surface": "coding_agent"}
    found = rates(released(trial([(500, {}, None), (60, {}, {}), (5, agents, None), (70, agents, {})])), "surface")
    assert found["coding_agent"] == (75, None)


def test_denominators_that_bound_too_tightly_are_hidden_too() -> None:
    agents = {"surface": "coding_agent"}
    found = rates(released(trial([(7, {}, None), (10, {}, {}), (8, agents, None), (10, agents, {})])), "surface")
    assert found == {"chat": (None, None), "coding_agent": (None, None), "other": (None, None)}


def test_a_situation_held_by_nearly_all_is_hidden_like_one_held_by_few() -> None:
    held, both = {"codes": ["abuse"]}, {"codes": ["abuse", "creative"]}
    tables = released(trial([(400, held, None), (60, held, {}), (9, {}, None), (100, both, None), (20, both, {})]))
    found = rates(tables, "situation")
    assert found["abuse"] == (None, None)
    assert found["creative"] == (120, 20)


def test_a_label_that_is_hidden_is_hidden_everywhere() -> None:
    tables = released(trial([(500, {}, None), (14, {}, {})]))
    assert rates(tables, "all") == {"all": (515, None)}
    for table in (TRIGGERS, CLUSTERS, DYNAMICS):
        assert set(tables[table.name].column("status").to_pylist()) == {"suppressed"}


def test_an_onset_cannot_be_worked_out_from_the_lengths() -> None:
    """Twenty conversations of one turn must begin at turn 1: showing their number would bound the other onsets."""
    short, late = {"model_turns": 1}, {"onset": 3}
    rows = trial(
        [(400, {}, None), (100, short, None), (20, short, {"recovered": False}), (6, {}, late), (40, {}, {"onset": 4})]
    )
    tables = released(rows)
    onsets = {r["value"]: r["flagged"] for r in tables[DYNAMICS.name].to_pylist() if r["measure"] == "onset"
              and r["label"] == "distress"}  # fmt: skip
    lengths = rates(tables, "length")
    assert onsets["2-3"] is None
    assert onsets["1"] is None or onsets["4-7"] is None
    assert onsets["1"] is None or lengths["1"][1] is None or onsets["4-7"] is None


def test_small_clusters_are_not_listed_and_the_rest_clears_the_floors() -> None:
    parts: list[Part] = [(500, {}, None)]
    parts += [(size, {}, {"cluster": number}) for number, size in ((0, 20), (1, 60), (2, 4), (3, 8), (7, 30))]
    parts += [(18, {}, {"trigger": name}) for name in ("identity", "pressure", "repetition")]
    rows = [r for r in released(trial(parts))[CLUSTERS.name].to_pylist() if r["label"] == "distress"]
    assert [(r["cluster"], r["flagged"]) for r in rows] == [(-1, 65), (0, 60), (1, 30), (2, 20)]
    assert [r["name"] for r in rows[1:]] == ["abuse", "abuse", "abuse"]


def test_where_every_flagged_conversation_is_in_a_cluster_the_smallest_joins_the_rest() -> None:
    parts: list[Part] = [(500, {}, None)]
    parts += [(size, {}, {"cluster": number}) for number, size in ((0, 20), (1, 60), (2, 3))]
    rows = [r for r in released(trial(parts))[CLUSTERS.name].to_pylist() if r["label"] == "distress"]
    assert [(r["cluster"], r["flagged"]) for r in rows] == [(-1, 25), (0, 60)]


def test_what_was_not_scored_is_covered_and_counts_in_no_rate() -> None:
    french, silent = {"not_scored": "language", "language": "fr"}, {"not_scored": "no_text", "language": "und"}
    tables = released(trial([(500, {}, None), (60, {}, {}), (30, french, None), (9, silent, None)]))
    found = {(r["measure"], r["value"]): r["conversations"] for r in tables[COVERAGE.name].to_pylist()}
    assert found["language", "en"] == 560
    assert found["language", "fr"] == found["not_scored", "language"] == 30
    assert found["not_scored", "no_text"] is None
    assert found["user_id", "present"] == 590
    assert rates(tables, "all") == {"all": (560, 60)}


def test_both_labels_share_their_denominators() -> None:
    rows = trial([(500, {}, None), (60, {}, {}), (60, {"joy": FLAGGED}, None)])
    found = released(rows)[RATES.name].to_pylist()
    for name in ("conversations", "users"):
        sides = [{(r["dimension"], r["value"]): r[name] for r in found if r["label"] == label} for label in LABELS]
        assert sides[0] == sides[1]
