"""Triggers and clusters of flagged conversations against what was planted, as a run makes them, by number of them.

`python -m tests.benchmarks.planted_triggers [SIZE ...] [--label LABEL]`: conversations of the sample trial in which the
label was planted, unscrubbed but for the values of persons, scored, flagged and clustered as a run does it, until SIZE
are flagged. F1 of each trigger with at least 30 of them, told from each passage alone and from like passages too, and
the adjusted Rand index of the clusters. Two minutes for 1,400, half an hour for 20,000, and longer on a processor
without bfloat16: with `--keep FILE`, what was judged is kept there, and a run that was stopped goes on where it was.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from functools import partial
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import click
import numpy as np

from jobs.sample.generate import generate
from pipelines.like_passages import shared_triggers
from pipelines.passages import Passage, cluster_passages
from schemas.labels import SITUATIONS
from schemas.policy_cluster import ClusterPolicy
from tests.benchmarks.cluster_scale import agreement
from tests.benchmarks.sample_codes import LEAST, Pair, flagged, said

SIZES = (1_400, 20_000)
_TOGETHER = 48
Found = tuple[Passage, dict[str, Any], str]


@click.command()
@click.argument("sizes", nargs=-1, type=click.IntRange(min=60))
@click.option("--label", type=click.Choice(["distress", "joy"]), default="distress", show_default=True)
@click.option("--seed", default=5, show_default=True)
@click.option("--keep", type=click.Path(dir_okay=False, path_type=Path), help="A file, of this label and seed alone.")
def main(sizes: tuple[int, ...], label: str, seed: int, keep: Path | None) -> None:
    """Print how often triggers are right, and how well clusters agree with the planted scenes."""
    asked = sorted(sizes or SIZES)
    found = list(islice(flagged_planted(label, seed, keep), asked[-1]))
    for size in asked:
        for line in measured(found[:size]):
            click.echo(f"{label} {size:6} {line}")


def flagged_planted(label: str, seed: int, keep: Path | None = None) -> Iterator[Found]:
    """(passage, truth, trigger told from it alone) of each flagged conversation in which `label` was planted. keep: a
    file with what was judged of this label and seed before, to which more is added."""
    trial = ((record, truth) for record, truth in generate("sample-1", 1_000_000, seed) if label in truth["label"])
    groups = iter(lambda: list(islice(trial, _TOGETHER)), [])
    for line in keep.read_text(encoding="utf-8").splitlines() if keep and keep.exists() else ():
        next(groups)
        for passage, truth, trigger in json.loads(line):
            yield Passage(**passage | {"causes": tuple(passage["causes"])}), truth, trigger
    workers = os.cpu_count() or 1
    with get_context("spawn").Pool(workers) as pool:
        while together := list(islice(groups, 2 * workers)):
            for found in pool.map(partial(judged, label), together):
                if keep:
                    with keep.open("a", encoding="utf-8") as file:
                        file.write(json.dumps([(asdict(passage), *beside) for passage, *beside in found]) + "\n")
                yield from found


def judged(label: str, together: list[Pair]) -> list[Found]:
    """The flagged ones among these conversations."""
    out: list[Found] = []
    for (_, truth), row in zip(together, flagged(together), strict=True):
        told = row[label]
        if told["flagged"]:
            text = told["passage"]
            for value in truth["pii"]:
                text = text.replace(value["value"], "<PERSON_1>")
            passage = Passage(truth["conversation_id"], truth["user_id"], text, True, tuple(told["causes"]))
            out.append((passage, truth, told["trigger"]))
    return out


def measured(found: Sequence[Found]) -> Iterator[str]:
    """The lines of one trial."""
    passages = [passage for passage, _, _ in found]
    clusters = cluster_passages(passages, ClusterPolicy())
    shared = shared_triggers(clusters, ClusterPolicy())
    planted = [truth["trigger"] for _, truth, _ in found]
    alone = [trigger for _, _, trigger in found]
    beside = [shared.get(p.conversation_key, trigger) for p, _, trigger in found]
    yield from scored("alone", planted, alone)
    yield from scored("with like passages", planted, beside)
    numbers = np.asarray([clusters.numbers[passage.conversation_key] for passage in passages])
    scenes = np.asarray([truth["scene"] for _, truth, _ in found])
    least = clusters.stability.min_size if clusters.stability else 0
    shares = agreement(scenes, numbers, least)
    yield f"clusters {int(numbers.max()) + 1} of at least {least}, scenes {len(set(scenes.tolist()))}, Rand {shares}"


def scored(name: str, planted: Sequence[str], given: Sequence[str]) -> Iterator[str]:
    """How often triggers are right, F1 of each that is common enough, and their mean."""
    held, told = Counter(planted), Counter(given)
    both = Counter(one for one, other in zip(planted, given, strict=True) if one == other)
    f1 = {one: 2 * both[one] / (held[one] + told[one]) for one in map(str, SITUATIONS) if held[one] >= LEAST}
    each = ", ".join(f"{one} {share:.2f}" for one, share in f1.items())
    mean = sum(f1.values()) / len(f1) if f1 else float("nan")
    yield f"{name}: right {said(both.total(), len(planted))}, mean F1 {mean:.3f} ({each})"


if __name__ == "__main__":
    main()
