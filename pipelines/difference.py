"""One difference of two rates, and what is said of several that are looked at side by side."""

from __future__ import annotations

from typing import Any

from pipelines.disclosure import coarse
from pipelines.intervals import LEVEL, detectable, holm, newcombe, two_sided

Row = dict[str, Any]
Side = tuple[float, float]
"""(rate or share, effective size)."""
_SIDES = "sides"


def figures(now: Side, before: Side) -> Row:
    """The difference now - before with its 95 % interval (Newcombe's, on effective sizes), and both sides for
    `decide`, which takes them out again."""
    low, high = newcombe(*now, *before)
    return {
        "difference": coarse(now[0] - before[0]),
        "difference_low": coarse(low),
        "difference_high": coarse(high),
        _SIDES: (now, before),
    }


def decide(family: list[Row]) -> list[Row]:
    """`family` with the verdict and the smallest detectable difference of every row that has figures.

    `higher` or `lower` where the interval excludes zero and the p-value, after Holm's correction over the family, is
    under LEVEL: at most 5 % of families in which nothing differs hold any such word. Each word is read by itself and
    passed on, so the chance of any false one is held, not their share. The detectable difference is that of the
    strictest test of the family: the first one that Holm makes.
    """
    told = [row for row in family if _SIDES in row]
    sides = [row.pop(_SIDES) for row in told]
    adjusted = holm([two_sided(*now, *before) for now, before in sides])
    for row, (now, before), p in zip(told, sides, adjusted, strict=True):
        away = row["difference_low"] > 0 or row["difference_high"] < 0
        word = "higher" if row["difference"] > 0 else "lower"
        row["verdict"] = word if away and p < LEVEL else "no difference seen"
        row["detectable"] = coarse(detectable(now[0], now[1], before[0], before[1], len(told)))
    return family
