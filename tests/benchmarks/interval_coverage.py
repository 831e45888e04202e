"""How often the 95 % intervals of a release hold the truth, on planted trials, and how wide they are.

`python -m tests.benchmarks.interval_coverage [--trials N] [--setting NAME]` takes about forty minutes for everything.
Each trial has users, conversations, flags, a source of its own (recall and false positives drawn anew from the law of
the card's sources), a validation of its own and two readers of its own. Its figures are made by the functions that the
aggregate stage calls, from exact cells to rounded counts. What each interval must hold:

- raw, corrected, turns (raw and corrected), readers: the expected value over users and conversations like these, in
  this trial's source; of `readers`, what these two would find in them, their own errors included. `readers, planted`
  holds the same interval against the planted expressions: readers' errors are not corrected.
- precision, recall (by readers), screen: the share in this very trial, as their columns say.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from statistics import median
from typing import Any

import click
import numpy as np

from pipelines.adjudicate import adjudicated
from pipelines.aggregate_quality import quality_rows
from pipelines.aggregate_rates import rate_rows
from pipelines.aggregate_turns import turn_rows
from pipelines.intervals import wilson
from schemas.policy import AdjudicatePolicy, DisclosurePolicy
from tests.benchmarks.planted_records import Records
from tests.benchmarks.planted_scorer import better_scorer, scorer_of_the_card
from tests.benchmarks.planted_trial import LENGTH, NAMES, READERS, TURNS, Trial, World, make_trial

OPEN = DisclosurePolicy(min_conversations=2, min_users=2, max_user_share=1.0, round_to=1, min_term_users=2)
"""No floors to speak of and no rounding: what the intervals are before the disclosure gate hides and rounds."""


@dataclass(frozen=True, slots=True)
class Setting:
    """A world, the scorer in it, and what its release may show."""

    world: World
    better: bool = False
    policy: DisclosurePolicy = field(default_factory=DisclosurePolicy)


# 5.4 conversations a user: 92, 184, 914 and 3,656 users have about 500, 1,000, 5,000 and 20,000.
SETTINGS = {
    "small, rare, no floors": Setting(World(92, 0.005), policy=OPEN),
    "small, no floors": Setting(World(92, 0.08), policy=OPEN),
    "small": Setting(World(92, 0.08)),
    "medium, rare": Setting(World(914, 0.005)),
    "medium": Setting(World(914, 0.08)),
    "large, rare": Setting(World(3656, 0.005)),
    "large": Setting(World(3656, 0.08)),
    "medium, rare, better scorer": Setting(World(914, 0.005), better=True),
    "medium, better scorer": Setting(World(914, 0.08), better=True),
    "medium, users differ much": Setting(World(914, 0.08, alike=2.0)),
    "small, screen loses 30 %": Setting(World(184, 0.08, lost=0.3)),
    "medium, several turns express": Setting(World(914, 0.08, again=0.2), better=True),
}
FIGURES = (
    "raw",
    "turns",
    "corrected",
    "turns, corrected",
    "readers",
    "readers, planted",
    "precision",
    "recall",
    "screen",
)
Interval = tuple[float | None, float | None, str]
"""Ends and status; both ends None where the release gives none."""


@dataclass
class Tally:
    """Trials of one figure: intervals given, those that hold the truth, those that lie above or under it."""

    trials: int = 0
    given: int = 0
    above: int = 0
    under: int = 0
    not_estimable: int = 0
    widths: list[float] = field(default_factory=list)

    def add(self, interval: Interval, truth: float) -> None:
        """Counts one trial. An interval without a lower end begins at 0."""
        low, high, status = interval
        self.trials += 1
        self.not_estimable += status == "not estimable"
        if high is None:
            return
        self.given += 1
        self.above += (low or 0.0) > truth
        self.under += high < truth
        self.widths.append(high - (low or 0.0))

    def said(self) -> str:
        """One line."""
        if not self.given:
            return f"given {0:4.0%}"
        share = 1 - (self.above + self.under) / self.given
        low, high = wilson(share, self.given)
        return (
            f"given {self.given / self.trials:4.0%}  holds {100 * share:5.1f} % [{100 * low:.1f}, {100 * high:.1f}]"
            f"  above {100 * self.above / self.given:4.1f} %  under {100 * self.under / self.given:4.1f} %"
            f"  not estimable {self.not_estimable / self.trials:4.0%}  width {100 * median(self.widths):.3g} points"
        )


def truths(world: World, trial: Trial, name: str) -> dict[str, float]:
    """What each figure's interval must hold."""
    recall, alarm = trial.errors[name]
    label, rate = trial.labels[name], world.rate
    other = world.again * recall + (1 - world.again) * alarm
    with_it, without = 1 - (1 - recall) * (1 - other) ** (TURNS - 1), 1 - (1 - alarm) ** TURNS
    counted = np.minimum(TURNS, DisclosurePolicy().max_turns_per_conversation) * LENGTH
    counted = counted / counted.sum()
    unread = float(np.prod([reader.passes for reader in READERS]))
    finds, errs = (float(np.mean([getattr(reader, part) for reader in READERS])) for part in ("finds", "errs"))
    by_readers = (1 - unread) * (rate * finds + (1 - rate) * errs) + unread / 2
    found, lost = trial.found(name), label.lost & ~label.flagged
    flagged = found[label.flagged].sum()
    return {
        "raw": float(LENGTH @ (rate * with_it + (1 - rate) * without)),
        "turns": float(counted @ (rate * (recall + (TURNS - 1) * other) / TURNS + (1 - rate) * alarm)),
        "corrected": rate,
        "turns, corrected": float(counted @ (rate * (1 + (TURNS - 1) * world.again) / TURNS)),
        "readers": by_readers,
        "readers, planted": rate,
        "precision": float(flagged / max(1, label.flagged.sum())),
        "recall": float(flagged / max(1.0, found.sum())),
        "screen": float(lost.sum() / max(1, lost.sum() + label.flagged.sum())),
    }


