"""A day later: what reads as it did is not judged again, and the tables are those that a run from nothing makes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from classifiers.scorer_plugin import card_of
from jobs.ingest import find_sources, survey, transcripts
from jobs.keys import Keys, open_keys
from jobs.progress import Progress
from jobs.row_level import RowLevel, row_level
from jobs.sample.generate import generate
from jobs.tables import find_table
from jobs.workspace import Workspace, open_workspace
from pipelines.stages import Run
from schemas.policy import Policies
from schemas.policy_file import fingerprint
from schemas.thresholds import Thresholds

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

Record = dict[str, Any]
POLICIES = Policies()


class Trial:
    """An output folder, to which input is given again and again."""

    def __init__(self, spark: SparkSession, folder: Path) -> None:
        self.spark, self.input = spark, folder / "in.jsonl"
        self.space: Workspace = open_workspace(folder / "out", "sample-1")
        self.keys: Keys = open_keys(self.space.keys)
        self.thresholds = Thresholds.chosen(card_of(POLICIES.score), POLICIES, ())
        self.progress = Progress(terminal=False)
        self.log = folder / "log.jsonl"
        self.progress.keep(self.log)

    def run(self, records: list[Record], shards: int = 4, fresh: bool = False, sampled: int = 0) -> RowLevel:
        self.input.write_text("".join(json.dumps(record) + "\n" for record in records))
        sources = find_sources([str(self.input)], "auto", POLICIES.read)
        found = survey(self.spark, sources, "sample-1", POLICIES.read, self.keys.pseudonym)
        models = {"scorer": "s", "scrubber": "b"}
        run = Run("sample-1", POLICIES, sampled or found.conversations, self.thresholds, models, self.keys.pseudonym)
        self.log.unlink(missing_ok=True)
        given = fingerprint([source.digest for source in sources], shards)
        frame = transcripts(self.spark, sources, "sample-1", POLICIES.read, shards)
        return row_level(self.spark, frame, given, shards, run, self.space, self.keys, self.progress, fresh)

    def made(self) -> dict[str, int]:
        """How many rows each step of the last run made."""
        return {said["step"]: said["made"] for said in map(json.loads, self.log.read_text().splitlines())}

    def stored(self, tables: RowLevel) -> list[str]:
        return [found.digest for folder in tables.folders if (found := find_table(folder))]


@pytest.fixture
def trial(spark: SparkSession, tmp_path: Path) -> Trial:
    return Trial(spark, tmp_path)


@pytest.fixture(scope="module")
def records() -> list[Record]:
    return [record for record, _ in generate("sample-1", 24, 7)]


def test_a_day_costs_its_own_conversations_and_the_tables_are_a_fresh_run_s(
    trial: Trial, records: list[Record]
) -> None:
    trial.run(records[:18])
    assert set(trial.made().values()) == {18}
    longer = records[3] | {"messages": [*records[3]["messages"], {"role": "user", "content": "Thanks, that is all."}]}
    renamed = records[4] | {"user_id": "somebody-else"}
    later = [*records[:3], longer, renamed, *records[6:22]]  # 4 new, 2 changed, 1 gone
    again = trial.run(later, sampled=18)
    assert trial.made() == {"scrub": 6, "score": 6, "flag": 6}
    digests = trial.stored(again)
    assert trial.stored(trial.run(later, fresh=True, sampled=18)) == digests
    assert set(trial.made().values()) == {21}
