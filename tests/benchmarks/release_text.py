"""Whether a new trigger is named new between two releases of the sample trial, by their text.

`python -m tests.benchmarks.release_text [--seeds N]`: passages of one long trial are embedded once; each seed deals its
users out to two releases of 1,400 flagged conversations, clusters both as a run does it, and matches the second with
the first one's frame. Planted in turn: nothing; one trigger more (all its scenes are taken out of the first release),
another one in each seed. Prints shares of seeds. A quarter of an hour.
"""

from __future__ import annotations

from collections import Counter

import click
import numpy as np
from numpy.typing import NDArray

from pipelines.frames import Frame
from pipelines.passages import cluster_passages, embed, words_of
from pipelines.stability import Vectors
from schemas.policy_cluster import ClusterPolicy
from tests.benchmarks.planted_clusters import Trial, released
from tests.benchmarks.planted_passages import Planted, planted_passages
from tests.benchmarks.release_changes import said, told

FLAGGED, UNFLAGGED = 1_400, 1_600
LEAST = 0.06
"""Least share of the flagged that a planted trigger is behind."""


class Pool:
    """The embedded passages of a long trial. scene: the number of each one's scene, by how common it is. triggers: the
    scenes of each trigger, the commonest trigger first."""

    def __init__(self, label: str, wanted: int, seed: int) -> None:
        self.planted: list[Planted] = planted_passages(label, wanted, seed)
        self.vectors: Vectors = embed([words_of(one.passage.text) for one in self.planted])
        ranked = [name for name, _ in Counter(one.scene for one in self.planted).most_common()]
        self.scene = np.asarray([ranked.index(one.scene) for one in self.planted])
        self.users = np.asarray([one.passage.user_key for one in self.planted])
        named = Counter(one.trigger for one in self.planted)
        self.triggers = {
            name: {ranked.index(one.scene) for one in self.planted if one.trigger == name}
            for name, count in named.most_common()
            if count >= LEAST * len(self.planted)
        }

    def dealt(self, seed: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Rows of two releases that share no user."""
        dice = np.random.default_rng(seed)
        users = sorted(set(self.users.tolist()))
        first = np.isin(self.users, dice.permutation(users)[: len(users) // 2])
        return dice.permutation(np.flatnonzero(first)), dice.permutation(np.flatnonzero(~first))

    def clusters(self, taken: NDArray[np.int64]) -> list[int]:
        """The cluster of each of these rows, as a run finds them."""
        passages = [self.planted[row].passage for row in taken]
        places = {words_of(self.planted[row].passage.text): row for row in taken}
        found = cluster_passages(
            passages, ClusterPolicy(), lambda asked: self.vectors[[places[text] for text in asked]]
        )
        return [found.numbers[p.conversation_key] for p in passages]

    def release(self, name: str, taken: NDArray[np.int64], clusters: list[int], before: Frame | None = None) -> Trial:
        """The release of these rows."""
        users = [*self.users[taken].tolist(), *(f"n{number}" for number in range(UNFLAGGED))]
        return released(name, users, self.scene[taken], self.vectors[taken], clusters, before)


@click.command()
@click.option("--seeds", default=10, show_default=True)
@click.option("--label", type=click.Choice(["distress", "joy"]), default="distress")
def main(seeds: int, label: str) -> None:
    """Print, for each setting, in how many seeds the planted trigger and any other is told to have changed, and how."""
    pool = Pool(label, round(2.3 * FLAGGED), 5)
    counts = {name: (Counter[str](), Counter[str]()) for name in ("nothing", "one more")}
    for seed in range(seeds):
        one, other = pool.dealt(seed)
        later = other[:FLAGGED]
        found = pool.clusters(later)
        scenes = list(pool.triggers.values())[seed % len(pool.triggers)]
        settings = {"nothing": one, "one more": one[~np.isin(pool.scene[one], sorted(scenes))]}
        for name, rows in settings.items():
            first = pool.release("r-1", rows[:FLAGGED], pool.clusters(rows[:FLAGGED]))
            changes = told(first, pool.release("r-2", later, found, first.frame), scenes)
            counts[name][0].update({change for change, planted in changes if planted})
            counts[name][1].update({change for change, planted in changes if not planted})
    for name, (right, wrong) in counts.items():
        click.echo(f"{name:10} the planted: {said(right, seeds)}\n{'':10} others: {said(wrong, seeds)}")


if __name__ == "__main__":
    main()
