"""The background of a frame: where flagged passages lie that are in no cluster, as cells that each rest on the floors.

A cluster of the next release that lies where even the background held nothing is new; without the background, a kind of
talk that stayed just under the least size in one release would read as new in the next.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from pipelines.disclosure import Support, clears
from schemas.policy import DisclosurePolicy

FIRST_CELL = -3
"""Number of the first cell; the others follow downwards. -1 is unclustered, -2 not in question."""
_MOST_CELLS = 256
"""About: it bounds the size of a frame, which is 9 kB a cell."""
_DIRECTIONS = 5
_TRIES = 50

Ints = NDArray[np.int64]
Vectors = NDArray[np.float32]


def cells(vectors: Vectors, users: Sequence[str], floors: DisclosurePolicy) -> list[Ints]:
    """Rows of each cell, of [n, d] unit vectors and their n users; none where all together do not clear the floors.

    Every part is cut in two where the sum of squares falls most, along one of its first principal directions, for as
    long as both sides clear the floors by themselves. Source: principal direction divisive partitioning, Boley 1998,
    Data Min Knowl Discov 2; with a least size.
    """
    if not _clears(np.arange(len(vectors)), users, floors):
        return []
    least = max(floors.min_conversations, len(vectors) // _MOST_CELLS)
    found, waiting = [], [np.arange(len(vectors))]
    while waiting:
        part = waiting.pop()
        cut = next(_cuts(vectors[part].astype(np.float64), part, users, least, floors), None)
        if cut is None:
            found.append(part)
        else:
            waiting += cut
    return sorted(found, key=lambda rows: int(rows[0]))


def _cuts(
    vectors: NDArray[np.float64], part: Ints, users: Sequence[str], least: int, floors: DisclosurePolicy
) -> Iterator[list[Ints]]:
    """Both sides (rows, sorted) of cuts that the floors allow, the best first."""
    count = len(part)
    if count < 2 * least:
        return
    centred = vectors - vectors.mean(axis=0)
    orders, gains = [], []
    for along in _principal(centred):
        order = np.argsort(along, kind="stable")
        sums = np.cumsum(centred[order], axis=0)[least - 1 : count - least]
        sizes = np.arange(least, count - least + 1)
        # The mean is zero: both sides sum up to the same length.
        gains.append(np.einsum("nd,nd->n", sums, sums) * (1 / sizes + 1 / (count - sizes)))
        orders.append(order)
    flat = np.concatenate(gains)
    for best in np.argsort(-flat, kind="stable")[:_TRIES]:
        which, place = divmod(int(best), count - 2 * least + 1)
        order = orders[which]
        sides = [np.sort(part[order[: place + least]]), np.sort(part[order[place + least :]])]
        if all(_clears(side, users, floors) for side in sides):
            yield sides


def _principal(centred: NDArray[np.float64]) -> list[NDArray[np.float64]]:
    """Where each row lies along the first principal directions."""
    rows, columns = centred.shape
    if rows < columns:
        values, vectors = np.linalg.eigh(centred @ centred.T)
        along = vectors * np.sqrt(np.maximum(values, 0.0))
    else:
        along = centred @ np.linalg.eigh(centred.T @ centred)[1]
    return [along[:, -place] for place in range(1, min(_DIRECTIONS, along.shape[1]) + 1)]


def _clears(rows: Ints, users: Sequence[str], floors: DisclosurePolicy) -> bool:
    of_each = Counter(users[row] for row in rows)
    return clears(Support(len(rows), len(of_each), max(of_each.values(), default=0)), floors)
