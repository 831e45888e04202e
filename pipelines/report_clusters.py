"""What the report and its database say of clusters across releases: which are new, gone, grown, split and so on."""

from __future__ import annotations

from collections.abc import Iterable

from pipelines.report_numbers import SPACE, percent, points_with_interval, times
from pipelines.report_rows import Released, Row, shown
from pipelines.report_view import View
from pipelines.report_words import TRIGGER_WORDS
from schemas.released import NOT_UNDER_DP

CLUSTER_CHANGES = View(
    "v_cluster_changes",
    "What became of the baseline's clusters, and which are new? Changed ones first.",
    """SELECT release, baseline, label, change, matched_by, cluster, name, baseline_cluster, baseline_name, rate,
  baseline_rate, 100 * difference AS points, 100 * difference_low AS points_low, 100 * difference_high AS points_high,
  status, reason
FROM released_cluster_changes
ORDER BY release, label, change IN ('same', 'near the floor', 'regrouped', 'not comparable'), change, cluster,
  baseline_cluster""",
    (
        ("release", "Release name."),
        ("baseline", "Release compared with."),
        ("label", "`distress` or `joy`."),
        (
            "change",
            "new, gone, grown, shrunk, same, split, merged, regrouped, near the floor or not comparable; gone and new"
            " mean not there, or below the floors, on the other side.",
        ),
        ("matched_by", "`frame` of the baseline; `terms` alone, which is weaker; `none`."),
        ("cluster", "Cluster number in this release; -1 where it has none, and for the unclustered."),
        ("name", "Name of the cluster in this release; `` where it has none."),
        ("baseline_cluster", "Cluster number in the baseline; -1 in the same way."),
        ("baseline_name", "Its name in the baseline; `` where it has none."),
        ("rate", "Flagged and in that cluster / scored conversations, 0 to 1."),
        ("baseline_rate", "The same in the baseline."),
        ("points", "Difference in percentage points, where one cluster stands against one."),
        ("points_low", "Lower end of its 95 % interval."),
        ("points_high", "Upper end of its 95 % interval."),
        ("status", "`shown` or `suppressed`."),
        ("reason", "Why the row is suppressed: a code, explained in v_suppressed; else ``."),
    ),
)

_NONE = -1


def cluster_changes(released: Released, label: str) -> list[str]:
    """What became of the clusters of `label`, one sentence a kind of change; empty without a baseline."""
    rows = released.cluster_changes(label)
    if not rows:
        return []
    if any(row["reason"] == NOT_UNDER_DP for row in rows):
        return ["Clusters: not compared, as only counts of users leave under dp."]
    if not any(shown(row) for row in rows):
        return ["Clusters: not comparable, as one of the two releases shows none."]
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row["change"], []).append(row)
    by = {row["matched_by"] for row in rows}
    weaker = "matched by their words alone, which is weaker, as the baseline's frame is not at hand"
    out = [f"Clusters, {'matched by how alike their conversations are' if 'frame' in by else weaker}: {_same(found)}."]
    out += [f"Cluster new, or too small to show before: {_listed(found['new'])}."] if "new" in found else []
    out += [f"Cluster gone, or too small to show now: {_listed(found['gone'])}."] if "gone" in found else []
    out += [f"Cluster grown: {_listed(found['grown'])}."] if "grown" in found else []
    out += [f"Cluster shrunk: {_listed(found['shrunk'])}."] if "shrunk" in found else []
    return out + _split(found.get("split", [])) + _merged(found.get("merged", []))


def _same(found: dict[str, list[Row]]) -> str:
    said = {
        "same": "{} with no difference seen",
        "near the floor": "{} shown on one side only, and perhaps just under the floors on the other",
        "regrouped": "{} grouped otherwise than on the other side",
        "not comparable": "{} not comparable",
    }
    parts = [words.format(len(found[change])) for change, words in said.items() if change in found]
    return "; ".join(parts) or "each has changed"


def _listed(rows: list[Row]) -> str:
    return "; ".join(f"{_name(row)} ({_figures(row)})" for row in rows)


def _name(row: Row) -> str:
    if row["cluster"] == row["baseline_cluster"] == _NONE:
        return "what is in no cluster, or in one too small to show"
    return plain_name(row["name"] or row["baseline_name"])


def plain_name(name: str) -> str:
    """A cluster's released name, `trigger: terms`, with the trigger in plain words."""
    head, colon, terms = name.partition(":")
    return TRIGGER_WORDS.get(head, head) + colon + terms


def _figures(row: Row) -> str:
    if row["difference"] is not None:
        ends = points_with_interval(row["difference"], row["difference_low"], row["difference_high"])
        return f"{percent(row['baseline_rate'])} to {percent(row['rate'])} of the conversations; {ends}"
    rate = row["baseline_rate"] if row["rate"] is None else row["rate"]
    return f"{percent(rate)} of the conversations"


def _split(rows: list[Row]) -> list[str]:
    by_old: dict[int, list[Row]] = {}
    for row in rows:
        by_old.setdefault(row["baseline_cluster"], []).append(row)
    return [
        f"Cluster split: {plain_name(parts[0]['baseline_name'])}, now {_and(plain_name(r['name']) for r in parts)}."
        for parts in by_old.values()
    ]


def _merged(rows: list[Row]) -> list[str]:
    by_new: dict[int, list[Row]] = {}
    for row in rows:
        by_new.setdefault(row["cluster"], []).append(row)
    return [
        f"Clusters merged: {_and(plain_name(r['baseline_name']) for r in parts)}, now {plain_name(parts[0]['name'])}."
        for parts in by_new.values()
    ]


def _and(names: Iterable[str]) -> str:
    return "; and ".join(names)


def lift_words(row: Row) -> str:
    """The lift of a row of released_triggers or released_clusters with its interval."""
    if row["lift"] is None:
        return "not known"
    if row["lift_low"] is None or row["lift_high"] is None:
        return times(row["lift"])
    return f"{times(row['lift'])} ({row['lift_low']:.1f}{SPACE}to{SPACE}{row['lift_high']:.1f})"
