"""Parquet: damage, columns, times and sizes."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from jobs.readers.catalogue import read_file, recognise
from schemas.conversation import Conversation, Malformed
from schemas.errors import ContractError
from schemas.policy import ReadPolicy

TALK = [{"role": "user", "content": "x"}]
YEAR = datetime(2024, 1, 1, tzinfo=UTC)


def write(path: Path, rows: int = 3, **columns: Any) -> Path:
    hashes = [f"h{row}" for row in range(rows)]
    pq.write_table(pa.table({"conversation_hash": hashes, "conversation": [TALK] * rows} | columns), path)
    return path


def read(path: Path, policy: ReadPolicy | None = None) -> list[Conversation | Malformed]:
    return list(read_file(path, "wildchat", policy or ReadPolicy()))


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
@pytest.mark.parametrize("zone", [None, "UTC", "Asia/Tokyo"])
def test_a_time_of_any_unit_and_zone_is_utc(tmp_path: Path, unit: str, zone: str | None) -> None:
    seconds = int(YEAR.timestamp())
    ticks = seconds * {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}[unit]
    times = pa.array([ticks, None, ticks], pa.int64()).cast(pa.timestamp(unit, zone))
    items = read(write(tmp_path / "rows", timestamp=times))
    assert [item.started_at for item in items if isinstance(item, Conversation)] == [YEAR, None, YEAR]


def test_a_time_outside_the_calendar_is_malformed(tmp_path: Path) -> None:
    times = pa.array([0, 2**60, 0], pa.int64()).cast(pa.timestamp("ms"))
    items = read(write(tmp_path / "rows", timestamp=times))
    assert [getattr(item, "rule", "") for item in items] == ["", "bad_date", ""]
    assert isinstance(items[1], Malformed)
    assert items[1].line == 2
    assert len(items[1].digest) == 64


def test_rows_keep_their_number_over_row_groups(tmp_path: Path) -> None:
    talks = [TALK if row % 7 else None for row in range(1, 5001)]
    table = pa.table({"conversation_hash": [str(row) for row in range(1, 5001)], "conversation": talks})
    pq.write_table(table, tmp_path / "rows", row_group_size=999)
    items = read(tmp_path / "rows")
    assert [item.line for item in items if isinstance(item, Malformed)] == list(range(7, 5001, 7))
    whole = [item.conversation_id for item in items if isinstance(item, Conversation)]
    assert whole == [str(row) for row in range(1, 5001) if row % 7]


def test_text_that_is_not_utf_8_is_one_malformed_row(tmp_path: Path) -> None:
    texts = pa.array([b"fine", b"caf\xe9", b"fine"]).view(pa.string())
    struct = pa.StructArray.from_arrays([pa.array(["user"] * 3), texts], ["role", "content"])
    talks = pa.ListArray.from_arrays(pa.array([0, 1, 2, 3], pa.int32()), struct)
    items = read(write(tmp_path / "rows", conversation=talks))
    assert [getattr(item, "rule", "") for item in items] == ["", "invalid_utf8", ""]


def test_a_row_that_is_too_large_is_malformed(tmp_path: Path) -> None:
    huge = [{"role": "user", "content": "x" * 50_000}]
    path = write(tmp_path / "rows", conversation=[TALK, huge, TALK])
    items = read(path, ReadPolicy(max_record_bytes=10_000))
    assert [getattr(item, "rule", "") for item in items] == ["", "too_large", ""]


@pytest.mark.parametrize(
    ("column", "value", "rule"), [("conversation_hash", 1.5, "bad_id"), ("timestamp", "spring", "bad_date")]
)
def test_a_column_of_the_wrong_type_makes_its_rows_malformed(
    tmp_path: Path, column: str, value: object, rule: str
) -> None:
    broken: dict[str, Any] = {column: [value, None, value]}
    items = read(write(tmp_path / "rows", **broken))
    assert [getattr(item, "rule", "") for item in items] == [rule, "", rule]


@pytest.mark.parametrize("value", ["text", 5, ["user", "x"]])
def test_a_conversation_column_of_the_wrong_type_is_refused(tmp_path: Path, value: object) -> None:
    with pytest.raises(ContractError, match=r"no record that can be read as wildchat|none of the columns"):
        read(write(tmp_path / "rows", conversation=[value] * 3))


def test_other_columns_are_not_read_from_disk(tmp_path: Path) -> None:
    path = write(tmp_path / "rows", header=["secret-header"] * 3)
    whole = path.read_bytes()
    place = whole.index(b"secret-header")
    path.write_bytes(whole[: place - 8] + b"\xff" * 20 + whole[place + 12 :])
    with pytest.raises(OSError, match=r".+"):
        pq.read_table(path)
    assert len(read(path)) == 3


def test_a_file_without_the_columns_is_refused(tmp_path: Path) -> None:
    pq.write_table(pa.table({"note": ["kestrel"]}), tmp_path / "rows")
    with pytest.raises(ContractError, match="fits none of the formats"):
        recognise(tmp_path / "rows", ReadPolicy())
    with pytest.raises(ContractError, match="none of the columns of the format wildchat"):
        read(tmp_path / "rows")


def test_a_format_that_has_no_parquet_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match="is Parquet, from which native is not read"):
        list(read_file(write(tmp_path / "rows"), "native", ReadPolicy()))


def test_a_file_without_rows_is_empty(tmp_path: Path) -> None:
    schema = pa.table({"conversation_hash": ["h"], "conversation": [TALK]}).schema
    pq.write_table(schema.empty_table(), tmp_path / "rows")
    with pytest.raises(ContractError, match="is empty"):
        read(tmp_path / "rows")


@pytest.mark.parametrize("keep", [0.3, 0.9, 0.999])
def test_a_file_that_is_cut_short_is_refused(tmp_path: Path, keep: float) -> None:
    path = write(tmp_path / "rows", rows=500)
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * keep)])
    with pytest.raises(ContractError, match="damaged Parquet"):
        read(path)


def test_damage_in_the_middle_is_found_by_checksum(tmp_path: Path) -> None:
    path = tmp_path / "rows"
    talks = [[{"role": "user", "content": f"question {row}"}] for row in range(500)]
    table = pa.table({"conversation_hash": [str(row) for row in range(500)], "conversation": talks})
    pq.write_table(table, path, write_page_checksum=True, compression="none", use_dictionary=False)
    whole = path.read_bytes()
    path.write_bytes(whole.replace(b"question 250", b"Question 250", 1))
    with pytest.raises(ContractError, match="damaged Parquet"):
        read(path)


def test_a_file_that_expands_too_far_is_refused(tmp_path: Path) -> None:
    talk = [[{"role": "user", "content": "x" * 1_000_000}]]
    table = pa.table({"conversation_hash": ["h"] * 80, "conversation": talk * 80})
    pq.write_table(table, tmp_path / "rows", compression="zstd", use_dictionary=False)
    assert len(read(tmp_path / "rows", ReadPolicy(max_expansion=100_000))) == 80
    with pytest.raises(ContractError, match="max_expansion"):
        read(tmp_path / "rows")
