"""`welfare evaluate`: measures the scorer or the scrubber on labelled data."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from schemas.errors import UsageError


def read_lines(path: Path) -> list[dict[str, Any]]:
    """The JSON objects of a file, one a line. Raises UsageError that names the line and never its content."""
    try:
        # Not splitlines: JSON may hold other line separators of Unicode within a text.
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError):
        raise UsageError(f"{path.name}: cannot be read as UTF-8 text. Name an existing JSON-lines file.") from None
    rows = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError:
            row = None
        if not isinstance(row, dict):
            raise UsageError(f"{path.name}, line {number}: not a JSON object. One object a line is needed.")
        rows.append(row)
    return rows


@click.group("evaluate")
def command() -> None:
    """Measure the scorer or the scrubber on labelled data, with 95 % intervals."""


@command.command("scorer")
@click.argument("gold", type=click.Path(path_type=Path))
@click.option("--predictions", type=click.Path(path_type=Path), help="Measure these predictions instead of scoring.")
@click.option("--write", type=click.Path(path_type=Path), help="Write the predictions to this file.")
@click.option("--model", default="embedded", show_default=True, help="Folder of a scorer.")
@click.option("--config", type=click.Path(path_type=Path), help="Policy file that names the scorer, not --model.")
@click.option(
    "--json", "as_json", is_flag=True, help="Print every figure and slice as JSON, with figures at other thresholds."
)
def scorer(
    gold: Path, predictions: Path | None, write: Path | None, model: str, config: Path | None, as_json: bool
) -> int:
    """Measure the scorer on GOLD: JSON lines {"id", "context", "assistant", "affect", "voice", "trigger"}.

    Turns with the same "group" (or "conversation_id") hang together. "source" and "sure" (1 to 3) give slices. A figure
    that cannot be measured, because a class is absent, is null with a reason and never 0. With --config, the scorer is
    the one that [score] names, a `transformers` classifier too, and flags at the thresholds of [flag].
    """
    from classifiers.scorer_evaluate import figures, parse_prediction, predict
    from classifiers.scorer_report import report_text
    from classifiers.training_text import read_examples
    from schemas.policy import Policies, ScorePolicy
    from schemas.policy_file import load_policies

    if config is not None and model != "embedded":
        raise UsageError("--config and --model both name a scorer. Give one of them.")
    policies = Policies(score=ScorePolicy(model=model)) if config is None else load_policies(config)
    examples = list(read_examples(gold))
    thresholds: Mapping[str, float] = {}
    if predictions is None:
        said, thresholds = predict(examples, policies)
    else:
        rows = enumerate(read_lines(predictions), 1)
        said = [parse_prediction(row, f"{predictions.stem}:{number}") for number, row in rows]
    if write is not None:
        _write(write, "".join(json.dumps(p.plain()) + "\n" for p in said))
    found = figures(examples, said, thresholds)
    click.echo(json.dumps(found, indent=1) if as_json else report_text(found))
    return 0


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError:
        raise UsageError(f"{path.name}: cannot be written. Name a file in a folder that you may write to.") from None


@command.command("scrubber")
@click.argument("gold", type=click.Path(path_type=Path), required=False)
@click.option("--predictions", type=click.Path(path_type=Path), help="Measure these predictions instead of scrubbing.")
@click.option("--public-data", type=click.Path(path_type=Path), help="Without GOLD: folder with the public PII data.")
@click.option("--weights", type=click.Path(path_type=Path), help="Folder of another name model than the embedded one.")
@click.option("--json", "as_json", is_flag=True, help="Print every figure as JSON.")
def scrubber(
    gold: Path | None, predictions: Path | None, public_data: Path | None, weights: Path | None, as_json: bool
) -> int:
    """Measure the scrubber on GOLD: JSON lines {"id", "text", "spans": [{"start", "end", "type"}]}.

    Recall and precision are by character and do not ask for the right type. Without GOLD, the figures of the model
    card: on the project's synthetic gold, and with --public-data on corpora and transcripts by others. Takes some
    minutes.
    """
    from classifiers.scrub_card import report_lines, tables
    from classifiers.scrub_corpora import corpus_folder
    from classifiers.scrub_evaluate import evaluate
    from classifiers.scrub_measure import measure
    from classifiers.scrubber import Scrubber
    from schemas.policy import ScrubPolicy

    if gold is None:
        if predictions is not None:
            raise UsageError("--predictions needs GOLD: name the file of gold lines that they were made for.")
        corpora = None if public_data is None else corpus_folder(public_data)
        figures = measure(Scrubber(ScrubPolicy(), weights), corpora)
        click.echo(json.dumps(figures, indent=1) if as_json else tables(figures))
        return 0
    judged: Any = Scrubber(ScrubPolicy(), weights) if predictions is None else read_lines(predictions)
    found = evaluate(read_lines(gold), judged)
    click.echo(json.dumps(found, indent=1) if as_json else report_lines(found))
    return 0
