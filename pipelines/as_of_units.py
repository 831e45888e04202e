"""What one conversation counts in, and the cells of any set of conversations: plain Python, for comparing releases.

A *unit* is a row of HISTORY: what pipelines/aggregate_records.py counts by user, said for one conversation.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pipelines.aggregate_cells import Cell, Key, Split, reduce_users
from pipelines.aggregate_population import POOLS
from pipelines.aggregate_records import NOT, SPLITS, Unit
from pipelines.disclosure_course import IN_RUN
from schemas.labels import SITUATIONS, Label
from schemas.released import TURN_DIMENSIONS
from schemas.released_runs import BEHAVIOURS

Named = Mapping[str, frozenset[str]]
"""By split of the population, the values that stand by themselves in a release; all others pool."""
Group = tuple[str, str, str]
"""(label, dimension, value): counts that hang together; value is empty but for situations and behaviours."""
COVERED = ("language", "not_scored", "user_id")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a conversation counts in one group: the keys of its cells, and whether it is flagged."""

    keys: tuple[Key, ...]
    hit: bool
    exact: tuple[int, ...] = ()
    """What else its count depends on: numbers of turns."""


def groups(label: str) -> tuple[Group, ...]:
    """The groups of a label, its whole trial first."""
    names = ["all", *SPLITS, "trigger", *(("strength",) if label == Label.DISTRESS else ())]
    of_two = [(label, "situation", str(code)) for code in SITUATIONS]
    of_two += [(label, "behaviour", name) for name in BEHAVIOURS]
    return (*((label, name, "") for name in names), *of_two)


def shown_as(unit: Unit, split: str, named: Named) -> str | None:
    """The value of a split under which a release with these names counts the unit."""
    value: str | None = unit[split]
    return value if value is None or value in named[split] else POOLS[split]


def place(unit: Unit, group: Group, named: Named) -> Place | None:
    """Where the unit counts in the group; None where it does not."""
    label, dimension, value = group
    if dimension == "coverage":
        return _covered(unit, value, named)
    if unit["language"] is None:
        return None
    flagged = bool(unit[label]["flagged"]) if label else False
    if dimension in ("trigger", "strength"):
        table = "triggers" if dimension == "trigger" else "dynamics"
        return Place(((table, label, dimension, unit[label][dimension]),), True) if flagged else None
    if dimension == "turns":
        keys = tuple(("turns", label, name, _value(unit, name, named)) for name in TURN_DIMENSIONS)
        return Place(keys, flagged, (unit["turns"], unit[label]["turns"]))
    if dimension == "missed":
        return Place((("screen", label, "missed", "missed"),), True) if unit[label]["missed"] else None
    keys = (("rates", label, dimension, _value(unit, dimension, named, value)),)
    if dimension == "length" and flagged:
        keys += tuple(("dynamics", label, name, unit[label][name]) for name in IN_RUN)
    return Place(keys, flagged)


def _value(unit: Unit, dimension: str, named: Named, held: str = "") -> str:
    if dimension in ("situation", "behaviour"):
        return held if held in unit["codes" if dimension == "situation" else "behaviours"] else NOT + held
    return "all" if dimension == "all" else str(shown_as(unit, dimension, named))


def _covered(unit: Unit, measure: str, named: Named) -> Place | None:
    if measure == "language":
        found = shown_as(unit, "language", named) or shown_as(unit, "unscored_language", named)
    elif measure == "not_scored":
        found = "language" if unit["unscored_language"] is not None else shown_as(unit, "reason", named)
    else:
        found = shown_as(unit, "user_id", named)
    return None if found is None else Place((("coverage", "", measure, found),), False)


def whole_of(label: str) -> Key:
    """The cell of a label over the whole trial."""
    return ("rates", label, "all", "all")


def turns_of(label: str) -> Key:
    """Stands for all rates of turns of a label."""
    return ("turns", label, "all", "all")


def screen_of(label: str) -> Key:
    """The cell of what the screen lost."""
    return ("screen", label, "missed", "missed")


def belongs(key: Key, group: Group) -> bool:
    """Whether the cell is one of the group's."""
    table, label, dimension, value = key
    if group[1] == "turns":
        return key == turns_of(group[0])
    if group[1] == "coverage":
        return key[:3] == ("coverage", "", group[2])
    if label != group[0]:
        return False
    if group[1] in ("trigger", "strength", "missed"):
        return dimension == group[1] and table in ("triggers", "dynamics", "screen")
    if group[1] == "length" and table == "dynamics":
        return dimension in IN_RUN
    return table == "rates" and dimension == group[1] and (not group[2] or value == group[2])


class Counted:
    """The exact cells of some conversations of one group.

    cells: by key, in conversations; the whole of the group under ("rates", label, "all", "all").
    """

    def __init__(self, label: str, found: Iterable[tuple[str, Place]]) -> None:
        """found: (user, place) of each conversation."""
        counts: dict[Key, dict[str, list[int]]] = defaultdict(lambda: defaultdict(lambda: [0, 0]))
        for user, there in found:
            for key in {*there.keys, ("rates", label, "all", "all")}:
                counts[key][user][0] += 1
                counts[key][user][1] += there.hit
        self._counts = counts
        self.cells = {key: _cell(by_user.values()) for key, by_user in counts.items()}

    def unions(self, wanted: Mapping[Split, Iterable[str]]) -> dict[Split, Cell]:
        """The cells of unions of values, a user in several of them counted once."""
        return {split: self.union([(*split, value) for value in values]) for split, values in wanted.items()}

    def union(self, keys: Iterable[Key]) -> Cell:
        """The cell of disjoint cells taken together."""
        merged: dict[str, list[int]] = defaultdict(lambda: [0, 0])
        for key in keys:
            for user, (n, y) in self._counts.get(key, {}).items():
                merged[user][0] += n
                merged[user][1] += y
        return _cell(merged.values())


def _cell(counts: Iterable[list[int]]) -> Cell:
    return reduce_users((n, y, 0) for n, y in counts)
