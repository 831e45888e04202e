"""Noise by OpenDP, and what it costs: held against a second accountant and against the exact profile of a Gaussian."""

from __future__ import annotations

import math
from statistics import NormalDist, fmean, pstdev

import pytest

from pipelines import dp_noise
from pipelines.dp_noise import deviation, epsilon, noised
from schemas.errors import DisclosureError, UsageError
from schemas.policy_dp import QUERIES, DpPolicy

POLICY = DpPolicy()
RHOS = (0.01, 0.1, 0.5, 2.0)
DELTAS = (1e-5, 1e-6, 1e-9)


@pytest.mark.parametrize("rho", RHOS)
@pytest.mark.parametrize("delta", DELTAS)
def test_epsilon_agrees_with_a_second_accountant(rho: float, delta: float) -> None:
    accounting = pytest.importorskip("dp_accounting", reason="comes with the extra `dev`", exc_type=ImportError)
    from dp_accounting.pld import PLDAccountant
    from dp_accounting.rdp import RdpAccountant

    event = accounting.GaussianDpEvent(1 / math.sqrt(2 * rho))
    by_renyi, exact = RdpAccountant(), PLDAccountant()
    by_renyi.compose(event)
    exact.compose(event)
    ours = epsilon(rho, delta)
    assert ours == pytest.approx(by_renyi.get_epsilon(delta), rel=0.005), "the same bound, over a grid of orders there"
    assert exact.get_epsilon(delta) <= ours * 1.001 <= 1.35 * exact.get_epsilon(delta), "looser than exact, not by much"


@pytest.mark.parametrize("rho", RHOS)
def test_a_release_as_its_queries_and_four_releases_as_one_cost_the_same(rho: float) -> None:
    accounting = pytest.importorskip("dp_accounting", reason="comes with the extra `dev`", exc_type=ImportError)
    from dp_accounting.rdp import RdpAccountant

    policy, ledger = DpPolicy(rho=rho, rho_cap=4 * rho), RdpAccountant()
    for _ in range(4):
        for query in QUERIES:
            noise = deviation(query, policy) / math.sqrt(policy.most(query))
            ledger.compose(accounting.GaussianDpEvent(noise))
    assert ledger.get_epsilon(1e-6) == pytest.approx(epsilon(4 * rho, 1e-6), rel=0.005)


@pytest.mark.parametrize("rho", RHOS)
@pytest.mark.parametrize("delta", DELTAS)
def test_epsilon_is_never_under_what_the_gaussian_truly_costs(rho: float, delta: float) -> None:
    """Its exact delta at an epsilon: Balle and Wang 2018 (ICML), theorem 8."""
    far, eps, normal = math.sqrt(2 * rho), epsilon(rho, delta), NormalDist()
    truly = normal.cdf(far / 2 - eps / far) - math.exp(eps) * normal.cdf(-far / 2 - eps / far)
    assert truly <= delta


def test_noise_has_the_spread_that_is_told_and_no_slant() -> None:
    cells = {str(number): 1000 for number in range(4000)}
    found = noised(dict.fromkeys(QUERIES, cells), POLICY)
    for query in QUERIES:
        errors = [found[query][cell] - 1000 for cell in cells]
        spread = deviation(query, POLICY)
        # Of 4,000 draws the mean lies within 6 s / 63 and the spread within 7 %, but for once in 10^8.
        assert abs(fmean(errors)) < 6 * spread / math.sqrt(len(cells))
        assert pstdev(errors) == pytest.approx(spread, rel=0.07)
        assert all(isinstance(count, int) for count in found[query].values())


def test_a_query_without_cells_is_no_fault() -> None:
    counts = {query: {} if query == "terms" else {"a": 5} for query in QUERIES}
    assert noised(counts, POLICY)["terms"] == {}


def test_noise_that_would_cost_more_than_its_share_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dp_noise, "deviation", lambda query, policy: 0.99 * deviation(query, policy))
    with pytest.raises(DisclosureError, match="more than its share"):
        noised({query: {"a": 5} for query in QUERIES}, POLICY)


@pytest.mark.parametrize(
    "wrong",
    [{"rho": 0.0}, {"rho": 11.0, "rho_cap": 20.0}, {"rho": 0.6}, {"delta": 0.0}, {"delta": 0.1}, {"user_cells": 0},
     {"user_terms": 0}],
)  # fmt: skip
def test_a_policy_that_cannot_be_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(UsageError, match="policy \\[dp\\]"):
        DpPolicy(**wrong)  # type: ignore[arg-type]
