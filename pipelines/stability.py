"""Groups vectors, and tells how far the groups hold: at other least sizes, and when the users are drawn again.

Numbers only: no text comes here. The same vectors in the same order give the same groups, on however many threads.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from schemas.policy_cluster import ClusterPolicy

Vectors = NDArray[np.float32]
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

UNCLUSTERED = -1
FOUND = 0.5
"""A cluster is found again where one of the redraw shares more than this with it. Source: Hennig 2007, Comput Stat Data
Anal 52: at .5 and less a cluster has dissolved."""
_SIZES = (1.0, 1.5, 2.0, 3.0, 4.0)
"""The least sizes that are always tried, as multiples of the policy's."""
_PER_SIZE = 150
"""Larger multiples are tried up to one in so many of the vectors: the more there are, the finer the pieces into which a
small least size cuts one kind of talk."""
_DETAIL = 3
"""A few large lumps are nearly always found again; a least size that leaves only these says less, not more."""
_ALIKE = 0.02
"""Shares that are found again and differ by no more say the same: of five redraws their standard error is .005 to .01.
The larger least size says it in fewer words."""
_COMPONENTS, _EPOCHS = 5, 200
_LEAST = 20
"""Fewer vectors than this are not grouped: UMAP needs more neighbours than it has components."""


