"""`welfare train`: makes the scorer's or the scrubber's weights anew."""

from __future__ import annotations

import json
from pathlib import Path

import click


@click.group("train")
def command() -> None:
    """Train the scorer or the scrubber. Neither reaches the network."""


@command.command("scorer")
@click.option(
    "--real", type=click.Path(path_type=Path), help="Labelled real turns (JSON lines): half to train, half to validate."
)
@click.option("--out", type=click.Path(path_type=Path), help="Folder of the weights [default: the embedded ones].")
@click.option("--epochs", default=3, show_default=True, help="Passes over the training turns.")
def scorer(real: Path | None, out: Path | None, epochs: int) -> int:
    """Train the scorer on the project's examples and, with --real, on one half of the labelled real turns.

    Writes the weights, scorer.json (thresholds, figures, digest) and the model card. Takes minutes to an hour.
    """
    from classifiers.scorer import EMBEDDED
    from classifiers.scorer_train import Plan, train_scorer
    from classifiers.train_network import Training

    plan = Plan(real=real, training=Training(epochs=epochs))
    card = train_scorer(out or EMBEDDED, plan, lambda line: click.echo(line, err=True))
    click.echo(json.dumps({name: card[name] for name in ("thresholds", "validation", "digest")}, indent=1))
    return 0


@command.command("scrubber")
@click.option("--public-data", type=click.Path(path_type=Path), help="Folder with the public PII data sets.")
@click.option("--out", type=click.Path(path_type=Path), help="Folder of the weights [default: the embedded ones].")
@click.option("--seed", default=13, show_default=True, help="Seed of the training.")
def scrubber(public_data: Path | None, out: Path | None, seed: int) -> int:
    """Train the scrubber's name model on the project's templates and, with --public-data, on public data sets."""
    from classifiers.scrub_train import train
    from classifiers.scrub_weights import EMBEDDED

    click.echo(json.dumps(train(seed, out or EMBEDDED, public_data), indent=1))
    return 0
