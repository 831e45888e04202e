"""Which rates of turns may be shown beside the counts of conversations that a release shows.

A rate of turns, with the lengths and the flagged conversations, bounds how many of these are long, recover, or hold a
second flagged turn. The attacker here knows every shown count of conversations exactly, the rates as they are released,
both labels at once, and which turns a conversation can have. That leaves a linear program over kinds of conversations;
a rate is shown only where every hidden count keeps the room that it had without it: from 0 to one under the floor.
Numbers of turns are never shown: beside those of conversations, a few second flagged turns could not stay hidden.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR
from typing import TYPE_CHECKING, Any

from pipelines.aggregate_cells import Cell, Key
from pipelines.disclosure import blunt, clears
from pipelines.disclosure_course import Group, bounds, groups
from pipelines.disclosure_kinds import kinds
from pipelines.disclosure_plan import DYNAMICS_VALUES, POOL, Plan
from schemas.errors import DisclosureError
from schemas.labels import LABELS
from schemas.policy import DisclosurePolicy
from schemas.released import LENGTHS, TURN_DIMENSIONS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vector = NDArray[np.float64]
    Rules = Iterator[tuple[Vector, float]]

Name = tuple[str, str, str, str]
"""(label, what is summed over the conversations, dimension, value)."""
Terms = dict[Name, float]
End = tuple[int, int]
"""Place of a hidden count; 1 for its least, -1 for its largest value."""
Splits = Mapping[str, Sequence[str]]
Cells = Mapping[Key, Cell]

_TOLERANCE = 1e-4
_PARTS = (1.0, 0.7, 0.5)
"""Parts of its size with which a rate is tried: the size says how many turns there are at least."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What the row of a rate says: its two digits, and that it rests on at least `size` turns."""

    rate: float
    size: float

    @property
    def ends(self) -> tuple[float, float]:
        """The least and the largest rate that read as this one."""
        unit = 10.0 ** (math.floor(math.log10(self.rate) + 1e-9) - 1)
        under = unit / 10 if self.rate < 10.5 * unit else unit
        return self.rate - under / 2, self.rate + unit / 2


def showable(
    cells: Cells, splits: Splits, plan: Plan, claims: Mapping[Key, Claim], policy: DisclosurePolicy
) -> dict[Key, Claim]:
    """Those of `claims` (by key of the table `turns`) that may be shown, tried one by one, the whole trial first.

    A rate that can be shown only with a smaller size has that: its interval is then wider.
    cells, splits: as in make_plan. Raises DisclosureError where the cells contradict each other.
    """
    shown: dict[Key, Claim] = {}
    attacks: dict[bool, Attack] = {}
    order = {dimension: place for place, dimension in enumerate(TURN_DIMENSIONS)}
    for key in sorted(claims, key=lambda k: (order[k[2]], k)):
        if key[2] != "all" and ("turns", key[1], "all", "all") not in shown:
            continue
        by_surface = any(other[2] == "surface" for other in (key, *shown))
        if by_surface not in attacks:
            attacks[by_surface] = Attack(cells, splits, plan, policy, by_surface)
        for part in _PARTS:
            less = Claim(claims[key].rate, blunt(part * claims[key].size, ROUND_FLOOR) or 0.0)
            if less.size >= 1 and attacks[by_surface].leaves_room(shown | {key: less}):
                shown[key] = less
                break
    return shown


