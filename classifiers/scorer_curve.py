"""How far probabilities can be trusted, and what other thresholds would give. Both for the model card."""

from __future__ import annotations

from typing import Any

from classifiers.metrics import BINS, Figure, bins_of, share
from classifiers.scorer_figures import Judged, shares

GRID = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98)
"""Thresholds of the curve; the chosen one is put among them."""
_DECIMALS = 4
_SHARES = ("recall", "precision", "false_positive_rate_neutral", "false_positive_rate")
_COUNTS = ("flagged", "hits", "false")


def reliability(judged: Judged) -> list[dict[str, Any]]:
    """By bin of the predicted probability: turns, their mean prediction, and the share that expresses the label.

    A turn that the screen rejects counts as predicted 0. low, high: the bin's ends; see BINS. What cannot be measured
    is null, with a reason.
    """
    place = bins_of(judged.scores)
    absent = "" if judged.truth.any() else "no turn expresses it"
    rows = []
    for number in range(BINS):
        inside = place == number
        n = int(inside.sum())
        row: dict[str, Any] = {
            "low": number / BINS,
            "high": (number + 1) / BINS,
            "n": n,
            "n_positive": int(judged.truth[inside].sum()),
            "mean_predicted": round(float(judged.scores[inside].mean()), _DECIMALS) if n else None,
            "observed": [None, None, None] if absent else _rounded(share(judged.truth, inside, judged.groups)),
        }
        reason = absent if n else "no turn in this bin"
        rows.append(row | ({"reason": reason} if reason else {}))
    return rows


def curve(judged: Judged, chosen: float | None = None) -> list[dict[str, Any]]:
    """Figures at each threshold of GRID, and at the chosen one where given, from the lowest to the highest."""
    points = []
    for threshold in sorted({*GRID, *(() if chosen is None else (chosen,))}):
        found = shares(judged.at(threshold))
        point: dict[str, Any] = {"threshold": threshold, "chosen": threshold == chosen}
        point |= {name: found[name] for name in _COUNTS} | {name: _rounded(found[name]) for name in _SHARES}
        reasons = {name: reason for name, reason in found["reasons"].items() if name in _SHARES}
        points.append(point | ({"reasons": reasons} if reasons else {}))
    return points


def _rounded(figure: Figure) -> Figure:
    return [None if part is None else round(part, _DECIMALS) for part in figure]
