"""Made-up trials as a differentially private release counts them: users with their flagged conversations and words."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pipelines.dp_counts import Counts, Flagged, Person, exact_counts
from pipelines.frames import Frame, FrameCluster, encoder
from schemas.labels import LABELS
from schemas.policy_dp import DpPolicy

_CENTROID = (1.0, *[0.0] * 1151)


def frame_of(clusters: int, terms: Sequence[str] = ("poem", "story", "music"), labels: Iterable[str] = LABELS) -> Frame:
    """A frame of so many clusters for each label."""
    made = [FrameCluster(str(x), n, _CENTROID, 0.4, tuple(terms), 0.1, 90) for x in labels for n in range(clusters)]
    return Frame("another-trial", "key", "trial", encoder(), 100, tuple(made))


@dataclass(frozen=True)
class User:
    """One user: has an id, and per flagged conversation its label, trigger, cluster and words of its passage."""

    key: str
    has_user: bool = True
    scored: bool = True
    flagged: tuple[tuple[str, str, int, frozenset[str]], ...] = ()


def counts_of(users: Iterable[User], frame: Frame, policy: DpPolicy) -> Counts:
    """The exact counts of a trial of these users."""
    people, flagged = [], []
    holders: dict[tuple[str, int, str], list[str]] = defaultdict(list)
    for user in users:
        people.append(Person(user.has_user, user.scored, frozenset(label for label, *_ in user.flagged)))
        for number, (label, trigger, cluster, words) in enumerate(user.flagged):
            key = f"{user.key} {number}"
            flagged.append(Flagged(key, user.key, label, trigger, cluster))
            for word in words:
                holders[label, cluster, word].append(key)
    return exact_counts(people, flagged, holders, frame, policy)


def planted(seed: int, users: int, shares: Mapping[str, float], clusters: int) -> list[User]:
    """A trial of `users` users, about two and a half conversations each, in which every trigger of distress in `shares`
    has that share of the users; one in ten of these also has another trigger. Each trigger has a cluster of its own."""
    dice = random.Random(seed)
    triggers = list(shares)
    out = []
    for number in range(users):
        mine = [t for t in triggers if dice.random() < shares[t]]
        if mine and dice.random() < 0.1:
            mine.append(dice.choice(triggers))
        rows = tuple(("distress", t, triggers.index(t) % clusters, frozenset({"poem"})) for t in dict.fromkeys(mine))
        out.append(User(f"u{number}", flagged=rows))
    return out
