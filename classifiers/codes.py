"""Cheap heads that see which situations of the trigger taxonomy a turn and its context hold: hashed word n-grams.

Hashing trick: Weinberger et al. 2009 (ICML), section 2. A conversation's codes rest on them and on the encoder, for
which they choose the turn.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from classifiers.turn import ModelTurn
from schemas.errors import UsageError
from schemas.labels import SITUATIONS

FEATURES = 2**17
_MAX_CHARS = 2_000
_TOKEN = r"(?u)\b\w+(?:['’]\w+)?\b|[!?]{2,}|[\U0001F300-\U0001FAFF☀-➿]|:\(|:\)"


def hashed(texts: Sequence[str]) -> Any:
    """Sparse float32 [n, FEATURES]: words and pairs of words, a row divided by the square root of its l2 norm: a long
    text is damped, and one telling phrase still counts."""
    from sklearn.feature_extraction.text import HashingVectorizer

    matrix = HashingVectorizer(
        n_features=FEATURES, ngram_range=(1, 2), alternate_sign=False, norm=None, binary=True, token_pattern=_TOKEN,
        dtype=np.float32,
    ).transform(texts)  # fmt: skip
    norms = np.sqrt(np.sqrt(np.maximum(np.diff(matrix.indptr), 1.0)))
    matrix.data /= np.repeat(norms, np.diff(matrix.indptr)).astype(np.float32)
    return matrix


def situation_features(turns: Sequence[ModelTurn]) -> Any:
    """Sparse [n, 2 * FEATURES]: words of the context and words of the turn, kept apart."""
    from scipy.sparse import hstack

    contexts = ["\n".join(text[:_MAX_CHARS] for _, text in turn.context) for turn in turns]
    return hstack([hashed(contexts), hashed([turn.text[:_MAX_CHARS] for turn in turns])], format="csr")


def sigmoid(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Logistic function, safe for large values."""
    return 0.5 * (1.0 + np.tanh(0.5 * logits))


class CodeHeads:
    """Linear heads over hashed n-grams, one a situation. weights: float32 [2 * FEATURES, 11]; bias: [11]."""

    def __init__(self, weights: NDArray[np.float32], bias: NDArray[np.float32]) -> None:
        self.weights, self.bias = weights, bias

    @classmethod
    def load(cls, path: Path) -> CodeHeads:
        """The heads stored at `path`. Raises UsageError where they cannot be read."""
        try:
            with np.load(path, allow_pickle=False) as stored:
                table = np.zeros((2 * FEATURES, len(SITUATIONS)), np.float32)
                table[stored["index"]] = stored["value"].astype(np.float32)
                return cls(table, stored["bias"])
        except (OSError, EOFError, KeyError, ValueError, BadZipFile):
            raise UsageError(
                f"{path.name}, of the scorer, is missing or damaged. Restore it, or train the scorer again."
            ) from None

    def save(self, path: Path) -> None:
        """Stores the rows that hold anything as float16."""
        rows = np.flatnonzero(np.abs(self.weights).max(axis=1))
        np.savez_compressed(
            path, index=rows.astype(np.int32), value=self.weights[rows].astype(np.float16), bias=self.bias
        )

    def probabilities(self, turns: Sequence[ModelTurn]) -> NDArray[np.float64]:
        """[n, 11] probabilities of the situations, in the order of SITUATIONS."""
        if not turns:
            return np.zeros((0, len(SITUATIONS)))
        return sigmoid(np.asarray(situation_features(turns) @ self.weights, dtype=np.float64) + self.bias)
