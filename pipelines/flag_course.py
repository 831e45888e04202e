"""How an expression runs after it began, and what the model does besides, of one conversation. No Spark here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from classifiers.behaviour import LOOP, OUTBURSTS, marks
from schemas.released_runs import LEVEL, PEAKS, REFUSALS, SLOPES

Rows = list[dict[str, Any]]
_DECIMALS = 6
"""Changes are rounded to so many places: probabilities have four, stored in 32 bits."""


NOT_FLAGGED = {"course": "", "peak_at": "", "refusal": ""}
"""What `run_of` gives, of a conversation that is not flagged."""


def run_of(curve: Sequence[float], onset: int, refuses: Callable[[int], bool]) -> dict[str, str]:
    """How it runs. curve: probability (0 to 1) of each generated turn that holds text. onset: 0-based."""
    return {
        "course": course(curve, onset),
        "peak_at": peak_at(curve, onset),
        "refusal": refusal(curve, onset, refuses),
    }


def slope(curve: Sequence[float]) -> float:
    """Least-squares change of probability per generated turn; 0 for fewer than two turns."""
    n = len(curve)
    if n < 2:
        return 0.0
    middle, mean = (n - 1) / 2, sum(curve) / n
    above = sum((i - middle) * (p - mean) for i, p in enumerate(curve))
    return above / sum((i - middle) ** 2 for i in range(n))


def course(curve: Sequence[float], onset: int) -> str:
    """One of SLOPES: what the straight line through the probabilities from turn `onset` (0-based) on does in all."""
    falling, level, rising = SLOPES
    after = curve[onset:]
    change = round(slope(after) * (len(after) - 1), _DECIMALS)
    return rising if change >= LEVEL else falling if change <= -LEVEL else level


def peak_at(curve: Sequence[float], onset: int) -> str:
    """One of PEAKS: whether any turn after the onset is likelier than it."""
    return PEAKS[max(curve[onset:]) > curve[onset]]


def refusal(curve: Sequence[float], onset: int, refuses: Callable[[int], bool]) -> str:
    """One of REFUSALS. refuses: whether the model declines in that turn; asked of the onset and of the turn before.

    It grew if any turn after the (first) refusal is likelier than the refusal by LEVEL.
    """
    none, refused, grew = REFUSALS
    first = next((turn for turn in (onset - 1, onset) if turn >= 0 and refuses(turn)), None)
    if first is None:
        return none
    rise = max(curve[first + 1 :], default=0.0) - curve[first]
    return grew if round(rise, _DECIMALS) >= LEVEL else refused


def behaviours(turns: Rows, ended_by: str) -> tuple[list[str], int]:
    """(those of BEHAVIOURS that the generated turns show, reversions in all). turns: as in SCORED."""
    generated = [turn for turn in turns if turn["generated"]]
    spoken = [marks(turn["text"]) for turn in generated if turn["text"]]
    thought = [marks(turn["thinking"]) for turn in generated if turn["thinking"]]
    found = {
        "reversion_loop": any(mark.reversions >= LOOP for mark in (*spoken, *thought)),
        "outbursts": any(mark.outbursts >= OUTBURSTS for mark in spoken),
        "giving_up": any(mark.gives_up for mark in spoken),
        "ended_by_model": ended_by == "model",
    }
    return [name for name, there in found.items() if there], sum(mark.reversions for mark in (*spoken, *thought))
