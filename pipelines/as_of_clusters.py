"""Clusters beside those of earlier releases of the trial: they are fitted anew, so they are held against each other as
sets. Either all clusters are taken anew, with their terms, or all stand.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.as_of_state import CLUSTERS_KEY, Row, State
from pipelines.disclosure import Support, clears
from schemas.policy import DisclosurePolicy
from schemas.released import TERMS

REST = -1
Members = dict[str, str]
"""User by conversation."""


@dataclass(frozen=True)
class Sets:
    """Of one label in one release: by shown cluster (REST for what is in none of them), its flagged conversations; the
    drawn unflagged ones; and by cluster and candidate term the users behind it."""

    members: Mapping[int, Members]
    drawn: Mapping[int, Members]
    terms: Mapping[tuple[int, str], frozenset[str]]


class ClusterHold:
    """What the earlier releases that took clusters anew hold of this one's."""

    def __init__(self, states: Sequence[State], units: pa.Table, moves: bool, policy: DisclosurePolicy) -> None:
        """states: earlier releases. units: HISTORY of this one. moves: whether the whole trial's counts may be told."""
        self.states = [state for state in states if CLUSTERS_KEY in state.told]
        self._units, self._moves, self._policy = units, moves, policy
        self.taken = False
        self.shown: dict[str, list[int]] = {}

    def take(self, shown: Mapping[str, Sequence[int]]) -> bool:
        """Decides whether clusters are taken anew. shown: by label, their numbers in CLUSTERED."""
        self.shown = {label: list(numbers) for label, numbers in shown.items()}
        self.now = {label: sets_of(self._units, label, numbers) for label, numbers in shown.items()}
        self.then = [
            {label: sets_of(state.units, label, numbers) for label, numbers in state.clusters.items()}
            for state in self.states
        ]
        both = [(self.now[label], sets[label]) for sets in self.then for label in self.now.keys() & sets.keys()]
        self.taken = self._moves and all(may_be_taken(now, then, self._policy) for now, then in both)
        return self.taken

    def tells_drawn(self, label: str, number: int) -> bool:
        """Whether the drawn unflagged conversations of a cluster that is taken anew may be told."""
        sets = [then[label] for then in self.then if label in then]
        return all(drawn_may_be_told(number, self.now[label], then, self._policy) for then in sets)

    def term(self, label: str, number: int, row: Row) -> Row | None:
        """A row of terms of a cluster that is taken anew; its users as an earlier release told them, or no row at all,
        where their change is too small. number: of the cluster in CLUSTERED."""
        sets = [then[label] for then in self.then if label in then]
        if all(term_may_be_told(number, row["term"], self.now[label], then, self._policy) for then in sets):
            return row
        state = [state for state in self.states if label in state.clusters][-1]
        near = nearest(number, self.now[label], sets[-1])
        place = None if near is None else list(state.clusters[label]).index(near)
        for old in state.tables.get(TERMS.name, ()):
            if (old["label"], old["cluster"], old["term"]) == (label, place, row["term"]):
                return row | {"users": old["users"], "as_of": old["as_of"] or state.stamp}
        return None


def sets_of(units: pa.Table, label: str, shown: Sequence[int]) -> Sets:
    """The sets of a release. units: HISTORY. shown: the clusters that it shows, by their number in `units`."""
    names = ["conversation_key", "user_key", f"{label}_cluster", f"{label}_drawn", f"{label}_terms"]
    members: dict[int, Members] = {REST: {}, **{number: {} for number in shown}}
    drawn: dict[int, Members] = {number: {} for number in shown}
    words: dict[tuple[int, str], set[str]] = {}
    wanted = pc.or_(pc.struct_field(units.column(label), "flagged"), units.column(f"{label}_drawn"))
    for row in units.filter(wanted).select(names).to_pylist():
        key, user, number, is_drawn, terms = (row[name] for name in names)
        if is_drawn:
            if number in drawn:
                drawn[number][key] = user
            continue
        members[number if number in members else REST][key] = user
        for term in terms:
            words.setdefault((number, term), set()).add(user)
    return Sets(members, drawn, {key: frozenset(users) for key, users in words.items()})


def may_be_taken(now: Sets, before: Sets, policy: DisclosurePolicy) -> bool:
    """True where between no shown cluster of now and of before there is a difference too small to be told."""
    return all(_fine(now.members[a], before.members[b], policy) for a, b in _pairs(now.members, before.members))


def drawn_may_be_told(number: int, now: Sets, before: Sets, policy: DisclosurePolicy) -> bool:
    """The same of the drawn unflagged conversations of one cluster."""
    drawn = now.drawn[number]
    return all(_fine(drawn, other, policy) for other in before.drawn.values() if drawn.keys() & other.keys())


def term_may_be_told(number: int, term: str, now: Sets, before: Sets, policy: DisclosurePolicy) -> bool:
    """The same of the users behind a term, for every cluster of before that shares a conversation with it."""
    users = now.terms.get((number, term), frozenset())
    there = now.members[number].keys()
    for other, members in before.members.items():
        if other != REST and there & members.keys():
            were = before.terms.get((other, term), frozenset())
            if any(0 < len(part) < policy.min_term_users for part in (users - were, were - users)):
                return False
    return True


def nearest(number: int, now: Sets, before: Sets) -> int | None:
    """The cluster of before that shares most conversations with this one; None where none shares any."""
    there = now.members[number].keys()
    shared = {other: len(there & members.keys()) for other, members in before.members.items() if other != REST}
    best = max(sorted(shared), key=lambda other: shared[other], default=None)
    return best if best is not None and shared[best] else None


def _pairs(now: Mapping[int, Members], before: Mapping[int, Members]) -> Iterator[tuple[int, int]]:
    """Clusters that share a conversation. Of two that share none, the difference is all of both."""
    of = {key: number for number, members in before.items() for key in members}
    for number, members in now.items():
        yield from ((number, other) for other in sorted({of[key] for key in members if key in of}))


def _fine(now: Members, before: Members, policy: DisclosurePolicy) -> bool:
    parts = (
        {key: users[key] for key in users.keys() - other.keys()} for users, other in ((now, before), (before, now))
    )
    return all(not part or clears(_support(part), policy) for part in parts)


def _support(members: Members) -> Support:
    counts = Counter(members.values())
    return Support(len(members), len(counts), max(counts.values(), default=0))
