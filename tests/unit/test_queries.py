"""The page of worked queries: each runs on one release and on a catalogue, and hides nothing silently."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import duckdb
import pytest

from pipelines.report import report
from pipelines.report_catalogue import write_catalogue
from pipelines.report_database import views
from pipelines.report_macros import MACROS
from schemas.released import REASONS, RELEASED
from tests.benchmarks.old_duckdb import PAGE, Question, ask_everything, questions
from tests.unit.report_made_up import made_up, manifest

TEXT = PAGE.read_text(encoding="utf-8")
ASKED = questions(TEXT)
OLD = made_up("trial-a", 60, 85)
NOW = made_up("trial-b", against=OLD)
HIDDEN = made_up("trial-c", None, None, against=NOW)
COMPARING = {"v_changes", "v_cluster_changes"}


@pytest.fixture(scope="module")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """A release, one in which everything is suppressed, and the catalogue of these and an older one."""
    root = tmp_path_factory.mktemp("releases")
    for name, tables, baseline in (("a", OLD, None), ("b", NOW, "trial-a"), ("c", HIDDEN, "trial-b")):
        (root / name).mkdir()
        report(tables, manifest(f"trial-{name}", baseline), root / name)
    write_catalogue([root / name for name in "abc"], root / "all.duckdb")
    paths = {"one": root / "b" / "summary.duckdb", "hidden": root / "c" / "summary.duckdb", "all": root / "all.duckdb"}
    connections = {name: duckdb.connect(str(path), read_only=True) for name, path in paths.items()}
    yield connections
    for connection in connections.values():
        connection.close()


def rows_of(connection: Any, question: Question) -> list[dict[str, Any]]:
    found = connection.execute(question.sql)
    names = tuple(column[0] for column in found.description)
    assert names == question.columns, "the page says other columns than the query gives"
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def test_there_are_twenty_questions() -> None:
    assert [question.number for question in ASKED] == list(range(1, 21))
    assert TEXT.count("```sql") == 20


@pytest.mark.parametrize("question", ASKED, ids=lambda question: f"{question.number}")
@pytest.mark.parametrize("place", ["one", "hidden", "all"])
def test_each_query_answers(databases: dict[str, Any], place: str, question: Question) -> None:
    rows = rows_of(databases[place], question)
    assert rows
    wanted = {"one": {"trial-b"}, "hidden": {"trial-c"}, "all": {"trial-a", "trial-b", "trial-c"}}[place]
    if any(name in question.sql for name in COMPARING):
        wanted = wanted - {"trial-a"}  # it has no baseline
    assert {row["release"] for row in rows} == wanted


@pytest.mark.parametrize("question", [q for q in ASKED if "status" in q.columns], ids=lambda q: f"{q.number}")
def test_a_suppressed_row_is_there_and_says_why(databases: dict[str, Any], question: Question) -> None:
    rows = rows_of(databases["hidden"], question)
    hidden = [row for row in rows if row["status"] == "suppressed"]
    assert hidden
    plain = ("rate", "share", "flagged", "lift", "points")
    figures = {name for name in question.columns if name in plain or name.endswith(("_low", "_high"))}
    for row in hidden:
        assert row["reason"] in set(REASONS) - {""}
        assert [name for name in figures if row[name] is not None] == []
        texts = [row[name] for name in question.columns if name.endswith("_text") and name != "share_text"]
        assert all(text == f"suppressed: {row['reason']}" for text in texts)
    assert all(row["reason"] == "" for row in rows if row["status"] == "shown")


def test_no_query_leaves_out_what_is_hidden(databases: dict[str, Any]) -> None:
    """As many suppressed rows as the tables have, over the questions that ask for a whole table."""
    whole = {9: "released_triggers", 3: "released_turn_rates", 11: "released_clusters", 15: "released_dynamics",
             16: "released_behaviour", 19: "released_coverage", 12: "released_comparison"}  # fmt: skip
    for number, table in whole.items():
        rows = rows_of(databases["all"], ASKED[number - 1])
        for name, tables in (("trial-a", OLD), ("trial-b", NOW), ("trial-c", HIDDEN)):
            held = [row["status"] for row in tables[table].to_pylist()]
            assert sorted(held) == sorted(row["status"] for row in rows if row["release"] == name), table
    listed = rows_of(databases["all"], ASKED[16])
    hidden = sum(row["status"] == "suppressed" for tables in (OLD, NOW, HIDDEN) for table in RELEASED
                 if "status" in table.names for row in tables[table.name].to_pylist())  # fmt: skip
    assert sum(row["part"] is not None for row in listed) == hidden
    assert all(row["meaning"] for row in listed if row["part"] is not None)


def test_a_trend_goes_from_release_to_release(databases: dict[str, Any]) -> None:
    rows = rows_of(databases["all"], ASKED[13])
    assert [(row["place"], row["release"], row["baseline"]) for row in rows] == [
        (1, "trial-a", None), (2, "trial-b", "trial-a"), (3, "trial-c", "trial-b")
    ]  # fmt: skip
    assert [row["verdict"] for row in rows] == ["no baseline", "higher", "not comparable"]
    assert rows[2]["rate_text"] == "suppressed: floor"


def test_the_check_by_hand_of_older_versions_asks_everything(databases: dict[str, Any]) -> None:
    found = ask_everything(databases["one"])
    assert [name for name, rows in found.items() if not rows] == []
    assert len(found) == len(RELEASED) + 2 + len(views()) + len(MACROS) + len(ASKED)


def test_a_page_that_lacks_a_query_is_noticed() -> None:
    with pytest.raises(ValueError, match="one query"):
        questions(TEXT.replace("```sql", "```", 1))
