"""Rows of an earlier run's table beside new ones: the table that a run from nothing writes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jobs.reuse import VERSION, Reuse, find_earlier
from jobs.tables import Stored, find_table, part_name, read_part, write_part, write_table
from schemas.errors import ContractError
from schemas.table import Column, Sensitivity, Table

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

KEY = bytes(range(32))
TABLE = Table(
    "made_up",
    (Column("user_key", pa.string(), "Of the user."), Column(VERSION, pa.string(), "Of the row.")),
    (VERSION,),
    Sensitivity.DERIVED,
    "For this test.",
)
SCHEMA = TABLE.arrow


def make(spark: SparkSession, numbers: Sequence[int], folder: Path, parts: int, reuse: Reuse | None = None) -> Stored:
    """Stores rows `numbers`, of users n % 5, as the stages do; with `reuse` only those that are not there yet."""
    rows = [(f"u{n % 5}", f"v{n:03}") for n in numbers]
    frame = spark.createDataFrame(rows, "user_key string, version string").repartition(parts, VERSION)
    if reuse is not None:
        frame = frame.mapInArrow(reuse.new, frame.schema)
        if reuse.gone:
            frame = frame.where(~frame.user_key.isin(sorted(reuse.gone)))
    return write_table(frame, TABLE, folder, KEY, "settings", reuse)


def versions(stored: Stored) -> list[str]:
    parts = [read_part(stored.folder / name, KEY).column(VERSION).to_pylist() for name in sorted(stored.parts)]
    return [str(version) for part in parts for version in part]


@pytest.mark.parametrize(("before", "now"), [(2, 2), (2, 4), (1, 4)])
def test_the_table_is_a_fresh_one_and_only_new_rows_are_made(
    spark: SparkSession, tmp_path: Path, before: int, now: int
) -> None:
    make(spark, range(30), tmp_path / "t" / "a", before)
    reuse = find_earlier(tmp_path / "t" / "b", "settings", now, KEY)
    assert reuse is not None
    stored = make(spark, range(4, 37), tmp_path / "t" / "b", now, reuse)
    assert stored.made == 7
    assert stored == Stored(stored.folder, stored.parts, make(spark, range(4, 37), tmp_path / "f", now).digest)
    assert not list(stored.folder.glob("*.order"))


def test_an_erased_user_s_rows_are_not_taken_over(spark: SparkSession, tmp_path: Path) -> None:
    make(spark, range(20), tmp_path / "t" / "a", 2)
    reuse = find_earlier(tmp_path / "t" / "b", "settings", 2, KEY, frozenset({"u3"}))
    stored = make(spark, range(22), tmp_path / "t" / "b", 2, reuse)
    assert sorted(versions(stored)) == [f"v{n:03}" for n in range(22) if n % 5 != 3]


def test_other_settings_or_parts_that_do_not_fit_are_not_used(spark: SparkSession, tmp_path: Path) -> None:
    make(spark, range(9), tmp_path / "t" / "a", 4)
    assert find_earlier(tmp_path / "t" / "b", "other", 4, KEY) is None
    assert find_earlier(tmp_path / "t" / "b", "settings", 6, KEY) is None
    assert find_earlier(tmp_path / "t" / "a", "settings", 4, KEY) is None
    (tmp_path / "t" / "a" / "manifest.json").unlink()
    assert find_earlier(tmp_path / "t" / "b", "settings", 4, KEY) is None


def batches(numbers: Sequence[int]) -> list[pa.RecordBatch]:
    rows = [{"user_key": f"u{n % 5}", VERSION: f"v{n:03}"} for n in numbers]
    found: list[pa.RecordBatch] = pa.Table.from_pylist(rows, schema=SCHEMA).to_batches(max_chunksize=3)
    return found


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    earlier=st.lists(st.integers(0, 30), unique=True),
    now=st.lists(st.integers(0, 30), unique=True),
    gone=st.sets(st.integers(0, 4), max_size=2),
)
def test_order_and_content_are_those_of_the_input(
    tmp_path: Path, earlier: list[int], now: list[int], gone: set[int]
) -> None:
    path = tmp_path / part_name(0)
    write_part(path, batches(earlier), SCHEMA, KEY)
    reuse = Reuse((str(path),), str(tmp_path), KEY, frozenset(f"u{n}" for n in gone))
    made = [b.filter(pa.array([u not in reuse.gone for u in b.column(0).to_pylist()])) for b in reuse.new(batches(now))]
    found = [row for batch in reuse.merged(0, made, SCHEMA) for row in batch.column(VERSION).to_pylist()]
    assert found == [f"v{n:03}" for n in now if n % 5 not in gone]


def test_a_row_that_is_neither_made_nor_stored_is_told(tmp_path: Path) -> None:
    path = tmp_path / part_name(0)
    write_part(path, batches([1, 2]), SCHEMA, KEY)
    reuse = Reuse((str(path),), str(tmp_path), KEY)
    assert [batch.num_rows for batch in reuse.new(batches([1, 2, 3]))] == [1]
    with pytest.raises(ContractError, match="--fresh"):
        list(reuse.merged(0, [], SCHEMA))
    assert find_table(tmp_path) is None