class Attack:
    """What somebody can work out about the hidden counts of one release. A split without a rate of turns tells nothing
    more about the others than its total, which all share: it is left out."""

    def __init__(self, cells: Cells, splits: Splits, plan: Plan, policy: DisclosurePolicy, by_surface: bool) -> None:
        """by_surface: surfaces are told apart."""
        import numpy as np

        lengths = {length: length if length in splits["length"] else POOL for length in LENGTHS}
        lengths = {length: name for length, name in lengths.items() if name in splits["length"]}
        sides = tuple(splits["surface"]) if by_surface else ("",)
        labels = [label for label in map(str, LABELS) if ("rates", label, "all", "all") in plan.numerators]
        most = policy.max_turns_per_conversation
        columns = [column for label in labels for column in _columns(label, lengths, sides, most)]
        self._sums: dict[Name, Vector] = {}
        for place, column in enumerate(columns):
            for name, weight in column.items():
                self._sums.setdefault(name, np.zeros(len(columns)))[place] = weight
        known = [*_known(cells, plan, labels), *_links(labels, lengths, sides)]
        known = [(terms, value) for terms, value in known if self._holds(terms)]
        self._rows = np.array([self._sum(terms) for terms, _ in known])
        self._values = [value for _, value in known]
        self._always = [rule for label in labels for rule in self._by_runs(cells, plan, label, lengths, most)]
        hidden = [terms for terms in _hidden(cells, splits, plan, labels, policy) if self._holds(terms)]
        self._hidden = [self._sum(terms) for terms in hidden]
        least = float(policy.min_conversations - 1)
        ends = {(place, sign): min(0.0, sign * least) for place in range(len(hidden)) for sign in (1, -1)}
        self._wanted = ends | dict(self._missed(ends, {}))  # where there was no room before, none can be asked for

    def leaves_room(self, claims: Mapping[Key, Claim]) -> bool:
        """True where `claims` narrow no hidden count that must stay wide."""
        return next(self._missed(self._wanted, claims), None) is None

    def _by_runs(self, cells: Cells, plan: Plan, label: str, lengths: Iterable[str], most: int) -> Rules:
        """What the shown counts of slope, peak and refusal say of the kinds."""
        shown = {key[2:]: cells[key].flagged for key in plan.numerators if key[:2] == ("dynamics", label)}
        flagged = ((length, kind) for length in lengths for kind in kinds(length, most) if kind.onset)
        there = (group for length, k in flagged for group in groups(length, k.onset, k.recovered, k.again))
        for some, sign, count in bounds(shown, there):
            yield sign * self._sum({_group(label, group): 1.0 for group in some}), count

    def _holds(self, terms: Terms) -> bool:
        return terms.keys() <= self._sums.keys()

    def _sum(self, terms: Terms) -> Vector:
        import numpy as np

        found: Vector = np.sum([weight * self._sums[name] for name, weight in terms.items()], axis=0)
        return found

    def _missed(self, ends: Mapping[End, float], claims: Mapping[Key, Claim]) -> Iterator[tuple[End, float]]:
        """The ends (times their sign) that cannot come down to what is wanted of them, with what they come down to."""
        import numpy as np
        from scipy.optimize import linprog

        rules = [(self._sum(terms), most) for key, claim in claims.items() for terms, most in _rules(key, claim)]
        rules += self._always
        upper = (np.array([row for row, _ in rules]), [most for _, most in rules]) if rules else (None, None)
        open_ends = dict(ends)
        while open_ends:
            (place, sign), most = next(iter(open_ends.items()))
            found: Any = linprog(sign * self._hidden[place], *upper, self._rows, self._values, method="highs")
            if not found.success:
                raise DisclosureError(
                    "the counts of turns and of conversations contradict each other, so what a rate of turns gives away"
                    " cannot be told. Nothing was released; the stage that made the row-level table must be mended."
                )
            if found.fun > most + _TOLERANCE:
                yield (place, sign), float(found.fun)
            del open_ends[place, sign]
            # The point found may reach other ends as well.
            reached = {end: end[1] * float(self._hidden[end[0]] @ found.x) for end in open_ends}
            open_ends = {end: m for end, m in open_ends.items() if reached[end] > m + _TOLERANCE}


