"""Made-up rows of released_cluster_changes, and of the lift of clusters, for the report's tests."""

from __future__ import annotations

from typing import Any

Row = dict[str, Any]
Tables = dict[str, Any]
OLD = {"name": "repetition: again, same"}
LIFTS = {
    0: (0.31, 0.22, 0.43, 4.1, 2.9, 5.7),
}
OLD = {"name": "repetition: again, same"}
"""By cluster: rate and lift with their ends; of the second, nothing is told."""


def lift_of(cluster: int) -> Row:
    """The columns of rate and lift of a cluster."""
    names = ("rate", "rate_low", "rate_high", "lift", "lift_low", "lift_high")
    return dict(zip(names, LIFTS.get(cluster, (None,) * 6), strict=True))


def change_rows(now: Tables, before: Tables) -> list[Row]:
    """One row of each kind of change that the sentences of the report tell apart, from the clusters of both sides."""
    out = []
    for label in ("distress", "joy"):
        sides = [
            [row for row in tables["released_clusters"].to_pylist() if row["label"] == label]
            for tables in (now, before)
        ]
        base = {"baseline": sides[1][0]["release"], "label": label}
        if any(row["status"] != "shown" for row in (sides[0][0], sides[1][0])):
            out.append(base | _row(None, None, "not comparable", "none"))
            continue
        here, there = ({row["cluster"]: row for row in side} for side in sides)
        out.append(base | _row(here[0], there[0], "grown" if label == "distress" else "same", "frame", 0.011))
        if label == "distress":
            out += [base | _row(here[1], None, "new", "frame"), base | _row(None, there[1] | OLD, "gone", "frame")]
        out.append(base | _row(here[-1], there[-1], "same", "frame", 0.001))
    return out


def _before(now: Row | None, before: Row | None, difference: float | None) -> float | None:
    if now and difference is not None:
        return float(now["flagged"]) / 1480 - difference
    return float(before["flagged"]) / 1480 if before else None


def _row(now: Row | None, before: Row | None, change: str, by: str, difference: float | None = None) -> Row:
    hidden = by == "none"
    ends = (None, None) if difference is None else (difference - 0.006, difference + 0.006)
    return {
        "cluster": now["cluster"] if now else -1, "baseline_cluster": before["cluster"] if before else -1,
        "name": now["name"] if now else "", "baseline_name": before["name"] if before else "",
        "change": change, "matched_by": by, "rate": now["flagged"] / 1480 if now else None,
        "baseline_rate": _before(now, before, difference), "difference": difference,
        "difference_low": ends[0], "difference_high": ends[1],
        "status": "suppressed" if hidden else "shown", "reason": "floor" if hidden else "",
    }  # fmt: skip
