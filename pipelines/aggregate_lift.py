"""How often conversations of a cluster's kind turn into an expression, against the whole trial: rate and lift.

The conversations of that kind which did not are estimated from the sample of unflagged passages, assigned to the same
clusters: each stands for 1 / (share of the conversations that was drawn) of them.
"""

from __future__ import annotations

import math
from decimal import ROUND_CEILING, ROUND_FLOOR

from pipelines.aggregate_cells import Cell
from pipelines.aggregate_rates import Material, Row
from pipelines.disclosure import blunt, clears
from pipelines.intervals import Z

NOTHING: Row = dict.fromkeys(("rate", "rate_low", "rate_high", "lift", "lift_low", "lift_high"))


def lift_figures(material: Material, whole: Row, label: str, source: int, flagged: Cell) -> Row:
    """rate and lift of a shown cluster with their intervals, two digits, from rounded counts.

    whole: row of released_rates of the whole trial. source: number of the cluster in CLUSTERED. flagged: its cell.
    Nothing where the sampled unflagged conversations behind it do not clear the floors, whichever of them it is.

    The sampled passages hold an ordinary answer where the flagged ones hold the expression, so that fewer of them are
    found in a cluster than are of its kind: rate and lift are rather too high.
    """
    drawn = material.cell("kinds", label, "cluster", str(source))
    hits, share = material.round(flagged.flagged), material.sampled_share
    if not share or not clears(drawn.whole, material.policy):
        return NOTHING
    inflation = _inflation(flagged.flagged, flagged.squares)
    count = material.round(drawn.conversations)
    relative = _inflation(drawn.conversations, drawn.total_squares) / count
    return _figures(whole, hits, inflation, count / share, relative)


def _inflation(count: int, squares: int) -> float:
    """Variance of a count over that of independent conversations, rounded up to a tenth: a user brings several."""
    return max(1.0, math.ceil(round(10 * squares / count, 6)) / 10)


def _figures(whole: Row, hits: int, inflation: float, rest: float, relative: float) -> Row:
    """hits: flagged, inflation: of their variance. rest: unflagged conversations of the kind, estimated; relative: its
    variance over its square. By the delta method on the logarithms of the odds and of the lift, in which the flagged of
    the kind, the other flagged and the sample vary by themselves."""
    kind, total = hits + rest, whole["flagged"]
    rate, others = hits / kind, max(0, total - hits)
    odds = math.exp(Z * math.sqrt(inflation / hits + relative))
    ratio = rate / (total / whole["conversations"])
    spread = (1 - rate - hits / total) ** 2 * inflation / hits + (rest / kind) ** 2 * relative
    spread += others * whole["design_effect"] / total**2
    factor = math.exp(Z * math.sqrt(spread))
    return {
        "rate": blunt(rate),
        "rate_low": blunt(hits / (hits + rest * odds), ROUND_FLOOR),
        "rate_high": blunt(hits / (hits + rest / odds), ROUND_CEILING),
        "lift": blunt(ratio),
        "lift_low": blunt(ratio / factor, ROUND_FLOOR),
        "lift_high": blunt(ratio * factor, ROUND_CEILING),
    }
