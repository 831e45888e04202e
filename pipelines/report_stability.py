"""How far the clusters hold, in plain words."""

from __future__ import annotations

from pipelines.report_numbers import count
from pipelines.report_result import sentence
from pipelines.report_rows import Released, Row
from pipelines.report_words import label_words

NOT_MEASURED = "not measured"


def found_again(released: Released, row: Row) -> str:
    """`4 of 5 redraws` for a row of released_clusters; a dash for what is in no cluster."""
    if row["cluster"] < 0:
        return "–"
    redraws = _figure(released, row["label"], "cluster_redraws")
    if not redraws or row["found_again"] is None:
        return NOT_MEASURED
    return f"{round(row['found_again'] * redraws)} of {redraws:.0f} redraws"


def holding(released: Released, label: str) -> str:
    """How far a label's clusters agree with those of the redraws and of other least sizes; `` where none is shown."""
    size = _figure(released, label, "cluster_min_size")
    if size is None:
        return ""
    redraws, agreement, sizes = (
        _figure(released, label, f"cluster_{name}") for name in ("redraws", "agreement", "sizes")
    )
    out = [f"{sentence(label_words(label))}: a cluster has at least {count(round(size))} conversations here."]
    if redraws and agreement is not None:
        out.append(
            f"When the users are drawn anew ({redraws:.0f} times), the clusters agree with these by {agreement:.2f}"
            " (adjusted Rand index: 1 is the same grouping, 0 is chance)."
        )
    else:
        out.append("How far they hold when other users take part was not measured.")
    if sizes is not None:
        out.append(f"When the least size of a cluster is another, they agree by {sizes:.2f}.")
    return " ".join(out)


def _figure(released: Released, label: str, measure: str) -> float | None:
    row = released.quality(label, measure)
    return None if row is None else row["figure"]
