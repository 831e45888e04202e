"""Makes the row-level tables of a run, stage by stage, from what an earlier run stored and what is new in the input."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from jobs.faults import spark_faults
from jobs.keys import Keys
from jobs.progress import Progress
from jobs.reuse import Reuse, find_earlier
from jobs.tables import find_table, read_table, write_table
from jobs.tombstones import read_tombstones
from jobs.versions import code_version
from jobs.workspace import Workspace
from pipelines.pseudonym import version_key
from pipelines.stages import STAGES, Run
from pipelines.worker import marked
from schemas.policy_file import fingerprint

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame, SparkSession


@dataclass(frozen=True, slots=True)
class RowLevel:
    """last: the table of the last stage. folders: of all of them, in order. made: fingerprint of the last."""

    last: DataFrame
    folders: list[Path]
    made: str


def row_level(
    spark: SparkSession, transcripts: DataFrame, given: str, shards: int, context: Run, space: Workspace, keys: Keys,
    progress: Progress, fresh: bool,
) -> RowLevel:  # fmt: skip
    """Every row-level table, encrypted on the restricted side.

    transcripts: in `shards` partitions. given: fingerprint of the input. fresh: nothing stored is used.
    """
    gone = frozenset(read_tombstones(space.restricted))
    settings = fingerprint(context.policies.read, code_version())
    frame, made = transcripts, ""
    folders: list[Path] = []
    for stage in STAGES:
        settings = fingerprint(settings, stage.name, stage.settings(context))
        made = fingerprint(settings, given, sorted(gone))
        folder = space.folder(stage.writes, made)
        with progress.step(stage.name) as said, spark_faults(stage.name):
            if fresh:
                shutil.rmtree(folder, ignore_errors=True)
            stored = find_table(folder)
            if stored is None:
                # Later stages are not given rows of erased users, so that none of theirs may be missing.
                erased = frozenset[str]() if folders else gone
                reuse = None if fresh else find_earlier(folder, settings, shards, keys.table, erased)
                if reuse is not None:
                    frame = _new(frame, reuse, b"" if folders else keys.pseudonym)
                rows = stage.run(frame, context)
                if gone and not folders:
                    rows = rows.where(~rows.user_key.isin(sorted(gone)))
                stored = write_table(rows, stage.writes, folder, keys.table, settings, reuse)
            said |= {"conversations": stored.rows, "made": stored.made}
        frame = read_table(spark, stage.writes, stored, keys.table)
        folders.append(folder)
    return RowLevel(frame, folders, made)


def _new(frame: DataFrame, reuse: Reuse, pseudonym_key: bytes) -> DataFrame:
    """The rows that the earlier table of the stage does not hold. pseudonym_key: for rows as read, whose versions are
    not keyed yet."""

    def new(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        return reuse.new(batches, lambda value: version_key(pseudonym_key, value) if pseudonym_key else value)

    return frame.mapInArrow(marked(new, "finding what is new"), frame.schema)
