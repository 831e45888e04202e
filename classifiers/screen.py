"""The cheap screen over every turn, and the context codes: hashed word n-grams with linear heads.

Hashing trick: Weinberger et al. 2009 (ICML), section 2. One pass gives the screen's score (could the model's own affect
be in here?) and a probability for each situation of the trigger taxonomy.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifiers.turn import ModelTurn
from schemas.errors import UsageError
from schemas.labels import SITUATIONS

FEATURES = 2**17
_MAX_CHARS = 20_000
_CONTEXT_CHARS = 2_000
_TOKEN = r"(?u)\b\w+(?:['’]\w+)?\b|[!?]{2,}|[\U0001F300-\U0001FAFF☀-➿]|:\(|:\)"


def _vectorizer() -> Any:
    from sklearn.feature_extraction.text import HashingVectorizer

    return HashingVectorizer(
        n_features=FEATURES, ngram_range=(1, 2), alternate_sign=False, norm=None, binary=True, token_pattern=_TOKEN
    )


def turn_features(turns: Sequence[ModelTurn]) -> Any:
    """Sparse [n, FEATURES] of the turns' own words, damped over length."""
    return _damped(_vectorizer().transform([turn.text[:_MAX_CHARS] for turn in turns]))


def situation_features(turns: Sequence[ModelTurn]) -> Any:
    """Sparse [n, 2 * FEATURES]: words of the context and words of the turn, kept apart."""
    from scipy.sparse import hstack

    contexts = ["\n".join(text[:_CONTEXT_CHARS] for _, text in turn.context) for turn in turns]
    words = [turn.text[:_CONTEXT_CHARS] for turn in turns]
    vectorizer = _vectorizer()
    return hstack([_damped(vectorizer.transform(contexts)), _damped(vectorizer.transform(words))], format="csr")


def _damped(matrix: Any) -> Any:
    """Rows divided by the square root of their l2 norm: a long turn is damped, and one telling phrase still counts."""
    from scipy.sparse import diags

    norms = np.sqrt(np.sqrt(np.maximum(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel(), 1.0)))
    return diags(1.0 / norms) @ matrix


def sigmoid(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Logistic function, safe for large values."""
    return 0.5 * (1.0 + np.tanh(0.5 * logits))


class Screen:
    """Linear heads over hashed n-grams. threshold: screen scores below it are rejected."""

    def __init__(self, weights: NDArray[np.float32], bias: float, situations: NDArray[np.float32],
                 situation_bias: NDArray[np.float32], threshold: float) -> None:  # fmt: skip
        self.weights, self.bias, self.threshold = weights, bias, threshold
        self.situations, self.situation_bias = situations, situation_bias

    @classmethod
    def load(cls, path: Path) -> Screen:
        """The screen stored at `path`. Raises UsageError where it cannot be read."""
        try:
            with np.load(path, allow_pickle=False) as stored:
                dense = np.zeros(FEATURES, np.float32)
                dense[stored["index"]] = stored["value"].astype(np.float32)
                table = np.zeros((2 * FEATURES, len(SITUATIONS)), np.float32)
                table[stored["situation_index"]] = stored["situation_value"].astype(np.float32)
                return cls(dense, float(stored["bias"]), table, stored["situation_bias"], float(stored["threshold"]))
        except (OSError, KeyError, ValueError):
            raise UsageError(
                "the screen's file is missing or damaged. Restore it, or train the scorer again."
            ) from None

    def save(self, path: Path) -> None:
        """Stores the non-zero weights as float16."""
        index = np.flatnonzero(self.weights)
        rows = np.flatnonzero(np.abs(self.situations).max(axis=1))
        np.savez_compressed(
            path,
            index=index.astype(np.int32),
            value=self.weights[index].astype(np.float16),
            bias=np.float32(self.bias),
            situation_index=rows.astype(np.int32),
            situation_value=self.situations[rows].astype(np.float16),
            situation_bias=self.situation_bias,
            threshold=np.float32(self.threshold),
        )

    def score(self, turns: Sequence[ModelTurn]) -> NDArray[np.float64]:
        """[n] screen scores, 0 to 1."""
        if not turns:
            return np.zeros(0)
        return sigmoid(np.asarray(turn_features(turns) @ self.weights, dtype=np.float64) + self.bias)

    def situation_probabilities(self, turns: Sequence[ModelTurn]) -> NDArray[np.float64]:
        """[n, 11] probabilities of the situations, in the order of SITUATIONS."""
        if not turns:
            return np.zeros((0, len(SITUATIONS)))
        logits = np.asarray(situation_features(turns) @ self.situations, dtype=np.float64)
        return sigmoid(logits + self.situation_bias)
