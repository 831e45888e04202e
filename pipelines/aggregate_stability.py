"""How far the clusters hold, as it is released: rows of released_quality, and two figures beside each shown cluster.

All figures have two digits and are means over redraws: no count follows from them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa

from pipelines.disclosure import blunt
from schemas.labels import LABELS
from schemas.row_level import CLUSTER_STABILITY

Row = dict[str, Any]
Held = Mapping[tuple[str, int], Row]
"""Rows of CLUSTER_STABILITY by label and cluster."""
MEASURES = {
    "cluster_min_size": "min_size",
    "cluster_redraws": "redraws",
    "cluster_agreement": "agreement",
    "cluster_sizes": "sizes",
}
"""Measures of released_quality and the columns of CLUSTER_STABILITY behind them."""
NOT_MEASURED = "not_measured"


def held_by(stability: pa.Table | None) -> Held:
    """The rows of CLUSTER_STABILITY by label and cluster; nothing where the table is not at hand. Raises ContractError
    where it breaks its declaration."""
    if stability is None:
        return {}
    return {(row["label"], row["cluster"]): row for row in CLUSTER_STABILITY.conform(stability).to_pylist()}


def no_cluster_reason(held: Held, label: str) -> str:
    """The code of why the label has no cluster at all."""
    whole = held.get((label, -1))
    return str(whole["reason"]) if whole and whole["reason"] else "too_few_passages"


def of_cluster(held: Held, label: str, source: int) -> Row:
    """The columns `overlap` and `found_again` of a shown cluster; source: its number in CLUSTERED."""
    row = held.get((label, source))
    return {
        "overlap": None if row is None else blunt(row["agreement"]),
        "found_again": None if row is None else blunt(row["found_again"]),
    }


def stability_rows(release: str, held: Held, clusters: Sequence[Row]) -> Iterator[Row]:
    """Rows of released_quality. clusters: rows of released_clusters; where a label shows none, nothing is told of those
    that there may be, and the basis is the reason."""
    for label in map(str, LABELS):
        whole, rows = held.get((label, -1)), [row for row in clusters if row["label"] == label]
        shows = any(row["cluster"] >= 0 for row in rows)
        why = next((row["reason"] for row in rows if row["reason"]), "floor")
        for measure, column in MEASURES.items():
            figure = blunt(whole[column]) if whole is not None and shows else None
            if measure == "cluster_min_size" and figure is not None and whole is not None:
                figure = float(whole[column])  # the policy's, or a multiple of it
            basis = "this_trial" if figure is not None else NOT_MEASURED if shows else why
            yield {
                "release": release, "label": label, "measure": measure, "figure": figure, "low": None, "high": None,
                "basis": basis,
            }  # fmt: skip
