"""The simulation behind the README's coverage figures: planted trials are what they say, and the table is made."""

from __future__ import annotations

import datetime
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from pipelines.adjudicate import draw
from pipelines.flag import flag_row
from pipelines.pseudonym import keyed_draw
from schemas.policy import AdjudicatePolicy, DisclosurePolicy, FlagPolicy
from tests.benchmarks.interval_coverage import FIGURES, OPEN, Setting, Tally, main, measure, released, truths
from tests.benchmarks.planted_records import Records
from tests.benchmarks.planted_scorer import Law, fit, scorer_of_the_card
from tests.benchmarks.planted_trial import NAMES, Trial, World, make_trial
from tests.privacy.trial import Exact


def planted(seed: int, world: World) -> Trial:
    return make_trial(world, {name: scorer_of_the_card(name) for name in NAMES}, np.random.default_rng(seed))


def rows_of(trial: Trial) -> list[dict[str, Any]]:
    """The trial as rows of CLUSTERED, flagged by the flag stage from scored turns, each label apart."""
    first = np.cumsum(trial.turns) - trial.turns
    rows = []
    for n, (start, turns) in enumerate(zip(first.tolist(), trial.turns.tolist(), strict=True)):
        sampled = keyed_draw(trial.keys[n], "screen") < trial.screen_share
        weight = max(1.001, 1 / trial.screen_share) if sampled else 0.0
        row: dict[str, Any] = {}
        for name, label in trial.labels.items():
            scores = [
                _score(name, bool(label.flagged_turns[t]), bool(label.lost_turns[t]), weight) | {"turn": t - start}
                for t in range(start, start + turns)
            ]
            found = flag_row(_scored(trial, n, scores), FlagPolicy(), dict.fromkeys(NAMES, 0.5), 0.0)
            row = found | row | {name: found[name] | {"cluster": -1 if found[name]["flagged"] else -2}}
        rows.append(row)
    return rows


def _score(name: str, flagged: bool, lost: bool, weight: float) -> dict[str, Any]:
    return {
        "part": "said", "screen": 0.5, "scored": True, "weight": weight if lost else 1.0, "trigger": "", "causes": [],
        "affect": [0.1, 0.6, 0.1, 0.1, 0.1], "voice": [1.0, 0.0, 0.0, 0.0], "p_distress": 0.1, "p_joy": 0.1,
        f"p_{name}": 0.9 if flagged or lost else 0.1,
    }  # fmt: skip


def _scored(trial: Trial, n: int, scores: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "conversation_key": trial.keys[n], "user_key": str(trial.user[n]), "has_user": True, "release": "planted",
        "surface": "chat", "day": datetime.date(2025, 9, 1), "ended_by": "user", "language": "en", "not_scored": "",
        "codes": [], "scores": scores,
        "turns": [{"role": "assistant", "text": "-", "thinking": "", "generated": True} for _ in scores],
    }  # fmt: skip


@pytest.mark.parametrize(("users", "case"), [(25, "pooled"), (30, "left out"), (150, "whole")])
def test_the_cells_are_those_of_the_flag_stage_and_the_population(users: int, case: str) -> None:
    trial = planted(1, World(users, 0.15, lost=0.3))
    records, exact = Records(trial, DisclosurePolicy()), Exact(rows_of(trial), DisclosurePolicy())
    assert ("other" in records.lengths) == (case == "pooled")
    assert (not records.kept.all()) == (case == "left out")
    assert any(records.cells["screen", name, "missed", "missed"].conversations for name in NAMES)
    for key, cell in records.cells.items():
        if cell.conversations:
            assert cell == exact.cells[key]
        else:
            assert key not in exact.cells
    assert set(records.lengths) == set(exact.splits["length"])


def test_readers_are_asked_about_what_is_drawn_and_found_tells_what_they_would_say() -> None:
    trial = planted(3, World(300, 0.2))
    drawn = {key for keys in draw(trial.seen, AdjudicatePolicy().sample).values() for key in keys}
    verdicts = trial.verdicts()
    assert all(set(said) == drawn for said in verdicts.values())
    places = {key: n for n, key in enumerate(trial.keys)}
    for key in drawn:
        judged = [said[key].joy for said in verdicts.values() if said[key].judged]
        assert trial.found("joy")[places[key]] == (sum(map(bool, judged)) / len(judged) if judged else 0.5)


def test_the_expected_shares_are_those_of_a_very_large_trial() -> None:
    world = World(20_000, 0.1, again=0.2)
    trial = planted(5, world)
    counted = np.minimum(trial.turns, OPEN.max_turns_per_conversation)
    for name in NAMES:
        true, label = truths(world, trial, name), trial.labels[name]
        assert true["raw"] == pytest.approx(label.flagged.mean(), abs=0.01)
        assert true["turns"] == pytest.approx(np.average(label.hits / trial.turns, weights=counted), abs=0.003)
        assert true["corrected"] == pytest.approx(label.holds.mean(), abs=0.01)
        assert true["readers"] == pytest.approx(trial.found(name).mean(), abs=0.01)
        expressing = label.holds * (1 + (trial.turns - 1) * world.again) / trial.turns
        assert true["turns, corrected"] == pytest.approx(np.average(expressing, weights=counted), abs=0.003)
        low, high, _ = released(trial, OPEN)[name]["turns"]
        assert low is not None
        assert high is not None
        assert low < true["turns"] < high


def test_a_fitted_law_is_the_one_that_the_counts_are_drawn_from() -> None:
    rng = np.random.default_rng(11)
    shares = Law(0.8, 1.0).draw(rng, 300)
    found = fit(rng.binomial(100, shares).tolist(), [100] * 300)
    assert found.mean == pytest.approx(0.8, abs=0.03)
    assert found.likeness == pytest.approx(1.0, rel=0.25)


def test_a_tally_tells_on_which_side_an_interval_misses() -> None:
    tally = Tally()
    for interval in ((0.2, 0.3, ""), (0.1, 0.3, ""), (0.0, 0.1, "not estimable"), (None, None, "not estimable")):
        tally.add(interval, 0.15)
    assert (tally.trials, tally.given, tally.above, tally.under, tally.not_estimable) == (4, 3, 1, 1, 2)
    assert "holds  33.3 %" in tally.said()


def test_most_intervals_hold_the_truth() -> None:
    """12 trials of about 1,100 conversations: of 24 intervals, more than 5 miss by chance once in 1,000 at 95 %."""
    tallies = measure(Setting(World(200, 0.15), policy=OPEN), 12, 20250901)
    for figure in FIGURES:
        parts = [tallies[name, figure] for name in NAMES]
        given, missed = sum(t.given for t in parts), sum(t.above + t.under for t in parts)
        assert given >= 20, figure
        if figure != "readers, planted":
            assert missed <= 5, figure


def test_the_command_prints_a_line_a_label_and_figure() -> None:
    result = CliRunner().invoke(main, ["--trials", "2", "--setting", "small"])
    assert result.exit_code == 0, result.output
    assert len(result.output.splitlines()) == 1 + len(NAMES) * len(FIGURES)
