"""What is known of the earlier releases of a trial, and what this one leaves for the next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pyarrow as pa

from pipelines.aggregate_cells import Cell, Key
from pipelines.as_of_units import Named
from pipelines.disclosure import gated_count
from schemas.policy import DisclosurePolicy

Row = dict[str, Any]
CLUSTERS_KEY: Key = ("clusters", "", "", "")
"""Stands for all rows of clusters and terms, which are taken together or not at all."""


@dataclass(frozen=True)
class State:
    """An earlier release that took something anew.

    stamp: its date, as `as_of` names it. units: HISTORY. named: by split, the values that stood by themselves. told:
    keys of the cells that it took anew. denominators: (dimension, value) whose conversations it took anew. tables: its
    released rows. cells: exact cells that figures of later releases may still rest on. counts: exact counts of records
    that it told. clusters: by label, the shown clusters by their number in `units`. whole: False where a user was
    erased from `units` since.
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
    whole: bool = True

    @property
    def taken(self) -> bool:
        """Whether it took anything anew."""
        return bool(self.told or self.counts)


@dataclass
class Past:
    """Earlier releases of a trial, oldest first, and the stamp for this one. made: filled with what this one leaves to
    be held against. same: it counts what the last one counted, so that `made` replaces that. clusters_stand: its
    clusters are an earlier release's."""

    states: Sequence[State] = ()
    stamp: str = ""
    made: State | None = None
    same: bool = False
    clusters_stand: bool = False

    def count(self, name: str, exact: int, policy: DisclosurePolicy) -> int | None:
        """A count of records for the manifest. Whose records they are is not known, so it changes by the floor of
        conversations at once or not at all."""
        told = [state.counts[name] for state in self.states if name in state.counts]
        if self.made is not None and not any(0 < abs(exact - other) < policy.min_conversations for other in told):
            if not told or exact != told[-1]:
                self.made = replace(self.made, counts={**self.made.counts, name: exact})
            return gated_count(exact, policy)
        return gated_count(told[-1] if told else exact, policy)
