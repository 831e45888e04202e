"""Rows of a Parquet file as records: only the fields that a format names are read from disk."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from jobs.readers.faults import FileFault
from jobs.readers.format import Format, Record
from jobs.readers.rules import BrokenRecord, Rule
from jobs.readers.streams import check_expansion
from schemas.policy import ReadPolicy

_BATCH_BYTES = 8 << 20
_MOST_ROWS = 1024
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_PER_SECOND = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
_T = TypeVar("_T")


class ParquetRecord:
    """One row of a batch; `fields` is None where the batch could not be read as a whole."""

    __slots__ = ("_batch", "_fields", "_row", "_too_large", "number")

    def __init__(self, number: int, batch: Any, row: int, fields: Record | None, too_large: bool) -> None:
        self.number = number
        self._batch = batch
        self._row = row
        self._fields = fields
        self._too_large = too_large

    def load(self) -> Record:
        if self._too_large:
            raise BrokenRecord(Rule.TOO_LARGE)
        if self._fields is not None:
            return self._fields
        alone = _fields_of(self._batch.slice(self._row, 1))
        if alone is None:
            raise BrokenRecord(Rule.INVALID_UTF8)
        return alone[0]

    def digest(self) -> str:
        """SHA-256 of the row's Arrow stream, since a row has no bytes of its own."""
        import pyarrow as pa

        sink = io.BytesIO()
        with pa.ipc.new_stream(sink, self._batch.schema) as writer:
            writer.write_batch(self._batch.slice(self._row, 1))
        return hashlib.sha256(sink.getvalue()).hexdigest()


def parquet_shape(path: Path) -> Record:
    """A record of the file's column names, with an empty list for each list column. Raises FileFault."""
    import pyarrow as pa

    schema = _undamaged(lambda: _open(path).schema_arrow)
    lists = (pa.types.is_list, pa.types.is_large_list)
    return {field.name: [] if any(test(field.type) for test in lists) else "" for field in schema}


def parquet_records(path: Path, chosen: Format, policy: ReadPolicy) -> Iterator[ParquetRecord]:
    """The file's rows, numbered from 1. Raises FileFault: damaged, lacking the columns, expanding too far.

    Held in memory at once: the named fields of a row group's pages, and a batch of about 8 MiB.
    """
    if not chosen.parquet:
        raise FileFault(f"is Parquet, from which {chosen.name} is not read: write it as JSON lines.")
    file = _undamaged(lambda: _open(path))
    leaves = [file.schema.column(index) for index in range(len(file.schema))]
    columns = [leaf.path for leaf in leaves if _field(leaf.path) in chosen.parquet]
    if not columns:
        raise FileFault(f"has none of the columns of the format {chosen.name}: name another with `--format`.")
    # Sizes of whole row groups: those of single columns would abort the process where the file is damaged.
    groups = (file.metadata.row_group(index) for index in range(file.metadata.num_row_groups))
    size = sum(group.total_byte_size for group in groups)
    check_expansion(size, path.stat().st_size, policy)
    rows = max(1, min(_MOST_ROWS, _BATCH_BYTES * max(1, file.metadata.num_rows) // max(1, size)))
    batches = _undamaged(lambda: file.iter_batches(batch_size=rows, columns=columns))
    number = 0
    while (batch := _undamaged(lambda: next(batches, None))) is not None:
        fields = _fields_of(batch)
        limit = policy.max_record_bytes
        # Sizes are slow to sum: that of the batch settles nearly every row.
        heavy = batch.nbytes > limit
        for row in range(batch.num_rows):
            number += 1
            too_large = heavy and batch.slice(row, 1).nbytes > limit
            yield ParquetRecord(number, batch, row, fields[row] if fields else None, too_large)


def _open(path: Path) -> Any:
    import pyarrow.parquet as pq

    return pq.ParquetFile(str(path), memory_map=False, page_checksum_verification=True)


def _undamaged(read: Callable[[], _T]) -> _T:
    import pyarrow as pa

    try:
        return read()
    except (pa.ArrowException, OSError, ValueError, MemoryError, OverflowError):
        raise FileFault("is damaged Parquet, or of a kind that is not read. Copy it again.") from None


def _field(path: str) -> str:
    """A leaf's path as `column` or `column.field`, whatever the writer calls the levels of a list between."""
    steps = path.split(".")
    return steps[0] if len(steps) == 1 else f"{steps[0]}.{steps[-1]}"


def _fields_of(batch: Any) -> list[dict[str, object]] | None:
    """The rows of a batch; None where some text in it is not UTF-8. Times become aware datetimes in UTC."""
    import pyarrow as pa

    units = {field.name: field.type.unit for field in batch.schema if pa.types.is_timestamp(field.type)}
    for name in units:
        index = batch.schema.get_field_index(name)
        batch = batch.set_column(index, name, batch.column(index).cast(pa.int64()))
    try:
        rows: list[dict[str, object]] = batch.to_pylist()
    except UnicodeDecodeError:
        return None
    for name, unit in units.items():
        for row in rows:
            row[name] = _time(row[name], _PER_SECOND[unit])
    return rows


def _time(ticks: Any, per_second: int) -> object:
    """A time; infinity, which is no date, where it lies outside the calendar."""
    try:
        return None if ticks is None else _EPOCH + timedelta(microseconds=ticks * 10**6 // per_second)
    except OverflowError:
        return float("inf")
