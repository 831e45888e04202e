"""Windows of a batch of turns, which of them the full model has read, and what it found in them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from schemas.labels import AFFECTS, SITUATIONS, VOICES, Affect

DECIMALS = 4
"""Scores are rounded to so many places. One kind of processor gives the same scores whatever the batches are; another
kind, or float32 in place of bfloat16, moves them by less than 0.004."""
Matrix = NDArray[np.float64]
Mask = NDArray[np.bool_]
Input = tuple[list[int], list[int]]
"""Token ids and token types of one window."""
Reader = Callable[[NDArray[np.int64]], tuple[Matrix, Matrix, Matrix]]
"""From row numbers of windows to affect [n, 5], voice [n, 4] and situations [n, 11]."""


@dataclass(frozen=True, slots=True)
class Scores:
    """Probabilities of n turns: affect [n, 5] in the order of AFFECTS, voice [n, 4], situations [n, 11].

    Over the windows of a long turn: the affect and voice of the window in which the model's own affect is clearest, and
    the largest probability of each situation. distress and joy, [n], are the largest over the windows. A turn of which
    no window was read has zeros.
    """

    affect: Matrix
    voice: Matrix
    situations: Matrix
    distress: NDArray[np.float64]
    joy: NDArray[np.float64]


class Reading:
    """What is known of the windows of n turns.

    inputs: the windows, those of one turn beside each other. owners: the turn of each. first: [n], each turn's first
    window. clear: [windows], what the screen says. passed: [windows], whether the screen lets it pass.
    """

    def __init__(
        self, inputs: Sequence[Input], owners: Sequence[int], clear: NDArray[np.float64], threshold: float, read: Reader
    ) -> None:
        self.inputs, self.owners = inputs, np.asarray(owners, dtype=np.int64)
        self.first = np.flatnonzero(np.diff(self.owners, prepend=-1))
        self.clear, self.passed = clear, clear >= threshold
        self._read = read
        self._done = np.zeros(len(inputs), dtype=bool)
        self._affect = np.zeros((len(inputs), len(AFFECTS)))
        self._voice = np.zeros((len(inputs), len(VOICES)))
        self._situations = np.zeros((len(inputs), len(SITUATIONS)))

    def clearest(self) -> NDArray[np.float64]:
        """[n]: the screen's largest score over the windows of each turn."""
        return np.maximum.reduceat(self.clear, self.first) if len(self.first) else np.zeros(0)

    def read(self, wanted: Mask) -> None:
        """Has the full model read the wanted windows, [windows], those aside that it has read."""
        rows = np.flatnonzero(wanted & ~self._done)
        if len(rows):
            found = self._read(rows)
            for target, values in zip((self._affect, self._voice, self._situations), found, strict=True):
                target[rows] = values
            self._done[rows] = True

    def situations(self) -> Matrix:
        """[n, 11]: of each turn's first window, zeros where it was not read. It holds the turn's whole context, and is
        read alike whether or not the screen let the turn pass."""
        return np.round(self._situations[self.first], DECIMALS)

    def windows(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Probability of distress and of joy, [windows] each; zero where a window was not read."""
        return self._affect[:, : AFFECTS.index(Affect.NEUTRAL)].sum(1), self._affect[
            :, AFFECTS.index(Affect.STRONG_JOY)
        ]

    def found(self) -> tuple[Matrix, Matrix, Matrix]:
        """Affect, voice and situations of all windows, which must all have been read."""
        if not self._done.all():
            raise ValueError("a window was not read")
        return self._affect, self._voice, self._situations

    def scores(self, counted: Mask) -> Scores:
        """Scores of the n turns by the counted windows, [windows], all of which must have been read."""
        if (counted & ~self._done).any():
            raise ValueError("a window that counts was not read")
        n = len(self.first)
        distress, joy = (np.where(counted, values, -1.0) for values in self.windows())
        clearest = first_largest(np.maximum(distress, joy), self.first, self.owners)
        some = counted[clearest] if n else np.zeros(0, dtype=bool)
        pick = clearest[some]
        out = Scores(
            np.zeros((n, len(AFFECTS))), np.zeros((n, len(VOICES))), np.zeros((n, len(SITUATIONS))),
            np.zeros(n), np.zeros(n),
        )  # fmt: skip
        out.affect[some], out.voice[some] = self._affect[pick], self._voice[pick]
        if n:
            held = np.where(counted[:, None], self._situations, 0.0)
            out.situations[:] = np.maximum.reduceat(held, self.first)
            out.distress[:] = np.maximum(np.maximum.reduceat(distress, self.first), 0.0)
            out.joy[:] = np.maximum(np.maximum.reduceat(joy, self.first), 0.0)
        for values in (out.affect, out.voice, out.situations, out.distress, out.joy):
            np.round(values, DECIMALS, out=values)
        return out


def first_largest(
    values: NDArray[np.float64], first: NDArray[np.int64], owners: NDArray[np.int64]
) -> NDArray[np.int64]:
    """[n]: of each turn's windows, the first with the largest value."""
    if not len(first):
        return first
    largest = np.maximum.reduceat(values, first)
    rows = np.flatnonzero(values == largest[owners])
    return rows[np.flatnonzero(np.diff(owners[rows], prepend=-1))]
