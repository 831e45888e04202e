"""Writing and reading restricted tables: encrypted Parquet, one file a partition, a manifest last.

A folder belongs to one (stage, input, policy) fingerprint. A part is written under a draft name and renamed when it is
whole; a part that is there is not made again, so an interrupted stage repeats at most the parts that were under way.
Readers trust only what the manifest lists.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from jobs.workspace import read_json, write_text
from pipelines.worker import marked, spark_schema
from schemas.errors import ContractError
from schemas.table import Table

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

    from jobs.reuse import Reuse

_PART = pa.schema([("part", pa.int32()), ("rows", pa.int64()), ("digest", pa.string()), ("made", pa.int64())])
MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True)
class Stored:
    """A finished table on disk. parts: file name to number of rows; digest: of all parts' content; made: rows that were
    made just now, and not stored by an earlier run."""

    folder: Path
    parts: dict[str, int]
    digest: str
    made: int = field(default=0, compare=False)

    @property
    def rows(self) -> int:
        """Rows of the whole table."""
        return sum(self.parts.values())


def part_name(index: int) -> str:
    """File name of partition `index`."""
    return f"part-{index:06d}.parquet"


def write_part(path: Path, batches: Iterable[pa.RecordBatch], schema: pa.Schema, key: bytes) -> tuple[int, str]:
    """Writes one encrypted Parquet file; returns (rows, keyed digest of the rows).

    Keyed, as a part can hold a single short row: whoever has the folder and not the key could else try what it says.
    """
    import pyarrow.parquet as pq
    import pyarrow.parquet.encryption as pe

    draft = path.with_name(f"{path.name}.{os.getpid()}.draft")
    digest, rows = hmac.new(key, b"rows\0", "sha256"), 0
    properties = pe.create_encryption_properties(footer_key=key)
    try:
        with pq.ParquetWriter(draft, schema, compression="zstd", encryption_properties=properties) as writer:
            for batch in batches:
                writer.write_batch(batch)
                rows += batch.num_rows
                for row in batch.to_pylist():
                    digest.update(json.dumps(row, sort_keys=True, default=str).encode())
        os.replace(draft, path)
    finally:
        draft.unlink(missing_ok=True)
    return rows, digest.hexdigest()


def read_part(path: Path, key: bytes) -> pa.Table:
    """One part, decrypted. Raises ContractError where it is missing, damaged or of another key."""
    import pyarrow.parquet as pq
    import pyarrow.parquet.encryption as pe

    try:
        return pq.ParquetFile(path, decryption_properties=pe.create_decryption_properties(footer_key=key)).read()
    except (OSError, pa.ArrowException, ValueError):
        raise ContractError(
            f"a part of the restricted table {path.parent.parent.name} is missing, damaged or of another key."
            " Run the job again with --fresh."
        ) from None


def rows_of(part: pa.Table) -> Iterator[pa.RecordBatch]:
    """The rows of a part in batches for Python workers, none of them empty."""
    yield from (batch for batch in part.to_batches(max_chunksize=256) if batch.num_rows)


def write_table(
    frame: DataFrame, table: Table, folder: Path, key: bytes, settings: str = "", reuse: Reuse | None = None
) -> Stored:
    """Writes `frame` to `folder`, one part a partition; parts that are there already are kept.

    settings: fingerprint of what the rows depend on besides the input, for later runs. reuse: an earlier table whose
    rows are written too; `frame` then holds the others (`Reuse.new`). Raises ContractError where `frame` does not have
    the table's columns.
    """
    names, schema = table.names, table.arrow
    if set(frame.columns) != set(names):
        raise ContractError(f"table {table.name}: the columns are not the declared ones; the stage must conform.")
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    target = str(folder)

    def write(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        index = partition()
        path = Path(target) / part_name(index)
        note = path.with_suffix(".json")
        said = json.loads(note.read_text()) | {"made": 0} if path.exists() and note.exists() else {}
        if not said:
            made = _Counted(pa.RecordBatch.from_arrays([b.column(n) for n in names], schema=schema) for b in batches)
            rows, digest = write_part(path, reuse.merged(index, made, schema) if reuse else made, schema, key)
            said = {"rows": rows, "digest": digest, "made": made.rows}
            write_text(note, json.dumps(said))
        yield pa.RecordBatch.from_pylist([{"part": index, **said}], schema=_PART)

    parts = frame.select(*names).mapInArrow(marked(write, f"writing {table.name}"), spark_schema(_PART))
    done = sorted(parts.collect())
    whole = hashlib.sha256("".join(row["digest"] for row in done).encode()).hexdigest()
    parts = {part_name(row["part"]): row["rows"] for row in done}
    for left in folder.glob("*.order"):  # of parts that an interrupted run had finished
        left.unlink()
    facts = {"table": table.name, "parts": parts, "digest": whole, "settings": settings}
    write_text(folder / MANIFEST, json.dumps(facts))
    return Stored(folder, parts, whole, sum(row["made"] for row in done))


def partition() -> int:
    """Number of the partition that this task works on."""
    from pyspark import TaskContext

    context = TaskContext.get()
    return context.partitionId() if context else 0


class _Counted:
    """Batches as they pass, and how many rows they held."""

    def __init__(self, batches: Iterable[pa.RecordBatch]) -> None:
        self._batches, self.rows = batches, 0

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        for batch in self._batches:
            self.rows += batch.num_rows
            yield batch


def find_table(folder: Path) -> Stored | None:
    """The finished table in `folder`, None where there is none."""
    if not (folder / MANIFEST).exists():
        return None
    found: dict[str, Any] = read_json(folder / MANIFEST)
    return Stored(folder, dict(found["parts"]), str(found["digest"]))


def read_table(spark: SparkSession, table: Table, stored: Stored, key: bytes) -> DataFrame:
    """The stored table as a DataFrame, one partition a part."""
    paths = [str(stored.folder / name) for name in stored.parts]
    schema = table.arrow

    def read(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            for index in batch.column(0).to_pylist():
                yield from rows_of(read_part(Path(paths[index]), key).cast(schema))

    numbers = spark.range(0, len(paths), 1, max(1, len(paths)))
    return numbers.mapInArrow(marked(read, f"reading {table.name}"), spark_schema(schema))
