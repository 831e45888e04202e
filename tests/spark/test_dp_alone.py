"""Under dp no conversation counts for another: what one user adds changes no other user's trigger or cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jobs.frames import SHIPPED
from pipelines.cluster import cluster
from pipelines.flag_course import NOT_FLAGGED
from pipelines.frames import read_frame
from pipelines.worker import spark_schema
from schemas.labels import SITUATIONS
from schemas.policy_cluster import ClusterPolicy
from schemas.row_level import FLAGGED
from tests.benchmarks.planted_passages import planted_passages

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


def causes(likely: int) -> list[float]:
    """Probabilities of the situations, one of them likely."""
    return [0.6 if place == likely else 0.05 for place in range(len(SITUATIONS))]


def row(number: int, user: str, text: str, likely: int) -> tuple[Any, ...]:
    """A row of FLAGGED, flagged for distress for the situation at place `likely`."""
    nothing: dict[str, Any] = {
               "flagged": False, "turns": 0, "onset": None, "peak": 0.1, "slope": 0.0, "recovered": None,
               "strong": False, "trigger": "none", "causes": [], "sampled": False, "passage": "", "missed": 0.0,
               **NOT_FLAGGED}  # fmt: skip
    found = nothing | {"flagged": True, "turns": 1, "onset": 1, "peak": 0.9, "recovered": False, "passage": text,
                       "trigger": str(SITUATIONS[likely]), "causes": causes(likely), "course": "level",
                       "peak_at": "at_onset", "refusal": "none"}  # fmt: skip
    values: dict[str, Any] = {
        "conversation_key": f"c{number:04d}", "user_key": user, "has_user": True, "release": "r", "surface": "chat",
        "day": None, "ended_by": "unknown", "version": "v", "language": "en", "not_scored": "", "codes": [],
        "model_turns": 1,
        "reversions": 0, "behaviours": [], "thinking_distress": False, "distress": found, "joy": nothing,
    }  # fmt: skip
    return tuple(values[name] for name in FLAGGED.names)


def told(spark: SparkSession, rows: list[tuple[Any, ...]], alone: bool) -> dict[str, tuple[str, int]]:
    """(trigger, cluster) by conversation, over the shipped frame."""
    given = read_frame(SHIPPED.read_text(encoding="utf-8"))
    frame = spark.createDataFrame(rows, spark_schema(FLAGGED.arrow)).coalesce(1)
    clustered = cluster(frame, ClusterPolicy(redraws=0), given, None, alone)[0].collect()
    return {one["conversation_key"]: (one["distress"]["trigger"], one["distress"]["cluster"]) for one in clustered}


def test_one_user_more_moves_nobody_else(spark: SparkSession) -> None:
    texts = [one.passage.text for one in planted_passages("distress", 30, 3)]
    others = [row(n, f"u{n}", text, n % 2) for n, text in enumerate(texts)]
    # The one user says what the others say, many times over, and for another situation.
    target = [row(1000 + n, "target", text, 5) for n, text in enumerate(texts * 3)]
    without, found = told(spark, others, True), told(spark, [*others, *target], True)
    assert {key: found[key] for key in without} == without
    assert {trigger for trigger, _ in without.values()} == {str(SITUATIONS[0]), str(SITUATIONS[1])}
    assert len({number for _, number in without.values()}) > 1, "all in one place would tell little"
    shared = told(spark, [*others, *target], False)
    assert {key: shared[key] for key in without} != without, "told from like passages, triggers do move"