def _columns(label: str, lengths: Mapping[str, str], sides: Sequence[str], most: int) -> Iterator[Terms]:
    """What one conversation of each kind adds to the sums. lengths: bins that occur, and the row that each is in."""
    for side in sides:
        for length, name in lengths.items():
            places = (("all", "all"), ("length", name), ("surface", side), ("bin", length), _cell(side, length))
            for kind in kinds(length, most):
                for turns, hits in kind.points:
                    parts = {"conversations": 1.0, "turns": float(turns)}
                    if kind.onset:
                        parts |= {"flagged": 1.0, "hits": float(hits), "again": float(kind.again)}
                    column: Terms = {(label, what, *p): weight for what, weight in parts.items() for p in places}
                    if kind.onset:
                        column |= {(label, "flagged", "onset", kind.onset): 1.0,
                                   (label, "flagged", "recovered", kind.recovered): 1.0}  # fmt: skip
                        column |= {
                            _group(label, g): 1.0 for g in groups(length, kind.onset, kind.recovered, kind.again)
                        }
                    yield column


def _cell(side: str, length: str) -> tuple[str, str]:
    return "cell", f"{side} {length}"


def _group(label: str, group: Group) -> Name:
    return label, "flagged", f"{group[0]} in", " ".join(sorted(group[1]))


def _known(cells: Cells, plan: Plan, labels: Iterable[str]) -> Iterator[tuple[Terms, float]]:
    """The shown counts of conversations."""
    for label in labels:
        for dimension, value in sorted(plan.denominators):
            cell = cells.get(("rates", label, dimension, value), Cell())
            yield {(label, "conversations", dimension, value): 1.0}, cell.conversations
    for key in sorted(plan.numerators):
        yield {(key[1], "flagged", *key[2:]): 1.0}, cells[key].flagged


def _links(labels: Sequence[str], lengths: Iterable[str], sides: Iterable[str]) -> Iterator[tuple[Terms, float]]:
    """Both labels speak of the same conversations and turns."""
    for a, b in itertools.pairwise(labels):
        for side in sides:
            for length in lengths:
                for what in ("conversations", "turns"):
                    yield {(a, what, *_cell(side, length)): 1.0, (b, what, *_cell(side, length)): -1.0}, 0.0


def _hidden(
    cells: Cells, splits: Splits, plan: Plan, labels: Sequence[str], policy: DisclosurePolicy
) -> Iterator[Terms]:
    """The counts that must stay wide: hidden ones that fail the floors, bins that pool, and how many flagged
    conversations hold one flagged turn or more."""
    parts = [("rates", name, value) for name in ("surface", "length") for value in splits[name]]
    parts += [("dynamics", name, value) for name in ("onset", "recovered") for value in DYNAMICS_VALUES[name]]
    pooled = [length for length in LENGTHS if POOL in splits["length"] and length not in splits["length"]]
    for label in labels:
        for table, *place in parts:
            key = (table, label, place[0], place[1])
            if key not in plan.numerators:
                of = "conversations" if key[2:] in plan.denominators else ""
                yield from _failing(cells.get(key, Cell()), label, ("flagged", of), key[2:], policy)
        for what in ("flagged", "conversations"):
            yield from ({(label, what, "bin", length): 1.0} for length in pooled)
        for key, cell in sorted(cells.items()):
            if key[:2] == ("again", label):
                yield from _failing(cell, label, ("again", "flagged"), key[2:], policy)


def _failing(
    cell: Cell, label: str, names: tuple[str, str], place: tuple[str, str], policy: DisclosurePolicy
) -> Iterator[Terms]:
    """names: the sums of what the cell counts, and of what it is a part of, "" where that is not known."""
    part, whole = ((label, name, *place) for name in names)
    if not clears(cell.hits, policy):
        yield {part: 1.0}
    if names[1] and not clears(cell.rest, policy):
        yield {whole: 1.0, part: -1.0}


def _rules(key: Key, claim: Claim) -> Iterator[tuple[Terms, float]]:
    """A claim as weighted sums that come to at most so much."""
    _, label, *place = key
    hits, turns = ((label, what, place[0], place[1]) for what in ("hits", "turns"))
    low, high = claim.ends
    yield {hits: 1.0, turns: -high}, 0.0
    yield {hits: -1.0, turns: low}, 0.0
    yield {turns: -1.0}, -claim.size
