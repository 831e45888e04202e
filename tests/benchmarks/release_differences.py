"""How often `higher` or `lower` is said of two releases that do not differ, and of those that differ as much as stated.

`python -m tests.benchmarks.release_differences [--pairs N] [--setting NAME]`: pairs of planted releases
(planted_usage.py) through the real gate, `compare` and `adjust`. For each setting:

- nothing differs: share of pairs with any false word, of one label over the whole trial, among all triggers, among all
  parts of the trial, and of one label over a common mix; and how often there is anything to compare;
- only the mix differs (the share of coding is .45 in place of .2): the same over the whole trial, raw and with the same
  mix of surfaces;
- the rate is higher by what is stated as detectable (the median of the pairs in which nothing differs), or the share of
  the trigger `abuse` is: share of comparable pairs of which `higher` is said. Stated: 80 %.

Brackets: 95 % intervals of these shares.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import median
from typing import Any

import click
import numpy as np

from pipelines.adjust import adjust
from pipelines.compare import compare
from pipelines.intervals import wilson
from tests.benchmarks.planted_usage import CAUSE_SHARES, CAUSES, NAMES, Usage, planted, raised

Row = dict[str, Any]
CODING = (0.45, 0.45, 0.1)
"""Shares of surfaces where only the mix differs."""


@dataclass(frozen=True)
class Setting:
    """The baseline and the candidate where nothing differs: trials of one rate, perhaps of different sizes."""

    before: Usage
    now: Usage


# 5.4 conversations a user: 184, 914 and 3,656 users have about 1,000, 5,000 and 20,000.
SETTINGS = {
    "small": Setting(Usage(184, 0.08), Usage(184, 0.08)),
    "medium": Setting(Usage(914, 0.08), Usage(914, 0.08)),
    "medium, rare": Setting(Usage(914, 0.01), Usage(914, 0.01)),
    "large, rare": Setting(Usage(3656, 0.005), Usage(3656, 0.005)),
    "large beside small": Setting(Usage(3656, 0.02), Usage(457, 0.02)),
    "medium, users differ much": Setting(Usage(914, 0.08, alike=2.0), Usage(914, 0.08, alike=2.0)),
}


class Shares:
    """Shares of pairs, by what was counted."""

    def __init__(self) -> None:
        self.counts: dict[str, list[bool]] = defaultdict(list)
        self.stated: dict[str, list[float]] = defaultdict(list)

    def add(self, what: str, said: bool) -> None:
        """One pair, or one label of it."""
        self.counts[what].append(said)

    def share(self, what: str) -> float:
        """Of the pairs; nan without any."""
        return float(np.mean(self.counts[what])) if self.counts[what] else float("nan")

    def lines(self) -> Iterator[str]:
        """One line each."""
        for what, found in self.counts.items():
            low, high = wilson(self.share(what), len(found))
            yield f"  {what:48} {100 * self.share(what):5.1f} % [{100 * low:.1f}, {100 * high:.1f}] of {len(found)}"


def pair(before: Usage, now: Usage, rng: np.random.Generator) -> tuple[list[Row], list[Row]]:
    """Rows of COMPARISON and ADJUSTED of one planted pair."""
    sides = planted("r-2", now, rng), planted("r-1", before, rng)
    return compare(*sides).to_pylist(), adjust(*sides).to_pylist()


def of(rows: list[Row], label: str, **wanted: str) -> list[Row]:
    """The comparable rows of a label with these values."""
    found = [r for r in rows if r["label"] == label and all(r[name] == value for name, value in wanted.items())]
    return [r for r in found if r["status"] == "shown"]


def told(rows: list[Row]) -> bool:
    """True where any row reads `higher` or `lower`."""
    return any(row["verdict"] in ("higher", "lower") for row in rows)


def nothing_differs(setting: Setting, pairs: int, rng: np.random.Generator) -> Shares:
    """False words where nothing differs, and what is stated as detectable."""
    found = Shares()
    for _ in range(pairs):
        compared, adjusted = pair(setting.before, setting.now, rng)
        shown = [row for row in compared if row["status"] == "shown"]
        for name, rows in (
            ("triggers", [r for r in shown if r["dimension"] == "trigger"]),
            ("parts", [r for r in shown if r["dimension"] not in ("all", "trigger")]),
        ):
            if rows:
                found.add(f"nothing differs: any of the {name}", told(rows))
        for label in NAMES:
            for name, rows in (("whole", of(compared, label, dimension="all")), ("same mix", of(adjusted, label))):
                if rows:
                    found.add(f"nothing differs: {name}", told(rows))
            for name, rows in (
                ("whole", of(compared, label, dimension="all")),
                ("surface", of(adjusted, label, adjusted_for="surface")),
                ("abuse", of(compared, label, dimension="trigger", value="abuse")),
            ):
                found.add(f"comparable: {name}", bool(rows))
                found.stated[name] += [row["detectable"] for row in rows]
    return found


def mix_differs(setting: Setting, pairs: int, rng: np.random.Generator, found: Shares) -> None:
    """Where only the share of coding differs, which is flagged twice as often as chat."""
    for _ in range(pairs):
        compared, adjusted = pair(setting.before, replace(setting.now, surfaces=CODING), rng)
        for label in NAMES:
            rows = of(adjusted, label, adjusted_for="surface")
            if rows:
                found.add("only the mix differs: whole", told(of(compared, label, dimension="all")))
                found.add("only the mix differs: same mix of surfaces", told(rows))
                found.add("only the mix differs: the same, unclear", rows[0]["verdict"] == "unclear")


STATED = ("whole", "surface", "abuse")


def power(setting: Setting, pairs: int, rng: np.random.Generator, found: Shares, names: Sequence[str] = STATED) -> None:
    """Where the rate, or the share of abuse, is higher by what was stated; names: out of STATED."""
    for name in names:
        stated = found.stated[name]
        if len(stated) < pairs / 2:  # told of too few pairs, and these are no chance sample
            continue
        rise, now = median(stated), setting.now
        if name == "abuse":
            place = CAUSES.index(name)
            shares = CAUSE_SHARES * (1 - CAUSE_SHARES[place] - rise) / (1 - CAUSE_SHARES[place])
            shares[place] = CAUSE_SHARES[place] + rise
            now = replace(now, causes=tuple(shares.tolist()))
        else:
            now = raised(now, rise)
        for _ in range(pairs):
            compared, adjusted = pair(setting.before, now, rng)
            for label in NAMES:
                rows = {
                    "whole": of(compared, label, dimension="all"),
                    "surface": of(adjusted, label, adjusted_for="surface"),
                    "abuse": of(compared, label, dimension="trigger", value="abuse"),
                }[name]
                if rows and rows[0]["verdict"] != "unclear":
                    found.add(f"{100 * rise:.2f} points more, as stated: {name}", rows[0]["verdict"] == "higher")


@click.command()
@click.option("--pairs", default=400, show_default=True)
@click.option("--setting", "wanted", multiple=True, type=click.Choice(list(SETTINGS)), help="Default: all.")
@click.option("--seed", default=1, show_default=True)
def main(pairs: int, wanted: tuple[str, ...], seed: int) -> None:
    """Print shares of planted pairs of which `higher` or `lower` is said."""
    for name in wanted or SETTINGS:
        rng = np.random.default_rng([seed, list(SETTINGS).index(name)])
        found = nothing_differs(SETTINGS[name], pairs, rng)
        mix_differs(SETTINGS[name], pairs, rng, found)
        power(SETTINGS[name], pairs, rng, found)
        click.echo("\n".join([name, *found.lines()]))


if __name__ == "__main__":
    main()
