"""The simulation behind the README's error rates of comparisons, with few pairs: what is said, and what is stated."""

from __future__ import annotations

import numpy as np
import pytest

from tests.benchmarks.planted_usage import Usage, expected, planted, raised
from tests.benchmarks.release_differences import Setting, Shares, mix_differs, nothing_differs, power

SETTING = Setting(Usage(457, 0.08), Usage(457, 0.08))


@pytest.fixture(scope="module")
def found() -> Shares:
    rng = np.random.default_rng(3)
    shares = nothing_differs(SETTING, 30, rng)
    mix_differs(SETTING, 20, rng, shares)
    power(SETTING, 20, rng, shares, ("whole",))
    return shares


def test_where_nothing_differs_few_comparisons_say_so(found: Shares) -> None:
    for name in ("any of the triggers", "any of the parts", "whole", "same mix"):
        what = f"nothing differs: {name}"
        assert len(found.counts[what]) >= 20
        assert found.share(what) <= 0.1, name


def test_another_mix_of_surfaces_reads_as_a_difference_until_it_is_evened_out(found: Shares) -> None:
    raw, evened = (found.share(f"only the mix differs: {name}") for name in ("whole", "same mix of surfaces"))
    assert raw >= 0.1
    assert evened < raw / 2


def test_a_rise_of_what_is_stated_is_found_four_times_in_five(found: Shares) -> None:
    what = next(what for what in found.counts if what.endswith("as stated: whole"))
    assert len(found.counts[what]) >= 30
    assert 0.65 <= found.share(what) <= 0.95


def test_planted_releases_are_flagged_as_often_as_expected() -> None:
    usage = raised(Usage(4000, 0.05), 0.02)
    assert expected(usage) == pytest.approx(expected(Usage(4000, 0.05)) + 0.02, abs=1e-4)
    rows = planted("r-1", usage, np.random.default_rng(4))["released_rates"].to_pylist()
    rates = [row["rate"] for row in rows if row["dimension"] == "all"]
    assert np.mean(rates) == pytest.approx(expected(usage), rel=0.1)
