"""What clustering costs and finds, by number of passages: time, memory, agreement with what was planted.

`python -m tests.benchmarks.cluster_scale [SIZE ...] [--embedded N]` makes N passages of the sample trial and embeds
them; a larger size is made of vectors between two of one scene (planted_passages.py). Each size runs in a process of
its own, from passages to clusters, terms and stability, but for the encoder, whose time is told apart. `digest` is that
of all clusters and terms: the same on every machine of a kind, with any OMP_NUM_THREADS and NUMBA_NUM_THREADS.
"""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import resource
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click
import numpy as np

from pipelines.passages import cluster_passages, embed, words_of
from schemas.policy_cluster import ClusterPolicy
from tests.benchmarks.planted_passages import Planted, many_more, planted_passages

SIZES = (1_400, 20_000, 50_000, 200_000)


@click.command()
@click.argument("sizes", nargs=-1, type=click.IntRange(min=5))
@click.option("--embedded", default=1_400, help="Passages that are embedded in truth.")
@click.option("--label", type=click.Choice(["distress", "joy"]), default="distress")
@click.option("--seed", default=5)
def main(sizes: tuple[int, ...], embedded: int, label: str, seed: int) -> None:
    """Prints one JSON line a size."""
    planted = planted_passages(label, embedded, seed)
    started = time.perf_counter()
    vectors = embed([words_of(one.passage.text) for one in planted])
    each = (time.perf_counter() - started) / len(planted)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "vectors.npy"
        np.save(path, vectors)
        context = multiprocessing.get_context("spawn")
        for size in sizes or SIZES:
            with context.Pool(1) as pool:
                found = pool.apply(measure, (planted, path, size, seed))
            click.echo(json.dumps(found | {"encoder_seconds": round(each * size)}))


def measure(planted: Sequence[Planted], path: Path, size: int, seed: int) -> dict[str, Any]:
    """The figures of one size: wall and processor seconds, peak MiB of the process, adjusted Rand indices."""
    vectors = np.load(path)
    if size <= len(planted):
        planted, vectors = planted[:size], vectors[:size]
        places = {one.passage.text: row for row, one in enumerate(planted)}
    else:
        planted, places, vectors = many_more(planted, vectors, size, seed)
    # A place is found by the text as the encoder gets it: without placeholders.
    texts = {words_of(text): row for text, row in places.items()}
    started, worked = time.perf_counter(), time.process_time()
    found = cluster_passages(
        [one.passage for one in planted], ClusterPolicy(), lambda asked: vectors[[texts[text] for text in asked]]
    )
    seconds, processor = time.perf_counter() - started, time.process_time() - worked
    numbers = np.asarray([found.numbers[one.passage.conversation_key] for one in planted])
    told = json.dumps([sorted(found.numbers.items()), found.terms]).encode()
    out: dict[str, Any] = {
        "passages": size,
        "seconds": round(seconds, 1),
        "processor_seconds": round(processor, 1),
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "clusters": int(numbers.max()) + 1,
        "unclustered": round(float((numbers < 0).mean()), 3),
        **agreement(
            np.asarray([one.scene for one in planted]), numbers, found.stability.min_size if found.stability else 0
        ),
        "digest": hashlib.sha256(told).hexdigest()[:16],
    }
    if found.stability is not None and found.stability.agreement is not None:
        held = found.stability
        out |= {
            "min_size": held.min_size,
            "redraws": round(found.stability.agreement, 2),
            "sizes": round(held.sizes or 0, 2),
        }
        out["found_again"] = round(float(np.mean(held.found)), 2) if held.found else None
    return out


def agreement(scenes: Any, numbers: Any, least: int) -> dict[str, float]:
    """Adjusted Rand index against the scenes: over all passages (the unclustered as one group), over those of scenes
    with at least `least` passages, which alone could be found, and over the clustered."""
    from sklearn.metrics import adjusted_rand_score

    size = Counter(scenes.tolist())
    large = np.asarray([size[scene] >= least for scene in scenes])
    parts = {"all": np.full(len(scenes), True), "large_scenes": large, "clustered": numbers >= 0}
    return {
        f"planted_{name}": round(float(adjusted_rand_score(scenes[part], numbers[part])), 2)
        for name, part in parts.items()
    }


if __name__ == "__main__":
    main()
