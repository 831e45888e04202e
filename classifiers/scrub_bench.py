"""How fast the scrubber is, side by side with stock Presidio on the same conversations and one core."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from classifiers.scrub_stock import stock_analyzer
from classifiers.scrubber import Scrubber, together

BLOCK = 40_000
"""Characters, at least, that one side is given before it is the other's turn: so many that what the others left in the
processor's cache hardly counts."""
LEVEL = 0.95
WARM = 0.25
"""Share of the characters of each source that both are given first and that is not timed: a worker scrubs for hours."""
RESAMPLES = 1000


@dataclass(frozen=True)
class _Timed:
    """A block of conversations: its characters, and seconds of processor time of the scrubber, of stock Presidio with
    a name recogniser alone, and of the same with a whole small model."""

    size: int
    ours: float
    names: float
    whole: float


def bench(sources: Mapping[str, Iterable[Sequence[str]]], scrubber: Scrubber, characters: int) -> dict[str, Any]:
    """For each source and for all of them: {"blocks", "characters", "ours", "names", "whole", "over_names",
    "over_whole"}.

    `sources` holds conversations, each the texts of its turns. Block by block they are scrubbed whole, names and
    placeholders included, then given turn by turn to stock Presidio, once with a name recogniser alone and once with a
    whole small model, until a source has given `characters`. Speeds are in thousands of characters a second of
    processor time; `over_…` is ours over stock, as [ratio, low, high] with a 95 % interval (percentile bootstrap over
    blocks of a source). A share WARM of each source comes first and is not timed.
    """
    stock = stock_analyzer(), stock_analyzer(whole=True)
    # As Spark's workers do: what stays as long as the process is not looked through for garbage again and again.
    gc.collect()
    gc.freeze()
    report: dict[str, Any] = {}
    everything: list[list[_Timed]] = []
    for name, conversations in sources.items():
        timed = list(_timed(conversations, scrubber, stock, characters))
        if timed:
            report[name] = _figures([timed])
            everything.append(timed)
    if everything:
        report["all"] = _figures(everything)
    return report


def _timed(
    conversations: Iterable[Sequence[str]], scrubber: Scrubber, stock: Sequence[Callable[[str], Any]], characters: int
) -> Iterator[_Timed]:
    """One row for each block of conversations: long enough that none pays for what another left in the caches."""
    warm = WARM * characters
    kept = ([text for text in texts if text] for texts in conversations)
    for block in together((texts for texts in kept if texts), BLOCK):
        texts = [text for conversation in block for text in conversation]
        size = sum(map(len, texts))
        times = [_seconds(scrubber.scrub_all(block)), *(_seconds(map(analyze, texts)) for analyze in stock)]
        if warm > 0:
            warm -= size
            continue
        yield _Timed(size, *times)
        characters -= size
        if characters <= 0:
            return


def _seconds(work: Iterable[Any]) -> float:
    """Seconds of processor time until everything is worked off."""
    began = time.process_time()
    for _ in work:
        pass
    return time.process_time() - began


def _figures(sources: Sequence[Sequence[_Timed]]) -> dict[str, Any]:
    """Figures of several sources together. Each keeps its share of the blocks in every resample."""
    import numpy as np

    tables = [np.array([(item.size, item.ours, item.names, item.whole) for item in timed]) for timed in sources]
    rng = np.random.default_rng(0)
    drawn = np.array(
        [sum(table[rng.integers(0, len(table), len(table))].sum(axis=0) for table in tables) for _ in range(RESAMPLES)]
    )
    size, ours, names, whole = sum(table.sum(axis=0) for table in tables)
    ends = ((1 - LEVEL) / 2, (1 + LEVEL) / 2)

    def over(seconds: float, column: int) -> list[float]:
        low, high = np.quantile(drawn[:, column] / drawn[:, 1], ends)
        return [round(float(value), 1) for value in (seconds / ours, low, high)]

    speeds = {"ours": ours, "names": names, "whole": whole}
    return {
        "blocks": sum(map(len, tables)),
        "characters": int(size),
        **{name: round(float(size / seconds / 1000), 1) for name, seconds in speeds.items()},
        "over_names": over(names, 2),
        "over_whole": over(whole, 3),
    }
