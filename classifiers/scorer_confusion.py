"""Levels and voices taken for one another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifiers.metrics import share
from classifiers.scorer_figures import with_reasons


def classes(
    gold: Sequence[Any], said: Sequence[Any], values: Sequence[Any], groups: NDArray[np.int64]
) -> dict[str, Any]:
    """agreement: share of the n turns given the gold's class. confusion: counts, gold class, then predicted class.

    classes: by class, how many turns are of it and how many were said to be, recall and precision with intervals.
    A class that the gold has not is null in the confusion, and its figures are null with a reason.
    """
    place = {value: number for number, value in enumerate(values)}
    true, given = (np.array([place[value] for value in column], dtype=np.int64) for column in (gold, said))
    counts = np.zeros((len(values), len(values)), np.int64)
    np.add.at(counts, (true, given), 1)
    found: dict[str, dict[str, Any]] = {}
    for number, value in enumerate(values):
        n, named = int(counts[number].sum()), int(counts[:, number].sum())
        absent = "" if n else "no turn of the gold is of this class"
        found[str(value)] = with_reasons(
            {
                "n": n,
                "said": named,
                "recall": share(given == number, true == number, groups),
                "precision": share(true == number, given == number, groups),
            },
            {"recall": absent, "precision": absent or ("" if named else "no turn was said to be of this class")},
        )
    return {
        "agreement": share(true == given, np.ones(len(true), dtype=bool), groups),
        "confusion": {
            str(g): {str(s): int(counts[place[g], place[s]]) for s in values} if counts[place[g]].any() else None
            for g in values
        },
        "classes": found,
    }
