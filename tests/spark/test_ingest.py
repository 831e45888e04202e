"""From files to TRANSCRIPTS: what is kept, what is counted, what is refused."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from jobs.ingest import find_sources, survey, transcripts
from jobs.survey import Survey
from pipelines.pseudonym import pseudonym
from schemas.errors import ContractError, UsageError
from schemas.policy import ReadPolicy

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

POLICY = ReadPolicy(max_malformed_share=0.5)
KEY = bytes(range(32))


def record(number: int, turns: int = 2, **more: Any) -> dict[str, Any]:
    messages = [{"role": "assistant" if n % 2 else "user", "content": f"text {number} {n}"} for n in range(turns)]
    return {"conversation_id": f"c{number}", "user_id": f"u{number % 3}", "messages": messages} | more


def write(folder: Path, name: str, records: list[Any]) -> str:
    path = folder / name
    path.write_text("".join((r if isinstance(r, str) else json.dumps(r)) + "\n" for r in records))
    return str(path)


def read(spark: SparkSession, inputs: list[str]) -> tuple[Survey, list[dict[str, Any]]]:
    sources = find_sources(inputs, "auto", POLICY)
    found = survey(spark, sources, "r1", POLICY, KEY)
    rows = transcripts(spark, sources, "r1", POLICY, found.shards).collect()
    return found, [row.asDict(recursive=True) for row in rows]


def test_every_conversation_once(spark: SparkSession, tmp_path: Path) -> None:
    path = write(tmp_path, "a.jsonl", [record(n) for n in range(40)])
    found, rows = read(spark, [path])
    assert found.conversations == 40 == len(rows)
    assert found.with_user == 40
    assert sorted(row["record_id"] for row in rows) == sorted(f"c{n}" for n in range(40))
    assert rows[0]["turns"][1]["generated"] is True


def test_a_copy_of_a_file_counts_once(spark: SparkSession, tmp_path: Path) -> None:
    records = [record(n) for n in range(5)]
    paths = [write(tmp_path, name, records) for name in ("a.jsonl", "b.jsonl")]
    assert read(spark, paths)[0].conversations == 5


def test_a_conversation_that_has_grown_replaces_its_earlier_self(spark: SparkSession, tmp_path: Path) -> None:
    old = write(tmp_path, "monday.jsonl", [record(1, turns=2), record(2)])
    new = write(tmp_path, "tuesday.jsonl", [record(1, turns=4), record(3)])
    found, rows = read(spark, [old, new])
    assert (found.conversations, found.superseded, found.duplicates, found.conflicting) == (3, 1, 0, 0)
    assert {row["record_id"]: len(row["turns"]) for row in rows} == {"c1": 4, "c2": 2, "c3": 2}


def test_the_same_record_twice_is_a_duplicate(spark: SparkSession, tmp_path: Path) -> None:
    path = write(tmp_path, "a.jsonl", [record(1), record(2), record(1)])
    found, rows = read(spark, [path])
    assert (len(rows), found.duplicates, found.superseded) == (2, 1, 0)


def test_two_conversations_under_one_id_conflict_and_the_longer_stands(spark: SparkSession, tmp_path: Path) -> None:
    other = record(1, turns=4) | {"messages": [{"role": "user", "content": "else"}] * 4}
    found, rows = read(spark, [write(tmp_path, "a.jsonl", [record(1), other])])
    assert (found.conversations, found.conflicting, found.superseded) == (1, 1, 0)
    assert len(rows[0]["turns"]) == 4


def test_placeholder_users_count_as_missing(spark: SparkSession, tmp_path: Path) -> None:
    records = [record(1), record(2) | {"user_id": "Anonymous"}, record(3) | {"user_id": None}]
    found, rows = read(spark, [write(tmp_path, "a.jsonl", records)])
    assert found.with_user == 1
    assert sorted(row["user_id"] or "" for row in rows) == ["", "", "u1"]


def test_records_of_another_release_are_left_out_and_counted(spark: SparkSession, tmp_path: Path) -> None:
    records = [record(1, release="r1"), record(2, release="r0"), record(3)]
    found, rows = read(spark, [write(tmp_path, "a.jsonl", records)])
    assert (found.conversations, found.other_release) == (2, 1)
    assert sorted(row["record_id"] for row in rows) == ["c1", "c3"]


def test_malformed_records_are_quarantined_by_place_and_rule_without_text(spark: SparkSession, tmp_path: Path) -> None:
    path = write(tmp_path, "a.jsonl", [record(1), "{secret", record(2), json.dumps({"messages": "secret"}), record(3)])
    found, _ = read(spark, [path])
    assert sum(found.malformed.values()) == 2
    assert [row["line"] for row in found.quarantine] == [2, 4]
    assert "secret" not in json.dumps(found.quarantine)
    found.check(POLICY)
    with pytest.raises(ContractError, match="about 40 % of the records are malformed"):
        found.check(ReadPolicy(max_malformed_share=0.1))


def test_a_dictionary_finds_no_quarantined_record_by_its_hash(spark: SparkSession, tmp_path: Path) -> None:
    path = write(tmp_path, "a.jsonl", [record(1), "{secret"])
    (row,) = read(spark, [path])[0].quarantine
    digests = [hashlib.sha256(text + end).hexdigest() for text in (b"{secret", b"secret") for end in (b"", b"\n")]
    assert pseudonym(KEY, "quarantined", digests[0][:16])[:16] == row["hash"], "with the key it is found"
    assert not [digest for digest in digests if row["hash"] in digest]


def test_only_other_releases_is_an_error(spark: SparkSession, tmp_path: Path) -> None:
    path = write(tmp_path, "a.jsonl", [record(1, release="r0")])
    sources = find_sources([path], "auto", POLICY)
    with pytest.raises(ContractError, match="no conversation of this release"):
        survey(spark, sources, "r1", POLICY, KEY).check(POLICY)


def test_a_missing_input_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        find_sources([str(tmp_path / "none.jsonl")], "auto", POLICY)


def test_partitions_do_not_depend_on_the_order_of_files(spark: SparkSession, tmp_path: Path) -> None:
    first = [record(n) for n in range(30)]
    second = [record(n) for n in range(30, 60)]
    a, b = write(tmp_path, "a.jsonl", first), write(tmp_path, "b.jsonl", second)
    whole = write(tmp_path, "c.jsonl", [*second, *first])

    def parts(inputs: list[str]) -> list[list[str]]:
        sources = find_sources(inputs, "auto", POLICY)
        frame = transcripts(spark, sources, "r1", POLICY, 4)
        return [[row.record_id for row in part] for part in frame.rdd.glom().collect()]

    assert parts([a, b]) == parts([b, a]) == parts([whole])
