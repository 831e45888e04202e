"""Figures with intervals. A figure with nothing to measure on is None, never 0."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

Z = 1.959964
"""Two-sided 95 % quantile of the normal distribution."""
Figure = list[float | None]
"""[value, lower end, upper end] of the 95 % interval."""


def wilson(hits: int, n: int) -> Figure:
    """A share with its Wilson score interval (Wilson 1927, JASA 22); all None for n = 0."""
    if n == 0:
        return [None, None, None]
    share, spread = hits / n, Z * Z / n
    middle = (share + spread / 2) / (1 + spread)
    half = Z * math.sqrt(share * (1 - share) / n + spread / (4 * n)) / (1 + spread)
    return [share, max(0.0, middle - half), min(1.0, middle + half)]


def average_precision(truth: NDArray[np.bool_], scores: NDArray[np.float64]) -> float | None:
    """Average precision, [n] truth and [n] scores; None without a positive."""
    from sklearn.metrics import average_precision_score

    return float(average_precision_score(truth, scores)) if truth.any() else None


def calibration_error(truth: NDArray[np.bool_], scores: NDArray[np.float64], bins: int = 10) -> float | None:
    """Expected calibration error over equal-width bins (Naeini et al. 2015, AAAI); None without data."""
    if not len(scores):
        return None
    place = np.minimum((scores * bins).astype(int), bins - 1)
    gaps = [
        (place == b).mean() * abs(truth[place == b].mean() - scores[place == b].mean())
        for b in range(bins)
        if (place == b).any()
    ]
    return float(sum(gaps))


def bootstrap(
    figure: Callable[[NDArray[np.int64]], float | None], groups: Sequence[str], draws: int = 400, seed: int = 11
) -> Figure:
    """`figure` of all rows with a 95 % percentile interval; whole groups are redrawn (rows of a group hang together).

    figure: from row numbers [m] to a figure, None where it does not exist.
    """
    names, place = np.unique(np.asarray(groups), return_inverse=True)
    members = [np.flatnonzero(place == g) for g in range(len(names))]
    value = figure(np.arange(len(groups)))
    if value is None:
        return [None, None, None]
    rng = np.random.default_rng(seed)
    drawn = []
    for _ in range(draws):
        rows = np.concatenate([members[g] for g in rng.integers(0, len(names), len(names))])
        again = figure(rows)
        if again is not None:
            drawn.append(again)
    low, high = np.quantile(drawn, [0.025, 0.975]) if drawn else (None, None)
    return [value, None if low is None else float(low), None if high is None else float(high)]
