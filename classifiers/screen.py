"""The cheap screen over every window: could the full model flag it? A small network over words, in numpy.

Two convolutions over the window and one over its context, the largest value of each channel (Kim 2014, EMNLP), and a
small head. It learns what the full model says (distillation, Hinton et al. 2015). Weights and what passes between the
layers are small whole numbers, so that sums in float32 are exact: a score does not depend on the other windows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from classifiers.codes import sigmoid
from schemas.errors import UsageError

LEVELS = 255
"""Largest whole number between the layers. 3 * 128 products of at most 127 * 255 stay under 2**24: exact in float32."""
DECIMALS = 6
_BLOCK = 1024
"""Tokens that are worked on at once, about: what they need then stays in the processor's cache."""
ARRAYS = (
    "words", "near", "near_scale", "near_bias", "step", "wide", "wide_scale", "wide_bias", "asked", "asked_scale",
    "asked_bias", "hidden", "hidden_bias", "out", "out_bias",
)  # fmt: skip
Input = tuple[Sequence[int], Sequence[int]]
Floats = NDArray[np.float32]


class Screen:
    """threshold: windows with a lower score are not read by the full model.

    arrays: `words` int8 [vocabulary, d]; `near` int8 [3, d, f], `wide` int8 [3, f, f] and `asked` int8 [3, d, g], each
    with a scale and a bias a channel; `step` of the whole numbers between near and wide; `hidden` [2f + g, h], `out`
    [h, 2] with biases. The two outputs are logits of distress and joy.
    """

    def __init__(self, arrays: Mapping[str, Any], threshold: float) -> None:
        self.threshold = threshold
        self._stored: dict[str, NDArray[Any]] = {name: np.asarray(arrays[name]) for name in ARRAYS}
        self._whole = {name: self._stored[name].astype(np.float32) for name in ("words", "near", "wide", "asked")}
        self._whole["words"][0] = 0.0

    @classmethod
    def load(cls, path: Path) -> Screen:
        """The screen stored at `path`. Raises UsageError where it cannot be read."""
        try:
            with np.load(path, allow_pickle=False) as stored:
                if stored["out"].shape[1:] != (2,):
                    raise ValueError
                return cls({name: stored[name] for name in ARRAYS}, float(stored["threshold"]))
        except (OSError, EOFError, KeyError, ValueError, BadZipFile):
            raise UsageError(
                f"{path.name}, of the scorer, is missing or damaged. Restore it, or train the scorer again."
            ) from None

    def save(self, path: Path) -> None:
        """Stores arrays and threshold."""
        np.savez_compressed(path, threshold=np.float64(self.threshold), **self._stored)  # type: ignore[arg-type]

    def score(self, inputs: Sequence[Input]) -> NDArray[np.float64]:
        """[n] scores, 0 to 1, of encoded windows (`turn.encode`): the larger of the outputs for distress and joy."""
        out = [self._block(inputs[start:end]) for start, end in _blocks(inputs)]
        return np.concatenate(out) if out else np.zeros(0)

    def _block(self, inputs: Sequence[Input]) -> NDArray[np.float64]:
        split = [(list(types).index(1), len(ids) - 1) for ids, types in inputs]
        turns = [ids[start:end] for (ids, _), (start, end) in zip(inputs, split, strict=True)]
        contexts = [ids[1 : start - 1] for (ids, _), (start, _) in zip(inputs, split, strict=True)]
        words, gaps, starts = self._row_of(turns)
        near = self._layer("near", words, gaps)
        between = np.zeros((len(near) + 2, near.shape[1]), np.float32)
        np.minimum(np.rint(near / self._stored["step"]), LEVELS, out=between[1:-1])
        wide = self._layer("wide", between, gaps)
        asked_words, asked_gaps, asked_starts = self._row_of(contexts)
        asked = self._layer("asked", asked_words, asked_gaps)
        largest = [_largest(near, starts), _largest(wide, starts), _largest(asked, asked_starts)]
        pooled = np.hstack(largest).astype(np.float64)
        # These sums of doubles may differ in the last bit with the number of rows; rounding takes that away.
        hidden = np.maximum(pooled @ self._stored["hidden"] + self._stored["hidden_bias"], 0.0)
        logits = hidden @ self._stored["out"] + self._stored["out_bias"]
        return np.round(sigmoid(logits.max(axis=1)), DECIMALS)

    def _row_of(self, texts: Sequence[Sequence[int]]) -> tuple[Floats, NDArray[np.bool_], NDArray[np.int64]]:
        """Vectors of the words of all texts in one row, a gap before, between and after them; the first and the last
        gap aside, which places are gaps, and where each text starts."""
        ids = np.zeros(sum(map(len, texts)) + len(texts) + 2, np.int64)
        starts, place = [], 1
        for text in texts:
            starts.append(place - 1)
            ids[place : place + len(text)] = text
            place += len(text) + 1
        return self._whole["words"][ids], ids[1:-1] == 0, np.array(starts)

    def _layer(self, name: str, values: Floats, gaps: NDArray[np.bool_]) -> Floats:
        weights = self._whole[name]
        out: Floats = values[:-2] @ weights[0]
        out += values[1:-1] @ weights[1]
        out += values[2:] @ weights[2]
        out *= self._stored[f"{name}_scale"]
        out += self._stored[f"{name}_bias"]
        np.maximum(out, 0.0, out=out)
        out[gaps] = 0.0
        return out


class NoScreen:
    """Lets every window pass."""

    threshold = 0.0

    def score(self, inputs: Sequence[Input]) -> NDArray[np.float64]:
        """[n] ones."""
        return np.ones(len(inputs))


def _blocks(inputs: Sequence[Input]) -> list[tuple[int, int]]:
    """Ranges of inputs with about `_BLOCK` tokens each."""
    ends, size = [0], 0
    for number, (ids, _) in enumerate(inputs):
        size += len(ids)
        if size >= _BLOCK or number == len(inputs) - 1:
            ends.append(number + 1)
            size = 0
    return list(pairwise(ends))


def _largest(values: Floats, starts: NDArray[np.int64]) -> Floats:
    """[n, channels]: the largest value over each text; the gap, which is 0, counts for an empty one."""
    found: Floats = np.maximum.reduceat(values, starts, axis=0)
    return found
