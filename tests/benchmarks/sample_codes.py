"""Context codes and triggers of the sample trial against what was planted.

`python -m tests.benchmarks.sample_codes [--conversations N]`: English conversations of both releases, unscrubbed,
scored and flagged as a run does it; a minute or two. Codes: of the situations that a conversation holds, how many are
found, and how many found ones it holds. Triggers: of conversations with a planted label that are flagged for it, how
many get the planted trigger; F1 of each, and their mean over those with at least 30 conversations.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import Any

import click

from classifiers.metrics import wilson
from classifiers.scorer import load_scorer
from jobs.sample.generate import SEED, generate
from jobs.sample.plan import PLANS
from pipelines.flag import flag_row
from pipelines.score import score_rows
from schemas.labels import LABELS, SITUATIONS
from schemas.policy import FlagPolicy, ScorePolicy

_TOGETHER = 48
LEAST = 30
"""Conversations of a trigger below which its F1 is not counted."""
Pair = tuple[dict[str, Any], dict[str, Any]]


def flagged(pairs: list[Pair]) -> list[dict[str, Any]]:
    """Rows of FLAGGED."""
    rows = []
    for number, (record, _) in enumerate(pairs):
        turns = [
            {"role": m["role"], "text": m["content"], "thinking": "", "generated": m["role"] == "assistant"}
            for m in record["messages"]
        ]
        rows.append(
            {
                "conversation_key": str(number),
                "turns": turns,
                "ended_by": record["ended_by"],
                "masked": 0,
                "scrub_failed": False,
            }
        )
    scorer = load_scorer()
    least = {str(label): scorer.threshold(str(label)) for label in LABELS}
    return [flag_row(row, FlagPolicy(), least, 0.0) for row in score_rows(rows, scorer, ScorePolicy(), 0.0)]


def count_codes(counts: Counter[tuple[str, str]], held: set[str], found: set[str]) -> None:
    """Adds one conversation, for each situation and for all."""
    for part, names in (("held", held), ("found", found), ("both", held & found)):
        for name in names & set(map(str, SITUATIONS)):
            counts[name, part] += 1
            counts["all", part] += 1


def count_trigger(counts: Counter[tuple[str, str]], label: str, planted: str, given: str) -> None:
    """Adds one flagged conversation with a planted label."""
    counts[label, "flagged"] += 1
    counts[label, "right"] += planted == given
    counts[f"{label} {planted}", "planted"] += 1
    counts[f"{label} {given}", "given"] += 1
    counts[f"{label} {planted}", "both"] += planted == given


def lines(counts: Counter[tuple[str, str]]) -> Iterator[str]:
    """One line a situation, and one for each label's triggers."""
    for name in (*map(str, SITUATIONS), "all"):
        held, found, both = (counts[name, part] for part in ("held", "found", "both"))
        yield f"{name:20} held {held:5}   recall {said(both, held):24} precision {said(both, found)}"
    for label in map(str, LABELS):
        yield f"trigger of {label:8}  right {said(counts[label, 'right'], counts[label, 'flagged'])}"
        scores = {}
        for name in map(str, SITUATIONS):
            planted, given, both = (counts[f"{label} {name}", part] for part in ("planted", "given", "both"))
            if planted:
                yield f"  {name:18} planted {planted:5} F1 {2 * both / (planted + given):.2f}"
                if planted >= LEAST:
                    scores[name] = 2 * both / (planted + given)
        if scores:
            mean = sum(scores.values()) / len(scores)
            yield f"  mean F1 over the {len(scores)} with at least {LEAST} planted: {mean:.3f}"


def said(hits: int, n: int) -> str:
    """A share with its interval."""
    share, low, high = wilson(hits, n)
    return "–" if share is None else f"{share:.3f} [{low:.3f}, {high:.3f}]"


@click.command()
@click.option("--conversations", default=600, show_default=True, help="Conversations of each release.")
@click.option("--seed", default=SEED, show_default=True, help="Seed of the sample trial.")
def main(conversations: int, seed: int) -> None:
    """Print recall and precision of codes, and how often triggers are right."""
    counts: Counter[tuple[str, str]] = Counter()
    for release in PLANS:
        pairs = (
            (record, truth) for record, truth in generate(release, conversations, seed) if truth["language"] == "en"
        )
        while together := list(islice(pairs, _TOGETHER)):
            for (_, truth), row in zip(together, flagged(together), strict=True):
                count_codes(counts, set(truth["situations"]), set(row["codes"]))
                for label in truth["label"]:
                    if row[label]["flagged"]:
                        count_trigger(counts, label, truth["trigger"], row[label]["trigger"])
    for line in lines(counts):
        click.echo(line)


if __name__ == "__main__":
    main()
