"""What a release shows: for every cell of the released tables, denominators and numerators, decided in one place.

Denominators by surface, week, language and length sum to the whole trial and all clear the floors (see
aggregate_population). A situation overlaps with others, and so does a behaviour: each makes a split of its own, held,
not held; it is shown where both clear. Numerators sum to the label's flagged conversations over every split, the
triggers and each measure of dynamics; where one fails, `disclosure_suppress` finds what else to hide. Where no choice
of numerators is enough, the denominators of that split are hidden too.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from pipelines.aggregate_cells import Cell, Key, Split
from pipelines.aggregate_records import NOT
from pipelines.disclosure import Support, clears
from pipelines.disclosure_course import IN_RUN, runs
from pipelines.disclosure_suppress import Count, Name, System, additive, fails, protect
from pipelines.disclosure_words import TRIGGERS
from schemas.errors import DisclosureError
from schemas.labels import LABELS, SITUATIONS, Label, Trigger
from schemas.policy import DisclosurePolicy
from schemas.released import LENGTHS, ONSETS
from schemas.released_runs import BEHAVIOURS, PEAKS, REFUSALS, SLOPES

Unions = Callable[[Mapping[Split, Iterable[str]]], Mapping[Split, Cell]]
"""The cells of unions of values, by split."""

DYNAMICS_VALUES = {
    "onset": ONSETS,
    "strength": ("mild", "strong"),
    "slope": SLOPES,
    "peak": PEAKS,
    "recovered": ("yes", "no"),
    "refusal": REFUSALS,
    "mirrored": ("yes", "no"),
    "ended_by": ("model", "otherwise"),  # by the user and unknown are one: a third value, often empty, would hide these
}
SPLITS_OF_TWO = (
    *(("situation", str(code)) for code in SITUATIONS),
    *(("behaviour", name) for name in BEHAVIOURS),
)
"""(dimension, value) of what a scored conversation holds or does not hold."""
_SAME_AS = {"mirrored": ("situation", str(Trigger.USER_DISTRESS)), "ended_by": ("behaviour", "ended_by_model")}
"""Measures of dynamics whose first value counts what a split of two counts, and the second what is left."""
POOL = "other"


@dataclass(frozen=True)
class Plan:
    """denominators: (dimension, value) of rates whose conversations and users are shown, in all labels alike.

    numerators: keys of cells whose flagged conversations and users are shown.
    """

    denominators: frozenset[tuple[str, str]]
    numerators: frozenset[Key]


@dataclass(frozen=True)
class Held:
    """What earlier releases of the trial leave no choice about. known: keys of counts that they showed and that changed
    little or not at all since, so that hiding them hides nothing. may: keys of counts that may be shown anew."""

    known: frozenset[Key] = frozenset()
    may: frozenset[Key] = frozenset()

    def apply(self, systems: Iterable[System]) -> None:
        """Marks the counts that are known, and those that must not be shown."""
        for count in (count for system in systems for count in system.counts.values()):
            count.known = count.key in self.known
            count.hidden = count.hidden or count.key not in self.may


def measures(label: str) -> tuple[str, ...]:
    """The measures of dynamics that a label has: joy is flagged only when strong, so its strength says nothing; and
    only distress mirrors a user's."""
    return tuple(n for n in DYNAMICS_VALUES if n not in ("strength", "mirrored") or label == Label.DISTRESS)


def dynamics_cell(label: str, measure: str, value: str) -> tuple[Key, Key]:
    """The cell that a row of dynamics counts, and the one whose being shown decides over it."""
    if measure not in _SAME_AS:
        return (("dynamics", label, measure, value),) * 2
    dimension, held = _SAME_AS[measure]
    shown = ("rates", label, dimension, held)
    first = value == DYNAMICS_VALUES[measure][0]
    return (shown if first else (*shown[:3], NOT + held)), shown


def make_plan(
    cells: Mapping[Key, Cell],
    splits: Mapping[str, Sequence[str]],
    unions: Unions,
    policy: DisclosurePolicy,
    secret: str | None = None,
    held: Held | None = None,
) -> Plan:
    """The plan for a release.

    cells: exact. splits: by dimension (surface, week, language, length) every value that occurs, its pool included.
    secret: of the trial, the same for each of its releases: would one conversation more draw anew which counts are
    hidden beside those that must be, two releases side by side would show both. From the counts where None.
    held: by earlier releases of the trial; where they leave no way to protect some counts, none of these is shown.
    Raises DisclosureError where the cells contradict each other or, without `held`, no plan protects them.
    """
    first = str(LABELS[0])
    if not clears(_cell(cells, ("rates", first, "all", "all")).whole, policy):
        return Plan(frozenset(), frozenset())
    if secret is None:
        secret = hashlib.sha256(repr(sorted(cells.items(), key=lambda item: item[0])).encode()).hexdigest()
    shown = [label for label in map(str, LABELS) if not fails(_total(cells, label), policy)]
    if held is not None:
        shown = [label for label in shown if ("rates", label, "all", "all") in held.may]
    closed: set[tuple[str, str]] = set()
    for name, code in SPLITS_OF_TWO:
        both = [_cell(cells, ("rates", first, name, value)) for value in (code, NOT + code)]
        if not all(clears(cell.whole, policy) for cell in both):
            closed.add((name, code))
    lost: set[tuple[str, str]] = set()
    while True:
        systems = [s for label in shown for s in _systems(cells, label, splits, closed) if s.name not in lost]
        if held is not None:
            held.apply(systems)
        add_unions(systems, unions, policy)
        failed = {system.name for system in systems if not protect(system, policy, secret)}
        if not failed:
            break
        stuck = {name for name in failed if name in closed or not (name[1] or name[0] in splits)}
        if stuck and held is None:
            raise DisclosureError("the counts cannot be protected by hiding some of them. Nothing was released.")
        lost |= stuck
        closed |= failed
    pairs = [("all", "all"), *((name, value) for name, values in splits.items() for value in values)]
    pairs += SPLITS_OF_TWO
    denominators = frozenset(p for p in pairs if (p[0], "") not in closed and p not in closed)
    return Plan(denominators, frozenset(_numerators(shown, systems)))


