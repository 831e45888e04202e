"""`welfare query`: ask a release's DuckDB file, which stays as it is."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import sys
from pathlib import Path
from typing import Any

import click

from schemas.errors import ContractError, UsageError

FILE = "summary.duckdb"
_TABLES = """
select table_name as name, 'table' as kind, comment from duckdb_tables() where not internal
union all select view_name, 'view', comment from duckdb_views() where not internal
order by kind, name
"""


@click.command("query")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.argument("sql", required=False)
@click.option("--csv", "as_csv", is_flag=True, help="Print comma-separated values, every row.")
@click.option("--rows", type=click.IntRange(min=1), default=200, show_default=True, help="Most rows to print.")
def command(folder: Path, sql: str | None, as_csv: bool, rows: int) -> None:
    """Open the release's summary.duckdb in DIR read-only and run SQL on it.

    DIR is the output folder of a run or a published release. SQL may be `.tables`, which lists every table and view
    with its meaning. Without SQL, statements are read one after the other, each ended by a semicolon; `.quit` or
    the end of the input leaves. The file cannot be changed from here, and no other file or address can be reached.

    A figure that reads null is suppressed or not estimable: its row's status and reason say which. It is not zero.
    """
    connection = open_release(folder)
    if sql is not None:
        click.echo(answer(connection, sql, as_csv, rows))
        return
    click.echo(f"{FILE}, read-only. End a statement with ; — .tables lists the tables, .quit leaves.", err=True)
    for statement in _statements():
        try:
            click.echo(answer(connection, statement, as_csv, rows))
        except UsageError as error:
            click.echo(f"welfare: {error}", err=True)


def _statements() -> Any:
    """Statements from standard input, one at a time."""
    read: list[str] = []
    prompt = sys.stdin.isatty()
    while True:
        if prompt:
            click.echo("... " if read else "> ", nl=False, err=True)
        line = sys.stdin.readline()
        said = line.strip()
        if not line or (not read and said in (".quit", ".exit")):
            break
        if not read and said == ".tables":
            yield said
        elif said or read:
            read.append(line)
            if said.endswith(";"):
                yield "".join(read)
                read = []
    if "".join(read).strip():
        yield "".join(read)


def open_release(folder: Path) -> Any:
    """A locked, read-only connection to the release's DuckDB file.

    Raises UsageError where there is none, ContractError where its bytes are not those of the manifest.
    """
    import duckdb

    base = folder / "released" if (folder / "released").is_dir() else folder
    path = base / FILE
    try:
        expected = json.loads((base / "manifest.json").read_bytes())["files"][FILE]
        found = hashlib.sha256(path.read_bytes()).hexdigest()
    except (OSError, ValueError, KeyError, TypeError):
        raise UsageError(
            f"there is no {FILE} with its manifest.json in this folder. Name the output folder of a run or a"
            " published release."
        ) from None
    if found != expected:
        raise ContractError(f"{FILE} is not the file that manifest.json names: it changed. Take the published one.")
    # Without an own value, DuckDB lets statements write to a folder of temporary files beside the database.
    locked = {"enable_external_access": "false", "lock_configuration": "true", "temp_directory": ""}
    try:
        return duckdb.connect(str(path), read_only=True, config=locked)
    except duckdb.Error:
        raise UsageError(f"{FILE} cannot be opened. Is another program writing to it?") from None


def answer(connection: Any, sql: str, as_csv: bool, rows: int) -> str:
    """The result of `sql` as a table of at most `rows` rows, or as CSV. UsageError where the statement fails."""
    import duckdb

    try:
        found = connection.execute(_TABLES if sql.strip() == ".tables" else sql)
        names = [column[0] for column in found.description or []]
        values = found.fetchall() if as_csv else found.fetchmany(rows + 1)
    except duckdb.Error as error:
        raise UsageError(f"the statement failed. {str(error).splitlines()[0]}") from None
    if as_csv:
        out = io.StringIO()
        csv.writer(out, lineterminator="\n").writerows([names, *values])
        return out.getvalue().rstrip("\n")
    cells = [names, *[["null" if cell is None else str(cell) for cell in row] for row in values[:rows]]]
    widths = [max(len(row[i]) for row in cells) for i in range(len(names))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in cells]
    lines.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join(lines + ([f"… more than {rows} rows; use --rows or --csv"] if len(values) > rows else []))
