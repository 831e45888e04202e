"""score and flag in Spark's workers with a second model: who scored a conversation decides which threshold flags it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from jobs.ingest import find_sources, survey, transcripts
from pipelines.flag import flag
from pipelines.score import score
from pipelines.scrub import scrub
from schemas.policy import FlagPolicy, ReadPolicy, ScorePolicy, ScrubPolicy
from schemas.policy_plug import MultilingualPolicy
from schemas.thresholds import Thresholds
from tests.unit.plugged_model import CALM, LABELS, SAD, make_model

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

ENGLISH = "The function reads the file line by line and returns the number of rows that match."


def test_a_second_model_scores_in_the_workers_and_its_own_threshold_flags(spark: SparkSession, tmp_path: Path) -> None:
    def record(number: int, said: str) -> str:
        messages = [{"role": "user", "content": said}, {"role": "assistant", "content": said}]
        return json.dumps({"conversation_id": f"c{number}", "user_id": f"u{number}", "messages": messages}) + "\n"

    (tmp_path / "a.jsonl").write_text("".join(record(n, (SAD, CALM, ENGLISH)[n % 3]) for n in range(9)))
    sources = find_sources([str(tmp_path / "a.jsonl")], "auto", ReadPolicy())
    found = survey(spark, sources, "r1", ReadPolicy(), b"k" * 32)
    frame = scrub(transcripts(spark, sources, "r1", ReadPolicy(), found.shards), ScrubPolicy(), b"k" * 32, "r1")
    folder = str(make_model(tmp_path / "model"))
    second = MultilingualPolicy(folder, LABELS, ("de",), distress_threshold=0.5, joy_threshold=0.5)
    scored = score(frame, ScorePolicy(), second.plug, 0.0).persist()
    for least, count in ((0.5, 3), (0.9999, 0)):
        own = {"distress": 0.9, "joy": 0.9}
        thresholds = Thresholds(own, {"distress": least, "joy": 0.9}, ("en", "und"))
        rows = flag(scored, FlagPolicy(), thresholds, 0.0).collect()
        assert [row["language"] for row in rows if row["not_scored"]] == []
        flagged = [row["language"] for row in rows if row["distress"]["flagged"]]
        assert flagged == ["de"] * count
