"""Finds any of very many byte strings in one pass over the data.

A q-gram filter with exact verification (Wu and Manber 1994 use the same idea): from each pattern one window of q bytes
is taken, the one that the fewest other patterns hold. A table of hashes rules out nearly every window of the data in
numpy; what is left is looked up exactly, and only then compared with whole patterns. No match is lost by it.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

_SPREAD = np.uint64(0x9E3779B97F4A7C15)
_BLOCK = 1 << 20


class Matcher:
    """Searches for `patterns`, each at least 4 bytes long; a match is told by its index in that sequence.

    alone: indices of patterns, of digits or of letters, that do not count where one more of the kind stands right
    before or after.
    """

    def __init__(self, patterns: Sequence[bytes], alone: Collection[int] = ()) -> None:
        if any(len(pattern) < 4 for pattern in patterns):
            raise ValueError("a pattern has at least 4 bytes")
        self._groups = [
            _Group(width, [(i, p) for i, p in enumerate(patterns) if (len(p) >= 8) == (width == 8)], alone)
            for width in (8, 4)
        ]

    def search(self, data: bytes) -> set[int]:
        """Indices of the patterns that occur in `data`."""
        found: set[int] = set()
        for group in self._groups:
            group.search(data, found)
        return found


class _Group:
    """Patterns that are filtered by windows of the same width (4 or 8 bytes)."""

    def __init__(self, width: int, patterns: Sequence[tuple[int, bytes]], alone: Collection[int]) -> None:
        self.width = width
        self.type = np.dtype(f"<u{width}")
        self.ids = [number for number, _ in patterns]
        self.patterns = [pattern for _, pattern in patterns]
        self.alone = frozenset(alone)
        self.bits = min(25, max(16, len(patterns).bit_length() + 6))
        self.table = np.zeros(1 << self.bits, dtype=np.bool_)
        if patterns:
            self._choose_anchors()

    def _hash(self, windows: NDArray[Any]) -> NDArray[np.uint64]:
        hashed: NDArray[np.uint64] = (windows.astype(np.uint64) * _SPREAD) >> np.uint64(64 - self.bits)
        return hashed

    def _choose_anchors(self) -> None:
        """From each pattern the window that is rarest among all patterns, and the patterns sorted by it."""
        lengths = np.array([len(pattern) for pattern in self.patterns])
        starts = np.concatenate(([0], np.cumsum(lengths)[:-1]))
        whole = np.frombuffer(b"".join(self.patterns) + b"\0" * self.width, dtype=np.uint8)
        windows = np.zeros(int(lengths.sum()), dtype=np.uint64)
        for byte in range(self.width):
            windows |= whole[byte : byte + len(windows)].astype(np.uint64) << np.uint64(8 * byte)
        position = np.arange(len(windows))
        inside = position + self.width <= np.repeat(starts + lengths, lengths)
        hashed = self._hash(windows)
        counts = np.bincount(hashed[inside].astype(np.int64), minlength=1 << self.bits)
        rank = np.where(inside, counts[hashed.astype(np.int64)], np.iinfo(np.int32).max)
        chosen = np.minimum.reduceat(rank * (1 << 32) + position, starts) % (1 << 32)
        order = np.argsort(windows[chosen], kind="stable")
        self.anchors, first = np.unique(windows[chosen][order], return_index=True)
        self.ends = np.append(first, len(order))
        self.order = order
        self.offsets = chosen - starts
        self.table[self._hash(self.anchors)] = True

    def search(self, data: bytes, found: set[int]) -> None:
        """Adds to `found` the patterns of this group that occur in `data`."""
        if not self.patterns or len(data) < self.width:
            return
        step = _BLOCK * self.width
        for begin in range(0, len(data), step):
            for shift in range(self.width):
                count = min(_BLOCK, (len(data) - begin - shift) // self.width)
                if count <= 0:
                    continue
                windows = np.frombuffer(data, dtype=self.type, count=count, offset=begin + shift)
                maybe = np.flatnonzero(self.table[self._hash(windows)])
                if not maybe.size:
                    continue
                values = windows[maybe].astype(np.uint64)
                place = np.minimum(np.searchsorted(self.anchors, values), len(self.anchors) - 1)
                right = self.anchors[place] == values
                if right.any():
                    self._verify(data, begin + shift + maybe[right] * self.width, place[right], found)

    def _verify(self, data: bytes, at: NDArray[Any], anchor: NDArray[Any], found: set[int]) -> None:
        """Compares whole patterns where their anchors were seen. at: offsets in data; anchor: which one."""
        by_anchor = np.argsort(anchor, kind="stable")
        at, anchor = at[by_anchor], anchor[by_anchor]
        edges = np.append(np.flatnonzero(np.diff(anchor, prepend=-1)), len(anchor))
        bytes_ = np.frombuffer(data, dtype=np.uint8)
        for low, high in itertools.pairwise(edges):
            number = int(anchor[low])
            for which in self.order[self.ends[number] : self.ends[number + 1]]:
                if self.ids[which] not in found:
                    pattern = self.patterns[which]
                    starts = at[low:high] - self.offsets[which]
                    starts = starts[(starts >= 0) & (starts + len(pattern) <= len(data))]
                    for place, value in enumerate(pattern):
                        if not starts.size:
                            break
                        starts = starts[bytes_[starts + place] == value]
                    if self.ids[which] in self.alone:
                        like = _digit_at if pattern.isdigit() else _letter_at
                        starts = starts[~(like(bytes_, starts - 1) | like(bytes_, starts + len(pattern)))]
                    if starts.size:
                        found.add(self.ids[which])


def _digit_at(data: NDArray[np.uint8], at: NDArray[Any]) -> NDArray[np.bool_]:
    """Whether an ASCII digit stands at each place; none stands outside the data."""
    values = data[np.clip(at, 0, len(data) - 1)]
    digit: NDArray[np.bool_] = (at >= 0) & (at < len(data)) & (values >= 0x30) & (values <= 0x39)
    return digit


def _letter_at(data: NDArray[np.uint8], at: NDArray[Any]) -> NDArray[np.bool_]:
    """Whether an ASCII letter stands at each place; none stands outside the data."""
    values = data[np.clip(at, 0, len(data) - 1)] | 0x20
    letter: NDArray[np.bool_] = (at >= 0) & (at < len(data)) & (values >= 0x61) & (values <= 0x7A)
    return letter
