"""One DuckDB file over several releases: the same tables, views and macros, in which each row names its release.

Only the bytes that a release's manifest names go in. Releases may come from different versions of the miner: a table or
column that an older one did not have is empty for it; what a newer one has and this version does not know is refused.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from pipelines.report import DATABASE, FIGURES, MANIFEST, PAGE, read_manifest
from pipelines.report_database import RUN, facts, write_tables
from schemas.errors import ContractError, UsageError
from schemas.release import RELEASE_NAME
from schemas.released import RELEASED
from schemas.table import Table

_TABLES = {f"tables/{table.name}.parquet": table for table in RELEASED}
"""The released tables by their file's name in a release."""


@dataclass(frozen=True, slots=True)
class Held:
    """One whole release: its name, the SHA-256 of its manifest, its tables by name, RUN among them."""

    release: str
    digest: str
    tables: dict[str, pa.Table]


def write_catalogue(folders: Sequence[Path], path: Path) -> tuple[str, ...]:
    """Writes the releases in `folders` as one DuckDB file `path`, which must not be there yet; their names, sorted.

    The same release twice, a run's folder and its published copy say, counts once. Raises ContractError where a release
    is not whole, or UsageError where two different ones have one name: their rows could not be told apart.
    """
    held: dict[str, Held] = {}
    for folder in folders:
        found = read_whole(folder)
        if found.digest != held.setdefault(found.release, found).digest:
            raise UsageError(
                f"two folders hold different releases of the name {found.release}. Name only the one that counts."
            )
    whole = [held[name] for name in sorted(held)]
    tables = {}
    for table in (*RELEASED, RUN):
        parts = [one.tables[table.name] for one in whole if table.name in one.tables]
        tables[table.name] = pa.concat_tables(parts, promote_options="default") if parts else table.arrow.empty_table()
    write_tables(tables, path)
    return tuple(held)


def read_whole(folder: Path) -> Held:
    """The release in `folder`, from the very bytes that were held against the manifest.

    Raises ContractError where a file is missing, changed or none of ours, or does not fit its table.
    """
    raw = _bytes(folder, MANIFEST)
    manifest = read_manifest(raw)
    release, files = manifest["release"], manifest["files"]
    _check_names(release, files)
    tables = {RUN.name: facts(manifest)}
    for name, digest in files.items():
        data = _bytes(folder, name)
        if hashlib.sha256(data).hexdigest() != digest:
            raise ContractError(
                f"{name} of release {release} is not the file that manifest.json names: it changed. Take the whole,"
                " published release."
            )
        if name in _TABLES:
            tables[_TABLES[name].name] = _table(data, _TABLES[name], release)
    return Held(release, hashlib.sha256(raw).hexdigest(), tables)


def _check_names(release: str, files: dict[str, str]) -> None:
    """Raises ContractError unless the release has a release's name, and files that one has."""
    if not RELEASE_NAME.fullmatch(release):
        raise ContractError(f"{MANIFEST} of a release holds no release name. It was changed: take the published one.")
    strange = set(files) - {*_TABLES, DATABASE, PAGE, FIGURES}
    if strange:
        raise ContractError(
            f"release {release} has {len(strange)} files that this version of the miner does not know. If a newer one"
            " made it, use that one; else it was changed."
        )
    if DATABASE not in files or not _TABLES.keys() & files.keys():
        raise ContractError(f"{MANIFEST} of release {release} does not list its tables. Make the release again.")


def _bytes(folder: Path, name: str) -> bytes:
    path = folder / name
    if path.is_symlink() or not path.is_file():
        raise ContractError(f"{name} of a release is missing or is no plain file. Take the whole release folder.")
    return path.read_bytes()


def _table(data: bytes, table: Table, release: str) -> pa.Table:
    """The rows in a Parquet file of `table`, with those of its columns that it has."""
    import pyarrow.parquet as pq

    try:
        found = pq.read_table(pa.BufferReader(data))
        known = [column for column in table.columns if column.name in found.column_names]
        shaped = found.select([column.name for column in known]).cast(
            pa.schema([pa.field(column.name, column.type) for column in known])
        )
    except (pa.ArrowException, OSError, ValueError):
        raise ContractError(f"table {table.name} of release {release} cannot be read as that table.") from None
    if set(found.column_names) - set(table.names):
        raise ContractError(
            f"table {table.name} of release {release} has a column that this version of the miner does not know: it was"
            " made by a newer one. Use that one."
        )
    if not set(table.key) <= set(shaped.column_names) or set(shaped.column("release").to_pylist()) - {release}:
        raise ContractError(f"table {table.name} of release {release} lacks a key column, or is of another release.")
    return shaped
