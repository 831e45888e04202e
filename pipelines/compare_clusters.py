"""What became of the baseline's clusters: rows of released_cluster_changes.

From the released tables of both releases, and from which clusters belong together. Every figure follows from released
counts and design effects.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pyarrow as pa

from pipelines.disclosure import coarse, hide, release
from pipelines.intervals import effective_size, holm, newcombe, two_sided, wilson
from pipelines.match_clusters import Match, match_terms
from schemas.labels import LABELS
from schemas.policy import DisclosurePolicy
from schemas.released import CLUSTERS, NOT_UNDER_DP, RATES, TERMS
from schemas.released_clusters import CLUSTER_CHANGES

Row = dict[str, Any]
Tables = Mapping[str, pa.Table]
Side = tuple[float, float]
"""(rate, effective size)."""
NONE = -1
_LEVEL = 0.05
_FIGURES = ("rate", "baseline_rate", "difference", "difference_low", "difference_high")


def compare_clusters(
    tables: Tables, baseline: Tables, matches: Mapping[str, Match] | None = None, policy: DisclosurePolicy | None = None
) -> pa.Table:
    """CLUSTER_CHANGES of a release against its baseline.

    matches: by label, from the baseline's frame; None where it is not at hand: then by terms, which finds pairs alone,
    and what is in none is not comparable. `grown` and `shrunk` need an interval of the difference of rates that
    excludes zero, and a p-value that is under 0.05 after Holm's correction over all pairs of the label; with a frame
    also that clearly more, or fewer, passages fall where the cluster lay, or else only the grouping changed
    (`regrouped`). `new` is as the match says. `gone` needs as many conversations that this trial would have shown a
    cluster of that rate even at the lower end of its interval, corrected for the number of clusters, and that clearly
    fewer passages fall there. Users are taken to differ between the trials. policy: of the release, the default where
    None.
    """
    policy = policy or DisclosurePolicy()
    names = {"release": _release_of(tables), "baseline": _release_of(baseline)}
    rows: list[Row] = []
    for label in map(str, LABELS):
        now, before = _Part(tables, label), _Part(baseline, label)
        if not now.clusters or not before.clusters:
            rows.append(_row(names | {"label": label}, now, before, (NONE, NONE), "not comparable", "none"))
            continue
        match = match_terms(now.terms, before.terms) if matches is None else matches[label]
        rows += _of_label(names | {"label": label}, now, before, match, policy)
    return release(CLUSTER_CHANGES, rows, policy)


def _release_of(tables: Tables) -> str:
    return str(tables[RATES.name].column("release")[0].as_py())


class _Part:
    """The clusters of a label in one release: rows of the shown ones by number, -1 for the rest, and their terms."""

    def __init__(self, tables: Tables, label: str) -> None:
        whole = [r for r in tables[RATES.name].to_pylist() if (r["label"], r["dimension"]) == (label, "all")]
        self.whole: Row = whole[0] if whole else {"status": "suppressed"}
        if self.whole["status"] == "shown" and self.whole["conversations"] is None:  # users under dp: another figure
            self.whole = {"status": "suppressed", "reason": NOT_UNDER_DP}
        found = [r for r in tables[CLUSTERS.name].to_pylist() if r["label"] == label]
        self.reasons: set[str] = {row["reason"] for row in found}
        rows = [row for row in found if row["status"] == "shown"]
        known = {row["cluster"]: row for row in rows} if self.whole["status"] == "shown" else {}
        self.rest: Row | None = known.pop(NONE, None)
        self.clusters: dict[int, Row] = known
        self.terms: dict[int, list[str]] = {number: [] for number in known}
        for row in sorted(tables[TERMS.name].to_pylist(), key=lambda r: (r["cluster"], r["rank"])):
            if row["label"] == label and row["cluster"] in known:
                self.terms[row["cluster"]].append(row["term"])

    def row(self, number: int) -> Row | None:
        return self.rest if number == NONE else self.clusters.get(number)

    def side(self, number: int) -> Side | None:
        row = self.row(number)
        return None if row is None else cluster_rate(row, self.whole)


def cluster_rate(row: Row, whole: Row) -> Side:
    """(flagged in the cluster / scored conversations, effective size).

    row, whole: of released_clusters, of released_rates over the whole trial. The relative variances of the cluster's
    share of the flagged and of the rate of the flagged add up, as they do exactly where conversations are independent.
    """
    rate = min(1.0, row["flagged"] / whole["conversations"])
    size = effective_size(whole["conversations"], whole["design_effect"], whole["users"])
    part = effective_size(whole["flagged"], row["design_effect"], whole["flagged_users"])
    share, flagged = min(1.0, row["flagged"] / whole["flagged"]), min(1.0, whole["flagged"] / whole["conversations"])
    spread = (1 - share) / (share * part) + (1 - flagged) / (flagged * size)
    return (rate, (1 - rate) / (rate * spread)) if spread > 0 else (rate, size)


def _of_label(names: Row, now: _Part, before: _Part, match: Match, policy: DisclosurePolicy) -> Iterator[Row]:
    shown = [(n, o) for n, o in match.pairs if n in now.clusters and o in before.clusters]
    pairs = [*shown, (NONE, NONE)] if now.rest and before.rest else shown
    for row in _pairs(names, now, before, pairs, match.by):
        moved = {"grown": match.more, "shrunk": match.fewer}.get(row["change"])
        only_grouped = moved is not None and match.by == "frame" and row["baseline_cluster"] not in (*moved, NONE)
        yield row | {"change": "regrouped"} if only_grouped else row
    told = {n for n, _ in pairs}, {o for _, o in pairs}
    for word in ("split", "merged", "regrouped"):
        for n, o in getattr(match, word):
            if (n in now.clusters or n == NONE) and (o in before.clusters or o == NONE):
                yield _row(names, now, before, (n, o), word, match.by)
                told[0].add(n)
                told[1].add(o)
    for number in now.clusters.keys() - told[0]:
        word = "new" if number in match.new else "near the floor" if number in match.near else "not comparable"
        yield _row(names, now, before, (number, NONE), word, match.by)
    for number in before.clusters.keys() - told[1]:
        gone = number in match.gone and number in match.fewer and _would_show(before, number, now, policy)
        word = "gone" if gone else "near the floor" if number in match.gone else "not comparable"
        yield _row(names, now, before, (NONE, number), word, match.by)


def _would_show(part: _Part, number: int, other: _Part, policy: DisclosurePolicy) -> bool:
    """True where a cluster of that rate would clear the other trial's floor even at the lower end of its interval. Of
    many clusters one is always far rarer than before by chance: the intervals of all that the release shows hold at
    once."""
    rate, size = cluster_rate(part.clusters[number], part.whole)
    low = wilson(rate, size, len(part.clusters))[0]
    return bool(low * other.whole["conversations"] >= policy.min_conversations)


def _pairs(names: Row, now: _Part, before: _Part, pairs: list[tuple[int, int]], by: str) -> Iterator[Row]:
    sides = [(now.side(n), before.side(o)) for n, o in pairs]
    known = [(n, o) for n, o in sides if n is not None and o is not None]
    adjusted = holm([two_sided(*n, *o) for n, o in known])
    for pair, (n, o), p in zip(pairs, known, adjusted, strict=True):
        low, high = newcombe(*n, *o)
        word = "same"
        if (low > 0 or high < 0) and p < _LEVEL:
            word = "grown" if n[0] > o[0] else "shrunk"
        figures = {"difference": coarse(n[0] - o[0]), "difference_low": coarse(low), "difference_high": coarse(high)}
        yield _row(names, now, before, pair, word, by) | figures


def _row(names: Row, now: _Part, before: _Part, pair: tuple[int, int], change: str, by: str) -> Row:
    """A row without a difference. With no cluster to compare it is hidden."""
    rows = now.row(pair[0]), before.row(pair[1])
    alone = NONE in pair and pair != (NONE, NONE)
    sides = [
        None if row is None or (alone and number == NONE) else (row["name"], cluster_rate(row, part.whole)[0])
        for row, number, part in zip(rows, pair, (now, before), strict=True)
    ]
    base = names | {"cluster": pair[0], "baseline_cluster": pair[1], "change": change, "matched_by": by}
    base |= {"name": sides[0][0] if sides[0] else "", "baseline_name": sides[1][0] if sides[1] else ""}
    base |= dict.fromkeys(_FIGURES) | {"status": "shown", "reason": ""}
    if by == "none":
        return hide(base | {"name": "", "baseline_name": ""}, CLUSTER_CHANGES, reason=_reason(now, before))
    base |= {"rate": coarse(sides[0][1]) if sides[0] else None}
    return base | {"baseline_rate": coarse(sides[1][1]) if sides[1] else None}


def _reason(now: _Part, before: _Part) -> str:
    if any(part.whole.get("reason") == NOT_UNDER_DP for part in (now, before)):
        return NOT_UNDER_DP
    hidden = any(part.whole["status"] != "shown" for part in (now, before))
    if hidden:
        return "floor"
    return "no_cluster" if "no_cluster" in now.reasons | before.reasons else "too_few_passages"
