"""Turns as the embedded models read them: windows of word pieces, each with its context."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from classifiers.reading import Input
from classifiers.turn import WINDOW_TOKENS, ModelTurn, context_text, encode, window_starts
from classifiers.weights_file import TOKENIZER

_MAX_TURN_CHARS = 60_000


class Windows:
    """Makes windows with the tokenizer in a scorer's folder."""

    def __init__(self, folder: Path) -> None:
        from tokenizers import Tokenizer

        self._tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()

    def of(self, turns: Sequence[ModelTurn]) -> tuple[list[Input], list[int]]:
        """All windows, those of one turn beside each other, and the number of the turn of each. A turn has at least
        one, the first of which starts with it."""
        contexts = self._tokenizer.encode_batch([context_text(t) for t in turns], add_special_tokens=False)
        texts = self._tokenizer.encode_batch([t.text[:_MAX_TURN_CHARS] for t in turns], add_special_tokens=False)
        inputs, owners = [], []
        for owner, (context, text) in enumerate(zip(contexts, texts, strict=True)):
            for start in window_starts(len(text.ids)):
                inputs.append(encode(context.ids, text.ids[start : start + WINDOW_TOKENS]))
                owners.append(owner)
        return inputs, owners


def first_of(owners: Sequence[int] | NDArray[np.int64]) -> NDArray[np.int64]:
    """[n]: the first window of each turn."""
    return np.flatnonzero(np.diff(np.asarray(owners, dtype=np.int64), prepend=-1))
