"""Trains the linear heads of the screen and of the context codes on labelled turns."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from classifiers.screen import FEATURES, Screen, situation_features, turn_features
from classifiers.training_text import Example
from schemas.labels import SITUATIONS

_SMALLEST = 0.01
"""Weights nearer to zero are dropped: they make the file large and change no decision."""


def _linear(features: object, truth: NDArray[np.bool_], strength: float) -> tuple[NDArray[np.float32], float]:
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=strength, class_weight="balanced", max_iter=400, random_state=0)
    model.fit(features, truth)
    weights = model.coef_[0].astype(np.float32)
    weights[np.abs(weights) < _SMALLEST] = 0.0
    return weights, float(model.intercept_[0])


def fit_screen(examples: Sequence[Example], threshold: float = 0.5) -> Screen:
    """A screen whose score says whether the model's own affect, of either sign, could be in a turn."""
    turns = [e.turn for e in examples]
    weights, bias = _linear(turn_features(turns), np.array([e.distress or e.joy for e in examples]), 1.0)
    noted = [e for e in examples if e.situations_known]
    features = situation_features([e.turn for e in noted])
    table = np.zeros((2 * FEATURES, len(SITUATIONS)), np.float32)
    biases = np.zeros(len(SITUATIONS), np.float32)
    for n, situation in enumerate(SITUATIONS):
        truth = np.array([situation in e.situations for e in noted])
        table[:, n], biases[n] = _linear(features, truth, 0.5)
    return Screen(weights, bias, table, biases, threshold)


def choose_screen_threshold(scores: NDArray[np.float64], wanted: NDArray[np.bool_], lost: float) -> float:
    """The highest threshold that loses at most the share `lost` of the wanted turns. scores, wanted: [n]."""
    if not wanted.any():
        return 0.0
    return float(np.quantile(scores[wanted], lost, method="lower"))
