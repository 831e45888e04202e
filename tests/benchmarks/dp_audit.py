"""The one-run audit at length: `python -m tests.benchmarks.dp_audit [--users N]`; see tests/privacy/dp_audit.py.

20,000 made-up users, each in the trial or not by a coin, guessed from one release: 20,000 trials in one. Then planted
faults: the bound on what a user adds is off, noise is off, the ledger is skipped (100 fresh draws averaged). For each
the lower bound on epsilon at 95 %, the best of several numbers of guesses, which favours the auditor. Beside it one
user who is in every cell, told apart over 20,000 releases. A few minutes.
"""

from __future__ import annotations

import click

from pipelines import dp_counts
from pipelines.dp_counts import Counts
from pipelines.dp_noise import epsilon, noised
from schemas.policy_dp import DpPolicy
from tests.privacy.dp_audit import Audit, Release, lower_bound, presence

POLICY = DpPolicy()
GUESSES = (0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0)
"""Shares of the users that are guessed."""


def draw(exact: Counts) -> Counts:
    """One release."""
    return noised(exact, POLICY)


def skipped(exact: Counts) -> Counts:
    """The mean of a hundred releases, as if each rerun drew anew."""
    told = [draw(exact) for _ in range(100)]
    return {query: {c: sum(one[query][c] for one in told) / 100 for c in exact[query]} for query in exact}  # type: ignore[misc]


def best(release: Release, users: int, cells: int = 3) -> float:
    """The largest lower bound over all numbers of guesses."""
    guesses = Audit(users, cells, POLICY).guess(release, seed=1)
    return max(lower_bound(guesses, round(users * share), POLICY.delta, 0.05) for share in GUESSES)


@click.command()
@click.option("--users", default=20_000, show_default=True)
def main(users: int) -> None:
    """Print the claim, and the lower bounds for the release as it is and for each planted fault."""
    claim = epsilon(POLICY.rho, POLICY.delta)
    few = min(users, 1000)
    click.echo(f"claim: epsilon {claim:.2f} at {POLICY.delta}")
    click.echo(f"as it is, {users} users: at least {best(draw, users):.2f}")
    click.echo(f"as it is, one user in all cells, {users} releases: at least {presence(draw, POLICY, users):.2f}")
    click.echo(f"noise off, {users} users: at least {best(lambda exact: exact, users):.2f}")
    click.echo(f"ledger skipped, {few} users: at least {best(skipped, few):.2f}")
    bounded = dp_counts.bounded
    dp_counts.bounded = lambda held, who, most: list(held)
    click.echo(f"bound off, {few} users with 150 clusters each: at least {best(draw, few, 150):.2f}")
    dp_counts.bounded = bounded


if __name__ == "__main__":
    main()
