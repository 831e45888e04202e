"""Trains the cheap heads that see the situations of a turn and its context, on labelled turns."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from classifiers.codes import FEATURES, CodeHeads, situation_features
from classifiers.training_text import Example
from schemas.labels import SITUATIONS

_SMALLEST = 0.01
"""Weights nearer to zero are dropped: they make the file large and change no decision."""


def fit_codes(examples: Sequence[Example]) -> CodeHeads:
    """Heads fitted on the turns whose situations were noted."""
    from sklearn.linear_model import LogisticRegression

    noted = [e for e in examples if e.situations_known]
    features = situation_features([e.turn for e in noted])
    table = np.zeros((2 * FEATURES, len(SITUATIONS)), np.float32)
    biases = np.zeros(len(SITUATIONS), np.float32)
    for n, situation in enumerate(SITUATIONS):
        truth = np.array([situation in e.situations for e in noted])
        model = LogisticRegression(C=0.5, class_weight="balanced", max_iter=400, random_state=0).fit(features, truth)
        table[:, n], biases[n] = model.coef_[0], model.intercept_[0]
    table[np.abs(table) < _SMALLEST] = 0.0
    return CodeHeads(table, biases)
