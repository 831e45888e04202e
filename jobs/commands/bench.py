"""`welfare bench`: how fast it is here, beside a baseline measured in the same run."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import click

from schemas.errors import UsageError


@click.group("bench")
def command() -> None:
    """Measure speed on this machine, beside a baseline in the same run. Compare ratios, not seconds."""


@command.command("scrubber")
@click.argument("transcripts", type=click.Path(path_type=Path))
@click.option("--characters", default=300_000, show_default=True, help="Characters taken from each file, about.")
@click.option("--seed", default=1, show_default=True, help="Seed of the order in which conversations are taken.")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
def scrubber(transcripts: Path, characters: int, seed: int, as_json: bool) -> int:
    """Time the whole scrub of the conversations in TRANSCRIPTS (a file or a folder), names included, on one core,
    beside stock Presidio with its default recognisers and a small spaCy model made on the spot.

    Takes a quarter of a minute for each 300,000 characters of a file, most of it for the baseline.
    """
    from threadpoolctl import threadpool_limits

    from classifiers.scrub_bench import bench
    from classifiers.scrubber import build_scrubber
    from jobs.public_transcripts import transcripts as read
    from schemas.policy import ScrubPolicy

    sources: dict[str, list[list[str]]] = {}
    for found in read(transcripts):
        sources.setdefault(found.source, []).append([text for _, text in found.turns])
    if not sources:
        raise UsageError("TRANSCRIPTS: no conversation could be read. Name a file or folder with transcripts.")
    for conversations in sources.values():
        random.Random(seed).shuffle(conversations)
    with threadpool_limits(limits=1):
        report = bench(sources, build_scrubber(ScrubPolicy()), characters)
    click.echo(json.dumps(report, indent=1) if as_json else _table(report))
    return 0


@command.command("scorer")
@click.argument("transcripts", type=click.Path(path_type=Path))
@click.option("--conversations", default=2_000, show_default=True, help="Conversations taken, of all files together.")
@click.option("--cores", default=2, show_default=True, help="Processes, each on one thread.")
@click.option("--seed", default=1, show_default=True, help="Seed of the draw of conversations.")
def scorer(transcripts: Path, conversations: int, cores: int, seed: int) -> int:
    """Time whole scoring of conversations in TRANSCRIPTS (a file or a folder), beside a plain transformers pipeline.

    The pipeline reads an eighth of the same turns, each by itself and no further than its 256th token. Takes minutes.
    """
    from jobs.public_transcripts import transcripts as read
    from jobs.scorer_bench import bench

    talks = [list(found.turns) for found in read(transcripts)]
    if not any(role == "assistant" and text.strip() for talk in talks for role, text in talk):
        raise UsageError("TRANSCRIPTS: no turn of a model could be read. Name a file or folder with transcripts.")
    random.Random(seed).shuffle(talks)
    whole, plain = bench(talks[:conversations], cores)
    for name, speed in (("whole scoring", whole), ("plain pipeline", plain)):
        click.echo(f"{name:16}{speed.turns:>9,} turns{speed.tokens:>12,} tokens{speed.rate:>10,.0f} tokens/s")
    click.echo(
        f"{whole.rate / plain.rate:.1f} times the plain pipeline, on {cores} processes. Tokens of the model's turns."
    )
    return 0


def _table(report: dict[str, Any]) -> str:
    def times(figures: list[float]) -> str:
        ratio, low, high = figures
        return f"{ratio:.1f} [{low:.1f}, {high:.1f}]"

    lines = [
        "KB/s: thousands of characters a second of one core. Stock Presidio with a name recogniser alone (names), and"
        " with a whole small spaCy model (whole); times faster, 95 %.",
        f"{'source':32}{'characters':>12}{'KB/s':>6}{'names':>7}{'whole':>7}  {'over names':18}over whole",
    ]
    lines += [
        f"{name:32}{row['characters']:>12,}{row['ours']:>6.0f}{row['names']:>7.0f}{row['whole']:>7.0f}"
        f"  {times(row['over_names']):18}{times(row['over_whole'])}"
        for name, row in report.items()
    ]
    return "\n".join(lines)
