"""From CLUSTERED to what a differentially private release counts: people, and their flagged conversations."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from pipelines.dp_counts import Counts, Flagged, Person, exact_counts
from pipelines.frames import Frame
from pipelines.worker import conformed
from schemas.labels import LABELS
from schemas.policy_dp import DpPolicy
from schemas.row_level import CLUSTER_TERMS, CLUSTERED

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


def dp_counts(clustered: DataFrame, terms: pa.Table, frame: Frame, policy: DpPolicy) -> Counts:
    """Users by cell, exact: see pipelines/dp_counts.py.

    clustered: CLUSTERED, made by assigning each passage to the clusters of `frame` by itself, with triggers that were
    told from each conversation alone. terms: CLUSTER_TERMS, exact. The result does not depend on the order or the
    partitioning of the rows. Raises ContractError where an input breaks its table.
    """
    rows = conformed(clustered, CLUSTERED)
    listed = CLUSTER_TERMS.conform(terms).to_pylist()
    holders = {(row["label"], row["cluster"], row["term"]): row["holders"] for row in listed}
    return exact_counts(_people(rows), _flagged(rows), holders, frame, policy)


def _people(rows: DataFrame) -> list[Person]:
    """Users alike, with their number: no conversation counts more than once for its user."""
    from pyspark.sql import functions as F

    scored = F.col("not_scored") == ""
    traits = [F.max("has_user").alias("has_user"), F.max(scored).alias("scored")]
    traits += [F.max(scored & F.col(label)["flagged"]).alias(label) for label in LABELS]
    names = ["has_user", "scored", *map(str, LABELS)]
    users = rows.groupBy("user_key").agg(*traits).groupBy(*names).count().collect()
    return [
        Person(row["has_user"], row["scored"], frozenset(str(x) for x in LABELS if row[x]), row["count"])
        for row in users
    ]


def _flagged(rows: DataFrame) -> list[Flagged]:
    from pyspark.sql import functions as F

    out: list[Flagged] = []
    for label in map(str, LABELS):
        column = F.col(label)
        trigger = F.when(column["trigger"] == "none", F.lit("other")).otherwise(column["trigger"])
        kept = rows.where((F.col("not_scored") == "") & column["flagged"])
        cluster = F.greatest(column["cluster"], F.lit(-1))
        found = kept.select("conversation_key", "user_key", F.lit(label), trigger, cluster).collect()
        out += [Flagged(*row) for row in found]
    return out
