"""Which clusters of two releases belong together: by where they lie, or, weaker, by their terms. Plain numbers in, no
figure out; pipelines/compare_clusters.py says how much changed.

A match needs two kinds of evidence, or very much of one: centroids lie close to each other, and this release's passages
fall into the baseline's cluster. Where the passages of several clusters fall into one, it was split; where those of one
fall into several, they were merged. Methods: one-to-one assignment, Kuhn 1955; overlap of members, Spiliopoulou et al.
2006, MONIC, KDD.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipelines.disclosure import Support, clears, together
from pipelines.frames import UNCLUSTERED, Frame, FrameCluster
from schemas.labels import LABELS
from schemas.policy import DisclosurePolicy

SURE, LIKELY = 0.93, 0.75
"""Least cosine of two centroids that are one cluster: by itself, and where most passages fall into it as well."""
MOST, PART = 0.5, 0.25
"""Least share of a cluster's passages that lie in one of the baseline's: as its child; as one of several parents."""
LEAST_TERMS = 0.35
"""Least likeness of two lists of terms."""
_CLEARLY = 1.96
_INFLATION = 1.5
"""Variance of a share of passages over that of independent ones, as one user may have several."""


@dataclass(frozen=True, slots=True)
class Known:
    """A cluster of this release by its released number, -1 for all that is in none that is shown. size: flagged
    conversations. landed: where they lie in the baseline's frame, by number."""

    number: int
    centroid: tuple[float, ...]
    size: int
    landed: Mapping[int, Support] = field(default_factory=dict)


@dataclass(frozen=True)
class Match:
    """What became of the clusters, by released numbers (this release's, the baseline's). new, gone: of one side only;
    new where the baseline plainly held too little of it to show, near where that is not plain. regrouped: of one side
    only as well, but what is in it lies elsewhere on the other side. fewer, more: clusters of the baseline where
    clearly fewer, or more, of this release's passages fall than of its own. by: `frame` or `terms`.
    """

    by: str
    pairs: tuple[tuple[int, int], ...] = ()
    split: tuple[tuple[int, int], ...] = ()
    merged: tuple[tuple[int, int], ...] = ()
    new: tuple[int, ...] = ()
    near: tuple[int, ...] = ()
    gone: tuple[int, ...] = ()
    regrouped: tuple[tuple[int, int], ...] = ()
    fewer: frozenset[int] = frozenset()
    more: frozenset[int] = frozenset()


