from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.adjust import Matched, Stratum, adjust, standardise
from pipelines.disclosure import release
from pipelines.report_adjusted import adjusted_words
from schemas.errors import ContractError
from schemas.policy import DisclosurePolicy
from schemas.released import RATES
from schemas.released_adjusted import ADJUSTED, ADJUSTED_FOR
from tests.unit.test_compare import rate

Row = dict[str, Any]


def sides(
    now: Mapping[str, tuple[int | None, int]], before: Mapping[str, tuple[int | None, int]], effect: float = 1.0
) -> tuple[dict[str, pa.Table], dict[str, pa.Table]]:
    """Released rates of distress by surface: flagged, conversations; a hidden value still counts in the whole, with the
    flagged that `rest` gives."""
    out = []
    for name, split in (("r-2", now), ("r-1", before)):
        rows = [rate(name, "surface", value, *counts, effect) for value, counts in split.items() if value != "rest"]
        flagged = sum(k or 0 for k, _ in split.values())
        whole = sum(n for value, (_, n) in split.items() if value != "rest")
        rows.append(rate(name, "all", "all", flagged, whole, effect))
        out.append({RATES.name: release(RATES, rows, DisclosurePolicy())})
    return out[0], out[1]


def by_surface(*args: Any, **kwargs: Any) -> Row:
    found = adjust(*sides(*args, **kwargs)).to_pylist()
    return next(row for row in found if (row["label"], row["adjusted_for"]) == ("distress", "surface"))


def test_a_change_of_the_mix_alone_is_evened_out() -> None:
    """Chat is flagged in 2 % and coding in 10 %, before and now; only how much is coded differs."""
    now, before = {"chat": (100, 5000), "coding": (500, 5000)}, {"chat": (180, 9000), "coding": (100, 1000)}
    row = by_surface(now, before)
    assert row["rate"] == row["baseline_rate"] == pytest.approx(0.02 * 0.7 + 0.10 * 0.3)
    assert (row["difference"], row["verdict"], row["warning"]) == (0.0, "no difference seen", "")
    assert row["difference_low"] < 0 < row["difference_high"]


def test_a_change_that_the_mix_hides_is_seen() -> None:
    """Both surfaces are flagged half as often again, but fewer conversations are of the one that is flagged much."""
    now, before = {"chat": (270, 9000), "coding": (150, 1000)}, {"chat": (120, 6000), "coding": (300, 3000)}
    row = by_surface(now, before)
    assert row["verdict"] == "higher"
    assert row["rate"] == pytest.approx(1.5 * row["baseline_rate"], abs=2e-6)


def test_the_same_mix_leaves_the_rates_as_they_are() -> None:
    split = {"chat": (100, 5000), "coding": (200, 2000)}
    row = by_surface({"chat": (200, 5000), "coding": (400, 2000)}, split)
    assert (row["rate"], row["baseline_rate"]) == pytest.approx((600 / 7000, 300 / 7000), abs=1e-6)
    assert (row["kept"], row["matched"]) == (1.0, 1.0)


def test_many_conversations_of_few_users_weigh_less() -> None:
    split = {"chat": (100, 5000), "coding": (200, 2000)}
    one, four = by_surface(split, split), by_surface(split, split, effect=4.0)
    assert four["size"] == pytest.approx(one["size"] / 4)
    assert four["detectable"] > 1.9 * one["detectable"]


def test_what_one_side_hides_is_taken_as_one_value_and_said() -> None:
    now = {"chat": (200, 5000), "coding": (200, 2000), "voice": (None, 2000), "rest": (60, 0)}
    before = {"chat": (200, 5000), "coding": (200, 2000), "voice": (60, 2000)}
    row = by_surface(now, before)
    assert (row["rate"], row["baseline_rate"]) == pytest.approx((460 / 9000, 460 / 9000), abs=1e-6)
    assert row["matched"] == pytest.approx(7000 / 9000, abs=1e-6)
    assert (row["warning"], row["verdict"]) == ("partly hidden", "unclear")
    assert "surfaces: unclear, 0" in adjusted_words(row)
    assert "much of it is hidden in one of the two" in adjusted_words(row)


def test_mixes_with_little_in_common_are_warned_of() -> None:
    now, before = {"chat": (200, 9700), "coding": (15, 300)}, {"chat": (15, 300), "coding": (400, 9700)}
    row = by_surface(now, before)
    assert row["kept"] < 0.5
    assert (row["warning"], row["verdict"]) == ("poor overlap", "unclear")
    assert "few conversations carry it" in adjusted_words(row)
    alone = by_surface({"chat": (200, 5000), "voice": (150, 3000)}, {"chat": (200, 5000)})
    assert alone["warning"] == "poor overlap"


def test_without_a_value_that_both_show_nothing_is_comparable() -> None:
    shown = {"chat": (200, 5000)}
    for now in ({"coding": (200, 5000)}, {"chat": (None, 5000), "rest": (200, 0)}):
        row = by_surface(now, shown)
        assert (row["verdict"], row["status"], row["difference"]) == ("not comparable", "suppressed", None)
        assert "not comparable" in adjusted_words(row)


def test_without_the_rate_over_the_whole_trial_nothing_is_comparable() -> None:
    hidden = [rate("r-2", "all", "all", None, 5000), rate("r-2", "surface", "chat", 200, 5000)]
    _, before = sides({"chat": (200, 5000)}, {"chat": (200, 5000)})
    found = adjust({RATES.name: release(RATES, hidden, DisclosurePolicy())}, before).to_pylist()
    assert {row["verdict"] for row in found} == {"not comparable"}


def test_every_label_and_split_has_a_row_that_the_gate_lets_out() -> None:
    split = {"chat": (100, 5000), "coding": (200, 2000)}
    found = adjust(*sides(split, split))
    assert found.schema.names == list(ADJUSTED.names)
    rows = [(row["label"], row["adjusted_for"]) for row in found.to_pylist()]
    assert sorted(rows) == sorted((label, split) for label in ("distress", "joy") for split in ADJUSTED_FOR)


def test_a_missing_table_is_refused() -> None:
    first, _ = sides({"chat": (100, 5000)}, {"chat": (100, 5000)})
    with pytest.raises(ContractError, match="released_rates is missing"):
        adjust(first, {})


COUNTS = st.integers(3, 400).map(lambda n: 5 * n)


@given(st.lists(st.tuples(COUNTS, COUNTS, COUNTS, COUNTS), min_size=1, max_size=5), st.floats(1.0, 6.0))
def test_weighted_rates_lie_between_those_of_the_values(counts: list[tuple[int, int, int, int]], effect: float) -> None:
    now = [Stratum(n + k, k, effect) for n, k, _, _ in counts]
    before = [Stratum(n + k, k, 1.0) for _, _, n, k in counts]
    whole = {"design_effect": 1.0, "users": 400}
    totals = [whole | {"conversations": sum(s.conversations for s in side)} for side in (now, before)]
    both, kept = standardise(Matched(now, before, 1.0, 0.0), totals[0], totals[1])
    assert 0 < kept <= 1 + 1e-9
    for (share, size), strata in zip(both, (now, before), strict=True):
        rates = [s.flagged / s.conversations for s in strata]
        assert min(rates) - 1e-9 <= share <= max(rates) + 1e-9
        assert size >= 1
