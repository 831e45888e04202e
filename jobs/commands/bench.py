"""`welfare bench`: how fast it is here, beside a baseline measured in the same run."""

from __future__ import annotations

import json
import os
import random
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from schemas.errors import UsageError

if TYPE_CHECKING:
    from jobs.job_bench import Measured


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
@click.option("--tokens", default=60_000, show_default=True, help="Tokens taken from each file, about.")
@click.option("--cores", default=2, show_default=True, help="Processes, each on one thread.")
@click.option("--seed", default=1, show_default=True, help="Seed of the order in which conversations are taken.")
def scorer(transcripts: Path, tokens: int, cores: int, seed: int) -> int:
    """Time whole scoring of the conversations in TRANSCRIPTS, a file or a folder, beside a plain transformers pipeline.

    As much is taken from each file, so that none sets the pace. The pipeline is given an eighth of that: it reads each
    turn of the model by itself and no further than its 256th token. Takes minutes.
    """
    from jobs.public_transcripts import transcripts as read
    from jobs.scorer_bench import Speed, bench

    sources: dict[str, list[list[tuple[str, str]]]] = {}
    for found in read(transcripts):
        if any(role == "assistant" and text.strip() for role, text in found.turns):
            sources.setdefault(found.source, []).append(list(found.turns))
    if not sources:
        raise UsageError("TRANSCRIPTS: no turn of a model could be read. Name a file or folder with transcripts.")
    for talks in sources.values():
        random.Random(seed).shuffle(talks)
    rows = bench(sources, tokens, cores)
    rows["all together"] = (sum((a for a, _ in rows.values()), Speed()), sum((b for _, b in rows.values()), Speed()))
    click.echo(f"Tokens a second on {cores} processes: of whole conversations, and of the model's turns alone.")
    click.echo(
        f"{'source':32}{'conversations':>14}{'tokens':>10}{'tokens/s':>10}{'own/s':>9}{'plain, own/s':>14}  times"
    )
    for name, (whole, plain) in rows.items():
        times = f"{whole.own_rate / plain.own_rate:.1f}" if whole.own and plain.own else "–"
        click.echo(
            f"{name:32}{whole.conversations:>14,}{whole.tokens:>10,}{whole.rate:>10,.0f}{whole.own_rate:>9,.0f}"
            f"{plain.own_rate:>13,.0f}  {times}"
        )
    return 0


@command.command("job")
@click.option("--conversations", default=2_000, show_default=True, help="Conversations of the trial.")
@click.option("--real", type=click.Path(path_type=Path), help="Transcripts for up to half of the trial.")
@click.option("--sample", default=100, show_default=True, help="Conversations that the baseline is given.")
@click.option("--seed", default=1, show_default=True, help="Seed of the trial.")
@click.option("--keep", type=click.Path(path_type=Path), help="Folder in which trial and output stay.")
def job(conversations: int, real: Path | None, sample: int, seed: int, keep: Path | None) -> int:
    """Time a whole run, stage by stage, on a trial of the sample generator, beside stock Presidio and a plain pipeline.

    The baseline is given a part of the trial, on as many processes as there are cores; how many times slower it is, is
    told by the token. Minutes for 2,000 conversations.
    """
    import tempfile

    from jobs.job_bench import baseline, make_trial, run_job, trial_tokens
    from jobs.public_transcripts import transcripts

    with tempfile.TemporaryDirectory() as temporary:
        folder = keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        talks = [] if real is None else [list(found.turns) for found in transcripts(real)]
        random.Random(seed).shuffle(talks)
        trial = folder / "trial.jsonl.gz"
        drawn = make_trial(trial, conversations, talks, seed)
        tokens = trial_tokens(trial)
        click.echo(f"{conversations:,} conversations ({drawn:,} of them real), about {tokens:,} tokens")
        found = run_job(trial, folder / "out", conversations, tokens)
        cores = os.cpu_count() or 1
        click.echo(_stages(found))
        stock = baseline(trial, conversations, sample, cores)
    ours = found.whole / found.tokens
    theirs = stock.whole / stock.tokens
    click.echo(
        f"\nbaseline on {stock.conversations} conversations, {cores} processes: {1 / theirs:,.0f} tokens/s; the whole"
        f" run {1 / ours:,.0f} tokens/s, {theirs / ours:.1f} times as fast"
    )
    return 0


def _stages(found: Measured) -> str:
    lines = [f"{'step':24}{'seconds':>9}{'share':>7}{'conversations/s':>17}{'tokens/s':>11}"]
    for name, seconds in (*found.seconds.items(), ("all", found.whole)):
        each = max(seconds, 0.1)
        share = seconds / found.whole if found.whole else 0.0
        lines.append(
            f"{name:24}{seconds:>9.1f}{share:>7.0%}{found.conversations / each:>17,.1f}{found.tokens / each:>11,.0f}"
        )
    peak = ", ".join(f"{name} {size / 2**20:,.0f} MiB" for name, size in sorted(found.peak.items())) or "not told here"
    written = ", ".join(f"{side} {size / 2**20:,.1f} MiB" for side, size in found.written.items())
    return "\n".join([*lines, f"most memory: {peak}", f"written: {written}"])


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
