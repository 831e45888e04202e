from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from pipelines.aggregate_cells import Cell, reduce_users
from pipelines.aggregate_lift import NOTHING, lift_figures
from pipelines.aggregate_rates import Material
from pipelines.disclosure import blunt
from pipelines.disclosure_plan import Plan
from pipelines.intervals import design_effect
from schemas.policy import DisclosurePolicy
from schemas.quality import Quality

Row = dict[str, Any]
POLICY = DisclosurePolicy()
WHOLE: Row = {"flagged": 400, "conversations": 5000, "design_effect": 1.2, "users": 1500, "flagged_users": 300}


def of_users(*counts: int) -> Cell:
    """A cell of flagged conversations, some of each user."""
    return reduce_users([(n, n, n) for n in counts])


def figures(flagged: Cell, drawn: Cell, share: float | None = 0.1, whole: Row = WHOLE) -> Row:
    """rate and lift of cluster 3."""
    cells = {("kinds", "distress", "cluster", "3"): drawn}
    material = Material("r-1", cells, {}, Plan(frozenset(), frozenset()), POLICY, Quality({}), None)
    return lift_figures(replace(material, sampled_share=share), whole, "distress", 3, flagged)


def test_the_unflagged_of_the_kind_are_counted_by_the_samples_share() -> None:
    """60 flagged; 20 drawn of a tenth stand for 200: 60 of 260, against 8 % over all."""
    found = figures(of_users(*[1] * 60), of_users(*[1] * 20))
    assert found["rate"] == 0.23
    assert found["lift"] == 2.9
    assert found["rate_low"] < 0.23 < found["rate_high"] and found["lift_low"] < 2.9 < found["lift_high"]
    assert all(value == blunt(value) for value in found.values()), "two digits, from which no count follows"


def test_a_kind_that_turns_as_often_as_the_trial_has_a_lift_of_one() -> None:
    found = figures(of_users(*[1] * 60), of_users(*[1] * 70))
    assert found["lift"] == 0.99 and found["lift_low"] < 1 < found["lift_high"]


def test_several_conversations_of_a_user_widen_the_interval() -> None:
    alone = figures(of_users(*[1] * 60), of_users(*[1] * 20))
    together = figures(of_users(*[6] * 10), of_users(*[1] * 20))
    assert together["rate"] == alone["rate"]
    assert together["rate_low"] < alone["rate_low"] and together["lift_high"] > alone["lift_high"]


@pytest.mark.parametrize("drawn", [0, 3, 14])
def test_under_the_floor_nothing_is_told(drawn: int) -> None:
    assert figures(of_users(*[1] * 60), of_users(*[1] * drawn)) == NOTHING


def test_nothing_is_told_where_few_users_hold_the_sample_or_none_was_drawn() -> None:
    assert figures(of_users(*[1] * 60), of_users(9, 9, 9)) == NOTHING
    assert figures(of_users(*[1] * 60), of_users(*[1] * 20), share=None) == NOTHING


def test_the_intervals_hold_the_planted_rate_and_lift_in_most_trials() -> None:
    """600 users of 1 to 20 conversations, of which an eighth is of the kind: a quarter of it turns, of the rest 5 %."""
    rng = np.random.default_rng(5)
    rates = lifts = told = 0
    for _ in range(150):
        sizes = np.minimum(20, rng.geometric(0.25, size=600))
        user = np.repeat(np.arange(600), sizes)
        bent = rng.beta(1.25, 8.75, size=600)[user]  # an eighth of a user's conversations on average
        kind = rng.random(len(user)) < bent
        hit = rng.random(len(user)) < np.where(kind, 0.25, 0.05)
        drawn = ~hit & kind & (rng.random(len(user)) < 0.3)
        cell = reduce_users((int(n), int(y), 0) for n, y in zip(sizes, np.bincount(user, hit), strict=True))
        effect = design_effect(
            cell.flagged, cell.conversations, cell.users, cell.squares, cell.products, cell.total_squares
        )
        whole = {"flagged": cell.flagged, "conversations": len(user), "design_effect": effect, "users": 600}
        counts = [np.bincount(user[part]) for part in (kind & hit, drawn)]
        flagged, sampled = (of_users(*map(int, c[c > 0])) for c in counts)
        found = figures(flagged, sampled, share=0.3, whole=whole)
        truth = 0.25, 0.25 / (0.125 * 0.25 + 0.875 * 0.05)
        told += found["lift"] is not None
        rates += found["rate_low"] <= truth[0] <= found["rate_high"]
        lifts += found["lift"] is not None and found["lift_low"] <= truth[1] <= found["lift_high"]
    assert told == 150
    assert rates >= 0.92 * told and lifts >= 0.92 * told
