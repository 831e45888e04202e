"""How often the scorer errs on text of a source that it was not validated on: what a trial's text always is.

Recall differs more from source to source than chance explains. A trial is one more source, so that its recall is known
no better than the next source's: the law must be one of prediction, not one of the mean (Higgins, Thompson and
Spiegelhalter 2009, J R Stat Soc A 172, section 4).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Values = NDArray[np.float64]

_MEANS, _SIZES, _SHARES = 120, 40, 500
"""Points of the grid: means, sizes, and shares at which the law's distribution function is taken."""
_FEWEST = 3
_LEAST_ALIKE = 0.15
"""Lower end of the prior: the standard deviation between sources is at most about 2.6 times the mean. With a lower end
of 0.25, sources that differ as much as the card's for joy had corrected intervals that held the truth in 90 % of
trials; with 0.15, in 94 %. The price: four sources without a false positive in 1,200 turns allow 6 % in the next, which
with 0.25 would be 1.5 %."""
_NEGLIGIBLE = 1e-4
"""Points of the grid whose weight is below this share of the largest are left out."""


def new_source(hits: Sequence[float], totals: Sequence[float], at: Values) -> Values:
    """Quantiles, at probabilities `at` [n], of the share that the next source will show.

    hits of totals: turns, one pair a source. The share is beta-distributed over sources, and binomial within one. The
    beta law's mean has Jeffreys' prior, its likeness (a + b) * mean * (1 - mean) (the smaller, the more sources differ)
    a density that falls with its power 3/2; both are integrated over a grid, so that the result is the same on every
    run (Gelman et al. 2013, Bayesian Data Analysis, section 5.3). Fewer than three sources tell nothing of their
    differences: then it is the Jeffreys posterior of the pooled counts, and that the trial is like them is assumed.
    """
    import numpy as np
    from scipy.special import betainc, betaincinv, betaln, expit

    pairs = [(h, n) for h, n in zip(hits, totals, strict=True) if n > 0]
    if len(pairs) < _FEWEST:
        pooled, turns = sum(h for h, _ in pairs), sum(n for _, n in pairs)
        alike: Values = betaincinv(pooled + 0.5, turns - pooled + 0.5, at)
        return alike
    logits = np.linspace(-10, 10, _MEANS)
    mean = expit(logits)[:, None]
    likeness = np.geomspace(_LEAST_ALIKE, 1e4, _SIZES)[None, :]
    a, b = likeness / (1 - mean), likeness / mean
    weight = 0.5 * np.log(mean * (1 - mean)) - 0.5 * np.log(likeness)
    for h, n in pairs:
        weight = weight + betaln(a + h, b + n - h) - betaln(a, b)
    weight = np.exp(weight - weight.max())
    kept = weight > _NEGLIGIBLE
    shares = expit(np.linspace(-14, 14, _SHARES))
    below = betainc(a[kept][:, None], b[kept][:, None], shares[None, :])
    law = (weight[kept] / weight[kept].sum()) @ below
    found: Values = np.interp(at, law, shares)
    return found