def _numerators(shown: list[str], systems: list[System]) -> Iterable[Key]:
    yield from (("rates", label, "all", "all") for label in shown)
    for system in systems:
        for count in system.counts.values():
            if count.released and not count.hidden:
                table, label, dimension, value = count.key
                yield table, label, dimension, value


def _cell(cells: Mapping[Key, Cell], key: Key) -> Cell:
    return cells.get(key, Cell())


def _total(cells: Mapping[Key, Cell], label: str) -> Count:
    cell = _cell(cells, ("rates", label, "all", "all"))
    return Count((), (), cell.flagged, cell.hits, cell.conversations, cell.rest)


def count_of(
    cells: Mapping[Key, Cell], key: Key, *, bounded: bool = False, hidden: bool = False, released: bool = True
) -> Count:
    """The numerator of a cell; bounded: its denominator is known to the attacker."""
    cell = _cell(cells, key)
    most, rest = (cell.conversations, cell.rest) if bounded else (None, None)
    return Count(key, key[:3], cell.flagged, cell.hits, most, rest, released, hidden)


def _systems(
    cells: Mapping[Key, Cell], label: str, splits: Mapping[str, Sequence[str]], closed: set[tuple[str, str]]
) -> list[System]:
    """The systems of a label whose total is shown. A closed split has no denominators to hold on to."""
    total = _cell(cells, ("rates", label, "all", "all")).flagged
    out = []
    for name in ("surface", "week", "language"):
        shut = (name, "") in closed
        keys: list[Key] = [("rates", label, name, value) for value in splits[name]]
        out.append(additive((name, ""), total, (count_of(cells, k, bounded=not shut, hidden=shut) for k in keys)))
    out.append(course(cells, label, splits["length"], ("length", "") in closed))
    for table, name, values in (
        ("triggers", "trigger", TRIGGERS),
        *(("dynamics", m, DYNAMICS_VALUES[m]) for m in measures(label) if m == "strength"),
    ):
        out.append(additive((name, ""), total, (count_of(cells, (table, label, name, value)) for value in values)))
    out += [of_two(cells, label, (name, code)) for name, code in SPLITS_OF_TWO if (name, code) not in closed]
    return out


def of_two(cells: Mapping[Key, Cell], label: str, name: tuple[str, str]) -> System:
    """The system of a situation or behaviour, held or not held."""
    there, other = (("rates", label, name[0], value) for value in (name[1], NOT + name[1]))
    total = _cell(cells, ("rates", label, "all", "all")).flagged
    left = count_of(cells, other, bounded=True, hidden=True, released=False)
    return additive(name, total, (count_of(cells, there, bounded=True), left))


def course(cells: Mapping[Key, Cell], label: str, lengths: Sequence[str], shut: bool) -> System:
    """Length and the measures of a run in one system (disclosure_course).

    Length bins that pool are rows without figures, and their pool follows by subtraction.
    """
    rates = ("rates", label, "length")
    counts = [count_of(cells, (*rates, v), bounded=not shut, hidden=shut) for v in lengths if v != POOL]
    counts += [count_of(cells, ("dynamics", label, m, v)) for m in IN_RUN for v in DYNAMICS_VALUES[m]]
    if POOL in lengths:
        counts.append(count_of(cells, (*rates, POOL), bounded=not shut, hidden=True, released=False))
    columns: list[tuple[Name, ...]] = []
    for length in LENGTHS:
        if length in lengths:
            row: tuple[Name, ...] = ((*rates, length),)
        elif POOL in lengths:
            row = ((*rates, POOL), ("pooled", length))
            # The bin failed by itself: support of nothing, so that its interval must be wide.
            counts.append(Count(("pooled", length), ("pooled",), 0, Support(), released=False, hidden=True))
        else:
            continue
        for course in sorted({run.measured for run in runs(length)}):
            measured = (("dynamics", label, m, v) for m, v in zip(IN_RUN, course, strict=True))
            columns.append((*row, *measured))
    total = _cell(cells, ("rates", label, "all", "all")).flagged
    # Where the long conversations were left out of the trial, so was every late onset: no total holds one.
    possible = {name for column in columns for name in column}
    return System(("length", ""), total, {count.key: count for count in counts if count.key in possible}, columns)


def add_unions(systems: list[System], unions: Unions, policy: DisclosurePolicy) -> None:
    """Fills in the exact support of what fails together in each family, users counted once."""
    wanted: dict[Split, list[str]] = {}
    for system in systems:
        for count in system.counts.values():
            if fails(count, policy) and len(count.key) == 4 and count.key[2] not in ("situation", "behaviour"):
                table, label, dimension, value = count.key
                wanted.setdefault((table, label, dimension), []).append(value)
    cells = unions({split: values for split, values in wanted.items() if len(values) > 1})
    found: dict[Name, Cell] = {split: cell for split, cell in cells.items()}  # noqa: C416  a wider type of key
    for system in systems:
        for family in system.families():
            if family in found:
                system.unions[family] = (found[family].hits, found[family].rest)
