"""Runs a stage's function on Arrow batches in Spark's Python workers, without letting text out in an exception.

Spark copies a worker's exception, with its message, into the driver's exception and standard error (FIELD: measured).
So every function that sees rows is wrapped: what comes out is a code, the exception's type and a keyed hash of the
batch. The words of our own errors come out too, behind a mark that only this process and its workers know: text of the
data that looks like such an error lacks it.
"""

from __future__ import annotations

import gc
import hmac
import resource
import secrets
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from schemas.errors import ContractError, WelfareError
from schemas.faults import place
from schemas.table import Table

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

Batches = Iterable[pa.RecordBatch]
OnBatches = Callable[[Batches], Iterator[pa.RecordBatch]]


class WorkerFault(WelfareError):
    """A stage failed on a batch. Names stage, exception type, place in our code and a hash; never a value."""


@dataclass(frozen=True, slots=True)
class Seal:
    """What the driver gives its workers. mark: stands before the words of an error of ours. key: of hashes of rows."""

    mark: str = field(default_factory=lambda: secrets.token_hex(16), repr=False)
    key: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)


_seal = Seal()


def seal() -> Seal:
    """The seal of this process. A function for workers takes it on the driver, where it is made."""
    return _seal


def use_key(key: bytes) -> None:
    """From here on rows are hashed with `key`, the trial's own: the same row has the same hash in every run of it."""
    global _seal
    _seal = replace(_seal, key=key)


def marked(run: OnBatches, what: str) -> OnBatches:
    """`run`, a function on a partition's batches, so that an error of ours leaves with the mark and any other one
    without its message. what: who is at work, for that case."""
    mark = seal().mark

    def guarded(batches: Batches) -> Iterator[pa.RecordBatch]:
        _no_dump()
        fault: WelfareError | None = None
        try:
            yield from run(batches)
        except WelfareError as error:
            fault = type(error)(f"{mark} {error}")
        except Exception as error:  # noqa: BLE001  any exception may carry text
            fault = WorkerFault(
                f"{mark} {what} failed with {type(error).__name__} at {place(error)}. Its message is withheld, as it"
                " may hold text."
            )
        if fault is not None:
            raise fault from None

    return guarded


def _no_dump() -> None:
    """No core dump of this process, which would hold text: on a cluster nobody else has said so to the worker."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))


def spark_schema(schema: pa.Schema) -> Any:
    """The Spark StructType of an Arrow schema."""
    from pyspark.sql.pandas.types import from_arrow_schema

    return from_arrow_schema(schema)


def batch_hash(batch: pa.RecordBatch, column: str, key: bytes) -> str:
    """A keyed hash of the batch's keys: finds the batch again, and without the key says nothing about it."""
    values = batch.column(column) if column in batch.schema.names else batch.column(0)
    text = "\0".join(str(v) for v in values.to_pylist())
    return hmac.new(key, f"batch\0{text}".encode("utf-8", "replace"), "sha256").hexdigest()[:12]


def unbroken(batches: Batches, column: str) -> Iterator[pa.RecordBatch]:
    """The batches cut anew, so that rows one after the other with the same value of `column` are in one batch."""
    held: list[pa.RecordBatch] = []
    for batch in batches:
        if not batch.num_rows:
            continue
        values = batch.column(column).to_pylist()
        last = values[-1]
        cut = next((n for n in range(len(values), 0, -1) if values[n - 1] != last), 0)
        if cut or (held and held[-1].column(column)[0].as_py() != last):
            yield _joined([*held, batch.slice(0, cut)])
            held = []
        held.append(batch.slice(cut))
    if held:
        yield _joined(held)


def _joined(batches: list[pa.RecordBatch]) -> pa.RecordBatch:
    (whole,) = pa.Table.from_batches(batches).combine_chunks().to_batches()
    return whole


def map_rows(
    frame: DataFrame,
    table: Table,
    stage: str,
    make: Callable[[], Callable[[list[dict[str, Any]]], list[dict[str, Any]]]],
    whole: str = "",
) -> DataFrame:
    """`frame` with each batch of rows turned into rows of `table`; map-only, order kept.

    make: called once a task in the worker; returns the function from a batch's rows to the new rows. What it builds
    (models) is cached by its own module. whole: a column by which the rows of a partition are sorted; those with one
    value of it are then in one batch. Raises WorkerFault, or the WelfareError that the function raised.
    """

    key = seal().key

    def run(batches: Batches) -> Iterator[pa.RecordBatch]:
        function: Callable[[list[dict[str, Any]]], list[dict[str, Any]]] | None = None
        for batch in unbroken(batches, whole) if whole else batches:
            if not batch.num_rows:
                continue
            fault: WelfareError | None = None
            try:
                if function is None:
                    function = make()
                    _settle()
                out = pa.RecordBatch.from_pylist(function(batch.to_pylist()), schema=table.arrow)
            except WelfareError as error:
                fault = type(error)(f"stage {stage}, batch {batch_hash(batch, table.key[0], key)}: {error}")
            except Exception as error:  # noqa: BLE001  any exception may carry text
                fault = WorkerFault(
                    f"stage {stage} failed on batch {batch_hash(batch, table.key[0], key)}"
                    f" with {type(error).__name__} at {place(error)}. Its message is withheld, as it may hold text."
                )
            if fault is not None:
                raise fault from None
            yield out

    return frame.mapInArrow(marked(run, f"stage {stage}"), spark_schema(table.arrow))


@lru_cache(maxsize=1)
def _settle() -> None:
    """Once a process: modules and models stay, so the search for garbage need not go through them again and again."""
    gc.collect()
    gc.freeze()


def conformed(frame: DataFrame, table: Table) -> DataFrame:
    """`frame` with exactly the columns of `table`. Raises ContractError where one is missing or of another type."""
    wanted = spark_schema(table.arrow)
    have = {field.name: field.dataType for field in frame.schema.fields}
    wrong = [field.name for field in wanted.fields if have.get(field.name) != field.dataType]
    if wrong:
        raise ContractError(f"table {table.name}: columns {wrong} are missing or of another type than declared.")
    return frame.select(*table.names)
