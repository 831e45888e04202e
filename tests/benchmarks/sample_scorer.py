"""How many of the sample trial's planted expressions the shipped scorer finds, and how many of its flags are true.

`python -m tests.benchmarks.sample_scorer` takes minutes. Every turn that the model generated is scored as it was
written, so that the scrubber has no part in the figures; a conversation is flagged as `welfare run` flags it: by any
turn that passes the screen and the label's threshold. Conversations in a language that the scorer does not know are
left out. Conversations of one scene or one user are alike, which the intervals do not allow for; and the planted texts
are clearer than what real models write, see classifiers/README.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import click

from classifiers.metrics import Figure, wilson
from classifiers.scorer import Scorer, load_scorer
from classifiers.turn import ModelTurn, context_of
from jobs.sample.generate import SEED, generate
from jobs.sample.plan import PLANS
from schemas.labels import LABELS

_TOGETHER = 64
"""Conversations that are scored at once: enough to fill the model's batches."""

Pair = tuple[dict[str, Any], dict[str, Any]]
"""A conversation and its truth."""


@dataclass
class Tally:
    """Conversations of one label: planted with the expression or not, flagged or not."""

    hits: int = 0
    missed: int = 0
    false: int = 0
    calm: int = 0

    def add(self, planted: bool, flagged: bool) -> None:
        """Counts one conversation."""
        self.hits += planted and flagged
        self.missed += planted and not flagged
        self.false += flagged and not planted
        self.calm += not planted and not flagged

    def figures(self) -> dict[str, tuple[int, int, Figure]]:
        """(count, of how many, share with its interval) by name."""
        pairs = {
            "recall": (self.hits, self.hits + self.missed),
            "precision": (self.hits, self.hits + self.false),
            "false-positive rate": (self.false, self.false + self.calm),
        }
        return {name: (count, total, wilson(count, total)) for name, (count, total) in pairs.items()}


def model_turns(record: dict[str, Any]) -> list[ModelTurn]:
    """The turns of a conversation that the model generated and that hold text, in context."""
    said = [(message["role"], message["content"]) for message in record["messages"]]
    return [
        ModelTurn(context_of(said, number), text)
        for number, (role, text) in enumerate(said)
        if role == "assistant" and text.strip()
    ]


def flags(records: Sequence[dict[str, Any]], scorer: Scorer) -> list[set[str]]:
    """The labels that each conversation is flagged with."""
    owned = [(owner, turn) for owner, record in enumerate(records) for turn in model_turns(record)]
    turns = [turn for _, turn in owned]
    scores = scorer.screened(turns)
    found: list[set[str]] = [set() for _ in records]
    for label in map(str, LABELS):
        over = getattr(scores, label) >= scorer.threshold(label)
        for (owner, _), hit in zip(owned, over, strict=True):
            if hit:
                found[owner].add(label)
    return found


def measure(pairs: Iterator[Pair], scorer: Scorer) -> tuple[dict[str, Tally], int]:
    """Tallies by label, and how many conversations were left out for their language."""
    tallies, left_out = {str(label): Tally() for label in LABELS}, 0
    while together := list(islice(pairs, _TOGETHER)):
        known = [(record, truth) for record, truth in together if truth["language"] in scorer.languages]
        left_out += len(together) - len(known)
        for (_, truth), found in zip(known, flags([record for record, _ in known], scorer), strict=True):
            for label, tally in tallies.items():
                tally.add(label in truth["label"], label in found)
    return tallies, left_out


@click.command()
@click.option("--conversations", default=1500, show_default=True, help="Conversations of each release.")
@click.option("--seed", default=SEED, show_default=True, help="Seed of the sample trial.")
def main(conversations: int, seed: int) -> None:
    """Print recall, precision and false-positive rate of flagged conversations, by label and release."""
    scorer = load_scorer()
    click.echo(f"scorer {scorer.digest[:16]}, {conversations} conversations a release, seed {seed}")
    for release in PLANS:
        tallies, left_out = measure(generate(release, conversations, seed), scorer)
        click.echo(f"{release}: {left_out} conversations left out, in a language that the scorer does not know")
        for label, tally in tallies.items():
            for name, (count, total, (share, low, high)) in tally.figures().items():
                said = "none" if share is None else f"{share:.3f} [{low:.3f}, {high:.3f}]"
                click.echo(f"  {label:8} {name:20} {count:4} of {total:4}  {said}")


if __name__ == "__main__":
    main()
