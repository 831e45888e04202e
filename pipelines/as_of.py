"""Which rows a release takes anew, and which stand as an earlier release of the trial showed them (`as_of`).

A row changes only when its change itself clears the floors, against every release that took it anew, and when nothing
else follows (as_of_changes). Until then the whole row stands, all its figures with it. So what changed by one user and
what did not change at all look the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from pipelines.aggregate_cells import Cell, Key
from pipelines.as_of_changes import CLEARS, EMPTY, FAILS, Change, Verdict
from pipelines.as_of_clusters import drawn_may_be_told, may_be_taken, nearest, sets_of, term_may_be_told
from pipelines.as_of_units import COVERED, SPLITS, Group, Named, belongs, groups, screen_of, turns_of, whole_of
from pipelines.disclosure import hide
from pipelines.disclosure_plan import SPLITS_OF_TWO, Held, Plan
from schemas.labels import LABELS
from schemas.policy import DisclosurePolicy
from schemas.released import QUALITY, TERMS
from schemas.row_level_history import HISTORY
from schemas.table import Table

Row = dict[str, Any]
CLUSTERS_KEY: Key = ("clusters", "", "", "")
"""Stands for all rows of clusters and terms, which are taken together or not at all."""
_OPEN = ("surface", "week", "language")
"""What has rows for the values that occur, and not for those of a closed list."""


@dataclass(frozen=True)
class State:
    """An earlier release that took something anew.

    stamp: its date, as `as_of` names it. units: HISTORY. named: by split, the values that stood by themselves. told:
    keys of the cells that it took anew. denominators: (dimension, value) whose conversations it took anew. tables: its
    released rows. cells: exact cells that figures of later releases may still rest on. counts: exact counts of records
    that it told. clusters: by label, the shown clusters by their number in `units`.
    """

    stamp: str
    units: pa.Table
    named: Named
    told: frozenset[Key]
    denominators: frozenset[tuple[str, str]]
    tables: Mapping[str, Sequence[Row]]
    cells: Mapping[Key, Cell] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)
    clusters: Mapping[str, Sequence[int]] = field(default_factory=dict)


@dataclass
class Past:
    """Earlier releases of a trial, oldest first, and the stamp for this one. made: filled with what this one leaves to
    be held against, None where it took nothing anew. same: it counts what the last one counted; `made` replaces it.
    clusters_stand: so do its clusters."""

    states: Sequence[State] = ()
    stamp: str = ""
    made: State | None = None
    same: bool = False
    clusters_stand: bool = False


class Hold:
    """What the earlier releases of a trial hold of this one. Without any, everything is taken anew."""

    def __init__(
        self, states: Sequence[State] = (), units: pa.Table | None = None, named: Named | None = None,
        policy: DisclosurePolicy | None = None, secret: str = "",
    ) -> None:  # fmt: skip
        """states: earlier releases, oldest first. units: HISTORY of this one. secret: see make_plan."""
        units = HISTORY.arrow.empty_table() if units is None else units
        named, policy = named or {}, policy or DisclosurePolicy()
        self._all, self._units, self._named = list(states), units, named
        # The same conversations again are the same release again, held against what came before it.
        self.same = bool(states) and _digests(states[-1].units) == _digests(units)
        self.states = list(states[:-1] if self.same else states)
        self.clusters: dict[str, list[int]] = {}
        self._policy, self._secret = policy, secret
        self._may: set[Key] = set()
        self._known: set[Key] = set()
        self.told: set[Key] = set()
        self.denominators: set[tuple[str, str]] = set()
        self._changes = [Change(state.units, state.named, units, named) for state in self.states]
        self.moves = {label: self._moves(label) for label in map(str, LABELS)}
        if self.states:
            self._decide()

    @property
    def before(self) -> State | None:
        """The last release that this one is held against."""
        return self.states[-1] if self.states else None

    @property
    def held(self) -> Held | None:
        """What make_plan must keep to."""
        if not self.states:
            return None
        moving = {whole_of(label) for label, moves in self.moves.items() if moves}
        return Held(frozenset(self._known), frozenset(self._may | moving))

    def settle(self, plan: Plan, coverage: Iterable[Key]) -> None:
        """Decides what is taken anew, from this release's plan. coverage: keys of COVERAGE that clear the floors."""
        shown = {*plan.numerators, *coverage}
        shown |= {key for label in map(str, LABELS) for key in (turns_of(label), screen_of(label))}
        shown |= {_behaviour(name) for kind, name in plan.denominators if kind == "behaviour"}
        if not self.states:
            self.told, self.denominators = shown, set(plan.denominators)
            return
        told = {key for key in shown if key in self._may}
        told = {key for key in told if key[0] != "rates" or (key[2], key[3]) in plan.denominators}
        for dimension in SPLITS:
            keys = {key for key in told if key[0] == "rates" and key[2] == dimension}
            dropped = self._drop(dimension, {key[3] for key in keys})
            told -= {key for key in keys if key[3] in dropped}
        self.told = told
        self.denominators = {(key[2], key[3]) for key in told if key[0] == "rates"}

    def fresh(self, key: Key) -> bool:
        """True where the row that counts `key` is taken anew."""
        return not self.states or key in self.told

    def standing(self, table: Table, row: Mapping[str, Any]) -> Row | None:
        """The row that stands in place of `row`, marked with the release that took it; None where there was none."""
        if self.before is None:
            return None
        key = tuple(row[name] for name in table.key)
        found = (old for old in self.before.tables.get(table.name, ()) if tuple(old[n] for n in table.key) == key)
        return next((self.marked(old) for old in found), None)

    def marked(self, row: Row) -> Row:
        """A row of the last release, as it stands in this one."""
        return row | {"as_of": row["as_of"] or (self.before.stamp if self.before else "")}

    def rows(self, table: Table, made: Iterable[tuple[Key, Row]]) -> list[Row]:
        """Each row with the key that decides about it, as it is released: anew, or as it stands, or not at all."""
        out: list[Row] = []
        for key, row in made:
            old = None if self.fresh(key) else self.standing(table, row)
            listed = not {row.get("dimension"), row.get("measure")} & {*_OPEN}
            if self.fresh(key) or old is not None:
                out.append(old or row)
            elif listed:  # a word that is new to the list
                out.append(hide(row, table))
        return out + self.left(table, out)

    def left(self, table: Table, made: Iterable[Row]) -> list[Row]:
        """Rows of the last release that this one has no row for."""
        there = {tuple(row[name] for name in table.key) for row in made}
        rows = self.before.tables.get(table.name, ()) if self.before else ()
        return [self.marked(row) for row in rows if tuple(row[name] for name in table.key) not in there]

    def cells(self, now: Mapping[Key, Cell]) -> dict[Key, Cell]:
        """Cells behind the rows of others, which figures may rest on: this release's, or those told last."""
        keys = [screen_of(label) for label in map(str, LABELS)]
        of_last: Mapping[Key, Cell] = self.before.cells if self.before else {}
        self._cells = {key: (now if self.fresh(key) else of_last).get(key, Cell()) for key in keys}
        return self._cells

    def stamp(self, key: Key, table: Table, row: Row) -> str:
        """`as_of` of a row whose figures follow from the cell of `key`."""
        old = None if self.fresh(key) else self.standing(table, row)
        return "" if old is None else str(old["as_of"])

    def take_clusters(self, shown: Mapping[str, Sequence[int]]) -> bool:
        """Decides whether clusters are taken anew. shown: by label, their numbers in CLUSTERED."""
        self.clusters = {label: list(numbers) for label, numbers in shown.items()}
        self.now = {label: sets_of(self._units, label, numbers) for label, numbers in shown.items()}
        self.then = [
            {label: sets_of(state.units, label, numbers) for label, numbers in state.clusters.items()}
            for state in self.states
            if CLUSTERS_KEY in state.told
        ]
        both = [(self.now[label], sets[label]) for sets in self.then for label in self.now.keys() & sets.keys()]
        if all(self.moves.values()) and all(may_be_taken(now, then, self._policy) for now, then in both):
            self.told.add(CLUSTERS_KEY)
        return CLUSTERS_KEY in self.told

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
        state = [state for state in self.states if CLUSTERS_KEY in state.told][-1]
        near = nearest(number, self.now[label], sets[-1])
        place = None if near is None else list(state.clusters[label]).index(near)
        for old in state.tables.get(TERMS.name, ()):
            if (old["label"], old["cluster"], old["term"]) == (label, place, row["term"]):
                return row | {"users": old["users"], "as_of": old["as_of"] or state.stamp}
        return None

    def beside_clusters(self, rows: list[Row], of_clusters: Iterable[Row]) -> list[Row]:
        """Rows of QUALITY: `rows`, and those of clusters as they are or stand."""
        made = list(of_clusters)
        if self.fresh(CLUSTERS_KEY):
            return rows + made
        return rows + [old for row in made if (old := self.standing(QUALITY, row)) is not None]

    def made(self, tables: Mapping[str, pa.Table], stamp: str) -> State | None:
        """What this release leaves for the next ones; None where it took nothing anew."""
        if self.states and not self.told and not self.same:
            return None
        last = self._all[-1] if self.same else None
        told = frozenset(self.told) | (last.told if last else frozenset())
        denominators = frozenset(self.denominators) | (last.denominators if last else frozenset())
        return State(
            last.stamp if last else stamp, self._units, self._named, told, denominators,
            {name: table.to_pylist() for name, table in tables.items()}, self._cells, {}, self.clusters,
        )  # fmt: skip

    def _moves(self, label: str) -> bool:
        """Whether the count of the whole trial may be told: its change clears the floors, or there is none."""
        group, key = (label, "all", ""), whole_of(label)
        return not any(v is not None and v.alone.get(key) == FAILS for v in self._verdicts(group))

    def _verdicts(self, group: Group) -> list[Verdict | None]:
        """What may be told of the group's change since each earlier release; None where that told nothing of it."""
        ever = frozenset[Key]().union(*(state.told for state in self.states))
        found: list[Verdict | None] = []
        for place, (state, change) in enumerate(zip(self.states, self._changes, strict=True)):
            if place and not any(belongs(key, group) for key in state.told):
                found.append(None)
                continue
            others = ever - state.told
            hidden = others.__contains__ if not place else lambda key, told=state.told: key not in told
            found.append(change.verdict(group, hidden, self._policy, self._secret))
        return found

    def _judge(self, key: Key, verdicts: Sequence[Verdict | None]) -> str:
        """How the change of a count fares: FAILS where it may not be told, EMPTY where it has not changed since it was
        taken last. A count that was never told is held against the first release."""
        last = EMPTY
        for place, (state, verdict) in enumerate(zip(self.states, verdicts, strict=True)):
            if verdict is not None and (key in state.told or (not place and not self._ever(key))):
                last = _alone(verdict, key)
                if last == FAILS or key in verdict.untold:
                    return FAILS
        return last

    def _last(self, key: Key, verdicts: Sequence[Verdict | None]) -> str:
        """How the change since the count was told last fares by itself; FAILS where it was never told."""
        told = [v for state, v in zip(self.states, verdicts, strict=True) if v is not None and key in state.told]
        return _alone(told[-1], key) if told else FAILS

    def _ever(self, key: Key) -> bool:
        return any(key in state.told for state in self.states)

    def _decide(self) -> None:
        """Finds what may be told, as far as the changes say, and what the plan must keep to."""
        labels = [label for label in map(str, LABELS) if self.moves[label]]
        every: list[Group] = [group for label in labels for group in groups(label)]
        every += [(label, name, "") for label in labels for name in ("turns", "missed")]
        every += [("", "coverage", measure) for measure in COVERED]
        found = {group: self._verdicts(group) for group in every}
        shut = {group[1:] for group, verdicts in found.items() if any(v is not None and v.open for v in verdicts)}
        of_two = {name: self._of_two(name) for name in SPLITS_OF_TWO}
        shut |= {name for name, how in of_two.items() if how == FAILS}
        for group, verdicts in found.items():
            keys = {key for v in verdicts if v is not None for key in v.alone if belongs(key, group)}
            keys |= {key for state in self.states for key in state.told if belongs(key, group)}
            for key in keys | ({turns_of(group[0])} if group[1] == "turns" else set()):
                if group[1:] not in shut and self._judge(key, verdicts) == CLEARS:
                    self._may.add(key)
                elif self._ever(key) and self._last(key, verdicts) != CLEARS:
                    self._known.add(key)
        if self.moves[str(LABELS[0])]:
            self._may |= {
                _behaviour(name) for (kind, name), how in of_two.items() if kind == "behaviour" and how == CLEARS
            }

    def _of_two(self, name: tuple[str, str]) -> str:
        """How the number of conversations that hold a situation or behaviour changed, against each that told it."""
        last = EMPTY
        for place, (state, change) in enumerate(zip(self.states, self._changes, strict=True)):
            if not place or name in state.denominators:
                last = change.held(*name, self._policy)
                if last == FAILS:
                    return FAILS
        return last

    def _drop(self, dimension: str, told: set[str]) -> set[str]:
        """Values of a split whose number of conversations may not be told after all."""
        out: set[str] = set()
        for state, change in zip(self.states, self._changes, strict=True):
            if ("all", "all") in state.denominators:
                of_both = {value for value in told - out if (dimension, value) in state.denominators}
                out |= change.denominators(dimension, of_both, self._policy)
        return out


def _behaviour(name: str) -> Key:
    return ("behaviour", "", "all", name)


def _alone(verdict: Verdict, key: Key) -> str:
    """How a count's change fares by itself. Rates of turns are taken together."""
    if key != turns_of(key[1]):
        return verdict.alone.get(key, EMPTY)
    hows = set(verdict.alone.values())
    return FAILS if FAILS in hows else CLEARS if hows else EMPTY


def _digests(units: pa.Table) -> dict[str, str]:
    return dict(zip(*(units.column(name).to_pylist() for name in ("conversation_key", "digest")), strict=True))
