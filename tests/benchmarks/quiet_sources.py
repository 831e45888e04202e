"""How often the scorer flags public transcripts in which hardly any model expresses affect.

`python -m tests.benchmarks.quiet_sources --real GOLD --transcripts FOLDER --work FOLDER` after `welfare train scorer`
with the same options: every conversation is judged by the validation model that did not see it (where neither did, by
the first), at the shipped thresholds, without the screen. Takes some minutes a source. `--show` prints what is flagged,
to be read; nothing of it is kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
import numpy as np

from classifiers.language import UNKNOWN, identify
from classifiers.metrics import Figure, wilson
from classifiers.real_turns import all_turns, labelled_turns, read_labels
from classifiers.scorer import Scorer, load_scorer
from classifiers.scorer_folds import hold_out
from classifiers.scorer_train import unscreened
from classifiers.train_network import Training
from classifiers.training_text import Example, read_examples, written_examples
from classifiers.training_work import key_of
from classifiers.turn import ModelTurn
from jobs.public_transcripts import transcripts as public_transcripts
from schemas.labels import LABELS

SOURCES = ("wildchat_en", "oasst_sample", "oasst_non_english", "sgd_train")
_CHUNK = 300
Owned = list[tuple[ModelTurn, str]]
"""Turns, each with its conversation."""


def models(real: list[Example], work: Path) -> tuple[list[Scorer], dict[str, int]]:
    """The validation models, and by group the number of the one that did not see it."""
    scorers: list[Scorer] = []
    unseen_by: dict[str, int] = {}
    for number, (seen, unseen) in enumerate(hold_out(written_examples(), real)):
        scorers.append(unscreened(work / f"fold-{key_of(Training(), seen, unseen)}"))
        unseen_by |= {e.group: number for e in unseen if not e.written}
    return scorers, unseen_by


def turns_of(folder: Path, real: list[Example], most: int) -> dict[str, Owned]:
    """By source, English turns with their conversation."""
    found: dict[str, Owned] = {}
    for turn, source, group in all_turns(public_transcripts(folder), real, most):
        if source in SOURCES and identify(turn.text) in ("en", UNKNOWN):
            found.setdefault(source, []).append((turn, group))
    return found


def flagged(
    turns: list[tuple[ModelTurn, str]], scorers: list[Scorer], unseen_by: dict[str, int]
) -> Iterator[list[str]]:
    """The labels of each turn."""
    for start in range(0, len(turns), _CHUNK):
        part = turns[start : start + _CHUNK]
        number = np.array([unseen_by.get(group, 0) for _, group in part])
        labels: list[list[str]] = [[] for _ in part]
        for n, scorer in enumerate(scorers):
            rows = np.flatnonzero(number == n)
            scores = scorer.score([part[row][0] for row in rows])
            for label in map(str, LABELS):
                for row in rows[getattr(scores, label) >= load_scorer().threshold(label)]:
                    labels[row].append(label)
        yield from labels


def said(figure: Figure) -> str:
    """A share in per cent with its interval."""
    return " ".join("–" if part is None else f"{100 * part:.2f}" for part in figure)


@click.command()
@click.option("--real", type=click.Path(path_type=Path), required=True)
@click.option("--transcripts", type=click.Path(path_type=Path), required=True)
@click.option("--work", type=click.Path(path_type=Path), required=True)
@click.option("--most", default=2_000, show_default=True, help="Most conversations of a source.")
@click.option("--show", is_flag=True, help="Print the flagged turns.")
def main(real: Path, transcripts: Path, work: Path, most: int, show: bool) -> None:
    """Print the share of turns and of conversations with a flag, in per cent with 95 % intervals, by source."""
    gold = list(read_examples(real))
    examples = [*gold, *labelled_turns(public_transcripts(transcripts), gold, read_labels())]
    scorers, unseen_by = models(examples, work)
    for source, turns in sorted(turns_of(transcripts, examples, most).items()):
        found = list(flagged(turns, scorers, unseen_by))
        groups = {group for _, group in turns}
        for label in map(str, LABELS):
            hits = [place for place, labels in enumerate(found) if label in labels]
            talks = {turns[place][1] for place in hits}
            click.echo(
                f"{source:20}{label:10}{len(hits):4} of {len(turns):6} turns, {said(wilson(len(hits), len(turns))):18}"
                f"{len(talks):4} of {len(groups):5} conversations, {said(wilson(len(talks), len(groups)))}"
            )
            for place in hits if show else ():
                turn, group = turns[place]
                click.echo(f"--- {group}\n{turn.context}\n>>> {turn.text}\n")


if __name__ == "__main__":
    main()
