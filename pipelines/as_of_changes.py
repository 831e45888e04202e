"""What changed between an earlier release of a trial and this one, and which of it may be told.

The change is held to what a trial of its own would be: what came in (or counts elsewhere now) and what went out are
two such trials, each protected by the same suppression as a release (disclosure_suppress). A row whose change would be
hidden there may not be told. One thing is taken to be known: that a value of a split gained or lost nothing at all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.aggregate_cells import Cell, Key, Split
from pipelines.aggregate_records import NOT, SPLITS, Unit
from pipelines.as_of_moves import CLEARS, EMPTY, FAILS, Moved, alone_of, support_of
from pipelines.as_of_units import Counted, Group, Named, Place, place
from pipelines.disclosure import clears
from pipelines.disclosure_plan import DYNAMICS_VALUES, POOL, add_unions, count_of, course, of_two
from pipelines.disclosure_suppress import Count, System, additive, protect
from pipelines.disclosure_words import TRIGGERS
from schemas.policy import DisclosurePolicy
from schemas.released import LENGTHS

Hidden = Callable[[Any], bool]
Both = tuple[Unit | None, Unit | None]
"""A conversation before and now; None where it does not count."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """untold: keys whose change may not be told. alone: by key, how its change fares by itself; EMPTY if not there.
    open: the change of denominators alone would give counts of the group away."""

    untold: frozenset[Key]
    alone: Mapping[Key, str]
    open: bool


class Change:
    """What changed from an earlier release to this one. before, now: HISTORY, with the names of each release."""

    def __init__(self, before: pa.Table, before_named: Named, now: pa.Table, now_named: Named) -> None:
        """Finds the conversations that count in another way."""
        self._now_named = now_named
        every = {split: before_named[split] | now_named[split] for split in now_named}
        # Under the names of then, the members of a value that pooled until now all seem to come in at once.
        self._befores = [before_named, *([every] if every != before_named else [])]
        moved = {split: before_named[split] ^ now_named[split] for split in now_named}
        self._both = list(_changed(before, now, moved))
        self._found: dict[Group, list[tuple[list[Moved], Named]]] = {}

    def verdict(self, group: Group, hidden: Hidden, policy: DisclosurePolicy, secret: str) -> Verdict:
        """What may be told of the group's change. hidden: whether the earlier release did not tell a count."""
        untold: set[Key] = set()
        alone: dict[Key, str] = {}
        unsafe = False
        for moved, before_named in self._moved(group):
            for key, how in alone_of(moved, group, policy).items():
                alone[key] = FAILS if FAILS in (how, alone.get(key)) else CLEARS
            for counted, named in _sides(moved, group, before_named, self._now_named):
                found = _untold(counted, group, named, hidden, policy, secret)
                unsafe |= found is None
                untold |= found or set()
        if group[2] and group[1] != "coverage" and FAILS in alone.values():  # held and not held are told together
            untold |= alone.keys()
        return Verdict(frozenset(untold | {key for key, how in alone.items() if how == FAILS}), alone, unsafe)

    def leaves(
        self, group: Group, family: Split, told: Collection[Key], flagged: bool, policy: DisclosurePolicy
    ) -> bool:
        """Whether what the `told` counts of a family leave of its group may be told, as it follows from the whole.

        flagged: of the flagged conversations alone. One that moves from one untold count to another changes nothing.
        """
        for found, _ in self._moved(group):
            sides: tuple[dict[int, str], dict[int, str]] = ({}, {})
            for number, (user, was, there) in enumerate(found):
                before, now = (_untold_in(place, family, told, flagged) for place in (was, there))
                if before != now:
                    sides[before][number] = user
            for side in sides:
                if side and not clears(support_of(Counter(side.values())), policy):
                    return False
        return True

    def numbers_fail(self, split: str, value: str, policy: DisclosurePolicy) -> bool:
        """Whether the number of conversations of a value of a split changed by too few to be told."""
        cells = (counted.cells.get(("rates", "", split, value)) for counted, _ in self._sides(("", split, "")))
        return any(cell is not None and not clears(cell.whole, policy) for cell in cells)

    def size(self, group: Group, key: Key) -> int:
        """How many conversations came into a count and went out of it."""
        return sum(counted.cells.get(key, Cell()).conversations for counted, _ in self._sides(group))

    def held(self, dimension: str, value: str, policy: DisclosurePolicy) -> str:
        """How the number of conversations that hold a situation or behaviour changed."""
        hows = set()
        for counted, _ in self._sides(("", dimension, value)):
            there = counted.cells.get(("rates", "", dimension, value), Cell())
            cells = [cell for key, cell in counted.cells.items() if key[2] == dimension]
            if there.conversations:
                hows.add(CLEARS if all(clears(cell.whole, policy) for cell in cells) else FAILS)
        return FAILS if FAILS in hows else CLEARS if hows else EMPTY

    def _sides(self, group: Group) -> Iterator[tuple[Counted, Named]]:
        for moved, before_named in self._moved(group):
            yield from _sides(moved, group, before_named, self._now_named)

    def _moved(self, group: Group) -> list[tuple[list[Moved], Named]]:
        """The conversations that count elsewhere in the group now, under each of the names of then."""
        if group not in self._found:
            out = []
            for before_named in self._befores:
                places = [
                    (
                        str((now or before or {})["user_key"]),
                        None if before is None else place(before, group, before_named),
                        None if now is None else place(now, group, self._now_named),
                    )
                    for before, now in self._both
                ]
                out.append(([moved for moved in places if moved[1] != moved[2]], before_named))
            self._found[group] = out
        return self._found[group]


