"""How fast the scrubber is, side by side with stock Presidio on the same conversations and one core."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from classifiers.scrub_stock import stock_analyzer
from classifiers.scrubber import Scrubber

BLOCK = 10_000
"""Characters, at least, that one side is given before it is the other's turn."""
LEVEL = 0.95
WARM = 0.25
"""Share of the characters of each source that both are given first and that is not timed: a worker scrubs for hours."""
RESAMPLES = 1000


@dataclass(frozen=True)
class _Timed:
    """A block of conversations: its characters, and seconds of processor time of the scrubber and of stock Presidio."""

    size: int
    ours: float
    stock: float


def bench(sources: Mapping[str, Iterable[Sequence[str]]], scrubber: Scrubber, characters: int) -> dict[str, Any]:
    """For each source and for all of them: {"characters", "ours", "stock", "ratio", "low", "high"}.

    `sources` holds conversations, each the texts of its turns. Block by block they are scrubbed whole, names and
    placeholders included, then given turn by turn to stock Presidio, until a source has given `characters`. Speeds
    are in thousands of characters a second of processor time; `ratio` is ours over stock with its 95 % interval
    (percentile bootstrap over blocks). A share WARM of each source comes first and is not timed.
    """
    stock = stock_analyzer()
    report: dict[str, Any] = {}
    everything: list[_Timed] = []
    for name, conversations in sources.items():
        timed = _timed(conversations, scrubber, stock, characters)
        if timed:
            report[name] = _figures(timed)
            everything += timed
    if everything:
        report["all"] = _figures(everything)
    return report


def _timed(
    conversations: Iterable[Sequence[str]], scrubber: Scrubber, stock: Callable[[str], Any], characters: int
) -> list[_Timed]:
    """One row for each block of conversations: long enough that neither pays for what the other left in the caches."""
    timed: list[_Timed] = []
    warm = WARM * characters
    for block in _blocks(conversations):
        began = time.process_time()
        for texts in block:
            scrubber.scrub(texts)
        between = time.process_time()
        for text in (text for texts in block for text in texts):
            stock(text)
        size = sum(len(text) for texts in block for text in texts)
        if warm > 0:
            warm -= size
            continue
        timed.append(_Timed(size, between - began, time.process_time() - between))
        characters -= size
        if characters <= 0:
            break
    return timed


def _blocks(conversations: Iterable[Sequence[str]]) -> Iterator[list[list[str]]]:
    """Conversations without their empty turns, together in blocks of at least BLOCK characters."""
    block: list[list[str]] = []
    size = 0
    for texts in conversations:
        kept = [text for text in texts if text]
        if kept:
            block.append(kept)
            size += sum(map(len, kept))
        if size >= BLOCK:
            yield block
            block, size = [], 0
    if block:
        yield block


def _figures(timed: Sequence[_Timed]) -> dict[str, Any]:
    import numpy as np

    table = np.array([(item.size, item.ours, item.stock) for item in timed])
    rng = np.random.default_rng(0)
    drawn = np.empty(RESAMPLES)
    for at in range(RESAMPLES):
        _, ours, stock = table[rng.integers(0, len(table), len(table))].sum(axis=0)
        drawn[at] = stock / ours
    size, ours, stock = table.sum(axis=0)
    low, high = np.quantile(drawn, ((1 - LEVEL) / 2, (1 + LEVEL) / 2))
    return {
        "blocks": len(timed),
        "characters": int(size),
        "ours": round(size / ours / 1000, 1),
        "stock": round(size / stock / 1000, 1),
        "ratio": round(stock / ours, 1),
        "low": round(float(low), 1),
        "high": round(float(high), 1),
    }
