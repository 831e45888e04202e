"""From input files to the TRANSCRIPTS frame: survey first (nothing is written), then the conversations themselves.

The same id twice: same content is a duplicate and counts once; a longer conversation (more turns, then a later start)
supersedes a shorter one; two that begin differently are counted as conflicting, and the longer one stands.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from jobs.readers.catalogue import check_format, list_inputs, read_file, recognise
from jobs.readers.inputs import content_digest, name_inputs
from jobs.survey import Survey
from pipelines.pseudonym import pseudonym
from pipelines.worker import WorkerFault, marked, spark_schema
from schemas.conversation import Conversation, Malformed
from schemas.errors import UsageError, WelfareError
from schemas.policy import ReadPolicy
from schemas.policy_file import fingerprint
from schemas.row_level import TRANSCRIPTS

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

OTHER_RELEASE = "other_release"
_BATCH = 64

_SURVEY = pa.schema(
    [
        ("kind", pa.string()),  # "" for a conversation of this release, else a rule's code or OTHER_RELEASE
        ("file", pa.int32()),
        ("line", pa.int64()),
        ("record", pa.string()),  # hash of the conversation id, or of the malformed bytes
        ("content", pa.string()),
        ("opening", pa.string()),
        ("has_user", pa.bool_()),
    ]
)
_READ = pa.schema([*TRANSCRIPTS.arrow, pa.field("content", pa.string()), pa.field("size", pa.int32())])


@dataclass(frozen=True, slots=True)
class Source:
    """One input file: its path, format and SHA-256, and what errors call it (see `name_inputs`)."""

    path: str
    format: str
    digest: str
    name: str


def find_sources(inputs: Sequence[str], format_name: str, policy: ReadPolicy) -> list[Source]:
    """The input files with their formats (`auto`: recognised from content), ordered by digest; a copy counts once.

    Raises UsageError or ContractError, see jobs/readers/catalogue.py.
    """
    if format_name != "auto":
        check_format(format_name)
    found: dict[str, Source] = {}
    files = list_inputs(inputs)
    for path, name in zip(files, name_inputs(inputs, files), strict=True):
        kind = recognise(path, policy, name) if format_name == "auto" else format_name
        digest = content_digest(path)
        found.setdefault(digest, Source(str(path), kind, digest, name))
    if not found:
        raise UsageError("no input file found. Name a file, a folder or a glob that holds transcripts.")
    return [found[digest] for digest in sorted(found)]


def keyed_inputs(sources: Sequence[Source], key: bytes) -> list[dict[str, str]]:
    """Each input file as it is kept: a keyed digest and its format. key: the trial's.

    By a plain digest whoever may read the restricted side could tell whether a file that they have was in the input.
    """
    return [{"digest": pseudonym(key, "input", source.digest), "format": source.format} for source in sources]


def _content(conversation: Conversation) -> str:
    digest = hashlib.sha256()
    for turn in conversation.turns:
        for value in (turn.role, turn.text, turn.thinking):
            digest.update(value.encode("utf-8", "replace"))
            digest.update(b"\0")
    return digest.hexdigest()


def _row(conversation: Conversation, policy: ReadPolicy) -> dict[str, Any]:
    content = _content(conversation)
    user = (conversation.user_id or "").strip()
    row: dict[str, Any] = {
        "record_id": conversation.conversation_id or f"content:{content}",
        "user_id": None if not user or user.lower() in policy.anonymous_ids else user,
        "surface": conversation.surface,
        "started_at": conversation.started_at,
        "ended_by": conversation.ended_by or "unknown",
        "turns": [
            {"role": t.role, "text": t.text, "thinking": t.thinking, "generated": t.generated}
            for t in conversation.turns
        ],
        "content": content,
        "size": len(conversation.turns),
    }
    beside = [str(row[name]) for name in ("record_id", "user_id", "surface", "started_at", "ended_by")]
    return row | {"version": fingerprint(content, beside, [turn.generated for turn in conversation.turns])}


def _survey_row(
    item: Conversation | Malformed, file: int, line: int, release: str, policy: ReadPolicy
) -> dict[str, Any]:
    if isinstance(item, Malformed):
        return {"kind": item.rule, "file": file, "line": item.line, "record": item.digest[:16], "content": "",
                "opening": "", "has_user": False}  # fmt: skip
    row = _row(item, policy)
    other = item.release is not None and item.release != release
    opening = item.turns[0].text if item.turns else ""
    return {
        "kind": OTHER_RELEASE if other else "",
        "file": file,
        "line": line,
        "record": hashlib.sha256(row["record_id"].encode("utf-8", "replace")).hexdigest()[:32],
        "content": row["content"][:32],
        "opening": hashlib.sha256(opening.encode("utf-8", "replace")).hexdigest()[:16],
        "has_user": row["user_id"] is not None,
    }


def _frame(spark: SparkSession, sources: list[Source], schema: pa.Schema, rows: Any, policy: ReadPolicy) -> DataFrame:
    """One task a file; `rows(item, file, line)` gives a dictionary or None for each record."""

    def read(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            for index in batch.column(0).to_pylist():
                yield from _read_source(sources[index], index, schema, rows, policy)

    return spark.range(0, len(sources), 1, len(sources)).mapInArrow(marked(read, "reading"), spark_schema(schema))


def _read_source(source: Source, index: int, schema: pa.Schema, rows: Any, policy: ReadPolicy) -> Iterator[Any]:
    """Batches of one file. Whatever goes wrong leaves without text: see pipelines/worker.py."""
    pending: list[dict[str, Any]] = []
    fault: WelfareError | None = None
    try:
        for line, item in enumerate(read_file(Path(source.path), source.format, policy, source.name), start=1):
            row = rows(item, index, line)
            if row is not None:
                pending.append(row)
            if len(pending) >= _BATCH:
                yield pa.RecordBatch.from_pylist(pending, schema=schema)
                pending = []
    except WelfareError as error:
        fault = error
    except Exception as error:  # noqa: BLE001  any exception may carry text
        fault = WorkerFault(f"reading {source.name} failed with {type(error).__name__}. Its message is withheld.")
    if fault is not None:
        raise fault from None
    if pending:
        yield pa.RecordBatch.from_pylist(pending, schema=schema)


def survey(spark: SparkSession, sources: list[Source], release: str, policy: ReadPolicy, key: bytes) -> Survey:
    """Reads everything once and writes nothing. key: the trial's, for hashes that are kept. See `Survey`."""
    from pyspark.sql import functions as f

    def rows(item: Conversation | Malformed, file: int, line: int) -> dict[str, Any]:
        return _survey_row(item, file, line, release, policy)

    seen = _frame(spark, sources, _SURVEY, rows, policy).persist()
    kinds = Counter({row["kind"]: row["count"] for row in seen.groupBy("kind").count().collect()})
    ours = seen.where(seen.kind == "")
    groups = ours.groupBy("record").agg(
        f.count("*").alias("n"),
        f.countDistinct("content").alias("contents"),
        f.countDistinct("opening").alias("openings"),
        f.max(f.col("has_user").cast("int")).alias("user"),
    )
    total = groups.agg(
        f.count("*").alias("n"),
        f.sum("user").alias("users"),
        f.sum(f.col("n") - f.col("contents")).alias("duplicates"),
        f.sum(f.when(f.col("openings") == 1, f.col("contents") - 1).otherwise(0)).alias("superseded"),
        f.sum(f.when(f.col("openings") > 1, f.col("contents") - 1).otherwise(0)).alias("conflicting"),
    ).collect()[0]
    bad = seen.where((seen.kind != "") & (seen.kind != OTHER_RELEASE)).orderBy("file", "line").limit(10_000)
    quarantine = [
        # A broken record can be short: its own digest would let anybody who has it try what it says.
        {"file": r.file, "line": r.line, "rule": r.kind, "hash": pseudonym(key, "quarantined", r.record)[:16]}
        for r in bad.collect()
    ]
    seen.unpersist()
    return Survey(
        conversations=total["n"],
        with_user=total["users"] or 0,
        other_release=kinds.pop(OTHER_RELEASE, 0),
        duplicates=total["duplicates"] or 0,
        superseded=total["superseded"] or 0,
        conflicting=total["conflicting"] or 0,
        malformed={kind: count for kind, count in sorted(kinds.items()) if kind},
        quarantine=quarantine,
    )


def transcripts(spark: SparkSession, sources: list[Source], release: str, policy: ReadPolicy, shards: int) -> DataFrame:
    """The TRANSCRIPTS frame: one row a conversation id, spread over `shards` partitions by a hash of it."""
    from pyspark.sql import Window
    from pyspark.sql import functions as f

    def rows(item: Conversation | Malformed, file: int, line: int) -> dict[str, Any] | None:
        if isinstance(item, Malformed) or (item.release is not None and item.release != release):
            return None
        return _row(item, policy)

    # Said outright: a single input file is a single partition, which Spark would not spread by itself.
    read = _frame(spark, sources, _READ, rows, policy).repartition(shards, "record_id")
    newest = Window.partitionBy("record_id").orderBy(
        f.col("size").desc(), f.col("started_at").desc_nulls_last(), f.col("content"), f.col("version")
    )
    return read.withColumn("place", f.row_number().over(newest)).where("place = 1").select(*TRANSCRIPTS.names)