def released(trial: Trial, policy: DisclosurePolicy) -> dict[str, dict[str, Interval]]:
    """The intervals of a release of this trial, by label and figure."""
    records = Records(trial, policy)
    read = adjudicated(trial.seen, trial.verdicts(), AdjudicatePolicy().sample, NAMES)
    by_readers, plain_material = records.material(read), records.material()
    plain_rows = rate_rows(plain_material)
    plain, rates, turns = (
        {row["label"]: row for row in rows if row["dimension"] == "all"}
        for rows in (plain_rows, rate_rows(by_readers), turn_rows(plain_material, plain_rows))
    )
    measured = {(row["label"], row["measure"]): row for row in quality_rows(by_readers, list(rates.values()))}
    nothing: Interval = (None, None, "")
    out = {}
    for name in NAMES:
        found = {"raw": _ends(plain[name], "rate"), "corrected": _ends(plain[name], "corrected")}
        found |= {"turns": _ends(turns[name], "rate"), "turns, corrected": _ends(turns[name], "corrected")}
        adjudicated_rate = rates[name]["corrected_status"] == "adjudicated"
        found["readers"] = _ends(rates[name], "corrected") if adjudicated_rate else nothing
        found["readers, planted"] = found["readers"]
        for figure, measure in (
            ("precision", "reader_precision"), ("recall", "reader_recall"), ("screen", "screen_missed"),
        ):  # fmt: skip
            found[figure] = _ends(measured[name, measure], "")
        out[name] = found
    return out


def _ends(row: Mapping[str, Any], name: str) -> Interval:
    ends = [row[f"{name}_{end}" if name else end] for end in ("low", "high")]
    return ends[0], ends[1], str(row.get("corrected_status", "")) if name == "corrected" else ""


def measure(setting: Setting, trials: int, seed: int) -> dict[tuple[str, str], Tally]:
    """Tallies by label and figure."""
    scorers = {name: (better_scorer if setting.better else scorer_of_the_card)(name) for name in NAMES}
    tallies: dict[tuple[str, str], Tally] = defaultdict(Tally)
    for number in range(trials):
        trial = make_trial(setting.world, scorers, np.random.default_rng([seed, number]))
        found = released(trial, setting.policy)
        for name in NAMES:
            true = truths(setting.world, trial, name)
            for figure in FIGURES:
                tallies[name, figure].add(found[name][figure], true[figure])
    return dict(tallies)


def lines(name: str, setting: Setting, trials: int, seed: int) -> Iterator[str]:
    """The lines of one setting."""
    start = time.monotonic()
    tallies = measure(setting, trials, seed)
    yield f"{name} ({trials} trials, {time.monotonic() - start:.0f} s)"
    for label in NAMES:
        for figure in FIGURES:
            yield f"  {label:8} {figure:16} {tallies[label, figure].said()}"


@click.command()
@click.option("--trials", default=400, show_default=True, help="Trials of each setting.")
@click.option("--setting", "chosen", multiple=True, type=click.Choice(list(SETTINGS)), help="Only these; else all.")
@click.option("--seed", default=20250901, show_default=True, help="Seed of the trials.")
def main(trials: int, chosen: tuple[str, ...], seed: int) -> None:
    """Print, by setting and label, how often each interval holds the truth (with a 95 % interval), on which side it
    misses it, how often a release gives it at all, and its median width."""
    for name in chosen or SETTINGS:
        for line in lines(name, SETTINGS[name], trials, seed):
            click.echo(line)


if __name__ == "__main__":
    main()
