"""What a release of a planted trial is made from: cells by the rules that Spark follows, and what may be shown.

Only the cells that rates of the whole trial rest on: the trial, its length bins and the screen's sample. Splits by
surface, week, trigger and so on would hide and show rows of their own, but change none of these.
"""

from __future__ import annotations

import numpy as np

from pipelines.adjudicate import Adjudication
from pipelines.aggregate_cells import Cell, Key, reduce_users
from pipelines.aggregate_rates import Material
from pipelines.disclosure import clears
from pipelines.disclosure_plan import Plan
from schemas.policy import DisclosurePolicy
from schemas.quality import Quality
from schemas.released import LENGTHS
from tests.benchmarks.planted_trial import Bools, Ints, Trial
from tests.privacy.trial import counted

_LAST = (1, 3, 7, 15)


class Records:
    """cells: exact. lengths: the length bins that occur, their pool included."""

    def __init__(self, trial: Trial, policy: DisclosurePolicy) -> None:
        """Length bins that fail the floors pool; a pool that fails them too is left out of every table, as
        aggregate_population.py does it."""
        self.trial, self.policy = trial, policy
        self.kept = np.ones(len(trial.user), dtype=bool)
        bins = np.searchsorted(_LAST, trial.turns)
        while True:
            supports = [self._cell(bins == n, self.kept, self.kept).whole for n in range(len(LENGTHS))]
            small = [n for n, support in enumerate(supports) if support.conversations and not clears(support, policy)]
            pool = np.isin(bins, small)
            if not small or clears(self._cell(pool, self.kept, self.kept).whole, policy):
                break
            self.kept &= ~pool
        names = np.where(pool, len(LENGTHS), bins)
        lengths = [(name, names == n) for n, name in enumerate((*LENGTHS, "other"))]
        lengths = [(name, mask) for name, mask in lengths if (mask & self.kept).any()]
        self.lengths = tuple(name for name, _ in lengths)
        self.cells: dict[Key, Cell] = {}
        for name, label in trial.labels.items():
            size, hits = self._counted(name)
            for split, value, mask in (("all", "all", self.kept), *(("length", *part) for part in lengths)):
                self.cells["rates", name, split, value] = self._cell(mask, label.flagged, label.flagged)
                self.cells["again", name, split, value] = self._cell(
                    mask & label.flagged, label.hits > 1, label.flagged
                )
                self.cells["turns", name, split, value] = self._cell(mask, label.hits > 0, label.flagged, (size, hits))
            missed = trial.missed[name]
            self.cells["screen", name, "missed", "missed"] = self._cell(missed, missed, label.flagged)

    def _counted(self, name: str) -> tuple[Ints, Ints]:
        """Turns, and flagged ones, of every conversation as they count in a rate of turns."""
        most, label = self.policy.max_turns_per_conversation, self.trial.labels[name]
        turns, hits = self.trial.turns.copy(), label.hits.copy()
        for n in np.flatnonzero(turns > most):
            row = {"conversation_key": self.trial.keys[n], "model_turns": int(turns[n]), name: {"turns": int(hits[n])}}
            turns[n], hits[n] = counted(row, name, most)
        return turns, hits

    def _cell(self, mask: Bools, hit: Bools, base: Bools, weights: tuple[Ints, Ints] | None = None) -> Cell:
        """The Cell of the conversations in `mask`, of which those in `hit` are counted; `base`: in the whole trial.
        weights: as what each conversation, and each that is counted, counts; one where None."""
        mask = mask & self.kept
        ones = np.ones(len(mask), dtype=np.int64)
        size, hits = weights or (ones, ones)
        parts = ((mask, size), (mask & hit, hits), (self.kept & base, ones))
        users = int(self.trial.user[-1]) + 1
        n, y, b = (
            np.bincount(self.trial.user[part], weight[part], minlength=users).astype(np.int64) for part, weight in parts
        )
        held = n > 0
        return reduce_users(zip(n[held].tolist(), y[held].tolist(), b[held].tolist(), strict=True))

    def material(self, read: Adjudication | None = None) -> Material:
        """What the rows of the release are made from. Of numerators, only those of the whole trial are shown."""
        totals = [("rates", name, "all", "all") for name in self.trial.labels]
        shown = [
            k for k in totals if all(clears(part, self.policy) for part in (self.cells[k].hits, self.cells[k].rest))
        ]
        denominators = frozenset({("all", "all"), *(("length", name) for name in self.lengths)})
        splits = {"surface": (), "week": (), "language": (), "length": self.lengths}
        return Material(
            "planted", self.cells, splits, Plan(denominators, frozenset(shown)), self.policy,
            Quality(dict(self.trial.quality)), self.trial.screen_share, read,
        )  # fmt: skip
