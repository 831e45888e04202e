"""cluster: what brings the expressions about, found by BERTopic over trigger passages. Text ends here.

No document, vector of one or model leaves this module: only a cluster number per conversation, per cluster words of the
public list with the number of distinct users behind each, and, for the restricted side, where each cluster lies.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from pipelines.frame_rows import frame_rows
from pipelines.frames import Frame, FrameCluster, place
from pipelines.like_passages import shared_triggers
from pipelines.passages import Clusters, Passage, cluster_passages, embed, place_passages
from pipelines.worker import map_rows
from schemas.labels import LABELS
from schemas.policy import DisclosurePolicy
from schemas.policy_cluster import ClusterPolicy
from schemas.row_level import CLUSTER_FRAMES, CLUSTER_STABILITY, CLUSTER_TERMS, CLUSTERED, PASSED_ON

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from schemas.table import Table

Rows = list[dict[str, Any]]
NOT_IN_QUESTION = -2


def cluster(
    flagged: DataFrame,
    policy: ClusterPolicy,
    given: Frame | None = None,
    before: Frame | None = None,
    alone: bool = False,
    floors: DisclosurePolicy | None = None,
) -> tuple[DataFrame, pa.Table, pa.Table, pa.Table]:
    """(CLUSTERED, CLUSTER_TERMS, CLUSTER_STABILITY, CLUSTER_FRAMES) from FLAGGED, each label clustered apart, whatever
    the order and partitioning of the rows.

    given: the frame whose clusters the passages are assigned to; clusters are fitted where None. before: the baseline's
    frame, in which passages are located too. alone: with `given`, no conversation counts for another: triggers are not
    told from like passages, and each passage is read and placed by itself, to the last digit. floors: on which each
    cell of the background rests.
    """
    from threadpoolctl import threadpool_limits

    numbers: dict[str, dict[str, int]] = {}
    triggers: dict[str, dict[str, str]] = {}
    terms: Rows = []
    stability: Rows = []
    frames: Rows = []
    for label in map(str, LABELS):
        passages = _passages(flagged, label)
        known = given.of(label) if given else []
        with threadpool_limits(limits=1):  # the last digits would else depend on how many threads there are
            found = cluster_passages(passages, policy) if given is None else _placed(passages, known, alone)
            rows: Rows = []
            if found.vectors is not None:
                earlier, around = (before.of(label), before.around(label)) if before else ([], [])
                rows = frame_rows(
                    found.told, found.numbers, found.vectors, earlier, known, policy.max_user_passages, around, floors
                )
            triggers[label] = {} if alone else shared_triggers(found, policy)
        numbers[label] = found.numbers
        terms += [{"label": label, **term} for term in found.terms]
        stability += [{"label": label, **row} for row in stability_rows(found)]
        frames += [{"label": label, **row} for row in rows]

    def make() -> Callable[[Rows], Rows]:
        return lambda rows: [_row(row, numbers, triggers) for row in rows]

    clustered = map_rows(flagged, CLUSTERED, "cluster", make)
    return (
        clustered, _table(CLUSTER_TERMS, terms), _table(CLUSTER_STABILITY, stability), _table(CLUSTER_FRAMES, frames)
    )  # fmt: skip


def _table(table: Table, rows: Rows) -> pa.Table:
    return table.conform(pa.Table.from_pylist(rows, schema=table.arrow))


def stability_rows(found: Clusters) -> Rows:
    """Rows of CLUSTER_STABILITY without the label: the clustering as a whole, then each cluster; none where passages
    were assigned to clusters that are known already."""
    held = found.stability
    if held is None and not found.reason:
        return []
    if held is None or found.reason:
        nothing: dict[str, Any] = dict.fromkeys(("agreement", "sizes", "found_again"))
        return [{"cluster": -1, "reason": found.reason, "min_size": 0, "redraws": 0, **nothing}]
    base = {"reason": "", "min_size": held.min_size, "redraws": held.redraws}
    whole = {"cluster": -1, **base, "agreement": held.agreement, "sizes": held.sizes, "found_again": None}
    return [whole] + [
        {"cluster": number, **base, "agreement": overlap, "sizes": None, "found_again": again}
        for number, (overlap, again) in enumerate(zip(held.overlap, held.found, strict=True))
    ]


def _placed(passages: list[Passage], known: list[FrameCluster], alone: bool) -> Clusters:
    """The passages among the clusters of a frame; a term's weight is 1 / its place there."""
    weights = {c.number: {term: 1 / rank for rank, term in enumerate(c.terms, start=1)} for c in known}
    if not alone:
        return place_passages(passages, lambda vectors: place(vectors, known), weights)
    return place_passages(
        passages,
        lambda vectors: [place(vectors[row : row + 1], known)[0] for row in range(len(vectors))],
        weights,
        lambda texts: embed(texts, batch=1),
    )


def _passages(flagged: DataFrame, label: str) -> list[Passage]:
    column = flagged[label]
    rows = (
        flagged.where(column.passage != "")
        .select("conversation_key", "user_key", column.passage, column.flagged, column.causes)
        .collect()
    )
    return [Passage(key, user, text, flagged, tuple(causes)) for key, user, text, flagged, causes in rows]


def _row(
    row: dict[str, Any], numbers: dict[str, dict[str, int]], triggers: dict[str, dict[str, str]]
) -> dict[str, Any]:
    out, key = dict(row), row["conversation_key"]
    for label in LABELS:
        kept = {name: value for name, value in row[label].items() if name not in PASSED_ON}
        kept["trigger"] = triggers[label].get(key, kept["trigger"])
        out[label] = kept | {"cluster": numbers[label].get(key, NOT_IN_QUESTION)}
    return out
