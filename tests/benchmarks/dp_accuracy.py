"""How right a differentially private release is: `python -m tests.benchmarks.dp_accuracy [--seeds N] [--rho R]`.

Planted trials of 250,000 conversations and 100,000 users, few of whom have many of them. In each, triggers of both
labels are planted with known numbers of users, 60 to 2,000; who has many conversations has more of them, so that the
bound on a user's triggers cuts some. Counted, noised and tabled as in a release; each seed draws fresh noise. A few
seconds a seed.
"""

from __future__ import annotations

from collections import defaultdict
from statistics import median

import click
import numpy as np

from pipelines.disclosure_words import TRIGGERS
from pipelines.dp_noise import epsilon, noised
from pipelines.dp_tables import Noisy, dp_tables
from schemas.policy import DisclosurePolicy
from schemas.policy_dp import DpPolicy
from schemas.quality import Quality
from schemas.released import TRIGGERS as TRIGGER_TABLE
from tests.privacy.dp_trial import User, counts_of, frame_of

USERS, CONVERSATIONS = 100_000, 250_000
SIZES = {
    "distress": (60, 60, 75, 90, 120, 120, 150, 200, 400, 800, 2000, 0),
    "joy": (60, 70, 80, 100, 120, 140, 180, 300, 600, 0, 0, 0),
}
"""Users of each trigger, in the order of TRIGGERS; none where 0."""


def planted(seed: int) -> tuple[list[User], dict[tuple[str, str], int]]:
    """A trial, and the true number of users by label and trigger."""
    dice = np.random.default_rng(seed)
    weight = dice.pareto(2.0, USERS) + 1
    many = 1 + dice.multinomial(CONVERSATIONS - USERS, weight / weight.sum())
    chance = many / many.sum()
    flagged: dict[int, list[tuple[str, str, int, frozenset[str]]]] = defaultdict(list)
    truth = {}
    for label, sizes in SIZES.items():
        for place, (trigger, size) in enumerate(zip(TRIGGERS, sizes, strict=True)):
            for who in dice.choice(USERS, size, replace=False, p=chance) if size else ():
                flagged[int(who)].append((label, trigger, place, frozenset({"poem"})))
            truth[label, trigger] = size
    return [User(f"{seed} {who}", flagged=tuple(flagged.get(who, ()))) for who in range(USERS)], truth


@click.command()
@click.option("--seeds", default=100, show_default=True)
@click.option("--rho", default=DpPolicy().rho, show_default=True)
def main(seeds: int, rho: float) -> None:
    """Print how many planted triggers are released, how far their counts are off, and what is shown of none."""
    policy, floors = DpPolicy(rho=rho, rho_cap=max(rho, 0.5)), DisclosurePolicy(policy="dp")
    frame, errors, hidden, phantoms, empty = frame_of(12), defaultdict(list), 0, 0, 0
    for seed in range(seeds):
        users, truth = planted(seed)
        told = noised(counts_of(users, frame, policy), policy)
        rows = dp_tables(Noisy(told, floors, policy), "r-1", frame, Quality({}))[TRIGGER_TABLE.name].to_pylist()
        for row in rows:
            size, found = truth[row["label"], row["trigger"]], row["users"]
            if not size:
                empty += 1
                phantoms += found is not None
            elif found is None:
                hidden += 1
            else:
                errors[size].append(abs(found / size - 1))
    every = [error for found in errors.values() for error in found]
    large = [error for size, found in errors.items() if size >= 120 for error in found]
    click.echo(f"rho {rho}, epsilon {epsilon(rho, policy.delta):.2f} at {policy.delta}; {seeds} trials")
    click.echo(f"planted triggers of at least 60 users: {len(every)} released, {hidden} hidden")
    click.echo(f"median error of their counts: {median(every):.1%}; of those of 60 users {median(errors[60]):.1%}")
    within = sum(error <= 0.15 for error in large) / len(large)
    click.echo(f"of at least 120 users: {within:.1%} within 15 %; of those of 120 {_within(errors[120]):.1%}")
    click.echo(f"triggers that nobody has: {phantoms} of {empty} shown")


def _within(errors: list[float]) -> float:
    return sum(error <= 0.15 for error in errors) / len(errors)


if __name__ == "__main__":
    main()
