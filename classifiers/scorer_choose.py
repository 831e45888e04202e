"""From scores of held-out turns to thresholds, predictions and the counts behind the correction of rates."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifiers.scorer_evaluate import Prediction
from classifiers.training_text import Example
from schemas.labels import AFFECTS, VOICES, Affect, Label

DISTRESS_FALSE = 0.02
"""Most neutral turns that may pass the distress threshold, on validation turns enriched with hard negatives. The
threshold is the lowest that keeps to it: recall as high as that allows."""
JOY_BETA = 0.5
"""The joy threshold is where F-beta is largest on validation: with 0.5, precision counts twice as much as recall."""
POLICY = {
    "distress": f"By recall: the lowest threshold that lets at most {DISTRESS_FALSE:.0%} of neutral turns pass, so that"
    " recall is as high as that allows.",
    "joy": f"By precision: the threshold at which F{JOY_BETA:g} is largest, in which precision counts"
    f" {1 / JOY_BETA:g} times as much as recall.",
}
"""How each label's threshold is chosen, for the model card."""


@dataclass(frozen=True, slots=True)
class Raw:
    """Scores of n turns before any threshold: distress, joy [n]; affect [n, 5]; voice [n, 4].

    distress_screen, joy_screen: [n], what the screen says of the window with the most distress, and with the most joy.
    """

    distress: NDArray[np.float64]
    joy: NDArray[np.float64]
    distress_screen: NDArray[np.float64]
    joy_screen: NDArray[np.float64]
    affect: NDArray[np.float64]
    voice: NDArray[np.float64]

    def rows(self, chosen: NDArray[np.int64]) -> Raw:
        """The scores of some of the turns."""
        return Raw(*(getattr(self, name)[chosen] for name in self.__slots__))

    @classmethod
    def joined(cls, parts: Sequence[Raw]) -> Raw:
        """The parts one after the other."""
        return cls(*(np.concatenate([getattr(part, name) for part in parts]) for name in cls.__slots__))


def thresholds(examples: Sequence[Example], raw: Raw) -> dict[str, float]:
    """distress by recall, joy by precision; see the constants above."""
    joy = np.array([e.joy for e in examples])
    neutral = raw.distress[np.array([e.affect == Affect.NEUTRAL for e in examples])]
    chosen = float(np.quantile(neutral, 1 - DISTRESS_FALSE, method="higher")) if len(neutral) else 0.5
    found = {"distress": chosen + 1e-4, "joy": _best_f(joy, raw.joy)}
    return {name: round(value, 4) for name, value in found.items()}


def _best_f(truth: NDArray[np.bool_], scores: NDArray[np.float64]) -> float:
    """The threshold at which F-beta (van Rijsbergen 1979, ch. 7) is largest; the highest such."""
    if not truth.any():
        return 0.9
    order = np.argsort(-scores, kind="stable")
    # No threshold parts turns of equal score.
    last = np.flatnonzero(np.append(np.diff(scores[order]) != 0, True))
    hits = np.cumsum(truth[order])[last]
    beta = JOY_BETA**2
    f = (1 + beta) * hits / (beta * truth.sum() + last + 1)
    return float(scores[order][last][int(np.argmax(f))])


def predictions(examples: Sequence[Example], raw: Raw, limits: Mapping[str, float], screen: float) -> list[Prediction]:
    """What the scorer says at these thresholds. screen: windows that score less are not read; where that is the one
    with the most distress or joy, the turn counts as scored 0 and not flagged."""
    distress = np.where(raw.distress_screen >= screen, raw.distress, 0.0)
    joy = np.where(raw.joy_screen >= screen, raw.joy, 0.0)
    return [
        Prediction(
            example.id,
            float(distress[n]),
            float(joy[n]),
            bool(distress[n] >= limits["distress"]),
            bool(joy[n] >= limits["joy"]),
            AFFECTS[int(np.argmax(raw.affect[n]))],
            VOICES[int(np.argmax(raw.voice[n]))],
        )
        for n, example in enumerate(examples)
    ]


def source_counts(examples: Sequence[Example], said: Sequence[Prediction], label: Label) -> dict[str, dict[str, float]]:
    """By source, the counts from which a trial's rate is corrected: n_positive, hits, n_negative, false.

    A source of which every turn is labelled speaks for itself. Elsewhere recall rests on turns that nobody's scores
    chose: those written, and those of the gold. False positives rest on turns drawn at random, each for as many as it
    stands for, as an equal number of turns without weights would tell (Kish 1965, Survey Sampling, 11.7); near misses
    that were written or searched for would give no rate of a trial. Where nothing was drawn at random, they rest on all
    other turns.
    """
    drawn = any(e.stands_for is not None for e in examples)
    sources: dict[str, list[tuple[Example, bool]]] = {}
    for example, prediction in zip(examples, said, strict=True):
        # The gold names the part of a data set as well.
        name = example.source if example.written else re.sub(r"_test(?=_|$)", "", example.source)
        sources.setdefault(name, []).append((example, getattr(prediction, str(label))))
    counts: dict[str, dict[str, float]] = {}
    for source, rows in sorted(sources.items()):
        whole = {e.stands_for for e, _ in rows} - {None} == {1.0}
        positive = [flag for e, flag in rows if getattr(e, str(label)) and (whole or e.stands_for is None)]
        calm = [
            (e.stands_for or 1.0, flag)
            for e, flag in rows
            if not getattr(e, str(label)) and (whole or (e.stands_for is not None) == drawn)
        ]
        total, squares = sum(w for w, _ in calm), sum(w * w for w, _ in calm)
        size = total * total / squares if calm else 0.0
        false = size * sum(w for w, flag in calm if flag) / total if calm else 0.0
        counts[source] = {
            "n_positive": len(positive), "hits": sum(positive), "n_negative": round(size, 2), "false": round(false, 2),
        }  # fmt: skip
    return {source: found for source, found in counts.items() if found["n_positive"] or found["n_negative"]}


def own_figures_rows(examples: Sequence[Example]) -> NDArray[np.int64]:
    """The turns on which the card's figures rest: the gold of real turns, or what was written where there is none."""
    real = np.array([not e.written and e.stands_for is None for e in examples])
    return np.flatnonzero(real if real.any() else ~real)


def counts_of(examples: Sequence[Example]) -> dict[str, Any]:
    """How many turns were written, are gold, and were labelled for training, for the card."""
    written = sum(e.written for e in examples)
    drawn = sum(e.stands_for is not None for e in examples)
    return {"written": written, "gold": len(examples) - written - drawn, "labelled": drawn}
