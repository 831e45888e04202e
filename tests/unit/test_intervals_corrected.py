from __future__ import annotations

import numpy as np
import pytest

from pipelines.aggregate_corrected import TURNS, correct, expected_errors, turn_mix
from pipelines.aggregate_quality import quality_rows
from pipelines.aggregate_rates import Material
from pipelines.aggregate_stability import MEASURES as CLUSTER_MEASURES
from pipelines.disclosure_plan import Plan
from pipelines.disclosure_words import QUALITY_MEASURES
from pipelines.new_source import new_source
from schemas.policy import DisclosurePolicy
from schemas.quality import Counts, LabelQuality, Quality
from schemas.released import LENGTHS

MIX = turn_mix({"1": 200, "2-3": 400, "4-7": 500, "8-15": 300, "16+": 100}, 1500)
PLAN = Plan(frozenset(), frozenset())
GOOD = LabelQuality(0.5, (Counts(300, 270, 3000, 3),))


def test_the_turn_mix_spreads_what_is_hidden_and_sums_to_one() -> None:
    mix = turn_mix({"1": 300, "2-3": 500}, 1100)
    assert sum(mix.values()) == pytest.approx(1)
    assert mix[TURNS["16+"]] == pytest.approx(100 / 1100)
    assert turn_mix({}, 0) == {}
    assert turn_mix({"1": 50}, 50) == {1.0: 1.0}


def test_a_perfect_scorer_corrects_nothing() -> None:
    found = correct(0.1, 2000, MIX, LabelQuality(0.5, (Counts(100_000, 100_000, 10_000_000, 0),)))
    assert found.value == pytest.approx(0.1, abs=1e-3)


def test_missed_turns_raise_the_rate_and_false_alarms_lower_it() -> None:
    missed = correct(0.1, 2000, MIX, LabelQuality(0.5, (Counts(10_000, 5_000, 1_000_000, 0),)))
    alarms = correct(0.1, 2000, MIX, LabelQuality(0.5, (Counts(10_000, 10_000, 1_000_000, 10_000),)))
    assert missed.value is not None
    assert missed.value > 0.17
    assert alarms.value is not None
    assert alarms.value < 0.06


def test_a_rate_that_false_alarms_explain_cannot_be_estimated() -> None:
    found = correct(0.05, 2000, MIX, LabelQuality(0.5, (Counts(300, 270, 1000, 10),)))
    assert (found.status, found.value, found.low) == ("not estimable", None, 0.0)
    assert found.high is not None
    assert found.high < 0.1


@pytest.mark.parametrize(
    "quality", [LabelQuality(), LabelQuality(0.5, (Counts(100, 90, 0, 0),)), LabelQuality(0.5, (Counts(0, 0, 9, 0),))]
)
def test_nothing_is_corrected_by_what_was_not_measured(quality: LabelQuality) -> None:
    found = correct(0.2, 1000, MIX, quality)
    assert (found.status, found.value, found.high) == ("not estimable", None, None)


def test_a_scorer_no_better_than_chance_corrects_nothing() -> None:
    assert correct(0.5, 1000, MIX, LabelQuality(0.5, (Counts(100, 30, 100, 40),))).status == "not estimable"


def test_what_the_screen_lost_widens_the_upper_end_alone() -> None:
    plain, wide = correct(0.1, 2000, MIX, GOOD), correct(0.1, 2000, MIX, GOOD, lost=0.02)
    assert (plain.value, plain.low) == (wide.value, wide.low)
    assert plain.high is not None
    assert wide.high is not None
    assert wide.high > plain.high + 0.015


def test_the_result_is_the_same_on_every_call() -> None:
    assert correct(0.07, 1234.5, MIX, GOOD) == correct(0.07, 1234.5, MIX, GOOD)
    assert expected_errors(GOOD) == expected_errors(GOOD)


def test_the_released_errors_are_those_of_the_law_of_a_new_source() -> None:
    sources = tuple(Counts(100, hits, 4000, false) for hits, false in ((70, 2), (75, 9), (85, 0), (90, 30)))
    material = Material("r-1", {}, {}, PLAN, DisclosurePolicy(), Quality({"joy": LabelQuality(0.5, sources)}), None)
    hidden = [{"label": label, "dimension": "all", "flagged": None} for label in ("distress", "joy")]
    rows = {(row["label"], row["measure"]): row for row in quality_rows(material, hidden)}
    assert {measure for _, measure in rows} == set(QUALITY_MEASURES) - set(CLUSTER_MEASURES)
    laws = {
        "recall_new_source": ([s.hits for s in sources], [s.n_positive for s in sources]),
        "false_positive_rate_new_source": ([s.false for s in sources], [s.n_negative for s in sources]),
    }
    for measure, (hits, totals) in laws.items():
        low, middle, high = new_source(hits, totals, np.array([0.025, 0.5, 0.975]))
        found = rows["joy", measure]
        assert (found["low"], found["figure"], found["high"]) == pytest.approx((low, middle, high), rel=0.02, abs=1e-6)
        assert found["basis"] == "validation"
        not_measured = rows["distress", measure]
        assert (not_measured["low"], not_measured["figure"], not_measured["high"]) == (None, None, None)


