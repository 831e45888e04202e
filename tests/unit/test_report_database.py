"""The released DuckDB file: opens read-only and locked, explains itself, answers with what the tables hold."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.report import report
from pipelines.report_database import STORAGE_VERSION, views
from pipelines.report_macros import MACROS
from schemas.released import RELEASED
from tests.unit.report_made_up import made_up, manifest

BEFORE = made_up("trial-a", 60, 85)
NOW = made_up(against=BEFORE)
VIEWS = [view.name for view in views()]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A written release; the folder's name has a quote in it, as a folder's name may."""
    out = tmp_path_factory.mktemp("it's a release")
    report(NOW, manifest(), out)
    return out


@pytest.fixture
def database(folder: Path) -> Iterator[Any]:
    """A read-only, locked connection."""
    config = {"enable_external_access": "false", "lock_configuration": "true"}
    connection = duckdb.connect(str(folder / "summary.duckdb"), read_only=True, config=config)
    yield connection
    connection.close()


def test_every_table_view_and_column_is_explained(database: Any) -> None:
    tables = dict(database.sql("SELECT table_name, comment FROM duckdb_tables() WHERE NOT internal").fetchall())
    seen = dict(database.sql("SELECT view_name, comment FROM duckdb_views() WHERE NOT internal").fetchall())
    columns = database.sql(
        "SELECT table_name, column_name, comment FROM duckdb_columns() WHERE NOT internal"
    ).fetchall()
    assert set(tables) == {table.name for table in RELEASED} | {"data_dictionary", "run_manifest"}
    assert set(seen) == set(VIEWS)
    assert all(tables.values())
    assert all(seen.values())
    assert [(table, column) for table, column, comment in columns if not comment] == []
    listed = database.sql("SELECT table_name, column_name, meaning FROM data_dictionary WHERE column_name <> ''")
    assert set(listed.fetchall()) == set(columns)
    macros = dict(database.sql("SELECT function_name, comment FROM duckdb_functions() WHERE NOT internal").fetchall())
    assert macros == {macro.name: macro.doc for macro in MACROS}
    listed = database.sql("SELECT kind, table_name, meaning FROM data_dictionary WHERE column_name = ''")
    kinds = {"table": tables, "view": seen, "macro": macros}
    assert set(listed.fetchall()) == {(kind, *pair) for kind, found in kinds.items() for pair in found.items()}


def test_tables_hold_what_was_released(database: Any) -> None:
    for table in RELEASED:
        columns = ", ".join(f'"{name}"' for name in table.names)
        found = [dict(zip(table.names, row, strict=True)) for row in
                 database.sql(f"SELECT {columns} FROM {table.name}").fetchall()]  # fmt: skip
        assert found == table.conform(NOW[table.name]).to_pylist()


def test_a_hidden_row_is_null_with_its_reason_in_every_view(database: Any) -> None:
    met = 0
    for view in views():
        names = [name for name, _ in view.columns]
        if "status" not in names:
            continue
        kept = {"conversations", "users"} if view.name == "v_rates" else set()
        words = {"release", "baseline", "label", "dimension", "value", "measure", "trigger", "cluster", "name", "terms",
                 "behaviour", "among", "verdict", "corrected_status", "status", "reason", "place", "total",
                 "as_of"}  # fmt: skip
        hidden = database.sql(f"SELECT * FROM {view.name} WHERE status = 'suppressed'").fetchall()
        for row in hidden:
            cells = dict(zip(names, row, strict=True))
            assert [name for name in names if name not in words | kept and cells[name] is not None] == []
            assert cells["reason"] in ("floor", "too_few_passages")
            met += 1
    assert met > 20


def test_v_suppressed_counts_every_hidden_row_with_words(database: Any) -> None:
    hidden = sum(row["status"] == "suppressed" for data in NOW.values() if "status" in data.column_names
                 for row in data.to_pylist())  # fmt: skip
    rows = database.sql("SELECT reason, meaning, part FROM v_suppressed").fetchall()
    assert len(rows) == hidden > 20
    assert all(meaning and part for _, meaning, part in rows)


def test_views_answer_with_the_tables_figures(database: Any) -> None:
    rate = next(row for row in NOW["released_rates"].to_pylist() if (row["label"], row["value"]) == ("distress", "all"))
    asked = "SELECT rate, rate_low, corrected_high FROM v_rates WHERE label = 'distress' AND dimension = 'all'"
    assert database.sql(asked).fetchall() == [(rate["rate"], rate["rate_low"], rate["corrected_high"])]
    assert database.sql("SELECT trigger FROM v_triggers WHERE label = 'joy' AND place = 1").fetchall() == [
        ("creative",)
    ]
    asked = "SELECT terms FROM v_clusters WHERE label = 'distress' AND cluster = 0"
    assert database.sql(asked).fetchall() == [("error, test, server, stack",)]
    asked = "SELECT verdict, round(points, 2) FROM v_changes WHERE label = 'distress' AND dimension = 'all'"
    change = next(row for row in NOW["released_comparison"].to_pylist() if row["dimension"] == "all")
    assert database.sql(asked).fetchall() == [("higher", round(100 * change["difference"], 2))]
    asked = "SELECT state, figure FROM v_quality WHERE label = 'joy' AND measure = 'screen_missed'"
    assert database.sql(asked).fetchall() == [("not measured", None)]


def test_the_run_is_told_inside(database: Any) -> None:
    facts = dict(database.sql("SELECT key, value FROM run_manifest").fetchall())
    assert facts["policies.disclosure.min_users"] == "5"
    assert facts["counts.malformed_records"] is None
    assert facts["note"] == manifest().note
    assert not any(key.startswith("files") for key in facts)


def test_the_file_is_clean_and_has_the_storage_of_older_versions(folder: Path, database: Any) -> None:
    ((tags,),) = database.sql("SELECT tags FROM duckdb_databases() WHERE database_name = 'summary'").fetchall()
    assert tags["storage_version"].startswith(STORAGE_VERSION)
    assert STORAGE_VERSION == "v1.2.0"  # a later one shuts out DuckDB 1.4, which the README promises: see QUERIES.md
    used = database.sql("SELECT free_blocks, wal_size FROM pragma_database_size()").fetchall()
    assert used == [(0, "0 bytes")]
    assert [path.name for path in folder.glob("summary*")] == ["summary.duckdb"]
    assert b"it's a release" not in (folder / "summary.duckdb").read_bytes()


def test_nothing_can_be_written_or_reached_from_it(database: Any, tmp_path: Path) -> None:
    for statement in ("DELETE FROM released_rates", f"COPY released_rates TO '{tmp_path}/x.csv'",
                      "SET enable_external_access = true", "ATTACH ':memory:' AS other; LOAD httpfs"):  # fmt: skip
        with pytest.raises(duckdb.Error):
            database.execute(statement)
