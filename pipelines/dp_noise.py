"""Noise on counts of users, by OpenDP, and what it costs.

Each query gets the discrete Gaussian (Canonne, Kamath and Steinke 2020, arXiv 2004.00010) of OpenDP, with OpenDP's own
source of randomness. A user is in at most m cells of a query, each by one: by the Euclidean norm the counts of two
trials that differ in one user are at most sqrt(m) apart, and noise of standard deviation s costs rho = m / (2 s^2) of
zero-concentrated differential privacy (Bun and Steinke 2016, arXiv 1605.02065). The rho of queries and releases add up.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from schemas.errors import DisclosureError
from schemas.policy_dp import QUERIES, DpPolicy

_SPARE = 1 + 1e-9
"""So much larger than asked, a standard deviation keeps the cost under its share, whichever way figures are rounded."""


def apart(query: str, policy: DpPolicy) -> float:
    """Most that one user moves the counts of `query`, by the Euclidean norm; rounded up."""
    return math.nextafter(math.sqrt(policy.most(query)), math.inf)


def deviation(query: str, policy: DpPolicy) -> float:
    """Standard deviation, in users, of the noise of `query`."""
    return _SPARE * apart(query, policy) / math.sqrt(2 * policy.spends(query))


def noised(counts: Mapping[str, Mapping[str, int]], policy: DpPolicy) -> dict[str, dict[str, int]]:
    """`counts` with fresh noise: spends the policy's rho. A count may come out negative.

    Raises DisclosureError where OpenDP says that a query would cost more than its share.
    """
    import opendp.prelude as dp

    dp.enable_features("contrib")
    out: dict[str, dict[str, int]] = {}
    for query in QUERIES:
        cells = counts[query]
        out[query] = {}
        if not cells:
            continue
        space = dp.vector_domain(dp.atom_domain(T=int), size=len(cells)), dp.l2_distance(T=float)
        mechanism = dp.m.make_gaussian(*space, scale=deviation(query, policy))
        if mechanism.map(apart(query, policy)) > policy.spends(query):
            raise DisclosureError(
                f"the noise of '{query}' would cost more than its share of rho. Nothing was drawn; the program must be"
                " mended."
            )
        out[query] = dict(zip(cells, mechanism(list(cells.values())), strict=True))
    return out


def epsilon(rho: float, delta: float) -> float:
    """The epsilon that `rho` of zCDP gives at `delta`, by OpenDP: Canonne, Kamath and Steinke 2020, proposition 12."""
    import opendp.prelude as dp

    dp.enable_features("contrib")
    space = dp.atom_domain(T=float, nan=False), dp.absolute_distance(T=float)
    mechanism = dp.m.make_gaussian(*space, scale=1 / math.sqrt(2 * rho))
    return float(dp.c.make_zCDP_to_approxDP(mechanism).map(1.0).epsilon(delta))


def accountant() -> str:
    """What adds up and converts, with its version."""
    from importlib.metadata import version

    return f"zCDP, rho added up; epsilon by OpenDP {version('opendp')}"