def _turns(rng: np.random.Generator, conversations: int) -> np.ndarray:
    low, high = np.array([1, 2, 4, 8, 16]), np.array([1, 3, 7, 15, 30])
    bins = rng.choice(5, conversations, p=[200 / 1500, 400 / 1500, 500 / 1500, 300 / 1500, 100 / 1500])
    return rng.integers(low[bins], high[bins] + 1)


@pytest.mark.parametrize(("recall", "alarm", "truth"), [(0.9, 0.001, 0.06), (0.75, 0.003, 0.12), (0.85, 0.0005, 0.03)])
def test_the_corrected_interval_holds_the_truth(recall: float, alarm: float, truth: float) -> None:
    """100 trials of 1,500 conversations, each with a validation set of its own: about 95 % must hold the truth.

    One turn of an affected conversation expresses the affect and is found with `recall`; every other turn raises a
    false alarm with `alarm`. Lengths scatter within their bins, where the correction takes one number of turns a bin.
    """
    rng = np.random.default_rng(int(1e4 * recall + 1e6 * alarm))
    held = estimated = 0
    for _ in range(100):
        turns = _turns(rng, 1500)
        affected = rng.random(1500) < truth
        false = rng.random(1500) < 1 - (1 - alarm) ** (turns - affected)
        flagged = false | (affected & (rng.random(1500) < recall))
        quality = LabelQuality(
            0.5, (Counts(150, int(rng.binomial(150, recall)), 4000, int(rng.binomial(4000, alarm))),)
        )
        sizes = np.bincount(np.searchsorted([1, 3, 7, 15], turns), minlength=5)
        mix = turn_mix({name: int(n) for name, n in zip(LENGTHS, sizes, strict=True)}, 1500)
        found = correct(float(flagged.mean()), 1500, mix, quality)
        low = 0.0 if found.low is None else found.low
        held += found.high is not None and low <= truth <= found.high
        estimated += found.status == "estimated"
    assert 0.9 <= held / 100 <= 0.99
    assert estimated > 86


def test_of_three_sources_the_interval_allows_for_a_fourth() -> None:
    alike = LabelQuality(0.5, tuple(Counts(100, 80, 4000, 8) for _ in range(4)))
    apart = LabelQuality(0.5, tuple(Counts(100, hits, 4000, 8) for hits in (70, 75, 85, 90)))
    narrow, wide = correct(0.1, 2000, MIX, alike), correct(0.1, 2000, MIX, apart)
    assert narrow.high is not None
    assert wide.high is not None
    assert wide.high > narrow.high + 0.01


@pytest.mark.parametrize("size", [8.0, 30.0])
def test_the_corrected_interval_holds_the_truth_in_a_source_of_its_own(size: float) -> None:
    """100 trials; recall and false alarms differ between eight validation sources and the trial, by Beta laws."""
    rng = np.random.default_rng(int(size))
    held = 0
    for _ in range(100):
        recalls = rng.beta(0.8 * size, 0.2 * size, 9)
        alarms = rng.beta(0.004 * 400, 0.996 * 400, 9)
        turns = _turns(rng, 1500)
        affected = rng.random(1500) < 0.15
        false = rng.random(1500) < 1 - (1 - alarms[8]) ** (turns - affected)
        flagged = false | (affected & (rng.random(1500) < recalls[8]))
        sources = tuple(
            Counts(60, int(rng.binomial(60, r)), 800, int(rng.binomial(800, a)))
            for r, a in zip(recalls[:8], alarms[:8], strict=True)
        )
        sizes = np.bincount(np.searchsorted([1, 3, 7, 15], turns), minlength=5)
        mix = turn_mix({name: int(n) for name, n in zip(LENGTHS, sizes, strict=True)}, 1500)
        found = correct(float(flagged.mean()), 1500, mix, LabelQuality(0.5, sources))
        low = 0.0 if found.low is None else found.low
        held += found.high is not None and low <= 0.15 <= found.high
    assert 0.9 <= held / 100 <= 0.99
