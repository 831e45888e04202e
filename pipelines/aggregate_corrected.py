"""The rate corrected for the scorer's measured errors, at the level of the flag: the conversation.

Source of the estimator: Rogan and Gladen 1978, Am J Epidemiol 107. Assumptions, all to be stated beside the figure:
this trial's text is to the sources of the validation turns as one of these is to the others, so that its errors lie
where the next source's would; they are independent between turns; an affected conversation holds one turn that
expresses the affect (with more, it is flagged more often, and the corrected rate is too high); a conversation has as
many turns as its length bin stands for.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.new_source import new_source
from schemas.quality import Counts, Estimate, LabelQuality
from schemas.released import LENGTHS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Draws = NDArray[np.float64]

TURNS = dict(zip(LENGTHS, (1.0, 2.5, 5.3, 10.9, 22.0), strict=True))
"""Turns of the model that a conversation of each length bin stands for."""
POINTS = 2048
_ROOT = 1.2207440846057596
"""Root of x ** 4 = x + 1: its powers give a lattice that fills a cube evenly (Roberts 2018, the R sequence)."""


@dataclass(frozen=True, slots=True)
class Corrected:
    """status: `estimated` or `not estimable`. The figures are shares, null where they cannot be given."""

    status: str
    value: float | None = None
    low: float | None = None
    high: float | None = None


def turn_mix(shown: Mapping[str, int], total: int) -> dict[float, float]:
    """Weight of each number of turns, from released counts: conversations by length bin, and of the whole trial.

    What the shown bins leave of `total` is spread evenly over the others. Empty where nothing is known.
    """
    if not total:
        return {}
    hidden = [name for name in LENGTHS if name not in shown]
    left = max(0, total - sum(shown.values()))
    weights = {TURNS[name]: float(count) for name, count in shown.items()}
    weights |= {TURNS[name]: left / len(hidden) for name in hidden}
    whole = sum(weights.values())
    return {turns: weight / whole for turns, weight in weights.items() if weight} if whole else {}


def _lattice(power: int) -> Draws:
    """One coordinate of the lattice, in (0, 1)."""
    import numpy as np

    return (np.arange(1, POINTS + 1) / _ROOT**power + 0.5) % 1.0


@functools.lru_cache(maxsize=16)
def _errors(sources: tuple[Counts, ...]) -> tuple[Draws, Draws]:
    """The lattice's recalls and false-positive rates of a turn: quantiles of what the next source would show."""
    recall = new_source([s.hits for s in sources], [s.n_positive for s in sources], _lattice(2))
    alarm = new_source([s.false for s in sources], [s.n_negative for s in sources], _lattice(3))
    return recall, alarm


def expected_errors(quality: LabelQuality) -> tuple[Estimate, Estimate]:
    """Recall and false-positive rate of a turn as `correct` takes them: median, and ends of the middle 95 %.

    Nothing where `correct` can correct nothing.
    """
    import numpy as np

    if not quality.measured:
        return Estimate(), Estimate()
    recall, alarm = (
        Estimate(*(float(part) for part in np.quantile(draws, (0.5, 0.025, 0.975))))
        for draws in _errors(quality.sources)
    )
    return recall, alarm


def correct(
    share: float, size: float, mix: Mapping[float, float], quality: LabelQuality, lost: float = 0.0
) -> Corrected:
    """The corrected rate with a 95 % interval that carries the uncertainty of recall and false-positive rate.

    share, size: the raw rate and its effective size. mix: weight of each number of turns. lost: share of conversations
    that the screen lost, added at the upper end. The raw rate gets its Jeffreys posterior, recall and false-positive
    rate the law of a new source; a fixed lattice of POINTS points runs through the three, so that the result is the
    same on every run.
    """
    import numpy as np
    from scipy.special import betaincinv

    if not quality.measured or not mix:
        return Corrected("not estimable")
    raw: Draws = betaincinv(share * size + 0.5, (1 - share) * size + 0.5, _lattice(1))
    recall, alarm = _errors(quality.sources)
    calm = np.sum([weight * (1 - alarm) ** turns for turns, weight in mix.items()], axis=0)
    others = np.sum([weight * (1 - alarm) ** (turns - 1) for turns, weight in mix.items()], axis=0)
    sensitivity = 1 - (1 - recall) * others
    gain = sensitivity + calm - 1
    if np.mean(gain <= 0) > 0.01:
        return Corrected("not estimable")
    gain = np.maximum(gain, 1e-9)
    low, middle = np.quantile((raw + calm - 1) / gain, (0.025, 0.5))
    high = min(1.0, max(0.0, float(np.quantile((raw + lost + calm - 1) / gain, 0.975))))
    if low <= 0:
        return Corrected("not estimable", None, 0.0, high)
    return Corrected("estimated", min(1.0, float(middle)), float(min(1.0, low)), high)
