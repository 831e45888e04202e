"""What brought an expression about, told from like passages as well.

The scorer judges each passage alone, and errs here and there; passages that lie close mostly share a cause, so that the
mean over near ones errs less. Nearest-neighbour smoothing of labels; after Zhou et al. 2003 (NIPS 16, Learning
with local and global consistency), with one step instead of many. Measured: pipelines/README.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pipelines.passages import Clusters, to_fit
from pipelines.situations import Matrix, trigger_of

if TYPE_CHECKING:
    from pipelines.stability import Ints, Vectors
    from schemas.policy_cluster import ClusterPolicy

NEAREST = 400
"""Most passages of other users that count beside a passage's own, as much as it does each. Fewer are all of one turn of
phrase where a trial is large, and err alike."""
LEAST_ALIKE = 0.4
"""Cosine below which a passage is not like another."""
_CHUNK = 1024


def shared_triggers(found: Clusters, policy: ClusterPolicy) -> dict[str, str]:
    """Trigger by conversation key of the flagged passages of `found` whose causes were judged; none where there are no
    vectors. Whatever the order of the passages. Voters are a keyed sample, as in the clustering (`to_fit`)."""
    if found.vectors is None:
        return {}
    rows = [row for row, passage in enumerate(found.told) if passage.flagged and passage.causes]
    if not rows:
        return {}
    judged = [found.told[row] for row in rows]
    drawn = {passage.conversation_key for passage in to_fit(judged, policy)}
    voters = [place for place, passage in enumerate(judged) if passage.conversation_key in drawn]
    numbers: dict[str, int] = {}
    users = np.asarray([numbers.setdefault(p.user_key, len(numbers)) for p in judged], dtype=np.int64)
    causes = np.asarray([passage.causes for passage in judged], dtype=np.float64)
    over = smoothed(causes, found.vectors[rows], users, np.asarray(voters, dtype=np.int64))
    return {p.conversation_key: trigger_of(row) for p, row in zip(judged, over.tolist(), strict=True)}


def smoothed(causes: Matrix, vectors: Vectors, users: Ints, voters: Ints, nearest: int = NEAREST) -> Matrix:
    """[n, 11]: the mean of each passage's `causes` [n, 11] and of those of its nearest among the `voters`, rounded.

    vectors: [n, d], of unit length. users: [n], whose each is; only others' passages count, so that nobody's own many
    decide one. voters: rows of passages that count for others, for each the `nearest` that are like it.
    """
    out = np.empty_like(causes)
    many = min(nearest, len(voters))
    for start in range(0, len(causes), _CHUNK):
        part = slice(start, start + _CHUNK)
        near = vectors[part] @ vectors[voters].T
        near[users[part, None] == users[voters][None, :]] = -1.0
        best = np.argpartition(-near, many - 1, axis=1)[:, :many]
        alike = np.take_along_axis(near, best, axis=1) >= LEAST_ALIKE
        total = causes[part] + (causes[voters][best] * alike[:, :, None]).sum(axis=1)
        out[part] = np.round(total / (1 + alike.sum(axis=1, keepdims=True)), 4)
    return out