def match_frames(
    now: Sequence[Known], before: Sequence[FrameCluster], policy: DisclosurePolicy, around: Sequence[FrameCluster] = ()
) -> Match:
    """The match of the shown clusters of this release with those of the baseline's frame, and its background `around`.

    now: with entries of number -1 for what is in no shown cluster. A part of a cluster counts only where it clears the
    floors by itself.
    """
    shown = [cluster for cluster in now if cluster.number != UNCLUSTERED]
    inside = np.array([[_share(n, o.number, policy) for o in before] for n in shown]).reshape(len(shown), len(before))
    near = np.zeros(inside.shape)
    if near.size:
        near = _unit([n.centroid for n in shown]) @ _unit([o.centroid for o in before]).T
    pairs = assign(near, (near >= SURE) | ((near >= LIKELY) & (inside >= MOST)))
    children = {
        o: {n for n in range(len(shown)) if inside[n, o] >= MOST or pairs.get(n) == o} for o in range(len(before))
    }
    parents = {
        n: {o for o in range(len(before)) if (inside[n, o] >= PART or pairs.get(n) == o) and children[o] <= {n}}
        for n in range(len(shown))
    }
    split = [(n, o) for o, found in children.items() if len(found) > 1 for n in sorted(found)]
    merged = [(n, o) for n, found in parents.items() if len(found) > 1 for o in sorted(found)]
    told = {n for n, _ in (*split, *merged)}, {o for _, o in (*split, *merged)}
    alone = [(n, o) for n, o in pairs.items() if n not in told[0] and o not in told[1]]
    # The one child of a cluster is that cluster, even where the two centroids lie apart.
    alone += [
        (n, o) for o, found in children.items() for n in found
        if len(found) == 1 and n not in pairs and n not in told[0] and o not in told[1]
    ]  # fmt: skip
    seen = told[0] | {n for n, _ in alone}, told[1] | {o for _, o in alone}
    new: list[int] = []
    near_floor: list[int] = []
    gone, regrouped = [], []
    for n, cluster in enumerate(shown):
        if n not in seen[0]:
            outside = cluster.landed.get(UNCLUSTERED, Support())
            if not clears(outside, policy) or outside.conversations < MOST * cluster.size:
                regrouped.append((cluster.number, -1))
            else:
                unheard = is_new(cluster, now, before, around, policy)
                (new if unheard else near_floor).append(cluster.number)
    for o, old in enumerate(before):
        if o not in seen[1]:
            still = together([cluster.landed.get(old.number, Support()) for cluster in now])
            regrouped.append((-1, old.number)) if clears(still, policy) else gone.append(old.number)

    def named(found: Sequence[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
        return tuple(sorted((shown[n].number, before[o].number) for n, o in found))

    fewer, more = (frozenset(o.number for o in before if sign * _moved(now, o, policy) > _CLEARLY) for sign in (-1, 1))
    return Match(
        "frame", named(alone), named(split), named(merged), tuple(new), tuple(near_floor), tuple(gone),
        tuple(regrouped), fewer, more,
    )  # fmt: skip


def _moved(now: Sequence[Known], old: FrameCluster, policy: DisclosurePolicy) -> float:
    """By how many standard errors the share of flagged passages that fall into a cluster of the baseline is above that
    of the baseline's own. Both are placed by the same rule, so that it does not matter how either was clustered. A part
    under the floors counts as what just clears them, whatever it is."""
    total = sum(cluster.size for cluster in now)
    part = together([cluster.landed.get(old.number, Support()) for cluster in now])
    here = part.conversations if clears(part, policy) else policy.min_conversations
    return _errors(here, total, old.placed * old.flagged, old.flagged)


def _errors(here: float, total: float, there: float, other: float) -> float:
    """By how many standard errors here / total is above there / other."""
    if not total or not other:
        return 0.0
    pooled = min(1.0, (here + there) / (total + other))
    spread = math.sqrt(_INFLATION * pooled * (1 - pooled) * (1 / total + 1 / other))
    return (here / total - there / other) / spread if spread else 0.0


def is_new(
    cluster: Known, now: Sequence[Known], before: Sequence[FrameCluster], around: Sequence[FrameCluster],
    policy: DisclosurePolicy,
) -> bool:  # fmt: skip
    """Whether the baseline held clearly too little of a cluster to show it, of what lies in none of its clusters.

    Of its passages as many are taken to have been there as their part of each cell of the baseline's background comes
    to, and of those that lie beyond the cells, their part of what lay beyond them in the baseline. What is more than
    that must be most of the cluster, as much as would have cleared the floor in the smaller of the two trials, and by
    as many standard errors as are clear.
    """
    if not before:
        return True
    total, other = sum(one.size for one in now), before[0].flagged
    outside = cluster.landed[UNCLUSTERED].conversations
    cells = {cell.number: cell.placed for cell in around}
    mine = {number: _landed(cluster, number) for number in cells}
    beyond, beyond_all = outside - sum(mine.values()), sum(_beyond(one, cells) for one in now)
    there = min(beyond, max(0.0, 1 - sum(c.placed for c in (*before, *around))) * total * beyond / max(1, beyond_all))
    for number, count in mine.items():
        if count:
            there += count * min(1.0, cells[number] * total / sum(_landed(one, number) for one in now))
    more = outside - there
    enough = more >= MOST * cluster.size and more * min(1.0, other / total) >= policy.min_conversations
    return enough and _errors(outside, total, there * other / total, other) > _CLEARLY


def _landed(cluster: Known, number: int) -> int:
    return cluster.landed.get(number, Support()).conversations


def _beyond(cluster: Known, cells: Collection[int]) -> int:
    return _landed(cluster, UNCLUSTERED) - sum(_landed(cluster, number) for number in cells)


def _share(cluster: Known, old: int, policy: DisclosurePolicy) -> float:
    part = cluster.landed.get(old, Support())
    return part.conversations / cluster.size if clears(part, policy) else 0.0


def _unit(rows: Sequence[Sequence[float]]) -> NDArray[np.float64]:
    found: NDArray[np.float64] = np.array(rows, dtype=np.float64)
    unit: NDArray[np.float64] = found / np.linalg.norm(found, axis=1, keepdims=True)
    return unit


def assign(near: NDArray[np.float64], may: NDArray[np.bool_]) -> dict[int, int]:
    """Row to column, one to one: the pairs that `may` allows, as many and as near as can be. near: [n, m], -1 to 1."""
    from scipy.optimize import linear_sum_assignment

    if not near.size:
        return {}
    rows, columns = linear_sum_assignment(np.where(may, 2.0 + near, 0.0), maximize=True)
    return {int(n): int(o) for n, o in zip(rows, columns, strict=True) if may[n, o]}


def match_terms(now: Mapping[int, Sequence[str]], before: Mapping[int, Sequence[str]]) -> Match:
    """The match by released terms alone: pairs only, as unlike terms do not show that a cluster is new.

    now, before: terms by cluster number, the most typical first.
    """
    rows, columns = sorted(now), sorted(before)
    near = np.array([[alike(now[n], before[o]) for o in columns] for n in rows]).reshape(len(rows), len(columns))
    pairs = assign(near, near >= LEAST_TERMS)
    return Match("terms", tuple(sorted((rows[n], columns[o]) for n, o in pairs.items())))


def alike(terms: Sequence[str], others: Sequence[str]) -> float:
    """Weighted Jaccard likeness (0 to 1) of two lists of terms; a term weighs 1 / its place."""
    first = {term: 1 / place for place, term in enumerate(terms, start=1)}
    second = {term: 1 / place for place, term in enumerate(others, start=1)}
    words = first.keys() | second.keys()
    both = sum(min(first.get(w, 0.0), second.get(w, 0.0)) for w in words)
    return both / sum(max(first.get(w, 0.0), second.get(w, 0.0)) for w in words) if words else 0.0


def matches(
    rows: Sequence[Mapping[str, Any]], numbers: Mapping[tuple[str, int], int], before: Frame, policy: DisclosurePolicy
) -> dict[str, Match]:
    """By label, the match with the baseline's frame. rows: of CLUSTER_FRAMES; numbers: as in make_frame."""
    known: dict[str, list[Known]] = {str(label): [] for label in LABELS}
    for row in rows:
        if row["cluster"] < UNCLUSTERED:
            continue  # the background: of what counts under -1 already
        number = numbers.get((row["label"], row["cluster"]), UNCLUSTERED)
        landed = {
            part["baseline_cluster"]: Support(part["conversations"], part["users"], part["top"])
            for part in row["landed"]
        }
        known[row["label"]].append(Known(number, tuple(row["centroid"]), row["conversations"], landed))
    return {
        label: match_frames(found, before.of(label), policy, before.around(label)) for label, found in known.items()
    }
