"""A one-run audit of the differentially private release: how much must it tell of single users, at the least?

Steinke, Nasr and Jagielski 2023 (arXiv 2305.08846). A coin decides for each made-up user whether it is in the trial.
Whoever sees the release and knows what each user would add guesses of the surest ones whether they are in. The more
guesses are right, the larger epsilon must be; a claim under the lower bound is false.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from dataclasses import dataclass

from scipy.stats import beta, binom

from pipelines.disclosure_words import TRIGGERS
from pipelines.dp_counts import Counts
from pipelines.dp_noise import deviation
from pipelines.frames import Frame
from schemas.labels import LABELS
from schemas.policy_dp import DpPolicy
from tests.privacy.dp_trial import User, counts_of, frame_of

Release = Callable[[Counts], Counts]
"""From exact counts to what is released."""
TERMS = ("poem", "story", "music", "bread")


@dataclass(frozen=True)
class Audit:
    """Made-up users, each alone in as many clusters as `cells`, and in each of them alone with the words of TERMS."""

    users: int
    cells: int
    policy: DpPolicy

    def frame(self) -> Frame:
        """A frame in which every user has clusters of its own."""
        return frame_of(self.users * self.cells, TERMS[: self.policy.user_terms], ("distress",))

    def user(self, number: int) -> User:
        """The user of that number, in its own clusters."""
        own = range(number * self.cells, (number + 1) * self.cells)
        words = frozenset(TERMS)
        return User(f"u{number}", flagged=tuple(("distress", "abuse", cluster, words) for cluster in own))

    def guess(self, release: Release, seed: int) -> list[tuple[float, bool]]:
        """(score, whether the user is in) of every user, from one release. A higher score speaks for being in."""
        dice, frame = random.Random(seed), self.frame()
        inside = [dice.random() < 0.5 for _ in range(self.users)]
        everybody = [self.user(number) for number in range(self.users)]
        exact = counts_of([user for user, there in zip(everybody, inside, strict=True) if there], frame, self.policy)
        told = release(exact)
        weights = {query: self.policy.spends(query) / self.policy.most(query) for query in ("clusters", "terms")}
        out = []
        for user, there in zip(everybody, inside, strict=True):
            alone = counts_of([user], frame_part(user, self), self.policy)
            score = 0.0
            for query, weight in weights.items():
                mine = [cell for cell, counted in alone[query].items() if counted]
                score += weight * sum(told[query][cell] - 0.5 for cell in mine)
            out.append((score, there))
        return out


def frame_part(user: User, audit: Audit) -> Frame:
    """The part of the audit's frame in which the user is: its cells alone are looked at."""
    clusters = {cluster for _, _, cluster, _ in user.flagged}
    whole = frame_of(1, TERMS[: audit.policy.user_terms], ("distress",)).clusters[0]
    made = tuple(type(whole)(whole.label, c, whole.centroid, whole.least, whole.terms) for c in sorted(clusters))
    return Frame("another-trial", "key", "trial", "encoder", 100, made)


def lower_bound(guesses: list[tuple[float, bool]], most: int, delta: float, failure: float) -> float:
    """The epsilon that `guesses` prove, wrong with probability `failure`; of the surest ones `most` are counted, half
    of them for being in and half for being out."""
    ranked = sorted(guesses)
    half = most // 2
    right = sum(not there for _, there in ranked[:half]) + sum(there for _, there in ranked[-half:])
    low, high = 0.0, 30.0
    while high - low > 1e-3:
        middle = (low + high) / 2
        low, high = (
            (middle, high) if p_value(len(guesses), 2 * half, right, middle, delta) <= failure else (low, middle)
        )
    return low


def p_value(users: int, guesses: int, right: int, epsilon: float, delta: float) -> float:
    """Most probable that as many guesses are right under (epsilon, delta): the paper's theorem 5.2 and appendix D."""
    chance = 1 / (1 + math.exp(-epsilon))
    enough = float(binom.sf(right - 1, guesses, chance))
    masses = binom.pmf(range(right - 1, -1, -1), guesses, chance)
    alpha, total = 0.0, 0.0
    for place, mass in enumerate(masses, start=1):
        total += float(mass)
        alpha = max(alpha, total / place)
    return min(1.0, enough + alpha * delta * 2 * users)


def presence(release: Release, policy: DpPolicy, draws: int) -> float:
    """The epsilon that as many releases prove, half with a target and half without, wrong with a probability of 0.05.

    The target is in every cell there is, so that its share of each query is all that is allowed. It is told apart as
    well as can be: by the likelihood ratio over its cells, above 1, and above what a release without it passes once in
    a hundred.
    """
    frame, words = frame_of(3, TERMS), frozenset(TERMS)
    rows = [(str(x), t, n % 3, words) for x in LABELS for n, t in enumerate(TRIGGERS)]
    target = User("target", flagged=tuple(rows))
    out, there = counts_of([], frame, policy), counts_of([target], frame, policy)
    mine = [(query, cell) for query, cells in there.items() for cell, counted in cells.items() if counted]
    weights = {(query, cell): deviation(query, policy) ** -2 for query, cell in mine}

    def score(exact: Counts) -> float:
        told = release(exact)
        return sum((told[query][cell] - 0.5) * weight for (query, cell), weight in weights.items())

    apart = math.sqrt(sum(weights.values()))
    with_it, without = ([score(exact) for _ in range(draws // 2)] for exact in (there, out))
    return max(_proven(with_it, without, edge, policy.delta) for edge in (0.0, 2.33 * apart - apart**2 / 2))


def _proven(with_it: list[float], without: list[float], edge: float, delta: float) -> float:
    """ln((share of `with_it` above the edge - delta) / that of `without`), by Clopper and Pearson: 0.0125 for each."""
    right, wrong = sum(x > edge for x in with_it), sum(x > edge for x in without)
    low = float(beta.ppf(0.0125, right, len(with_it) - right + 1)) if right else 0.0
    high = float(beta.ppf(0.9875, wrong + 1, len(without) - wrong)) if wrong < len(without) else 1.0
    return math.log((low - delta) / high) if low > delta else 0.0