@dataclass(frozen=True, slots=True)
class Stability:
    """How far a clustering holds; None where no redraw was asked for.

    min_size: the least size that was chosen. redraws: how many. agreement: mean adjusted Rand index of the redraws
    against the clustering, on the passages that both hold, the unclustered as one group. sizes: the same against the
    other least sizes. overlap: by cluster, its mean best Jaccard index in the redraws, 0 to 1. found: by cluster, the
    share of the redraws in which that was above FOUND.
    """

    min_size: int
    redraws: int = 0
    agreement: float | None = None
    sizes: float | None = None
    overlap: tuple[float, ...] = ()
    found: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class _Fit:
    """How finely so many vectors are looked at; redraws take the same. Measured: pipelines/README.md.

    neighbours: of UMAP. core: HDBSCAN's min_samples is one in so many of the least size; where vectors are few, with as
    many, clusters near that size would be lost.
    """

    neighbours: int
    core: int

    @classmethod
    def of(cls, vectors: int) -> _Fit:
        return cls(min(100, max(15, vectors // 150)), min(3, max(1, round(5_000 / vectors))))


def settle(vectors: Vectors, users: Sequence[str], policy: ClusterPolicy) -> tuple[Ints, Stability]:
    """(cluster of each of `vectors` [n, d], the largest 0, -1 in none; how far that holds). users: of each, n.

    Of the least sizes tried, the one is kept whose clusters are found again best when the users are drawn anew: the
    mean over all vectors of their cluster's overlap, nothing for one in no cluster; of near equals the largest. A size
    that leaves less than a third of the clusters of one half as large is not chosen, nor a larger one. Without redraws
    the policy's is.
    """
    sizes, fit = least_sizes(policy.min_cluster_size, len(vectors)), _Fit.of(len(vectors))
    points = _reduced(vectors, policy.seed, fit)
    kept = {size: _by_size(_grouped(points, size, fit)) for size in sizes}
    redraws = [
        _redraw(vectors, _numbered(users), sizes, (policy.seed, number), fit) for number in range(policy.redraws)
    ]
    overlaps = {size: _overlaps(labels, size, redraws) for size, labels in kept.items()}
    detailed = not_lumps({size: int(labels.max()) + 1 for size, labels in kept.items()})
    found_again = {size: _held(kept[size], overlaps[size]) for size in detailed}
    best = max(found_again.values())
    chosen = max(size for size, share in found_again.items() if share >= best - _ALIKE) if redraws else sizes[0]
    labels = kept[chosen]
    others = [_agreement(labels, kept[size]) for size in sizes if size != chosen]
    if not redraws:
        return labels, Stability(chosen, sizes=float(np.mean(others)))
    return labels, Stability(
        chosen,
        len(redraws),
        float(np.mean([_agreement(labels[rows], found[chosen]) for rows, found in redraws])),
        float(np.mean(others)),
        tuple(float(share) for share in overlaps[chosen].mean(axis=0)),
        tuple(float(share) for share in (overlaps[chosen] > FOUND).mean(axis=0)),
    )


def least_sizes(smallest: int, vectors: int) -> tuple[int, ...]:
    """The least sizes that are tried, ascending. smallest: the policy's."""
    most = vectors // (_PER_SIZE * smallest)
    multiples = (*_SIZES, *range(round(_SIZES[-1]) + 1, most + 1))
    return tuple(dict.fromkeys(round(factor * smallest) for factor in multiples))


def not_lumps(clusters: Mapping[int, int]) -> list[int]:
    """The least sizes that leave more than a few large lumps. clusters: how many each leaves, by ascending size."""
    found: list[int] = []
    for size, left in clusters.items():
        halved = max((other for other in found if 2 * other <= size), default=min(clusters))
        if _DETAIL * left < clusters[halved]:
            break
        found.append(size)
    return found


def _reduced(vectors: Vectors, seed: int, fit: _Fit) -> Vectors:
    """[n, 5]: UMAP of unit vectors. One thread, as the order of additions would else depend on how many there are."""
    from threadpoolctl import threadpool_limits
    from umap import UMAP

    model = UMAP(
        n_neighbors=min(fit.neighbours, len(vectors) - 1), n_components=_COMPONENTS, n_epochs=_EPOCHS, min_dist=0.0,
        metric="cosine", random_state=seed, n_jobs=1,
    )  # fmt: skip
    with warnings.catch_warnings(), threadpool_limits(limits=1):
        warnings.simplefilter("ignore")
        return np.asarray(model.fit_transform(vectors), dtype=np.float32)


def _grouped(points: Vectors, size: int, fit: _Fit) -> Ints:
    """HDBSCAN's group of each point, -1 in none. size: least points of a group."""
    from hdbscan import HDBSCAN

    model = HDBSCAN(min_cluster_size=max(2, size), min_samples=max(1, size // fit.core), core_dist_n_jobs=1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return np.asarray(model.fit(points).labels_, dtype=np.int64)


def _by_size(labels: Ints) -> Ints:
    """The labels numbered anew, the largest first; of equal ones, the one that comes first."""
    found, first, counts = np.unique(labels, return_index=True, return_counts=True)
    ranked = [found[i] for i in np.lexsort((first, -counts)) if found[i] != UNCLUSTERED]
    new = {int(old): number for number, old in enumerate(ranked)}
    return np.asarray([new.get(int(label), UNCLUSTERED) for label in labels], dtype=np.int64)


def _numbered(users: Sequence[str]) -> Ints:
    """Users as numbers in order of appearance: the draw does not depend on how their keys sort."""
    numbers: dict[str, int] = {}
    return np.asarray([numbers.setdefault(user, len(numbers)) for user in users], dtype=np.int64)


def _redraw(
    vectors: Vectors, users: Ints, sizes: Sequence[int], seed: tuple[int, int], fit: _Fit
) -> tuple[Ints, Mapping[int, Ints]]:
    """(rows that were drawn, their groups by least size). As many users as there are are drawn with replacement; one
    who is drawn twice counts once, as copies of a passage would make a group by themselves. So fewer passages are
    there, and the least sizes shrink with them. seed: of all, and of this redraw."""
    many = int(users.max()) + 1
    drawn = np.random.default_rng(seed).integers(0, many, many)
    rows = np.flatnonzero(np.isin(users, drawn))
    if len(rows) < _LEAST:
        return rows, {size: np.full(len(rows), UNCLUSTERED, dtype=np.int64) for size in sizes}
    share = len(rows) / len(users)
    points = _reduced(vectors[rows], seed[0], fit)
    return rows, {size: _grouped(points, round(size * share), fit) for size in sizes}


def _overlaps(labels: Ints, size: int, redraws: Sequence[tuple[Ints, Mapping[int, Ints]]]) -> Floats:
    """[redraws, clusters]: each cluster's best Jaccard index with a group of the redraw, 0 if none of it is drawn."""
    many = int(labels.max()) + 1
    found = [best_overlap(labels[rows], groups[size], many) for rows, groups in redraws]
    return np.asarray(found, dtype=np.float64).reshape(len(redraws), many)


def best_overlap(kept: Ints, again: Ints, many: int) -> Floats:
    """[many]: of the clusters 0 to many - 1 of `kept`, the largest Jaccard index with a cluster of `again`.

    kept, again: clusters of the same passages, -1 in none.
    """
    width = int(again.max(initial=UNCLUSTERED)) + 2
    both = np.bincount((kept + 1) * width + again + 1, minlength=(many + 1) * width).reshape(many + 1, width)
    shared = both[1:, 1:]
    union = both[1:].sum(axis=1, keepdims=True) + both[:, 1:].sum(axis=0, keepdims=True) - shared
    return np.asarray((shared / np.maximum(union, 1)).max(axis=1, initial=0.0), dtype=np.float64)


def _held(labels: Ints, overlaps: Floats) -> float:
    if not overlaps.size:
        return 0.0
    mean = overlaps.mean(axis=0)
    return float(np.where(labels >= 0, mean[labels], 0.0).mean())


def _agreement(one: Ints, other: Ints) -> float:
    from sklearn.metrics import adjusted_rand_score

    return float(adjusted_rand_score(one, other))
