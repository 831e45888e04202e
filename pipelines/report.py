"""report: a candidate release on disk, from released tables only: DuckDB, HTML, JSON, Parquet and the manifest.

No row-level table can be named here (an import contract holds that). Every file but summary.duckdb has the same bytes
for the same input.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from pipelines.report_check import checked
from pipelines.report_database import write_database
from pipelines.report_html import render_html
from pipelines.report_json import render_json
from pipelines.report_rows import Released
from schemas.errors import ContractError
from schemas.release import ReleaseManifest
from schemas.released import RELEASED

DATABASE, PAGE, FIGURES, MANIFEST = "summary.duckdb", "report.html", "report.json", "manifest.json"
_FORMAT = 1


def report(
    tables: Mapping[str, pa.Table],
    manifest: ReleaseManifest,
    folder: Path,
    baseline: Mapping[str, pa.Table] | None = None,
) -> ReleaseManifest:
    """Writes the candidate release into `folder`, an empty draft, and returns `manifest` with its files filled in.

    tables: every released table by name; released_comparison is empty without a baseline. baseline: the released tables
    of the release compared with, so that its intervals are drawn too; without them its rates stand alone.
    Raises ContractError or DisclosureError (see report_check) before anything is written.
    """
    released = Released(checked(tables, manifest), baseline)
    if any(folder.iterdir()):
        raise ContractError("the folder for the draft is not empty. Give report() a new, empty folder.")
    files = _write_tables(released.tables, folder)
    _write(folder / FIGURES, render_json(released, manifest))
    files[FIGURES] = _digest(folder / FIGURES)
    _write(folder / PAGE, render_html(released, manifest, files))
    write_database(released, manifest, folder / DATABASE)
    files |= {name: _digest(folder / name) for name in (PAGE, DATABASE)}
    complete = replace(manifest, files=dict(sorted(files.items())))
    _write(folder / MANIFEST, json.dumps(complete.plain(), indent=2, sort_keys=True, allow_nan=False) + "\n")
    return complete


def read_released(folder: Path) -> tuple[dict[str, pa.Table], dict[str, Any]]:
    """(released tables by name, manifest) of a release folder that report() wrote.

    Raises ContractError where a file is missing, is not listed, was changed since, or breaks its table's schema.
    """
    try:
        raw = (folder / MANIFEST).read_bytes()
    except OSError:
        raise ContractError("the release folder has no manifest.json that can be read. Name a whole release.") from None
    manifest = read_manifest(raw)
    files = manifest["files"]
    expected = {_table_path(table.name): table for table in RELEASED}
    _check_files(folder, files, {*expected, DATABASE, PAGE, FIGURES})
    tables = {}
    for path, table in expected.items():
        tables[table.name] = table.conform(_read_parquet(folder / path, table.name))
    return tables, manifest


def _table_path(name: str) -> str:
    return f"tables/{name}.parquet"


def _write_tables(tables: Mapping[str, pa.Table], folder: Path) -> dict[str, str]:
    import pyarrow.parquet as pq

    (folder / "tables").mkdir()
    files = {}
    for name, data in tables.items():
        path = _table_path(name)
        pq.write_table(data, folder / path, compression="zstd")
        files[path] = _digest(folder / path)
    return files


def _read_parquet(path: Path, name: str) -> pa.Table:
    import pyarrow.parquet as pq

    try:
        return pq.read_table(path)
    except (pa.ArrowException, OSError, ValueError):
        raise ContractError(f"table {name}: its Parquet file cannot be read. Make the release again.") from None


def read_manifest(raw: bytes) -> dict[str, Any]:
    """The manifest in `raw`. Raises ContractError where it is none, or of another format."""
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError):
        raise ContractError("manifest.json of the release is not JSON. It was changed or cut off.") from None
    if not isinstance(found, dict) or found.get("format") != _FORMAT:
        raise ContractError(f"manifest.json of the release does not have format {_FORMAT}. Make the release again.")
    files, name = found.get("files"), found.get("release")
    if not isinstance(name, str) or not isinstance(files, dict) or not all(isinstance(v, str) for v in files.values()):
        raise ContractError("manifest.json of the release lacks its release name or its list of files.")
    return found


def _check_files(folder: Path, files: Mapping[str, str], expected: set[str]) -> None:
    """Every expected file is listed, is a plain file and has its digest; nothing else is listed."""
    extra = len(set(files) - expected)
    if extra:
        raise ContractError(f"manifest.json of the release lists {extra} files that a release does not have.")
    for path in sorted(expected):
        if path not in files:
            raise ContractError(f"manifest.json of the release does not list {path}. Make the release again.")
        if (folder / path).is_symlink() or not (folder / path).is_file():
            raise ContractError(f"{path} of the release is missing or is no plain file. Take the whole release folder.")
        if _digest(folder / path) != files[path]:
            raise ContractError(f"{path} of the release was changed after it was made: its SHA-256 differs.")


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")
