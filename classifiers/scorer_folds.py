"""Which turns a training run holds out. Groups stay whole, so that no variant of a turn is on both sides."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from classifiers.training_text import Example

REAL_FOLDS = 2
"""Every labelled real turn is held out once: half of the conversations by each of two models."""
WRITTEN_FOLDS = 5
"""A fifth of the written groups is held out by each of the two models, other fifths."""


def hold_out(written: Sequence[Example], real: Sequence[Example]) -> list[tuple[list[Example], list[Example]]]:
    """(turns to train on, turns held out) of each validation model.

    Without real turns there is one model, and what it holds out is a fifth of the written groups.
    """
    parts = [(written, folds_of(written, WRITTEN_FOLDS)), (real, folds_of(real, REAL_FOLDS))]
    out = []
    for number in range(REAL_FOLDS if real else 1):
        seen = [e for examples, folds in parts for e, fold in zip(examples, folds, strict=True) if fold != number]
        held = [e for examples, folds in parts for e, fold in zip(examples, folds, strict=True) if fold == number]
        out.append((seen, held))
    return out


def folds_of(examples: Sequence[Example], count: int) -> list[int]:
    """A fold for each example, 0 to count - 1: whole groups, the groups with affect spread evenly."""
    affect: dict[str, tuple[bool, bool]] = {}
    for e in examples:
        distress, joy = affect.get(e.group, (False, False))
        affect[e.group] = (distress or e.distress, joy or e.joy)
    order = sorted(affect, key=lambda group: (affect[group], _shuffled(group)))
    place = {group: n % count for n, group in enumerate(order)}
    return [place[e.group] for e in examples]


def _shuffled(group: str) -> str:
    """A key that shuffles groups in the same way everywhere."""
    return hashlib.sha256(group.encode()).hexdigest()
