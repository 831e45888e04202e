"""Attacks on the differentially private release: what it tells of one user stays under what it claims.

Each planted fault (bound off, noise off, ledger skipped) must be caught by the same audit, or the audit shows nothing.
The audit's lower bounds are wrong with a probability of 0.05 at most where the claim only just holds. Of the release as
it is they lie so far under the claim, and of the faults so far over it, that a test fails by chance once in 10^6 at
most.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from jobs.ledger import drawn
from jobs.workspace import open_workspace
from pipelines import dp_counts
from pipelines.disclosure import release as let_out
from pipelines.dp_counts import Counts
from pipelines.dp_noise import epsilon, noised
from pipelines.dp_tables import Noisy, dp_tables
from schemas.errors import DisclosureError
from schemas.policy import DisclosurePolicy
from schemas.policy_dp import DpPolicy
from schemas.quality import Quality
from schemas.released import BEHAVIOUR, NOT_UNDER_DP, QUALITY, RATES, UNDER_DP
from tests.privacy.dp_audit import Audit, Release, lower_bound, presence
from tests.privacy.dp_trial import counts_of, frame_of, planted

POLICY = DpPolicy()
CLAIM = epsilon(POLICY.rho, POLICY.delta)
FLOORS = DisclosurePolicy(policy="dp")
RERUNS = 100


def bound(release: Release, users: int, cells: int = 3) -> float:
    """The epsilon that the audit proves of a release."""
    guesses = Audit(users, cells, POLICY).guess(release, seed=1)
    return lower_bound(guesses, users // 2, POLICY.delta, 0.05)


def averaged(release: Release) -> Release:
    """The mean over as many reruns of the same trial."""

    def mean(exact: Counts) -> Counts:
        told = [release(exact) for _ in range(RERUNS)]
        return {q: {c: sum(one[q][c] for one in told) / RERUNS for c in exact[q]} for q in exact}  # type: ignore[misc]

    return mean


def test_a_release_tells_no_more_of_its_users_than_it_claims() -> None:
    assert bound(lambda exact: noised(exact, POLICY), users=400) <= CLAIM


def test_whether_a_user_took_part_moves_the_release_no_more_than_the_claim() -> None:
    assert presence(lambda exact: noised(exact, POLICY), POLICY, 600) <= CLAIM
    assert presence(lambda exact: exact, POLICY, 600) > CLAIM, "without noise it does"


def test_a_hundred_reruns_average_to_nothing_new(tmp_path: Path) -> None:
    space = open_workspace(tmp_path / "out", "r-1")

    def by_ledger(exact: Counts) -> Counts:
        return drawn(space, "the same input", POLICY.rho, POLICY.rho_cap, lambda: noised(exact, POLICY)).answer

    assert bound(averaged(by_ledger), users=200) <= CLAIM


def test_the_audit_catches_a_ledger_that_is_skipped() -> None:
    assert bound(averaged(lambda exact: noised(exact, POLICY)), users=200) > CLAIM


def test_the_audit_catches_noise_that_is_off() -> None:
    assert bound(lambda exact: exact, users=400) > CLAIM


def test_the_audit_catches_a_contribution_bound_that_is_off(monkeypatch: pytest.MonkeyPatch) -> None:
    assert bound(lambda exact: noised(exact, POLICY), users=200, cells=150) <= CLAIM
    monkeypatch.setattr(dp_counts, "bounded", lambda held, who, most: list(held))
    assert bound(lambda exact: noised(exact, POLICY), users=200, cells=150) > CLAIM


def test_which_rows_and_words_there_are_says_nothing_of_the_trial() -> None:
    """Only counts, what follows from them, and whether these are shown differ between two trials that share nothing."""
    frame = frame_of(4)
    shares = {"abuse": 0.05, "task_failure": 0.02}
    trials = [planted(1, 4000, shares, 4), planted(2, 30, {"identity": 0.9}, 2), []]
    shapes = []
    for trial in trials:
        noisy = Noisy(noised(counts_of(trial, frame, POLICY), POLICY), FLOORS, POLICY)
        tables = dp_tables(noisy, "r-1", frame, Quality({}), "r-0")
        shape = {}
        for name, data in tables.items():
            free = {*UNDER_DP.get(name, ()), "status", "reason"} if name in UNDER_DP else set()
            rows = [{k: v for k, v in row.items() if k not in free} for row in data.to_pylist()]
            shape[name] = [] if name == "released_terms" else rows
        shapes.append(shape)
        hidden = [
            row for name in tables.keys() - UNDER_DP.keys() for row in tables[name].to_pylist() if "status" in row
        ]
        assert hidden and all(row["reason"] == NOT_UNDER_DP for row in hidden)
    assert shapes[0] == shapes[1] == shapes[2]


RATE = {"release": "r-1", "label": "joy", "dimension": "all", "value": "all", "users": 100, "flagged_users": 20,
        "rate": 0.2, "rate_low": 0.1, "rate_high": 0.3, "corrected_status": "suppressed", "status": "shown",
        "reason": ""}  # fmt: skip


def test_the_gate_lets_a_rate_of_users_pass_under_dp_and_not_else() -> None:
    assert let_out(RATES, [RATE], FLOORS).num_rows == 1
    with pytest.raises(DisclosureError, match="a count is hidden"):
        let_out(RATES, [RATE], DisclosurePolicy())


@pytest.mark.parametrize("more", [{"conversations": 500}, {"flagged": 30}, {"design_effect": 1.2}, {"corrected": 0.2}])
def test_the_gate_refuses_under_dp_what_rests_on_exact_counts(more: dict[str, float]) -> None:
    with pytest.raises(DisclosureError, match="may not leave under dp"):
        let_out(RATES, [RATE | more], FLOORS)


def test_the_gate_refuses_under_dp_a_split_and_any_other_table() -> None:
    with pytest.raises(DisclosureError, match=NOT_UNDER_DP):
        let_out(RATES, [RATE | {"dimension": "surface", "value": "chat"}], FLOORS)
    row = {"release": "r-1", "behaviour": "outbursts", "among": "all", "status": "shown", "reason": ""}
    with pytest.raises(DisclosureError, match=NOT_UNDER_DP):
        let_out(BEHAVIOUR, [row], FLOORS)
    figure = {"release": "r-1", "label": "joy", "measure": "reader_recall", "figure": 0.5, "basis": "this_trial"}
    with pytest.raises(DisclosureError, match="figures of this trial"):
        let_out(QUALITY, [figure], FLOORS)
