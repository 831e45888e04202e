"""Counts under dp: Spark finds what plain Python finds, whatever the order and the partitions."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pyarrow as pa

from pipelines.dp_counts import Counts
from pipelines.dp_people import dp_counts
from pipelines.worker import spark_schema
from schemas.labels import LABELS
from schemas.policy_dp import DpPolicy
from schemas.row_level import CLUSTER_TERMS, CLUSTERED
from tests.privacy.dp_trial import User, counts_of, frame_of
from tests.privacy.trial import Row, make_rows

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

FRAME, POLICY = frame_of(4), DpPolicy(user_cells=2, user_terms=1)
WORDS = ("poem", "story", "music")


def holds(row: Row, word: str) -> bool:
    """Whether a conversation's passage holds a word, by its key."""
    return random.Random(f"{row['conversation_key']} {word}").random() < 0.4


def terms(rows: list[Row]) -> pa.Table:
    """CLUSTER_TERMS of the rows."""
    made = []
    for label in map(str, LABELS):
        for cluster in range(4):
            inside = [r for r in rows if r[label]["flagged"] and r[label]["cluster"] == cluster]
            for word in WORDS:
                keys = [r["conversation_key"] for r in inside if holds(r, word)]
                made.append({"label": label, "cluster": cluster, "term": word, "weight": 1.0, "users": 0,
                             "holders": keys})  # fmt: skip
    return pa.Table.from_pylist(made, schema=CLUSTER_TERMS.arrow)


def expected(rows: list[Row]) -> Counts:
    """The counts of the rows in plain Python."""
    by_user: dict[str, list[Row]] = {}
    for row in rows:
        by_user.setdefault(row["user_key"], []).append(row)
    users = []
    for key, mine in by_user.items():
        scored = [row for row in mine if row["not_scored"] == ""]
        flagged = tuple(
            (label, row[label]["trigger"], max(-1, row[label]["cluster"]),
             frozenset(word for word in WORDS if row[label]["cluster"] >= 0 and holds(row, word)))
            for row in scored for label in map(str, LABELS) if row[label]["flagged"]
        )  # fmt: skip
        users.append(User(key, mine[0]["has_user"], bool(scored), flagged))
    return counts_of(users, FRAME, POLICY)


def test_spark_counts_what_plain_python_counts(spark: SparkSession) -> None:
    rows = make_rows(14, 700, 180)
    rows.append(rows[0] | {"conversation_key": "alone", "user_key": "only this", "not_scored": "no_text"})
    wanted = expected(rows)
    assert wanted["totals"]["not_scored"] and wanted["totals"]["without_id"] and wanted["clusters"]["joy/3"]
    assert any(wanted["terms"].values())
    for partitions in (1, 3):
        random.Random(partitions).shuffle(rows)
        values = [tuple(row[name] for name in CLUSTERED.names) for row in rows]
        frame = spark.createDataFrame(values, spark_schema(CLUSTERED.arrow)).repartition(partitions)
        assert dp_counts(frame, terms(rows), FRAME, POLICY) == wanted
