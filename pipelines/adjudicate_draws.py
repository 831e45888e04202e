"""Draws of how many conversations of a trial hold the expression, given what readers found in each stratum."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.aggregate_corrected import POINTS
from schemas.quality import Estimate

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Draws = NDArray[np.float64]

PRIOR, UPPER_PRIOR = 1 / 3, 1 / 2
"""Both parameters of a stratum's beta prior. With a third the median is close to what was found (Kerman 2011,
Electronic Journal of Statistics 5); with Jeffreys' half, strata without a find would pull a sum of strata up. For the
upper end it is a half: where nothing was found in a stratum, a third allows for too little."""
_LEAST_TOLD = 0.1
"""Least share of the expression's variance that the flags are taken to tell: with less, their design effect, which is
rounded up to a tenth, would be blown up beyond sense."""


@dataclass(frozen=True, slots=True)
class Stratum:
    """size: conversations of the trial. read: of those. found: in how many of these the expression, halves included.
    flagged: whether they are flagged with the label."""

    size: int
    read: int
    found: float
    flagged: bool


Strata = tuple[Stratum, ...]


@functools.lru_cache(maxsize=64)
def held(strata: Strata, prior: float) -> tuple[Draws, Draws]:
    """POINTS draws of how many conversations of the trial hold the expression: in all, and of the flagged."""
    import numpy as np
    from scipy.special import betaincinv
    from scipy.stats import binom

    whole, flagged = np.zeros(POINTS), np.zeros(POINTS)
    for number, one in enumerate(strata):
        share = betaincinv(one.found + prior, one.read - one.found + prior, spread(2 * number))
        # What was read is known; of the rest, so many hold it as chance will have it.
        count = one.found + binom.ppf(spread(2 * number + 1), one.size - one.read, share)
        whole += count
        if one.flagged:
            flagged += count
    whole.flags.writeable = flagged.flags.writeable = False
    return whole, flagged


def effect_by_readers(strata: Strata, effect: float) -> float:
    """Design effect of the rate by readers, from that of the flags.

    False flags do not hang together within users as expressions do, so that flags are less clustered than what they
    stand for. With phi the correlation of flag and expression over conversations, and errors that do not depend on the
    user, effect - 1 of the expressions is that of the flags over phi squared.
    """
    total, flagged = sum(one.size for one in strata), sum(one.size for one in strata if one.flagged)
    if effect <= 1 or not 0 < flagged < total:
        return max(1.0, effect)
    parts = [(one, one.size * (one.found + PRIOR) / (one.read + 2 * PRIOR)) for one in strata]
    share, hits = sum(count for _, count in parts) / total, sum(count for one, count in parts if one.flagged) / total
    base = flagged / total
    told = (hits - share * base) ** 2 / (share * (1 - share) * base * (1 - base))
    return 1 + (effect - 1) / min(1.0, max(_LEAST_TOLD, told))


def spread(seed: int) -> Draws:
    """POINTS numbers that fill (0, 1) evenly, in an order of their own for each seed, the same on every run: together a
    Latin hypercube (McKay, Beckman and Conover 1979, Technometrics 21)."""
    import numpy as np

    return (np.random.default_rng(seed).permutation(POINTS) + 0.5) / POINTS


def middle(draws: Draws, upper: Draws) -> Estimate:
    """Median and lower end of the middle 95 % of `draws`, upper end of that of `upper`."""
    import numpy as np

    low, median = (float(value) for value in np.quantile(draws, (0.025, 0.5)))
    return Estimate(median, low, max(median, float(np.quantile(upper, 0.975))))
