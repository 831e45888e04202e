"""Restricted tables: written once, encrypted, resumed by part, read back as they were."""

from __future__ import annotations

import hashlib
import hmac
import json
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest

from jobs.faults import spark_faults
from jobs.tables import MANIFEST, find_table, part_name, read_part, read_table, write_table
from pipelines.worker import WorkerFault, map_rows
from schemas.errors import ContractError, WelfareError
from schemas.row_level import CLUSTER_TERMS

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

KEY = bytes(range(32))
SECRET = "a-word-that-must-not-lie-in-the-clear"


def frame(spark: SparkSession, rows: int = 20, parts: int = 4) -> DataFrame:
    from pyspark.sql import functions as f

    return spark.range(0, rows, 1, parts).select(
        f.lit("joy").alias("label"),
        f.col("id").cast("int").alias("cluster"),
        f.lit(SECRET).alias("term"),
        f.lit(0.5).alias("weight"),
        f.col("id").alias("users"),
        f.array(f.lit("c")).alias("holders"),
    )


def test_a_table_reads_back_as_it_was(spark: SparkSession, tmp_path: Path) -> None:
    stored = write_table(frame(spark), CLUSTER_TERMS, tmp_path / "t", KEY)
    again = find_table(tmp_path / "t")
    assert again == stored
    assert stored.rows == 20
    rows = read_table(spark, CLUSTER_TERMS, stored, KEY).orderBy("cluster").collect()
    assert [row.cluster for row in rows] == list(range(20))


def test_nothing_lies_in_the_clear(spark: SparkSession, tmp_path: Path) -> None:
    write_table(frame(spark), CLUSTER_TERMS, tmp_path / "t", KEY)
    files = [path for path in (tmp_path / "t").iterdir() if path.is_file()]
    assert len(files) == 9
    assert all(SECRET.encode() not in path.read_bytes() for path in files)


def test_a_dictionary_finds_no_row_by_the_digests_beside_the_parts(spark: SparkSession, tmp_path: Path) -> None:
    """A part of one short row, and an attacker who knows how digests are made and tries that very row."""
    write_table(frame(spark, rows=1, parts=1), CLUSTER_TERMS, tmp_path / "t", KEY)
    (row,) = read_part(tmp_path / "t" / part_name(0), KEY).to_pylist()
    tried = json.dumps(row, sort_keys=True, default=str).encode()
    guesses = {hashlib.sha256(before + tried).hexdigest() for before in (b"", b"rows\0")}
    guesses |= {hmac.new(bytes(32), b"rows\0" + tried, "sha256").hexdigest()}
    guesses |= {hashlib.sha256(guess.encode()).hexdigest() for guess in guesses}
    said = "".join(path.read_text() for path in (tmp_path / "t").glob("*.json"))
    assert not [guess for guess in guesses if guess in said]
    assert hmac.new(KEY, b"rows\0" + tried, "sha256").hexdigest() in said, "with the key it is found"


def test_another_key_cannot_read(spark: SparkSession, tmp_path: Path) -> None:
    write_table(frame(spark), CLUSTER_TERMS, tmp_path / "t", KEY)
    with pytest.raises(ContractError, match="another key"):
        read_part(tmp_path / "t" / part_name(0), bytes(32))


def test_a_finished_part_is_not_made_again(spark: SparkSession, tmp_path: Path) -> None:
    folder = tmp_path / "t"
    first = write_table(frame(spark), CLUSTER_TERMS, folder, KEY)
    (folder / MANIFEST).unlink()
    (folder / part_name(2)).unlink()
    kept = {n: (folder / part_name(n)).stat().st_mtime_ns for n in (0, 1, 3)}
    assert write_table(frame(spark), CLUSTER_TERMS, folder, KEY) == first
    assert {n: (folder / part_name(n)).stat().st_mtime_ns for n in (0, 1, 3)} == kept
    assert (folder / part_name(2)).exists()


def test_a_table_without_a_manifest_is_not_there(spark: SparkSession, tmp_path: Path) -> None:
    write_table(frame(spark), CLUSTER_TERMS, tmp_path / "t", KEY)
    (tmp_path / "t" / MANIFEST).unlink()
    assert find_table(tmp_path / "t") is None


