"""Rates of turns: which conversations there can be, what a rate says, what may be shown, and the figures themselves."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.aggregate_corrected import correct
from pipelines.aggregate_turns import ONE_TURN
from pipelines.disclosure import blunt
from pipelines.disclosure_kinds import kinds
from pipelines.disclosure_turns import Claim
from pipelines.intervals import wilson
from schemas.labels import LABELS
from schemas.quality import Counts, LabelQuality
from schemas.released import LENGTHS, ONSETS, RATES, TURN_DIMENSIONS, TURN_RATES
from tests.privacy.trial import counted
from tests.unit.test_disclosure_plan import Part, released, trial

LAST = {"1": 1, "2-3": 3, "4-7": 7, "8-15": 15}
Row = dict[str, Any]


def bin_of(number: int, bins: tuple[str, ...]) -> str:
    """The bin that holds a number of turns."""
    return next((name for name in bins if name in LAST and number <= LAST[name]), bins[-1])


@given(st.integers(1, 60), st.data(), st.sampled_from([1, 5, 12, 20]))
def test_every_conversation_lies_among_the_corners_of_its_kind(turns: int, data: st.DataObject, most: int) -> None:
    flagged = data.draw(st.lists(st.booleans(), min_size=turns, max_size=turns))
    row: Row = {"conversation_key": "c" * turns, "model_turns": turns, "distress": {"turns": sum(flagged)}}
    point = counted(row, "distress", most)
    onset = recovered = ""
    if any(flagged):
        onset, recovered = bin_of(flagged.index(True) + 1, ONSETS), "no" if flagged[-1] else "yes"
    wanted = (onset, recovered, sum(flagged) > 1)
    found = [k for k in kinds(bin_of(turns, LENGTHS), most) if (k.onset, k.recovered, k.again) == wanted]
    assert len(found) == 1
    for a, b in ((1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (1, -1), (-1, 1), (-1, -1), (2, -1), (-1, 2)):
        assert a * point[0] + b * point[1] <= max(a * x + b * y for x, y in found[0].points)


def test_a_bin_holds_no_conversation_that_cannot_be() -> None:
    assert {(k.onset, k.recovered, k.points) for k in kinds("1", 20)} == {
        ("", "", ((0, 0), (1, 0))), ("1", "no", ((1, 1),))
    }  # fmt: skip
    for length in LENGTHS:
        for kind in kinds(length, 20):
            assert all(0 <= hits <= turns <= 20 for turns, hits in kind.points)
    late = [k for k in kinds("2-3", 20) if (k.onset, k.recovered) == ("2-3", "yes")]
    assert [(k.again, k.points) for k in late] == [(False, ((3, 1),))]


@given(st.floats(1e-4, 1.0))
def test_a_claim_holds_the_rates_that_read_as_it(rate: float) -> None:
    two = blunt(rate)
    assert two is not None
    low, high = Claim(two, 100.0).ends
    assert low - 1e-9 <= rate <= high + 1e-9
    assert blunt(low + 1e-9) == two
    assert blunt(high - 1e-9) == two


@pytest.mark.parametrize("error", [(0.9, 0.001), (0.6, 0.01)])
def test_the_corrected_rate_is_that_of_single_turns(error: tuple[float, float]) -> None:
    """Rogan and Gladen, with errors that are as good as known."""
    recall, alarm = error
    turns = 10_000_000
    quality = LabelQuality(0.5, (Counts(turns, recall * turns, turns, alarm * turns),))
    found = correct(0.05, 5000, ONE_TURN, quality)
    assert found.value == pytest.approx((0.05 - alarm) / (recall - alarm), rel=0.01)
    assert found.low is not None
    assert found.value is not None
    assert found.low < found.value


@given(st.integers(1, 400), st.integers(0, 400), st.integers(1, 30))
def test_a_long_conversation_counts_as_so_many_turns_in_proportion(turns: int, hits: int, most: int) -> None:
    hits = min(hits, turns)
    row: Row = {"conversation_key": f"{turns} {hits}", "model_turns": turns, "joy": {"turns": hits}}
    size, found = counted(row, "joy", most)
    assert size == min(turns, most)
    assert abs(found - hits * size / turns) < 1
    assert 0 <= found <= size


def turn_rates(parts: list[Part]) -> dict[tuple[str, str, str], Row]:
    """Rows of a release of the parts; each conversation is of a user of its own."""
    rows = released(trial(parts))[TURN_RATES.name].to_pylist()
    return {(row["label"], row["dimension"], row["value"]): row for row in rows}


def test_a_rate_of_turns_with_its_interval() -> None:
    found = turn_rates([(500, {}, None), (60, {}, {}), (40, {}, {"turns": 3, "recovered": False})])
    row = found["distress", "all", "all"]
    assert row["rate"] == pytest.approx(0.06) == (60 + 120) / 3000
    assert row["size"] == 1200.0 <= 3000
    low, high = wilson(row["rate"], row["size"])
    assert row["rate_low"] <= low < high <= row["rate_high"]
    assert row["corrected_status"] == "not estimable"
    assert found["joy", "all", "all"]["status"] == "suppressed"
    assert set(found) >= {(str(label), "length", length) for label in LABELS for length in LENGTHS}
    assert {dimension for _, dimension, _ in found} == set(TURN_DIMENSIONS)


def test_a_rate_that_would_give_few_second_turns_away_is_hidden() -> None:
    """Four turns each: 108 flagged turns in 72 flagged conversations mean that some hold several; twelve do."""
    short, all_four = {"model_turns": 4}, {"turns": 4, "recovered": False}
    parts: list[Part] = [(700, short, None), (60, short, {}), (12, short, all_four)]
    whole = next(r for r in released(trial(parts))[RATES.name].to_pylist() if r["dimension"] == "all")
    assert (whole["label"], whole["status"]) == ("distress", "shown")
    assert turn_rates(parts)["distress", "all", "all"]["status"] == "suppressed"
    parts[2] = (20, short, all_four)
    assert turn_rates(parts)["distress", "all", "all"]["status"] == "shown"


@pytest.mark.parametrize(("heavy", "status"), [(True, "suppressed"), (False, "shown")])
def test_a_user_with_long_conversations_hides_the_rate_of_turns_alone(heavy: bool, status: str) -> None:
    """A fifth of the conversations of the surface is no more than one user may have; four fifths of its turns are."""
    api, long = {"surface": "api", "model_turns": 1}, {"model_turns": 20}
    rows = trial([(500, {}, None), (60, {}, {}), (100, long, None), (90, api, None), (30, api, {"recovered": False})])
    for row in trial([(30, long | {"surface": "api"}, None)]):
        user = "heavy" if heavy else row["user_key"] + " too"
        rows.append(row | {"conversation_key": row["conversation_key"] + " too", "user_key": user})
    tables = released(rows)
    for table, wanted in ((RATES, "shown"), (TURN_RATES, status)):
        found = {(r["label"], r["value"]): r["status"] for r in tables[table.name].to_pylist()}
        assert found["distress", "api"] == wanted, table.name
