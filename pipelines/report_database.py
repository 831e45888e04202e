"""The released tables as one DuckDB file: views, macros, comments, a data dictionary and the run's manifest inside."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa

from pipelines.report_behaviour import BEHAVIOUR_VIEW
from pipelines.report_clusters import CLUSTER_CHANGES
from pipelines.report_gates import GATES_VIEW
from pipelines.report_macros import MACROS
from pipelines.report_rows import Released
from pipelines.report_view import View
from pipelines.report_views import VIEWS
from pipelines.report_views_release import RELEASE_VIEWS, hidden, suppressed
from pipelines.report_words import REASON_SENTENCES
from schemas.release import ReleaseManifest
from schemas.released import RELEASED
from schemas.released_columns import RELEASE
from schemas.table import Column, Sensitivity, Table

STORAGE_VERSION = "v1.2.0"
"""The oldest storage that holds all of this: DuckDB 1.2 and later can open the file."""

DICTIONARY = Table(
    "data_dictionary",
    (
        Column("table_name", pa.string(), "Table, view or macro."),
        Column("column_name", pa.string(), "Column; `` where the row is about the whole table, view or macro."),
        Column("kind", pa.string(), "`table`, `view` or `macro`."),
        Column("type", pa.string(), "DuckDB type of a column; parameters of a macro; `` for a whole table or view."),
        Column("meaning", pa.string(), "What it holds, with its unit."),
    ),
    ("table_name", "column_name"),
    Sensitivity.RELEASABLE,
    "Every table, view, column and macro of this file with its meaning.",
)
RUN = Table(
    "run_manifest",
    (
        RELEASE,
        Column("key", pa.string(), "Name of the fact; parts are joined by dots."),
        Column("value", pa.string(), "The fact as text; null where suppressed or not there.", nullable=True),
    ),
    ("release", "key"),
    Sensitivity.RELEASABLE,
    "How this release was made: policies, models, code version, gated counts. File digests stand in manifest.json.",
)


def write_database(released: Released, manifest: ReleaseManifest, path: Path) -> None:
    """Writes the DuckDB file `path` of one release; it must not be there yet."""
    write_tables({**released.tables, RUN.name: facts(manifest.plain())}, path)


def write_tables(tables: Mapping[str, pa.Table], path: Path) -> None:
    """Writes `tables`, the released ones and RUN by name, of one release or of several, as the DuckDB file `path`.

    The tables are made in memory and copied over in one go, so that the file holds no freed block. Its bytes vary from
    run to run, its content does not.
    """
    import duckdb

    connection = duckdb.connect(":memory:", config={"threads": 1, "autoinstall_known_extensions": False,
                                                    "autoload_known_extensions": False})  # fmt: skip
    try:
        connection.execute("SET temp_directory = ''")
        _fill(connection, tables)
        target = _quote(str(path.absolute()))
        connection.execute(f"SET allowed_directories = [{_quote(str(path.absolute().parent))}]")
        connection.execute("SET enable_external_access = false")
        connection.execute(f"ATTACH {target} AS target (STORAGE_VERSION '{STORAGE_VERSION}')")
        connection.execute("COPY FROM DATABASE memory TO target")
        connection.execute("DETACH target")
    finally:
        connection.close()


def facts(manifest: Mapping[str, Any]) -> pa.Table:
    """RUN of one release: the facts of its manifest but for the files."""
    rows = [{"release": manifest["release"], "key": key, "value": value} for key, value in sorted(_flat(manifest))]
    return pa.Table.from_pylist(rows, schema=RUN.arrow)


def _fill(connection: Any, tables: Mapping[str, pa.Table]) -> None:
    for table in (*RELEASED, RUN):
        _make(connection, table, tables[table.name])
    for view in views():
        connection.execute(f"CREATE VIEW {view.name} AS {view.sql}")
        connection.execute(f"COMMENT ON VIEW {view.name} IS {_quote(view.doc)}")
        for column, doc in view.columns:
            connection.execute(f"COMMENT ON COLUMN {view.name}.{column} IS {_quote(doc)}")
    connection.execute(DICTIONARY.ddl())
    for macro in MACROS:
        for statement in macro.statements():
            connection.execute(statement)
    connection.execute(_DICTIONARY_ROWS)


_DICTIONARY_ROWS = """
INSERT INTO data_dictionary
SELECT * FROM (
  SELECT table_name, '' AS column_name, 'table' AS kind, '' AS type, comment FROM duckdb_tables() WHERE NOT internal
  UNION ALL SELECT view_name, '', 'view', '', comment FROM duckdb_views() WHERE NOT internal
  UNION ALL SELECT c.table_name, c.column_name, CASE WHEN v.view_name IS NULL THEN 'table' ELSE 'view' END, c.data_type,
    c.comment
  FROM duckdb_columns() c LEFT JOIN (SELECT view_name FROM duckdb_views() WHERE NOT internal) v
    ON v.view_name = c.table_name
  WHERE NOT c.internal
  UNION ALL SELECT function_name, '', 'macro', array_to_string(parameters, ', '), comment FROM duckdb_functions()
  WHERE NOT internal
) ORDER BY table_name, column_name
"""


def views() -> tuple[View, ...]:
    """Every view of the database."""
    hiding = [table for table in RELEASED if "status" in table.names]
    parts = tuple((table.name, "label" in table.names, _part(table)) for table in hiding)
    counted = hidden(tuple((name, has_label) for name, has_label, _ in parts))
    of_all = (suppressed(parts, REASON_SENTENCES), counted)
    return (*VIEWS, *RELEASE_VIEWS, BEHAVIOUR_VIEW, CLUSTER_CHANGES, GATES_VIEW, *of_all)


def _part(table: Table) -> str:
    """SQL of the words that name a row of `table` beside its release and label: `surface: chat`."""
    names = [name for name in table.key if name not in ("release", "baseline", "label")]
    if len(names) == 1:
        return f"'{names[0]}: ' || CAST({names[0]} AS VARCHAR)"
    return " || ': ' || ".join(f"CAST({name} AS VARCHAR)" for name in names)


def _make(connection: Any, table: Table, data: pa.Table) -> None:
    """The table with its comments. A column that `data` lacks, or has no value in, may be null there: see
    report_catalogue."""
    connection.execute(table.ddl())
    for column in table.columns:
        if not column.nullable and (column.name not in data.column_names or data.column(column.name).null_count):
            connection.execute(f"ALTER TABLE {table.name} ALTER COLUMN {column.name} DROP NOT NULL")
    connection.register("incoming", data)
    connection.execute(f"INSERT INTO {table.name} BY NAME SELECT * FROM incoming")
    connection.unregister("incoming")


def _flat(manifest: Mapping[str, Any]) -> Iterator[tuple[str, str | None]]:
    """The manifest's facts but for the files, one a leaf; lists as JSON."""
    for name, value in manifest.items():
        if name != "files":
            yield from _leaves(name, value)


def _leaves(name: str, value: Any) -> Iterator[tuple[str, str | None]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(f"{name}.{key}", inner)
    elif value is None or isinstance(value, str):
        yield name, value
    else:
        yield name, json.dumps(value)


def _quote(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
