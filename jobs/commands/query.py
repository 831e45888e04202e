"""`welfare query`: ask a release's DuckDB file, which stays as it is, or several releases at once."""

from __future__ import annotations

import contextlib
import csv
import hashlib
import io
import json
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from jobs.releases import release_folders, released_in
from schemas.errors import ContractError, UsageError

FILE = "summary.duckdb"
_TABLES = """
select table_name as name, 'table' as kind, comment from duckdb_tables() where not internal
union all select view_name, 'view', comment from duckdb_views() where not internal
union all select function_name, 'macro', comment from duckdb_functions() where not internal
order by kind, name
"""


@click.command("query")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.argument("sql", required=False)
@click.option("--with", "more", multiple=True, metavar="DIR", type=click.Path(path_type=Path), help="One more folder.")
@click.option("--save", metavar="FILE", type=click.Path(path_type=Path), help="Write the releases as one DuckDB file.")
@click.option("--csv", "as_csv", is_flag=True, help="Print comma-separated values, every row.")
@click.option("--rows", type=click.IntRange(min=1), default=200, show_default=True, help="Most rows to print.")
def command(folder: Path, sql: str | None, more: tuple[Path, ...], save: Path | None, as_csv: bool, rows: int) -> None:
    """Open the release in DIR read-only and run SQL on it.

    DIR is the output folder of a run, a published release, or a folder that holds several of either, welfare-out say.
    Of one release, its summary.duckdb is opened; several are put together as one catalogue, in which every row names
    its release: `FROM trend('distress')`. Every file must be the one that its release's manifest names.

    SQL may be `.tables`, which lists every table, view and macro with its meaning. Without SQL, statements are read one
    after the other, each ended by a semicolon; `.quit` or the end of the input leaves. Nothing can be changed from
    here, and no other file or address can be reached. --save keeps the catalogue as a file, for other programs.

    A figure that reads null is suppressed or not estimable: its row's status and reason say which. It is not zero.
    """
    folders = [found for one in (folder, *more) for found in release_folders(one)]
    if save is not None:
        names = save_catalogue(folders, save)
        click.echo(f"{save.name} holds {len(names)} release(s): {', '.join(names)}")
        if sql is None:
            return
    with opened(folders) as connection:
        if sql is not None:
            click.echo(answer(connection, sql, as_csv, rows))
            return
        what = FILE if len(folders) == 1 else f"a catalogue of {len(folders)} release folders"
        click.echo(f"{what}, read-only. End a statement with ; — .tables lists the tables, .quit leaves.", err=True)
        for statement in _statements():
            try:
                click.echo(answer(connection, statement, as_csv, rows))
            except UsageError as error:
                click.echo(f"welfare: {error}", err=True)


def save_catalogue(folders: Sequence[Path], path: Path) -> tuple[str, ...]:
    """Writes the releases as the DuckDB file `path`; their names. UsageError where something is in its place."""
    from pipelines.report_catalogue import write_catalogue

    if path.exists() or path.is_symlink():
        raise UsageError(f"{path.name} is there already. Name a new file with --save.")
    draft = path.with_name(f".{path.name}-{os.getpid()}")
    try:
        names = write_catalogue(folders, draft)
        os.replace(draft, path)
    finally:
        draft.unlink(missing_ok=True)
    return names


@contextlib.contextmanager
def opened(folders: Sequence[Path]) -> Iterator[Any]:
    """A locked, read-only connection to one release's own file, or to a catalogue of several, which goes at the end."""
    if len(folders) == 1:
        with contextlib.closing(open_release(folders[0])) as connection:
            yield connection
        return
    with tempfile.TemporaryDirectory(prefix="welfare-query-") as held:
        path = Path(held) / "catalogue.duckdb"
        save_catalogue(folders, path)
        with contextlib.closing(_locked(path)) as connection:
            yield connection


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
    base = released_in(folder)
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
    return _locked(path)


def _locked(path: Path) -> Any:
    import duckdb

    # Without an own value, DuckDB lets statements write to a folder of temporary files beside the database.
    locked = {"enable_external_access": "false", "lock_configuration": "true", "temp_directory": ""}
    try:
        return duckdb.connect(str(path), read_only=True, config=locked)
    except duckdb.Error:
        raise UsageError(f"{path.name} cannot be opened. Is another program writing to it?") from None


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
