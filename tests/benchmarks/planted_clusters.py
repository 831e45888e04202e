"""Planted trials at the level of vectors and rows: groups of flagged passages that lie apart, clustered imperfectly.

The clustering here is no BERTopic: the planted groups, of which a share is left out, some are cut in two and some run
together, anew in each trial. So the matching is held against what happens between two fits of the same kind of talk.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipelines.aggregate import tabulate
from pipelines.flag_course import NOT_FLAGGED
from pipelines.frame_rows import frame_rows
from pipelines.frames import Frame, FrameFacts, make_frame
from pipelines.passages import Passage
from schemas.policy import DisclosurePolicy
from schemas.quality import Quality
from schemas.row_level import CLUSTER_TERMS
from tests.privacy.trial import Exact, Row
from tests.privacy.trial_runs import run_like

POLICY = DisclosurePolicy()
DIMENSIONS = 384
WORDS = ("error", "poem", "story", "music", "bread", "river", "garden", "letter", "bridge", "winter", "window", "paper",
         "stone", "silver", "market", "summer", "kitchen", "mountain", "ocean", "doctor")  # fmt: skip
Vectors = NDArray[np.float32]


@dataclass(frozen=True)
class Planted:
    """How a kind of talk is planted. shares: of the flagged, by group. left_out: share that no cluster holds.
    unstable: chance that a group is cut in two, and that it runs together with its neighbour."""

    shares: tuple[float, ...]
    flagged: int = 1400
    unflagged: int = 1600
    users: int = 500
    left_out: float = 0.25
    unstable: float = 0.1


@dataclass(frozen=True)
class Trial:
    """The released tables of a planted trial, its rows of CLUSTER_FRAMES, released numbers and the frame to keep.
    groups: the planted group that most of a released cluster is from, by number."""

    tables: dict[str, Any]
    rows: list[Row]
    numbers: dict[tuple[str, int], int]
    frame: Frame
    groups: dict[int, int]


def directions(seed: int, count: int) -> NDArray[np.float64]:
    """[count, 384]: middles of groups; their cosines to each other are about .35, as of MiniLM in one kind of talk."""
    rng = np.random.default_rng(seed)
    common, own = rng.normal(size=DIMENSIONS), rng.normal(size=(count, DIMENSIONS))
    found: NDArray[np.float64] = 0.6 * common / np.linalg.norm(common) + 0.8 * own / np.linalg.norm(
        own, axis=1, keepdims=True
    )
    return found


def trial(name: str, seed: int, middles: NDArray[np.float64], plan: Planted, before: Frame | None = None) -> Trial:
    """One release. middles: of the groups, the same for every release of that kind of talk."""
    rng = np.random.default_rng(seed)
    shares = np.array(plan.shares) / sum(plan.shares)
    group = rng.choice(len(shares), size=plan.flagged, p=shares)
    noise = rng.normal(size=(plan.flagged, DIMENSIONS)) / np.sqrt(DIMENSIONS)
    vectors = middles[group] + 1.1 * noise
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    users = [f"u{int(plan.users * u**1.5)}" for u in rng.random(plan.flagged + plan.unflagged)]
    return released(name, users, group, vectors, _clustered(rng, group, vectors, plan), before)


def released(
    name: str, users: Sequence[str], group: NDArray[np.int64], vectors: Vectors, clusters: Sequence[int],
    before: Frame | None = None,
) -> Trial:  # fmt: skip
    """A release of which the planted group, the vector and the cluster of each flagged conversation are given, [n].

    users: of these, and then of conversations without a flag.
    """
    passages = [Passage(f"c{i:05d}", users[i], "") for i in range(len(group))]
    numbers_of = {p.conversation_key: c for p, c in zip(passages, clusters, strict=True)}
    earlier, around = (before.of("distress"), before.around("distress")) if before else ([], [])
    found = frame_rows(passages, numbers_of, vectors, earlier, around=around)
    rows = [{"label": "distress", **row} for row in found]
    listed = [_row(i, user, clusters[i] if i < len(group) else None) for i, user in enumerate(users)]
    exact = Exact(listed, POLICY)
    numbers: dict[tuple[str, int], int] = {}
    tables = tabulate(
        exact.cells, exact.splits, exact.named, exact.unions, _terms(group, clusters), name, POLICY, Quality({}), None,
        numbers=numbers,
    )  # fmt: skip
    frame = make_frame(rows, numbers, tables["released_terms"].to_pylist(), FrameFacts(name, "key", "trial", 30))
    groups = {
        shown: int(np.bincount(group[[i for i, c in enumerate(clusters) if c == source]]).argmax())
        for (_, source), shown in numbers.items()
    }
    return Trial(tables, rows, numbers, frame, groups)


def _clustered(rng: np.random.Generator, group: NDArray[np.int64], vectors: Vectors, plan: Planted) -> list[int]:
    """The cluster of each passage: its group, with what an unstable method makes of it."""
    found = group.copy()
    for g in range(len(plan.shares) - 1):
        if rng.random() < plan.unstable:  # two groups run together
            found[found == g + 1] = g
        if rng.random() < plan.unstable:  # a group is cut in two along a chance direction
            side = vectors @ rng.normal(size=DIMENSIONS) > 0
            found[(found == g) & side] = len(plan.shares) + g
    found[rng.random(len(found)) < plan.left_out] = -1
    small = [c for c in set(found.tolist()) if (found == c).sum() < 15]
    found[np.isin(found, small)] = -1
    return [int(c) for c in found]


def _terms(group: NDArray[np.int64], clusters: Sequence[int]) -> Any:
    """CLUSTER_TERMS: a cluster's words are those of its commonest group."""
    import pyarrow as pa

    rows = []
    for cluster in sorted({*clusters} - {-1}):
        most = int(np.bincount(group[[i for i, c in enumerate(clusters) if c == cluster]]).argmax())
        words = [WORDS[(2 * most + k) % len(WORDS)] for k in range(2)]
        rows += [
            {"label": "distress", "cluster": cluster, "term": word, "weight": 1 / (k + 1), "users": 20, "holders": []}
            for k, word in enumerate(words)
        ]
    return pa.Table.from_pylist(rows, schema=CLUSTER_TERMS.arrow)


def _row(number: int, user: str, cluster: int | None) -> Row:
    """A row of CLUSTERED, flagged for distress where it has a cluster."""
    dice = random.Random(number)
    none: Row = {"flagged": False, "turns": 0, "onset": None, "recovered": None, "strong": False, "trigger": "none",
                 "sampled": False, "missed": 0.0, "cluster": -2, **NOT_FLAGGED}  # fmt: skip
    hit = none | {"flagged": True, "turns": 1, "onset": 1, "recovered": True, "cluster": cluster, "trigger": "abuse"}
    turns = dice.randint(2, 9)
    hit |= run_like(dice, hit, turns)
    return {
        "conversation_key": f"c{number:05d}", "user_key": user, "has_user": True, "surface": "chat", "day": None,
        "ended_by": "user", "language": "en", "not_scored": "", "codes": [], "model_turns": turns, "behaviours": [],
        "distress": none if cluster is None else hit, "joy": none,
    }  # fmt: skip
