"""A scorer whose errors differ from source to source, as those of the shipped scorer's card do.

The law of the errors is fitted to the card's counts, so that the simulation's scorer is no better and no more constant
than the shipped one. Validation sources and the trial's own text are drawn from that law alike: what the correction
assumes, and all that it assumes about sources.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from scipy.optimize import minimize
from scipy.special import betaln, expit

from classifiers.scorer import load_scorer
from schemas.quality import Counts, LabelQuality, Quality

_MOST_ALIKE = 10.0
"""Largest likeness of a fitted law. Some counts of the card fit sources that do not differ at all; these always do: two
in three have odds within a factor of 1.4 of the typical one."""


@dataclass(frozen=True, slots=True)
class Law:
    """A beta law of shares over sources. mean: 0 to 1. likeness: the smaller, the more sources differ; one over the
    variance of the log odds, about."""

    mean: float
    likeness: float

    def draw(self, rng: np.random.Generator, sources: int) -> list[float]:
        """The shares of so many sources."""
        return [float(x) for x in rng.beta(self.likeness / (1 - self.mean), self.likeness / self.mean, sources)]


def fit(hits: Sequence[float], totals: Sequence[float]) -> Law:
    """The likeliest beta-binomial law of these counts, one pair a source."""

    def surprise(at: Sequence[float]) -> float:
        mean, likeness = float(expit(at[0])), float(np.exp(at[1]))
        a, b = likeness / (1 - mean), likeness / mean
        return -sum(float(betaln(a + h, b + n - h) - betaln(a, b)) for h, n in zip(hits, totals, strict=True) if n)

    starts = [(m, s) for m in (-6.0, -4.0, 0.0, 1.5) for s in (-1.0, 1.0)]
    best = min((minimize(surprise, at, method="Nelder-Mead") for at in starts), key=lambda found: float(found.fun))
    return Law(float(expit(best.x[0])), float(np.exp(min(best.x[1], np.log(_MOST_ALIKE)))))


@dataclass(frozen=True, slots=True)
class PlantedScorer:
    """Laws of recall and false-positive rate of a turn, and the sizes (turns with, turns without) of its sources."""

    recall: Law
    alarm: Law
    sizes: tuple[tuple[int, int], ...]

    def trial(self, rng: np.random.Generator) -> tuple[float, float, LabelQuality]:
        """The errors in a trial's own text (recall, false-positive rate), and what a validation of its own found."""
        recalls = self.recall.draw(rng, len(self.sizes) + 1)
        alarms = self.alarm.draw(rng, len(self.sizes) + 1)
        sources = tuple(
            Counts(with_it, int(rng.binomial(with_it, r)), without, int(rng.binomial(without, a)))
            for (with_it, without), r, a in zip(self.sizes, recalls, alarms, strict=False)
        )
        return recalls[-1], alarms[-1], LabelQuality(0.5, sources)


@cache
def scorer_of_the_card(label: str) -> PlantedScorer:
    """The shipped scorer, as its card counts hits and false alarms by source."""
    sources = Quality.from_card(load_scorer().card).labels[label].sources
    recall = fit([s.hits for s in sources], [s.n_positive for s in sources])
    alarm = fit([s.false for s in sources], [s.n_negative for s in sources])
    return PlantedScorer(recall, alarm, tuple((round(s.n_positive), round(s.n_negative)) for s in sources))


def better_scorer(label: str) -> PlantedScorer:
    """One with a recall of 92 % and a false positive in 2,000 turns, each as unlike between sources as the card's."""
    found = scorer_of_the_card(label)
    return replace(found, recall=replace(found.recall, mean=0.92), alarm=replace(found.alarm, mean=0.0005))
