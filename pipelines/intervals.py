"""Intervals and tests for shares of conversations where one user may have many: everything rests on effective sizes.

Every function takes plain numbers, so that whoever holds a released table can compute its intervals again.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist

Z = NormalDist().inv_cdf(0.975)
LEVEL = 0.05
"""Chance of any false `higher` or `lower` among what is compared side by side."""
_POWER = NormalDist().inv_cdf(0.80)
_ROUNDS = 40
"""Steps of a fixed point, from below; by then it moves less than the figures are rounded to."""

Interval = tuple[float, float]


def student(freedom: float) -> float:
    """The 97.5 % quantile of Student's t with `freedom` (at least 1) degrees, within 0.01 from 4 degrees on.

    Source: the Cornish-Fisher expansion, Abramowitz and Stegun 1964, 26.7.5.
    """
    z, v = Z, max(1.0, freedom)
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return z + sum(term / v**power for power, term in enumerate(terms, start=1))


def design_effect(count: int, total: int, users: int, squares: int, products: int, total_squares: int) -> float:
    """Variance of count / total over that of `total` independent conversations, rounded up to a tenth, at least 1.

    With y of a user's n conversations counted: count and total are the sums of y and n over `users` users, squares of
    y * y, products of y * n, total_squares of n * n. 1 where the share is 0 or 1 or there are fewer than two users.
    Source: the linearised variance of a ratio over clusters, Cochran 1977, Sampling Techniques, 6.3 and 11.

    Where a few users hold most of what is counted, that variance is known badly, and is too small most often when the
    count is too small. What it exceeds 1 by grows therefore by (t / z) ** 2, with half the effective number of users
    behind the count (or behind the rest, where those are fewer) for degrees of freedom. Effective numbers of users:
    Kish 1965, Survey Sampling. The half is by trial: tests/benchmarks/interval_coverage.py.
    """
    if users < 2 or not 0 < count < total:
        return 1.0
    share = count / total
    scatter = squares - 2 * share * products + share * share * total_squares
    alike = 1 - total_squares / total**2
    if alike <= 0:
        return 1.0
    ratio = scatter / (total * share * (1 - share)) / alike
    if ratio > 1:
        rest_squares = total_squares - 2 * products + squares
        behind = min(count * count / squares, (total - count) ** 2 / rest_squares)
        ratio = 1 + (ratio - 1) * (student(max(2.0, behind / 2)) / Z) ** 2
    return max(1.0, math.ceil(round(10 * ratio, 6)) / 10)


def effective_size(total: float, effect: float, users: float) -> float:
    """Independent conversations that tell as much as `total` conversations of `users` users; at least 1.

    Few users know their own variance badly: the size shrinks by (z / t) ** 2 with users - 1 degrees of freedom.
    Source: Korn and Graubard 1998, Survey Methodology 24.
    """
    return max(1.0, total / effect * (Z / student(max(1.0, users - 1))) ** 2)


def wilson(share: float, size: float, among: int = 1) -> Interval:
    """The 95 % score interval of `share` (0 to 1) over `size` independent conversations. Source: Wilson 1927.

    among: intervals that hold 95 % of the time all at once (Bonferroni's correction).
    """
    z = Z if among == 1 else NormalDist().inv_cdf(1 - 0.025 / among)
    middle = (share + z * z / (2 * size)) / (1 + z * z / size)
    half = z / (1 + z * z / size) * math.sqrt(share * (1 - share) / size + z * z / (4 * size * size))
    return max(0.0, middle - half), min(1.0, middle + half)


def newcombe(share: float, size: float, other: float, other_size: float) -> Interval:
    """The 95 % interval of share - other (independent shares). Source: Newcombe 1998, Stat Med 17, method 10."""
    low, high = wilson(share, size)
    other_low, other_high = wilson(other, other_size)
    return (
        share - other - math.hypot(share - low, other_high - other),
        share - other + math.hypot(high - share, other - other_low),
    )


def detectable(share: float, size: float, other: float, other_size: float, tests: int = 1) -> float:
    """The smallest rise over the pooled share that is found with 80 % power, by two-sided tests at LEVEL / tests; at
    most 1. The rise is `share`'s. A fall of that size is found rather more often.

    Source: Fleiss, Levin and Paik 2003, Statistical Methods for Rates and Proportions, 4.2, solved for the difference.
    """
    base = (share * size + other * other_size) / (size + other_size)
    strict = NormalDist().inv_cdf(1 - LEVEL / 2 / tests)
    rise = 0.0
    for _ in range(_ROUNDS):
        higher = min(1.0, base + rise)
        pooled = (higher * size + base * other_size) / (size + other_size)
        spread = math.sqrt(pooled * (1 - pooled) * (1 / size + 1 / other_size))
        rise = strict * spread + _POWER * math.sqrt(higher * (1 - higher) / size + base * (1 - base) / other_size)
    return min(1.0, rise)


def two_sided(share: float, size: float, other: float, other_size: float) -> float:
    """p-value of the pooled score test that two shares are equal."""
    pooled = (share * size + other * other_size) / (size + other_size)
    spread = math.sqrt(pooled * (1 - pooled) * (1 / size + 1 / other_size))
    if spread == 0:
        return 1.0
    return 2 * (1 - NormalDist().cdf(abs(share - other) / spread))


def holm(p_values: Sequence[float]) -> list[float]:
    """Adjusted p-values, in the order given: at most 5 % chance of any false alarm. Source: Holm 1979."""
    order = sorted(range(len(p_values)), key=lambda i: (p_values[i], i))
    adjusted, largest = [1.0] * len(p_values), 0.0
    for rank, index in enumerate(order):
        largest = max(largest, min(1.0, (len(p_values) - rank) * p_values[index]))
        adjusted[index] = largest
    return adjusted


def lift(share: float, size: float, part: float, rest: float, rest_size: float) -> tuple[float, float, float]:
    """share over the whole's rate, with its 95 % interval, for a part that belongs to the whole.

    share, size: of the part; part: the part's share (0 to 1) of the whole's conversations; rest, rest_size: rate and
    effective size outside the part. Part and rest are independent, which the whole and its part are not: the delta
    method on log(share / (part * share + (1 - part) * rest)).
    """
    whole = part * share + (1 - part) * rest
    ratio = share / whole
    by_share = (1 / share - part / whole) ** 2 * share * (1 - share) / size
    by_rest = ((1 - part) / whole) ** 2 * rest * (1 - rest) / rest_size
    factor = math.exp(Z * math.sqrt(by_share + by_rest))
    return ratio, ratio / factor, ratio * factor


def poisson(count: int) -> Interval:
    """The 95 % interval of a Poisson mean after `count` events. Source: Byar's approximation (Breslow and Day 1987)."""
    more = count + 1
    low = count * (1 - 1 / (9 * count) - Z / (3 * math.sqrt(count))) ** 3 if count else 0.0
    return max(0.0, low), more * (1 - 1 / (9 * more) + Z / (3 * math.sqrt(more))) ** 3
