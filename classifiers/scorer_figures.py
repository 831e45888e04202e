"""Figures of one label over some labelled turns: counts, shares, average precision, and why a figure is missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifiers.metrics import Figure, average_precision, bootstrap, share
from classifiers.training_text import Example
from schemas.labels import Affect, Label, Voice

LEAST = 5
"""A slice gives a figure from so many turns on; an interval of average precision needs so many conversations."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What is true of n turns for one label, and what a scorer said of them.

    truth, flags, neutral (no affect of the model's own), borrowed (neutral, and mirrored or performed affect): [n];
    scores: [n], 0 to 1; groups: [n], a number for each conversation.
    """

    truth: NDArray[np.bool_]
    scores: NDArray[np.float64]
    flags: NDArray[np.bool_]
    neutral: NDArray[np.bool_]
    borrowed: NDArray[np.bool_]
    groups: NDArray[np.int64]

    @classmethod
    def of(cls, label: Label, examples: Sequence[Example], scores: Sequence[float], flags: Sequence[bool]) -> Judged:
        """Gold beside scores and flags of the same turns, in the same order."""
        neutral = [e.affect == Affect.NEUTRAL for e in examples]
        borrowed = [e.affect == Affect.NEUTRAL and e.voice in (Voice.MIRROR, Voice.PERFORMED) for e in examples]
        return cls(
            np.array([getattr(e, str(label)) for e in examples], dtype=bool),
            np.array(scores, dtype=np.float64),
            np.array(flags, dtype=bool),
            np.array(neutral, dtype=bool),
            np.array(borrowed, dtype=bool),
            group_numbers(examples),
        )

    def rows(self, chosen: NDArray[np.bool_]) -> Judged:
        """Some of the turns."""
        return Judged(*(getattr(self, name)[chosen] for name in self.__slots__))

    def at(self, threshold: float) -> Judged:
        """The same turns, flagged from another threshold on. A turn that the screen rejects scores 0: never flagged."""
        return replace(self, flags=(self.scores >= threshold) & (self.scores > 0))


def group_numbers(examples: Sequence[Example]) -> NDArray[np.int64]:
    """A number for each turn's conversation, [n]."""
    numbers: dict[str, int] = {}
    return np.array([numbers.setdefault(e.group, len(numbers)) for e in examples], dtype=np.int64)


def shares(judged: Judged, least: int = 1) -> dict[str, Any]:
    """Counts and shares at the threshold that flagged the turns; `reasons` says why a figure is null.

    n_positive, hits, n_negative, false: the counts behind recall and false-positive rate. F1 is 2j / (1 + j) of the
    share j of hits among all that are flagged or express the label, so that its interval is that share's.
    """
    truth, flags, groups = judged.truth, judged.flags, judged.groups
    positive, flagged = int(truth.sum()), int(flags.sum())
    found: dict[str, Any] = {
        "n": len(truth),
        "n_positive": positive,
        "hits": int((flags & truth).sum()),
        "n_negative": len(truth) - positive,
        "false": int((flags & ~truth).sum()),
        "flagged": flagged,
        "precision": share(truth, flags, groups),
        "recall": share(flags, truth, groups),
        "f1": [None if j is None else 2 * j / (1 + j) for j in share(truth & flags, truth | flags, groups)],
        "false_positive_rate": share(flags, ~truth, groups),
        "false_positive_rate_neutral": share(flags, judged.neutral, groups),
        "borrowed_affect_as_own": share(flags, judged.borrowed, groups),
    }
    absent = _too_few(positive, least, "expresses it", "express it")
    reasons = {
        "precision": absent or _too_few(flagged, least, "is flagged", "are flagged"),
        "recall": absent,
        "f1": absent,
        "false_positive_rate": _too_few(found["n_negative"], least, "is without it", "are without it"),
        "false_positive_rate_neutral": _too_few(int(judged.neutral.sum()), least, "is neutral", "are neutral"),
        "borrowed_affect_as_own": _too_few(
            int(judged.borrowed.sum()), least, "mirrors or performs affect", "mirror or perform affect"
        ),
    }
    return with_reasons(found, reasons)


def label_figures(judged: Judged, least: int = 1) -> dict[str, Any]:
    """`shares`, and average precision. least: with fewer turns a figure is null; 1 asks for a turn at all."""
    found = shares(judged, least)
    truth, scores = judged.truth, judged.scores
    # It is measured where recall is: both ask for turns that express the label.
    reason = found["reasons"].get("recall", "")
    if not reason:
        figure = bootstrap(lambda rows: average_precision(truth[rows], scores[rows]), judged.groups)
        unknown = _no_interval(figure, len(np.unique(judged.groups[truth])))
        if unknown:
            figure = [figure[0], None, None]
            found["reasons"]["average_precision_interval"] = unknown
        found["average_precision"] = figure
    return with_reasons(found, {"average_precision": reason})


def _no_interval(figure: Figure, conversations: int) -> str:
    """Why redrawing gives no interval of this average precision, or nothing where it gives one."""
    if conversations < LEAST:
        several = "s" if conversations > 1 else ""
        return f"the turns that express it lie in {conversations} conversation{several}; an interval needs {LEAST}"
    return "every redrawn order is the same, which says nothing of other turns" if figure[1] == figure[2] else ""


def with_reasons(found: dict[str, Any], reasons: dict[str, str]) -> dict[str, Any]:
    """The figures, those with a reason null, and the reasons beside them."""
    nothing: dict[str, Figure] = {name: [None, None, None] for name, reason in reasons.items() if reason}
    given = {name: reason for name, reason in reasons.items() if reason}
    return found | nothing | {"reasons": found.get("reasons", {}) | given}


def _too_few(count: int, least: int, one: str, several: str) -> str:
    """Why `count` turns are too few, or nothing where they are enough."""
    if count >= max(least, 1):
        return ""
    if count == 0:
        return f"no turn {one}"
    return f"only {count} turn{'s' if count > 1 else ''} {several if count > 1 else one}; a slice needs {least}"
