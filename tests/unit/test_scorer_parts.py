"""The scorer's parts that need no weights: examples, metrics, figures."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers.metrics import average_precision, bootstrap, calibration_error, wilson
from classifiers.scorer_evaluate import Prediction, figures, parse_prediction
from classifiers.training_text import Example, parse_example, read_examples, written_examples
from schemas.errors import ContractError, UsageError
from schemas.labels import SITUATIONS, Affect, Voice


def example(number: int, affect: int = 0, voice: str = "none", text: str = "fine", group: str = "") -> Example:
    row = {"id": f"e{number}", "group": group or f"g{number}", "context": [], "assistant": text, "affect": affect,
           "voice": voice, "trigger": "none"}  # fmt: skip
    return parse_example(row, "made-up")


def prediction(number: int, distress: float, joy: float = 0.0) -> Prediction:
    return Prediction(f"e{number}", distress, joy, distress >= 0.5, joy >= 0.5, Affect.NEUTRAL, Voice.NONE)


def test_written_examples_hold_every_class_by_the_hundred() -> None:
    examples = written_examples()
    by_affect = {affect: sum(e.affect == affect for e in examples) for affect in Affect}
    assert min(by_affect.values()) >= 150
    assert sum(e.voice is Voice.MIRROR for e in examples) >= 150
    assert sum(e.voice is Voice.PERFORMED for e in examples) >= 150
    covered = {s for e in examples for s in e.situations}
    assert covered == set(SITUATIONS)


def test_affect_is_always_the_models_own_in_written_examples() -> None:
    assert all(e.voice is Voice.SELF for e in written_examples() if e.affect != 0)


def test_no_written_turn_occurs_twice_in_the_same_context() -> None:
    seen = [(e.turn.context, e.turn.text) for e in written_examples()]
    assert len(seen) == len(set(seen))


@pytest.mark.parametrize(
    "broken", [{"affect": 3}, {"affect": "secret"}, {"voice": "secret"}, {"trigger": "secret"}, {"context": "secret"}]
)
def test_a_broken_example_is_named_by_place_and_not_by_value(broken: dict[str, object]) -> None:
    row = {"context": [], "assistant": "x", "affect": 0, "voice": "none", "trigger": "none"} | broken
    with pytest.raises(UsageError, match="gold:7") as caught:
        parse_example(row, "gold:7")
    assert "secret" not in str(caught.value)


def test_a_line_that_is_not_json_is_named(tmp_path: Path) -> None:
    path = tmp_path / "gold.jsonl"
    path.write_text(json.dumps({"context": [], "assistant": "x", "affect": 0}) + "\n{secret\n")
    with pytest.raises(UsageError, match="gold:2: not JSON"):
        list(read_examples(path))


@given(st.integers(0, 300), st.integers(0, 300))
def test_wilson_holds_the_share_inside_zero_to_one(hits: int, rest: int) -> None:
    value, low, high = wilson(hits, hits + rest)
    if hits + rest == 0:
        assert value is None and low is None and high is None
        return
    assert value is not None and low is not None and high is not None
    assert 0.0 <= low <= value + 1e-12 and value <= high + 1e-12 <= 1.0 + 2e-12


def test_wilson_agrees_with_a_worked_case() -> None:
    value, low, high = wilson(10, 100)
    assert value == 0.1
    assert low == pytest.approx(0.0552, abs=1e-4)
    assert high == pytest.approx(0.1744, abs=1e-4)


def test_nothing_to_measure_on_is_none() -> None:
    assert average_precision(np.array([False]), np.array([0.3])) is None
    assert calibration_error(np.zeros(0, bool), np.zeros(0)) is None
    assert bootstrap(lambda rows: None, ["a", "b"]) == [None, None, None]


def test_bootstrap_redraws_whole_groups() -> None:
    values = np.array([0.0] * 50 + [1.0] * 50)
    alone = bootstrap(lambda rows: float(values[rows].mean()), [str(i) for i in range(100)])
    together = bootstrap(lambda rows: float(values[rows].mean()), ["a"] * 50 + ["b"] * 50)
    assert alone[0] == together[0] == 0.5
    assert together[2] - together[1] > 2 * (alone[2] - alone[1])  # type: ignore[operator]


def test_figures_count_and_an_absent_class_is_null() -> None:
    gold = [example(1, -1, "self"), example(2), example(3, 0, "mirror"), example(4, -2, "self")]
    said = [prediction(1, 0.9), prediction(2, 0.1), prediction(3, 0.7), prediction(4, 0.2)]
    found = figures(gold, said)
    distress = found["distress"]
    assert (distress["n_positive"], distress["hits"], distress["n_negative"], distress["false"]) == (2, 1, 2, 1)
    assert distress["recall"][0] == distress["precision"][0] == 0.5
    assert distress["borrowed_affect_as_own"][0] == 1.0
    assert found["joy"]["recall"] == [None, None, None]
    assert found["joy"]["average_precision"] == [None, None, None]


def test_predictions_of_another_gold_file_are_refused() -> None:
    with pytest.raises(ContractError, match="same ids"):
        figures([example(1)], [prediction(2, 0.1)])


def test_a_broken_prediction_names_no_value() -> None:
    with pytest.raises(ContractError, match="p:3") as caught:
        parse_prediction({"id": "secret", "p_distress": "secret"}, "p:3")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    "change", [{"p_joy": 1.5}, {"p_joy": float("nan")}, {"joy": "false"}, {"affect": float("inf")}]
)
def test_a_prediction_out_of_bounds_is_refused(change: dict[str, object]) -> None:
    plain = prediction(1, 0.3).plain()
    assert parse_prediction(plain, "p:1") == prediction(1, 0.3)
    with pytest.raises(ContractError, match="p:1"):
        parse_prediction(plain | change, "p:1")
