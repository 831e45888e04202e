"""cluster: what brings the expressions about, found by BERTopic over trigger passages. Text ends here.

No document, vector or model leaves this module: only a cluster number per conversation, and per cluster words of the
public list with the number of distinct users behind each.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from pipelines.passages import Passage, cluster_passages
from pipelines.worker import map_rows
from schemas.labels import LABELS
from schemas.policy import ClusterPolicy
from schemas.row_level import CLUSTER_TERMS, CLUSTERED

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

Rows = list[dict[str, Any]]
NOT_IN_QUESTION = -2


def cluster(flagged: DataFrame, policy: ClusterPolicy) -> tuple[DataFrame, pa.Table]:
    """(CLUSTERED, CLUSTER_TERMS) from FLAGGED, each label clustered apart.

    The passages are collected and sorted by key, so that the clusters do not depend on order or partitioning.
    """
    numbers: dict[str, dict[str, int]] = {}
    terms: Rows = []
    for label in LABELS:
        found = cluster_passages(_passages(flagged, label), policy)
        numbers[label] = found.numbers
        terms += [{"label": str(label), **term} for term in found.terms]

    def make() -> Callable[[Rows], Rows]:
        return lambda rows: [_row(row, numbers) for row in rows]

    clustered = map_rows(flagged, CLUSTERED, "cluster", make)
    return clustered, CLUSTER_TERMS.conform(pa.Table.from_pylist(terms, schema=CLUSTER_TERMS.arrow))


def _passages(flagged: DataFrame, label: str) -> list[Passage]:
    column = flagged[label]
    rows = (
        flagged.where(column.passage != "")
        .select("conversation_key", "user_key", column.passage, column.flagged)
        .collect()
    )
    return sorted(Passage(*row) for row in rows)


def _row(row: dict[str, Any], numbers: dict[str, dict[str, int]]) -> dict[str, Any]:
    out = dict(row)
    for label in LABELS:
        kept = {name: value for name, value in row[label].items() if name != "passage"}
        out[label] = kept | {"cluster": numbers[label].get(row["conversation_key"], NOT_IN_QUESTION)}
    return out
