"""What scrubbing costs the scorer: F1 of both labels on the same conversations, as written and scrubbed.

`python -m tests.benchmarks.scrub_cost` takes the sample trial, by conversation; `--gold FILE` takes labelled turns
instead (`welfare evaluate scorer` reads the same file), each scrubbed together with its context. The shipped scorer was
trained on turns as written, the gold of `../shared` among them, so that the cost there is, if anything, too large.
Intervals of the difference: 95 %, percentile bootstrap over conversations.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import click
import numpy as np
from numpy.typing import NDArray

from classifiers.scorer import Scorer, load_scorer
from classifiers.scrubber import Scrubber, build_scrubber
from classifiers.training_text import Example, read_examples
from classifiers.turn import ModelTurn
from jobs.sample.generate import SEED, generate
from jobs.sample.plan import PLANS
from schemas.labels import LABELS
from schemas.policy import ScrubPolicy
from tests.benchmarks.sample_scorer import flags

_TOGETHER = 64
_RESAMPLES = 1000

Rows = NDArray[np.bool_]
"""(items, 3) for one label: true, flagged as written, flagged when scrubbed."""


def scrubbed_record(record: dict[str, Any], scrubber: Scrubber) -> dict[str, Any]:
    """A conversation with the texts of all its messages scrubbed as one unit."""
    texts = scrubber.scrub([message["content"] for message in record["messages"]]).texts
    pairs = zip(record["messages"], texts, strict=True)
    return record | {"messages": [message | {"content": text} for message, text in pairs]}


def sample_rows(release: str, conversations: int, seed: int, scorer: Scorer, scrubber: Scrubber) -> dict[str, Rows]:
    """Rows by label of one release of the sample trial, a conversation each."""
    rows: dict[str, list[tuple[bool, bool, bool]]] = {str(label): [] for label in LABELS}
    pairs = generate(release, conversations, seed)
    while together := list(islice(pairs, _TOGETHER)):
        known = [(record, truth) for record, truth in together if truth["language"] in scorer.languages]
        raw = flags([record for record, _ in known], scorer)
        clean = flags([scrubbed_record(record, scrubber) for record, _ in known], scorer)
        for (_, truth), written, scrubbed in zip(known, raw, clean, strict=True):
            for label, kept in rows.items():
                kept.append((label in truth["label"], label in written, label in scrubbed))
    return {label: np.array(kept) for label, kept in rows.items()}


def gold_rows(examples: Sequence[Example], scorer: Scorer, scrubber: Scrubber) -> dict[str, Rows]:
    """Rows by label of labelled turns, a turn each."""
    raw = _flagged([example.turn for example in examples], scorer)
    clean = _flagged([_scrubbed_turn(example.turn, scrubber) for example in examples], scorer)
    return {
        str(label): np.stack([[getattr(e, str(label)) for e in examples], raw[str(label)], clean[str(label)]], axis=1)
        for label in LABELS
    }


def _scrubbed_turn(turn: ModelTurn, scrubber: Scrubber) -> ModelTurn:
    texts = scrubber.scrub([*(text for _, text in turn.context), turn.text]).texts
    context = tuple((role, text) for (role, _), text in zip(turn.context, texts, strict=False))
    return replace(turn, context=context, text=texts[-1])


def _flagged(turns: Sequence[ModelTurn], scorer: Scorer) -> dict[str, Any]:
    scores = scorer.screened(turns)
    return {str(label): getattr(scores, str(label)) >= scorer.threshold(str(label)) for label in LABELS}


def f1(true: NDArray[np.bool_], flagged: NDArray[np.bool_]) -> float:
    """Harmonic mean of recall and precision; not a number where nothing is true and nothing flagged."""
    total = int(true.sum() + flagged.sum())
    return 2 * int((true & flagged).sum()) / total if total else float("nan")


def _lines(name: str, rows: dict[str, Rows]) -> Iterator[str]:
    rng = np.random.default_rng(0)
    for label, table in rows.items():
        written, scrubbed = (f1(table[:, 0], table[:, at]) for at in (1, 2))
        drawn = []
        for _ in range(_RESAMPLES):
            part = table[rng.integers(0, len(table), len(table))]
            drawn.append(f1(part[:, 0], part[:, 2]) - f1(part[:, 0], part[:, 1]))
        low, high = np.nanquantile(drawn, (0.025, 0.975))
        change = scrubbed - written
        interval = f"{change:+.3f} [{low:+.3f}, {high:+.3f}]"
        yield f"{name:12} {label:8} as written {written:.3f}, scrubbed {scrubbed:.3f}: {interval}"


@click.command()
@click.option("--conversations", default=1500, show_default=True, help="Conversations of each release of the sample.")
@click.option("--seed", default=SEED, show_default=True, help="Seed of the sample trial.")
@click.option("--gold", type=click.Path(path_type=Path), help="Labelled turns (JSON lines) instead of the sample.")
def main(conversations: int, seed: int, gold: Path | None) -> None:
    """Print F1 as written, F1 scrubbed, and the difference with its interval, by label."""
    scorer, scrubber = load_scorer(), build_scrubber(ScrubPolicy())
    if gold is not None:
        found = {gold.stem: gold_rows(list(read_examples(gold)), scorer, scrubber)}
    else:
        found = {release: sample_rows(release, conversations, seed, scorer, scrubber) for release in PLANS}
    for name, rows in found.items():
        for line in _lines(name, rows):
            click.echo(line)


if __name__ == "__main__":
    main()
