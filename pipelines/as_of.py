"""Which rows a release takes anew, and which stand as an earlier release of the trial showed them (`as_of`).

A row changes only when its change itself clears the floors, against every release that took it anew, and when nothing
else follows (as_of_changes). Until then the whole row stands, all its figures with it. So what changed by one user and
what did not change at all look the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pyarrow as pa

from pipelines.aggregate_cells import Cell, Key
from pipelines.as_of_clusters import ClusterHold
from pipelines.as_of_state import CLUSTERS_KEY, Row, State
from pipelines.as_of_told import Told, behaviour_of
from pipelines.as_of_units import Named, screen_of, turns_of, whole_of
from pipelines.disclosure import fits, hide
from pipelines.disclosure_plan import Held, Plan
from schemas.labels import LABELS
from schemas.policy import DisclosurePolicy
from schemas.released import QUALITY
from schemas.row_level_history import HISTORY
from schemas.table import Table

_OPEN = ("surface", "week", "language")
"""What has rows for the values that occur, and not for those of a closed list."""


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
        # Not where a user was erased from it: the count of that user would come to light.
        self.same = bool(states) and states[-1].whole and _digests(states[-1].units) == _digests(units)
        self.states = list(states[:-1] if self.same else states)
        self._policy = policy
        self._may = Told(self.states, units, named, policy, secret)
        self._cells: dict[Key, Cell] = {}
        self.told: set[Key] = set()
        self.denominators: set[tuple[str, str]] = set()
        # Held against the last release in any case: the same conversations may be clustered in another way.
        self.clusters = ClusterHold(states, units, all(self._may.moves.values()), policy)

    @property
    def before(self) -> State | None:
        """The last release that this one is held against."""
        return self.states[-1] if self.states else None

    @property
    def held(self) -> Held | None:
        """What make_plan must keep to."""
        if not self.states:
            return None
        moving = {whole_of(label) for label, moves in self._may.moves.items() if moves}
        return Held(frozenset(self._may.known), frozenset(self._may.may | moving))

    def settle(self, plan: Plan, coverage: Iterable[Key]) -> Plan:
        """Decides what is taken anew; the plan without what was never told and is not now. coverage: keys of COVERAGE
        that clear the floors."""
        shown = {*plan.numerators, *coverage}
        shown |= {key for label in map(str, LABELS) for key in (turns_of(label), screen_of(label))}
        shown |= {behaviour_of(name) for kind, name in plan.denominators if kind == "behaviour"}
        if not self.states:
            self.told, self.denominators = shown, set(plan.denominators)
            return plan
        told = {key for key in shown if key in self._may.may}
        told = {key for key in told if key[0] != "rates" or (key[2], key[3]) in plan.denominators}
        self.told = told = self._may.settled(told)
        self.denominators = {(key[2], key[3]) for key in told if key[0] == "rates"}
        if self.denominators:  # then the whole trial's number is known too, be it told or unchanged
            self.denominators.add(("all", "all"))
        return Plan(plan.denominators, frozenset(k for k in plan.numerators if k in told or self._may.ever(k)))

    def fresh(self, key: Key) -> bool:
        """True where the row that counts `key` is taken anew."""
        return not self.states or key in self.told

    def standing(self, table: Table, row: Mapping[str, Any]) -> Row | None:
        """The row that stands in place of `row`, marked with the release that took it; None where there was none."""
        if self.before is None:
            return None
        key = tuple(row[name] for name in table.key)
        found = (old for old in self.before.tables.get(table.name, ()) if tuple(old[n] for n in table.key) == key)
        return next((self._marked(table, old) for old in found), None)

    def _marked(self, table: Table, row: Row) -> Row:
        """A row of the last release, as it stands in this one; hidden where today's policy would not show it."""
        row = row | {"as_of": row["as_of"] or (self.before.stamp if self.before else "")}
        return row if fits(table, row, self._policy) else hide(row, table)

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
        out = [self._marked(table, row) for row in rows if tuple(row[name] for name in table.key) not in there]
        return [row for row in out if "status" in row or fits(table, row, self._policy)]

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

    def old_clusters(self, table: Table) -> list[Row]:
        """The rows of a table of clusters as they stand, where none are taken anew."""
        return list(self._all[-1].tables.get(table.name, ())) if self.same else self.left(table, ())

    def beside_clusters(self, rows: list[Row], of_clusters: Iterable[Row]) -> list[Row]:
        """Rows of QUALITY: `rows`, and those of clusters as they are or stand."""
        if self.clusters.taken:
            return [*rows, *of_clusters]
        return [*rows, *(row for row in self.old_clusters(QUALITY) if row["measure"].startswith("cluster_"))]

    def made(self, tables: Mapping[str, pa.Table], stamp: str) -> State:
        """What this release leaves for the next ones."""
        last = self._all[-1] if self.same else None
        told = frozenset(self.told) | (last.told if last else frozenset())
        told |= {CLUSTERS_KEY} if self.clusters.taken else set()
        denominators = frozenset(self.denominators) | (last.denominators if last else frozenset())
        return State(
            last.stamp if last else stamp, self._units, self._named, told, denominators,
            {name: table.to_pylist() for name, table in tables.items()}, self._cells, last.counts if last else {},
            self.clusters.shown,
        )  # fmt: skip


def _digests(units: pa.Table) -> dict[str, str]:
    return dict(zip(*(units.column(name).to_pylist() for name in ("conversation_key", "digest")), strict=True))
