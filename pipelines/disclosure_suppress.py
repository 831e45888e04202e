"""Complementary suppression, solved: which further counts to hide so that no hidden one can be worked out.

The attacker of this module knows every count that is shown *exactly* (rounding only adds to the protection), every
total, the rules, and how the counts hang together. That leaves linear equations; a linear program gives the least and
the largest value that a hidden count can have. A hidden count that does not clear the floors must be able to be any
number from 0 to one under the floor, and hidden counts taken together, which a subtraction gives away, must clear every
floor themselves. (Fischetti and Salazar 1999, Management Science 45, call such intervals protection levels and search
for the cheapest set; here the smallest count is hidden next until the intervals are wide enough.)

Somebody who knows this program too could run it on every table that might be true. Were always the smallest count
hidden next, a smaller one left in view would say that the hidden ones are no companions but failed themselves, so none
is zero. A draw, whose seed nobody knows who does not know all counts, therefore passes over the smallest now and then.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from pipelines.disclosure import Support, clears, together
from schemas.errors import DisclosureError
from schemas.policy import DisclosurePolicy

Name = tuple[str, ...]

_TOLERANCE = 1e-6
_PASS_OVER = 0.25
"""Chance that the smallest count is passed over for the next one when a further count must be hidden."""


@dataclass(slots=True)
class Count:
    """One count: `value` conversations out of `most`, where that denominator is known to the attacker.

    support: of what is counted. rest: of the other most - value conversations, None where `most` is not known.
    released: False for a count which no table shows, but which may follow from those that are shown. known: an earlier
    release showed it, and it is much the same still: it is not hidden again, and hides no other.
    """

    key: Name
    family: Name
    value: int
    support: Support
    most: int | None = None
    rest: Support | None = None
    released: bool = True
    hidden: bool = False
    known: bool = False


@dataclass(slots=True)
class System:
    """Counts that hang together: sums over the same `total` conversations, split in one or several ways.

    columns: the finest split: each tuple names the counts that one group of conversations belongs to. Every count is
    the sum of its groups, and all groups make up `total`. A family (split) is additive: its counts sum to `total`.
    unions: by family, (support, rest) of the union of its counts that fail by themselves, where they are two or more.
    """

    name: tuple[str, str]
    total: int
    counts: dict[Name, Count]
    columns: Sequence[tuple[Name, ...]]
    unions: dict[Name, tuple[Support, Support]] = field(default_factory=dict)

    def families(self) -> dict[Name, list[Count]]:
        """The counts of each split."""
        out: dict[Name, list[Count]] = {}
        for count in self.counts.values():
            out.setdefault(count.family, []).append(count)
        return out


def additive(name: tuple[str, str], total: int, counts: Iterable[Count]) -> System:
    """A system of one family whose counts sum to `total`."""
    listed = list(counts)
    return System(name, total, {count.key: count for count in listed}, [(count.key,) for count in listed])


def fails(count: Count, policy: DisclosurePolicy) -> bool:
    """True where the count, or what its denominator leaves, may not be shown by itself."""
    return not clears(count.support, policy) or (count.rest is not None and not clears(count.rest, policy))


def interval(system: System, key: Name) -> tuple[float, float]:
    """The least and the largest value that count `key` can have for somebody who knows all counts that are not hidden.

    Raises DisclosureError where the counts contradict each other.
    """
    return _subtract(system, key) if all(len(column) == 1 for column in system.columns) else solve(system, key)


def _subtract(system: System, key: Name) -> tuple[float, float]:
    """`interval` where there is one family: what the shown counts leave of the total, within the denominators."""
    count = system.counts[key]
    if not count.hidden:
        return count.value, count.value
    hidden = [other for other in system.counts.values() if other.hidden]
    left = system.total - sum(other.value for other in system.counts.values() if not other.hidden)
    most = {other.key: left if other.most is None else min(left, other.most) for other in hidden}
    if not 0 <= left <= sum(most.values()):
        raise _contradiction(system)
    return max(0, left - sum(size for name, size in most.items() if name != key)), most[key]


def _contradiction(system: System) -> DisclosureError:
    return DisclosureError(
        f"the counts by {system.name[0]} contradict each other, so what they give away cannot be told. Nothing was"
        " released; the stage that made the row-level table must be mended."
    )


def solve(system: System, key: Name) -> tuple[float, float]:
    """`interval` by linear programming, for any system."""
    from scipy.optimize import linprog

    rows = {key: [float(key in column) for column in system.columns] for key in system.counts}
    known = [count for count in system.counts.values() if not count.hidden]
    bounded = [count for count in system.counts.values() if count.hidden and count.most is not None]
    ends = []
    for sign in (1.0, -1.0):
        found: Any = linprog(
            [sign * value for value in rows[key]],
            A_eq=[[1.0] * len(system.columns), *(rows[count.key] for count in known)],
            b_eq=[system.total, *(count.value for count in known)],
            A_ub=[rows[count.key] for count in bounded] or None,
            b_ub=[count.most for count in bounded] or None,
            method="highs",
        )
        if not found.success:
            raise _contradiction(system)
        ends.append(sign * float(found.fun))
    return ends[0], ends[1]


def protect(system: System, policy: DisclosurePolicy, secret: str) -> bool:
    """Hides every count that fails and, the smallest mostly first, as many others as these need, and no more.

    secret: seed of the draws; it must be the same on every run, and known to nobody who does not know the exact counts.
    False where hiding all of them is not enough: a shown denominator then bounds a hidden count too tightly. Raises
    DisclosureError where the counts contradict each other.
    """
    for counts in system.families().values():
        if any(c.released for c in counts) and sum(c.value for c in counts) != system.total:
            raise _contradiction(system)
    for count in system.counts.values():
        count.hidden = not count.known and (count.hidden or fails(count, policy))
    added: list[Count] = []
    dice = random.Random(f"{secret} {sorted(system.counts)}")
    while True:
        family = _weak_family(system, policy)
        if family is None:
            break
        shown = [count for count in system.counts.values() if count.released and not count.hidden and not count.known]
        near = sorted([c for c in shown if c.family == family] or shown, key=lambda c: (c.value, c.key))
        if not near:
            return False
        while len(near) > 1 and dice.random() < _PASS_OVER:
            near.pop(0)
        near[0].hidden = True
        added.append(near[0])
    for count in reversed(added):
        count.hidden = False
        count.hidden = _weak_family(system, policy) is not None
    return True


def _weak_family(system: System, policy: DisclosurePolicy) -> Name | None:
    """The first family whose hidden counts give too much away, None where all are safe."""
    for family, counts in system.families().items():
        if not _union_clears(system, counts, policy):
            return family
        if any(count.hidden and not _wide(system, count, policy) for count in counts):
            return family
    return None


def _wide(system: System, count: Count, policy: DisclosurePolicy) -> bool:
    few = not clears(count.support, policy)
    few_rest = count.rest is not None and not clears(count.rest, policy)
    if not few and not few_rest:
        return True
    low, high = interval(system, count.key)
    least = policy.min_conversations - 1
    if few and not _spans(low, high, least):
        return False
    return not few_rest or count.most is None or _spans(count.most - high, count.most - low, least)


def _spans(low: float, high: float, least: float) -> bool:
    return low <= _TOLERANCE and high >= least - _TOLERANCE


def _union_clears(system: System, counts: list[Count], policy: DisclosurePolicy) -> bool:
    """True where the hidden counts of a family, as one cell, clear the floors, and so does what they leave."""
    hidden = [count for count in counts if count.hidden]
    if not hidden or len(hidden) == len(counts):  # nothing, or the total, which is shown or hidden as such
        return True
    failing = [count for count in hidden if fails(count, policy)]
    others = [count for count in hidden if not fails(count, policy)]
    supports = [count.support for count in others]
    rests = [count.rest or Support() for count in others]
    if len(failing) == 1:
        supports.append(failing[0].support)
        rests.append(failing[0].rest or Support())
    elif failing:
        support, rest = system.unions[failing[0].family]
        supports.append(support)
        rests.append(rest)
    if not clears(together(supports), policy):
        return False
    return any(count.most is None for count in hidden) or clears(together(rests), policy)