def _untold_in(where: Place | None, family: Split, told: Collection[Key], flagged: bool) -> bool:
    """Whether a conversation counts in a family, but in none of its told counts."""
    if where is None or (flagged and not where.hit):
        return False
    return any(key[:3] == family and key not in told for key in where.keys)


def _sides(moved: list[Moved], group: Group, before: Named, now: Named) -> Iterator[tuple[Counted, Named]]:
    """What came in and what went out, as far as anything did, with the names that it is counted under."""
    came = [(user, there) for user, _, there in moved if there is not None]
    went = [(user, was) for user, was, _ in moved if was is not None]
    for side, named in ((came, now), (went, before)):
        if side:
            yield Counted(group[0], side), named


def _changed(before: pa.Table, now: pa.Table, moved: Mapping[str, frozenset[str]]) -> Iterator[Both]:
    """Conversations with another digest, or a value that pools in one of the two releases alone."""
    sides = (before, now)
    digests = [
        dict(zip(*(t.column(c).to_pylist() for c in ("conversation_key", "digest")), strict=True)) for t in sides
    ]
    keys = {key for key, digest in digests[1].items() if digests[0].get(key) != digest}
    keys |= digests[0].keys() - digests[1].keys()
    for split, values in moved.items():
        for table in sides if values else ():
            found = table.filter(pc.is_in(table.column(split), value_set=pa.array(sorted(values))))
            keys |= set(found.column("conversation_key").to_pylist())
    wanted = pa.array(sorted(keys), pa.string())
    rows: list[dict[str, Unit]] = []
    for table in sides:
        found = table.filter(pc.is_in(table.column("conversation_key"), value_set=wanted))
        rows.append({row["conversation_key"]: row for row in found.to_pylist()})
    return ((rows[0].get(key), rows[1].get(key)) for key in sorted(keys))


def _untold(
    counted: Counted, group: Group, named: Named, hidden: Hidden, policy: DisclosurePolicy, secret: str
) -> set[Key] | None:
    """Keys that suppression hides, were `counted` a trial of its own; None where hiding counts is not enough."""
    system = _system(counted.cells, group, named)
    if system is None:
        return set()
    for count in system.counts.values():
        count.hidden = count.hidden or hidden(count.key)
        whole = counted.cells.get(count.key, Cell()).whole if len(count.key) == 4 else None
        if count.most is not None and (whole is None or not clears(whole, policy)):
            # A row that cannot be told tells no denominator either.
            count.most, count.rest, count.hidden = None, None, True
    add_unions([system], counted.unions, policy)
    if not protect(system, policy, f"{secret} change"):
        return None
    return {(key[0], key[1], key[2], key[3]) for key, count in system.counts.items() if len(key) == 4 and count.hidden}


def _system(cells: Mapping[Key, Cell], group: Group, named: Named) -> System | None:
    """The counts of a group that hang together; None where each stands by itself."""
    label, dimension, value = group
    total = cells["rates", label, "all", "all"]
    name = (dimension, value)
    if dimension in SPLITS[:3]:
        keys = sorted(key for key in cells if key[2] == dimension)
        return additive(name, total.flagged, (count_of(cells, key, bounded=True) for key in keys))
    if dimension == "length":
        values = [length for length in LENGTHS if length in named["length"]]
        pooled = [POOL] if len(values) < len(LENGTHS) else []
        return _without_empty(course(cells, label, [*values, *pooled], False), cells)
    if dimension == "trigger":
        return additive(name, total.flagged, (count_of(cells, ("triggers", label, name[0], t)) for t in TRIGGERS))
    if dimension == "strength":
        listed = DYNAMICS_VALUES["strength"]
        return additive(name, total.flagged, (count_of(cells, ("dynamics", label, name[0], v)) for v in listed))
    if dimension == "coverage":
        keys = sorted(key for key in cells if key[0] == "coverage")
        counts = (Count(key, key[:3], cells[key].conversations, cells[key].whole) for key in keys)
        return additive(name, total.conversations, counts)
    if value and all(("rates", label, dimension, each) in cells for each in (value, NOT + value)):
        return of_two(cells, label, name)
    return None


def _without_empty(system: System, cells: Mapping[Key, Cell]) -> System:
    """Without the length bins in which there is nobody."""
    there: set[tuple[str, ...]] = {key for key, cell in cells.items() if cell.conversations}
    empty = {key for column in system.columns for key in column if key[0] == "rates"} - there
    columns = [column for column in system.columns if not empty & set(column)]
    possible = {key for column in columns for key in column}
    counts = {key: count for key, count in system.counts.items() if key in possible}
    return System(system.name, system.total, counts, columns)
