"""Where the clusters of a run lie, and its background: rows of CLUSTER_FRAMES, from which a frame is made.

Of vectors only; what leaves is a mean direction, and counts.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pipelines.background import FIRST_CELL, cells
from pipelines.frames import CENTROID_DIGITS, UNCLUSTERED, FrameCluster, Vectors, place
from schemas.policy import DisclosurePolicy

if TYPE_CHECKING:
    from pipelines.passages import Passage

_QUANTILE = 0.05
"""A passage belongs to a cluster if it is at least as near as all but this share of the members."""
_LEAST_DIGITS = 2
Row = dict[str, Any]


def frame_rows(
    passages: Sequence[Passage], numbers: Mapping[str, int], vectors: Vectors, before: Sequence[FrameCluster],
    given: Sequence[FrameCluster] = (), most: int = 50, around: Sequence[FrameCluster] = (),
    floors: DisclosurePolicy | None = None,
) -> list[Row]:  # fmt: skip
    """Rows of CLUSTER_FRAMES without the label, from flagged passages alone, of each user the first `most`.

    numbers: cluster by conversation key. vectors: of `passages`, in their order. before, around: clusters and
    background of the baseline's frame. given: the clusters that passages were assigned to; they stay where they lie.
    floors: on which each cell of the background rests, the default where None.
    """
    frozen = {c.number: c for c in given}
    taken: Counter[str] = Counter()
    flagged = []
    for i, passage in enumerate(passages):
        taken[passage.user_key] += passage.flagged
        if passage.flagged and taken[passage.user_key] <= most:
            flagged.append(i)
    users = [passages[i].user_key for i in flagged]
    found = vectors[flagged]
    landed = _landings(found, before, around)
    members: dict[int, list[int]] = defaultdict(list)
    for row, i in enumerate(flagged):
        members[numbers[passages[i].conversation_key]].append(row)
    own = {c.number: c for c in given}
    own |= {
        number: FrameCluster("", number, *_middle(found[inside], [users[row] for row in inside]))
        for number, inside in members.items() if number != UNCLUSTERED and number not in frozen
    }  # fmt: skip
    places = np.asarray(place(found, [own[number] for number in sorted(own)]))
    rows = []
    for number, inside in sorted(members.items()):
        rows.append(_row(own.get(number), inside, users, int((places == number).sum())))
        rows[-1] |= {"landed": _landed([(landed[row], users[row]) for row in inside] if before else [])}
    return rows + _background(found, users, np.flatnonzero(places == UNCLUSTERED), floors or DisclosurePolicy())


def _background(
    found: Vectors, users: Sequence[str], nowhere: NDArray[np.int64], floors: DisclosurePolicy
) -> list[Row]:
    """A row for each cell of what is placed in no cluster."""
    outside = [users[row] for row in nowhere]
    inside = [nowhere[part] for part in cells(found[nowhere], outside, floors)]
    made = [
        FrameCluster("", FIRST_CELL - place, *_middle(found[part], [users[row] for row in part]))
        for place, part in enumerate(inside)
    ]
    placed = Counter(place(found[nowhere], made))
    return [
        _row(cell, part.tolist(), users, placed[cell.number]) | {"landed": []}
        for cell, part in zip(made, inside, strict=True)
    ]


def _row(lies: FrameCluster | None, inside: Sequence[int], users: Sequence[str], placed: int) -> Row:
    of_each = Counter(users[row] for row in inside)
    facts = {"conversations": len(inside), "users": len(of_each), "top": max(of_each.values()), "placed": placed}
    if lies is None:
        return {"cluster": UNCLUSTERED, **facts, "centroid": [], "least": 0.0}
    return {"cluster": lies.number, **facts, "centroid": list(lies.centroid), "least": lies.least}


def _middle(vectors: Vectors, users: Sequence[str]) -> tuple[tuple[float, ...], float]:
    """(centroid, least cosine) of a cluster's members, every user weighing the same."""
    weights = Counter(users)
    each = np.array([1 / weights[user] for user in users])
    mean: NDArray[np.float64] = each @ vectors.astype(np.float64)
    centroid = np.round(mean / float(np.linalg.norm(mean)), CENTROID_DIGITS)
    least = float(np.quantile(vectors @ centroid, _QUANTILE))
    return tuple(centroid.tolist()), math.floor(least * 10**_LEAST_DIGITS) / 10**_LEAST_DIGITS


def _landings(vectors: Vectors, before: Sequence[FrameCluster], around: Sequence[FrameCluster]) -> list[int]:
    """For each vector the baseline's cluster, or else the cell of its background, or else -1."""
    inside = place(vectors, before)
    cell = place(vectors, around)
    return [number if number != UNCLUSTERED else other for number, other in zip(inside, cell, strict=True)]


def _landed(places: Sequence[tuple[int, str]]) -> list[Row]:
    """Rows of LANDED from (place, user) of the members. -1 counts all that lie in no cluster, those in a cell too."""
    by_place: dict[int, Counter[str]] = defaultdict(Counter)
    for number, user in places:
        by_place[number][user] += 1
        if number <= FIRST_CELL:
            by_place[UNCLUSTERED][user] += 1
    return [
        {"baseline_cluster": number, "conversations": who.total(), "users": len(who), "top": max(who.values())}
        for number, who in sorted(by_place.items())
    ]