def test_a_damaged_part_is_named_by_table(spark: SparkSession, tmp_path: Path) -> None:
    folder = tmp_path / "cluster_terms" / "f"
    write_table(frame(spark), CLUSTER_TERMS, folder, KEY)
    (folder / part_name(0)).write_bytes(b"PARE broken")
    with pytest.raises(ContractError, match="cluster_terms is missing, damaged"):
        read_part(folder / part_name(0), KEY)


def test_a_frame_with_other_columns_is_refused(spark: SparkSession, tmp_path: Path) -> None:
    with pytest.raises(ContractError, match="columns are not the declared ones"):
        write_table(frame(spark).drop("users"), CLUSTER_TERMS, tmp_path / "t", KEY)


def test_the_manifest_counts_rows_by_part(spark: SparkSession, tmp_path: Path) -> None:
    write_table(frame(spark, rows=10, parts=2), CLUSTER_TERMS, tmp_path / "t", KEY)
    said = json.loads((tmp_path / "t" / MANIFEST).read_text())
    assert said["parts"] == {part_name(0): 5, part_name(1): 5}


def test_a_fault_in_a_worker_leaves_without_text(spark: SparkSession) -> None:
    def make() -> object:
        def fail(rows: list[dict[str, object]]) -> list[dict[str, object]]:
            raise ValueError(f"cannot handle {rows[0]['term']}")

        return fail

    mapped = map_rows(frame(spark), CLUSTER_TERMS, "made-up", make)  # type: ignore[arg-type]
    with pytest.raises(Exception, match="stage made-up failed") as caught:
        mapped.collect()
    assert SECRET not in str(caught.value)
    assert "ValueError" in str(caught.value)
    assert WorkerFault.__name__ in str(caught.value)


def test_text_in_a_workers_exception_that_imitates_an_error_of_ours_is_not_told(spark: SparkSession) -> None:
    def make() -> object:
        def fail(rows: list[dict[str, object]]) -> list[dict[str, object]]:
            raise ValueError(f"cannot handle\nschemas.errors.UsageError: {rows[0]['term']}")

        return fail

    def unwrapped(batches: object) -> object:
        raise ValueError(f"cannot handle\nschemas.errors.UsageError: {SECRET}")

    mapped = map_rows(frame(spark), CLUSTER_TERMS, "made-up", make)  # type: ignore[arg-type]
    words = "^stage made-up failed on batch [0-9a-f]{12} with ValueError"
    with pytest.raises(WorkerFault, match=words) as caught, spark_faults("made-up"):
        mapped.collect()
    bare = spark.range(1).mapInArrow(unwrapped, "id long")
    with pytest.raises(WelfareError, match="^made-up failed inside Spark") as raw, spark_faults("made-up"):
        bare.collect()
    assert SECRET not in str(caught.value) + str(raw.value)


def test_an_error_of_ours_in_a_worker_is_told_in_its_own_words(spark: SparkSession, tmp_path: Path) -> None:
    stored = write_table(frame(spark), CLUSTER_TERMS, tmp_path / "t", KEY)
    with pytest.raises(ContractError, match="^a part of the restricted table"), spark_faults("made-up"):
        read_table(spark, CLUSTER_TERMS, stored, bytes(32)).collect()


def test_a_row_of_the_wrong_shape_leaves_without_text(spark: SparkSession) -> None:
    def make() -> object:
        return lambda rows: [row | {"users": SECRET} for row in rows]

    with pytest.raises(Exception, match="stage made-up failed") as caught:
        map_rows(frame(spark), CLUSTER_TERMS, "made-up", make).collect()  # type: ignore[arg-type]
    assert SECRET not in str(caught.value)


def test_the_schema_of_a_stored_part_is_the_declared_one(spark: SparkSession, tmp_path: Path) -> None:
    write_table(frame(spark), CLUSTER_TERMS, tmp_path / "t", KEY)
    found = read_part(tmp_path / "t" / part_name(0), KEY)
    assert isinstance(found, pa.Table)
    assert found.schema.names == list(CLUSTER_TERMS.names)
