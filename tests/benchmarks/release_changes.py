"""Whether what became of clusters between two releases is named right, at the level of vectors and released tables.

`python -m tests.benchmarks.release_changes [--seeds N]`: pairs of planted trials of 1,400 flagged conversations in
twelve groups (planted_clusters.py), the second one matched with the first one's frame. Planted in turn: nothing; one
group more; one group less; one group twice as common. Prints shares of seeds. A minute or two.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection

import click

from pipelines.compare_clusters import compare_clusters
from pipelines.match_clusters import matches
from tests.benchmarks.planted_clusters import POLICY, Planted, Trial, directions, trial

GROUPS = 12
SETTINGS = {
    "nothing": (1.0, 1.0),
    "one more": (0.0, 1.0),
    "one less": (1.0, 0.0),
    "one grown": (1.0, 2.5),
    "one shrunk": (2.5, 1.0),
}
"""Share of the planted group before and now, in units of --share."""


def shares(planted: float) -> tuple[float, ...]:
    """Of the groups, the planted one last; the others from common to rare."""
    others = [1 / (place + 3) for place in range(GROUPS - 1)]
    return (*((1 - planted) * other / sum(others) for other in others), planted)


def pair(seed: int, before: float, now: float, unstable: float) -> tuple[Trial, Trial]:
    """Two releases; the share of the planted group in each."""
    middles = directions(seed, GROUPS)
    first = trial("r-1", 2 * seed, middles, Planted(shares(before), unstable=unstable))
    return first, trial("r-2", 2 * seed + 1, middles, Planted(shares(now), unstable=unstable), first.frame)


def told(
    first: Trial, second: Trial, planted: Collection[int] = (GROUPS - 1,), *, by_frame: bool = True
) -> list[tuple[str, bool]]:
    """(change, whether it is told of a planted group) of every row about clusters."""
    found = matches(second.rows, second.numbers, first.frame, POLICY) if by_frame else None
    rows = compare_clusters(second.tables, first.tables, found, POLICY).to_pylist()
    return [
        (
            row["change"],
            any(g in planted for g in (second.groups.get(row["cluster"]), first.groups.get(row["baseline_cluster"]))),
        )
        for row in rows
        if row["label"] == "distress" and (row["cluster"], row["baseline_cluster"]) != (-1, -1)
    ]


@click.command()
@click.option("--seeds", default=10, show_default=True)
@click.option("--share", default=0.06, show_default=True, help="Share of the flagged in the planted group.")
@click.option("--unstable", default=0.1, show_default=True, help="Chance that a group is cut, or runs together.")
def main(seeds: int, share: float, unstable: float) -> None:
    """Print, for each setting, in how many seeds the planted group and any other is told to have changed, and how."""
    for name, (before, now) in SETTINGS.items():
        right: Counter[str] = Counter()
        wrong: Counter[str] = Counter()
        for seed in range(seeds):
            rows = told(*pair(seed, share * before, share * now, unstable))
            right.update({change for change, of_planted in rows if of_planted})
            wrong.update({change for change, of_planted in rows if not of_planted})
        click.echo(f"{name:10} the planted: {said(right, seeds)}\n{'':10} others: {said(wrong, seeds)}")


def said(counts: Counter[str], seeds: int) -> str:
    """In how many seeds each change was told."""
    return ", ".join(f"{change} {count}/{seeds}" for change, count in sorted(counts.items())) or "nothing"


if __name__ == "__main__":
    main()
