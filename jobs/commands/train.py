"""`welfare train`: makes the scorer's or the scrubber's weights anew."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from schemas.errors import UsageError

if TYPE_CHECKING:
    from classifiers.scorer_train import Plan

CONVERSATIONS = 1_700
"""Most conversations of a source that the screen learns from."""


@click.group("train")
def command() -> None:
    """Train the scorer or the scrubber. Neither reaches the network."""


@command.command("scorer")
@click.option("--real", type=click.Path(path_type=Path), help="Gold of real turns (JSON lines).")
@click.option("--transcripts", type=click.Path(path_type=Path), help="Folder of the public transcripts; needs --real.")
@click.option("--out", type=click.Path(path_type=Path), help="Folder of the weights [default: the embedded ones].")
@click.option("--work", type=click.Path(path_type=Path), help="Folder of what is done so far; a rerun goes on from it.")
@click.option("--epochs", default=3, show_default=True, help="Passes over the training turns.")
def scorer(real: Path | None, transcripts: Path | None, out: Path | None, work: Path | None, epochs: int) -> int:
    """Train the scorer on the project's examples and, with --real, on labelled real turns.

    --transcripts adds the turns of public transcripts for which classifiers/training_labels.tsv holds a label. Two
    models that each hold out half of the real conversations give thresholds and figures; a third, which sees all, is
    kept. The screen then learns from that one. Writes the weights, scorer.json and the model card. Takes one to two
    hours.
    """
    from classifiers.scorer import EMBEDDED
    from classifiers.scorer_report import label_table
    from classifiers.scorer_train import train_scorer
    from classifiers.train_network import Training

    if transcripts is not None and real is None:
        raise UsageError("--transcripts needs --real: the gold says which conversations belong together.")
    plan = replace(_plan(real, transcripts), training=Training(epochs=epochs))
    card = train_scorer(out or EMBEDDED, plan, lambda line: click.echo(line, err=True), work)
    click.echo(label_table(card["validation"], card["thresholds"]))
    click.echo(f"digest {card['digest']}. The model card and scorer.json hold all figures.")
    return 0


@command.command("screen")
@click.option("--real", type=click.Path(path_type=Path), help="Gold of real turns (JSON lines).")
@click.option("--transcripts", type=click.Path(path_type=Path), help="File or folder of transcripts, without labels.")
@click.option("--out", type=click.Path(path_type=Path), help="Folder of the scorer [default: the embedded one].")
def screen(real: Path | None, transcripts: Path | None, out: Path | None) -> int:
    """Teach the scorer's screen anew what the full model says, of the project's examples and of TRANSCRIPTS.

    Needs no labels: transcripts like those of the trials to come make the screen quicker on them. Writes screen.npz,
    scorer.json and the model card, whose other figures stay. Takes about a quarter of an hour.
    """
    from classifiers.scorer import EMBEDDED
    from classifiers.scorer_train import train_screen

    card = train_screen(out or EMBEDDED, _plan(real, transcripts), lambda line: click.echo(line, err=True))
    found = card["screen"]
    click.echo(
        f"of {found['flagged']} turns of {found['of']} that the full model flags, {found['lost'][0]:.1%} are lost"
    )
    for source, share in sorted(found["passes"].items()):
        click.echo(f"{source:32}{share:>7.1%} of windows are read")
    return 0


def _plan(real: Path | None, transcripts: Path | None) -> Plan:
    """What there is to learn from: gold, labelled turns of the public transcripts, and all of these without labels."""
    from classifiers.fit_screen import Text
    from classifiers.language import UNKNOWN, identify
    from classifiers.real_turns import all_turns, labelled_turns, read_labels
    from classifiers.scorer_train import LANGUAGES, Plan
    from classifiers.training_text import read_examples
    from jobs.public_transcripts import transcripts as public_transcripts

    gold = [] if real is None else list(read_examples(real))
    if transcripts is None:
        return Plan(gold)
    labelled = [*gold, *labelled_turns(public_transcripts(transcripts), gold, read_labels())]
    texts = [
        Text(turn, source, group)
        for turn, source, group in all_turns(public_transcripts(transcripts), labelled, CONVERSATIONS)
        if identify(turn.text) in (UNKNOWN, *LANGUAGES)
    ]
    return Plan(labelled, texts)


@command.command("scrubber")
@click.option("--public-data", type=click.Path(path_type=Path), help="Folder with the public PII data sets.")
@click.option("--out", type=click.Path(path_type=Path), help="Folder of the weights [default: the embedded ones].")
@click.option("--seed", default=1, show_default=True, help="Seed of the training.")
def scrubber(public_data: Path | None, out: Path | None, seed: int) -> int:
    """Train the scrubber's name model on the project's templates and, with --public-data, on public data sets.

    Writes the weights and the model card with the figures measured afterwards. Takes about a quarter of an hour.
    """
    from classifiers.scrub_train import train
    from classifiers.scrub_weights import CARDS, EMBEDDED

    run = train(seed, out or EMBEDDED, public_data, out or CARDS)
    click.echo(json.dumps({name: value for name, value in run.items() if name != "figures"}, indent=1))
    return 0
