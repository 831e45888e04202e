"""What an attacker knows: linear constraints on unknown counts, written anew from what the tables mean."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
from scipy.optimize import linprog
from scipy.sparse import lil_matrix

from pipelines.aggregate_records import NOT
from schemas.released import BEHAVIOUR, LENGTHS, ONSETS
from schemas.released_runs import PEAKS, REFUSALS, SLOPES
from tests.privacy.trial import Exact

Name = tuple[str, ...]


@dataclass
class Attack:
    """Linear constraints on unknown counts; `interval` is what they leave of one, once all are known."""

    places: dict[Name, int] = field(default_factory=dict)
    equal: list[tuple[dict[Name, float], float]] = field(default_factory=list)
    under: list[tuple[dict[Name, float], float]] = field(default_factory=list)
    matrices: tuple[Any, ...] = ()

    def know(self, terms: dict[Name, float], value: float) -> None:
        """The weighted sum of `terms` is `value`."""
        self.equal.append((terms, value))
        for name in terms:
            self.places.setdefault(name, len(self.places))

    def bound(self, terms: dict[Name, float], most: float) -> None:
        """The weighted sum of `terms` is at most `most`."""
        self.under.append((terms, most))
        for name in terms:
            self.places.setdefault(name, len(self.places))

    def interval(self, name: Name) -> tuple[float, float]:
        """Least and largest value of one unknown."""
        self.matrices = self.matrices or (*self._matrix(self.under), *self._matrix(self.equal))
        ends = []
        for sign in (1.0, -1.0):
            cost = np.zeros(len(self.places))
            cost[self.places[name]] = sign
            found: Any = linprog(cost, *self.matrices, method="highs")
            assert found.success, "the truth itself must satisfy the attacker's equations"
            ends.append(sign * found.fun)
        return ends[0], ends[1]

    def _matrix(self, rules: list[tuple[dict[Name, float], float]]) -> tuple[Any, list[float]]:
        found = lil_matrix((len(rules), len(self.places)))
        for row, (terms, _) in enumerate(rules):
            for name, weight in terms.items():
                found[row, self.places[name]] = weight
        return found.tocsr(), [value for _, value in rules]


def counted_by(key: tuple[str, str, str, str]) -> tuple[str, str, str, str]:
    """The cell that a row counts: a mirrored user and an end by the model are what other tables count too."""
    _, label, measure, value = key
    same = {"mirrored": ("situation", "user_distress"), "ended_by": ("behaviour", "ended_by_model")}
    if measure not in same:
        return key
    dimension, held = same[measure]
    return "rates", label, dimension, held if value in ("yes", "model") else NOT + held


def know_behaviour(attack: Attack, exact: Exact, tables: Mapping[str, pa.Table], label: str) -> None:
    """How many show each behaviour, of all and of the flagged; and what is counted under two names."""
    whole = exact.cells["rates", label, "all", "all"]
    for row in tables[BEHAVIOUR.name].to_pylist():
        name = row["behaviour"]
        hit, size = ("flagged", "behaviour", name), ("conversations", "behaviour", name)
        attack.bound({hit: 1.0, size: -1.0}, 0.0)
        attack.bound({size: 1.0, hit: -1.0}, whole.conversations - whole.flagged)
        attack.bound({hit: 1.0}, whole.flagged)
        if row["among"] == "all" and row["conversations"] is not None:
            attack.know({size: 1.0}, exact.cells["behaviour", "", "all", name].flagged)
        if row["among"] == label and row["conversations"] is not None:
            attack.know({hit: 1.0}, exact.cells["rates", label, "behaviour", name].flagged)
        if (row["among"], label) == ("no_distress", "distress") and row["conversations"] is not None:
            attack.know({size: 1.0, hit: -1.0}, exact.cells["behaviour", "", "no_distress", name].flagged)
    attack.know({("flagged", "behaviour", "ended_by_model"): 1.0, ("flagged", "ended_by", "model"): -1.0}, 0.0)
    if label == "distress":
        attack.know({("flagged", "situation", "user_distress"): 1.0, ("flagged", "mirrored", "yes"): -1.0}, 0.0)


COURSE = (
    ("length", LENGTHS), ("onset", ONSETS), ("recovered", ("yes", "no")), ("slope", SLOPES), ("peak", PEAKS),
    ("refusal", REFUSALS),
)  # fmt: skip


def know_course(attack: Attack) -> None:
    """Nobody begins after the last turn; in one turn nobody recovers, grows or goes on; a refusal in the first turn can
    only be outgrown later."""
    groups = []
    for group in itertools.product(*(values for _, values in COURSE)):
        length, onset, recovered, slope, peak, refusal = group
        late, long = ONSETS.index(onset), LENGTHS.index(length)
        if late > long or (long == 0 and (recovered, slope, peak) != ("no", "level", "at_onset")):
            continue
        if onset == "1" and refusal == "grew" and peak == "at_onset":
            continue
        if long == 1 and (recovered, slope) == ("yes", "rising"):
            continue
        groups.append(group)
    for place, (split, values) in enumerate(COURSE):
        for value in values:
            terms: dict[Name, float] = {("group", *g): 1.0 for g in groups if g[place] == value}
            attack.know(terms | {("flagged", split, value): -1.0}, 0.0)
