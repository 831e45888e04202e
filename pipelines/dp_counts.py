"""What a differentially private release counts: users by cell, over lists of cells that do not depend on the trial.

Everything here is exact and restricted; noise comes in pipelines/dp_noise.py. What one user adds is bounded here, by a
rule that looks at that user's own rows alone: so the counts of two trials that differ in one user differ by no more.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from pipelines.contribution import bounded as bounded
from pipelines.disclosure_words import TRIGGERS
from pipelines.frames import UNCLUSTERED, Frame
from schemas.labels import LABELS
from schemas.policy_dp import QUERIES, TOTALS_A_USER, DpPolicy

Counts = dict[str, dict[str, int]]
"""Users by cell, by query. A cell is written `label/value`, a term's `label/cluster/term`."""
WITH_ID, WITHOUT_ID, NOT_SCORED = "with_id", "without_id", "not_scored"
"""Totals: users with a scored conversation who have an id, or none; users of whom no conversation could be scored."""


@dataclass(frozen=True, slots=True)
class Flagged:
    """A conversation flagged with `label`: its pseudonym, the user's, its own trigger, and its place in the frame."""

    conversation_key: str
    user_key: str
    label: str
    trigger: str
    cluster: int


@dataclass(frozen=True, slots=True)
class Person:
    """Users alike: has an id, has a scored conversation, labels flagged in these; and how many they are."""

    has_user: bool
    scored: bool
    labels: frozenset[str]
    users: int = 1


def cells(frame: Frame) -> dict[str, tuple[str, ...]]:
    """The cells of every query: of closed lists and of the frame alone."""
    labels = tuple(map(str, LABELS))
    clusters = [(label, c) for label in labels for c in frame.of(label)]
    return {
        "totals": (WITH_ID, WITHOUT_ID, NOT_SCORED, *labels),
        "triggers": tuple(f"{label}/{trigger}" for label in labels for trigger in TRIGGERS),
        "clusters": (
            *(f"{label}/{UNCLUSTERED}" for label in labels),
            *(f"{label}/{cluster.number}" for label, cluster in clusters),
        ),
        "terms": tuple(f"{label}/{c.number}/{term}" for label, c in clusters for term in dict.fromkeys(c.terms)),
    }


def exact_counts(
    people: Iterable[Person], flagged: Iterable[Flagged], holders: Mapping[tuple[str, int, str], Collection[str]],
    frame: Frame, policy: DpPolicy,
) -> Counts:  # fmt: skip
    """Users by cell. holders: conversations whose passages hold a term, by (label, cluster, term)."""
    user_of: dict[tuple[str, str], str] = {}
    mine: dict[str, dict[str, set[str]]] = {query: defaultdict(set) for query in QUERIES}
    for row in flagged:
        user_of[row.label, row.conversation_key] = row.user_key
        mine["triggers"][row.user_key].add(f"{row.label}/{row.trigger}")
        mine["clusters"][row.user_key].add(f"{row.label}/{row.cluster}")
    for (label, cluster, term), keys in holders.items():
        for key in keys:
            if (label, key) in user_of:
                mine["terms"][user_of[label, key]].add(f"{label}/{cluster}/{term}")
    listed = cells(frame)
    found = {name: count(mine[name], listed[name], policy.most(name)) for name in QUERIES if name != "totals"}
    return {"totals": _totals(people, listed["totals"]), **found}


def count(mine: Mapping[str, Collection[str]], listed: Sequence[str], most: int) -> dict[str, int]:
    """Users in each of the cells `listed`, of each user at most `most` of them. mine: cells by user."""
    known = frozenset(listed)
    found = Counter(cell for who, held in mine.items() for cell in bounded(known.intersection(held), who, most))
    return {cell: found[cell] for cell in listed}


def _totals(people: Iterable[Person], listed: Sequence[str]) -> dict[str, int]:
    found: Counter[str] = Counter()
    for person in people:
        part = NOT_SCORED if not person.scored else WITH_ID if person.has_user else WITHOUT_ID
        for cell in (part, *sorted(person.labels))[:TOTALS_A_USER]:
            found[cell] += person.users
    return {cell: found[cell] for cell in listed}
