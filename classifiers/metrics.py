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
BINS = 10
"""Bins of probabilities: as wide as each other, lower end within, upper end not; the last holds 1 as well."""
FEW = 5
"""Hits, or misses, from which on the spread of groups says how much they hang together."""


def wilson(hits: int, n: int) -> Figure:
    """A share with its Wilson score interval (Wilson 1927, JASA 22); all None for n = 0."""
    return [None, None, None] if n == 0 else _score_interval(hits / n, n)


def _score_interval(share: float, n: float) -> Figure:
    spread = Z * Z / n
    middle = (share + spread / 2) / (1 + spread)
    half = Z * math.sqrt(share * (1 - share) / n + spread / (4 * n)) / (1 + spread)
    return [share, max(0.0, middle - half), min(1.0, middle + half)]


def share(hits: NDArray[np.bool_], among: NDArray[np.bool_], groups: NDArray[np.int64]) -> Figure:
    """The share of hits among some of n rows, [n] each, whose rows of a group hang together; all None for no row.

    Wilson's interval at the effective number of rows: their number over the design effect, which the spread of the
    groups gives (Kish 1965, Survey Sampling, 8.2; Franco et al. 2019, J. Survey Stat. Methodol. 7). Fewer than FEW
    hits, or misses, have too little spread to tell: rows of a group then count as all alike, which is the fewest that
    they can stand for. A percentile bootstrap would call 3 of 3 certain.
    """
    n = int(among.sum())
    if n == 0:
        return [None, None, None]
    found = hits[among].astype(np.float64)
    value = float(found.mean())
    place = np.unique(groups[among], return_inverse=True)[1]
    sizes = np.bincount(place)
    count = len(sizes)
    effective = fewest = n * n / float((sizes**2).sum())
    if count > 1 and FEW <= found.sum() <= n - FEW:
        off = np.bincount(place, weights=found - value)
        variance = count / (count - 1) * float((off**2).sum()) / (n * n)
        effective = min(float(n), max(fewest, value * (1 - value) / variance)) if variance else float(n)
    return _score_interval(value, effective)


def average_precision(truth: NDArray[np.bool_], scores: NDArray[np.float64]) -> float | None:
    """Average precision, [n] truth and [n] scores; rows of equal score are taken together. None without a positive."""
    if not truth.any():
        return None
    order = np.argsort(-scores, kind="stable")
    last = np.flatnonzero(np.append(np.diff(scores[order]) != 0, True))
    hits = np.cumsum(truth[order])[last]
    return float(np.sum(np.diff(hits, prepend=0) * hits / (last + 1)) / hits[-1])


def bins_of(scores: NDArray[np.float64]) -> NDArray[np.int64]:
    """The bin, 0 to BINS - 1, of each probability."""
    return np.searchsorted(np.arange(1, BINS) / BINS, scores, side="right")


def calibration_error(truth: NDArray[np.bool_], scores: NDArray[np.float64]) -> float | None:
    """Expected calibration error over the bins (Naeini et al. 2015, AAAI); None without data."""
    if not len(scores):
        return None
    place = bins_of(scores)
    said, came = (np.bincount(place, weights=values, minlength=BINS) for values in (scores, truth))
    return float(np.abs(said - came).sum() / len(scores))


def bootstrap(
    figure: Callable[[NDArray[np.int64]], float | None],
    groups: Sequence[str] | NDArray[np.int64],
    draws: int = 400,
    seed: int = 11,
) -> Figure:
    """`figure` of all rows with a 95 % percentile interval; whole groups are redrawn (rows of a group hang together).

    figure: from row numbers [m] to a figure, None where it does not exist. One group alone says nothing of others: its
    interval is None.
    """
    place = np.unique(np.asarray(groups), return_inverse=True)[1]
    value = figure(np.arange(len(place)))
    if value is None:
        return [None, None, None]
    count = int(place.max()) + 1
    rng = np.random.default_rng(seed)
    drawn = []
    for _ in range(draws if count > 1 else 0):
        times = np.bincount(rng.integers(0, count, count), minlength=count)
        again = figure(np.repeat(np.arange(len(place)), times[place]))
        if again is not None:
            drawn.append(again)
    if not drawn:
        return [value, None, None]
    low, high = np.quantile(drawn, [0.025, 0.975])
    return [value, float(low), float(high)]
