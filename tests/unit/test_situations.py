"""Codes do not depend on what was flagged; a trigger looks back."""

from __future__ import annotations

import numpy as np

from classifiers.turn import ModelTurn
from pipelines.situations import Item, causes_of, clearest_turns, codes_of, said_by_row, trigger_of, turns_before
from schemas.labels import SITUATIONS, Trigger


def probabilities(**high: float) -> list[float]:
    return [high.get(str(situation), 0.0) for situation in SITUATIONS]


def caused(near: list[list[float]], wide: list[float], cheap: list[float] | None = None) -> str:
    return trigger_of(causes_of(np.array(near), np.array(wide), np.array(cheap or probabilities())).tolist())


def items(*texts: str, row: int = 0) -> list[Item]:
    return [Item(row, 2 * n + 1, "said", ModelTurn((), text), ModelTurn((), text)) for n, text in enumerate(texts)]


def test_the_trigger_may_stand_some_turns_before_the_expression() -> None:
    early = [probabilities(abuse=0.9), probabilities(), probabilities(abuse=0.2, ideas=0.3)]
    assert caused(early, probabilities(abuse=0.3, ideas=0.3)) == "abuse"


def test_what_stands_further_back_outweighs_the_scored_turns() -> None:
    near, cheap = [probabilities(task_failure=0.9)], probabilities(abuse=0.2, task_failure=0.2)
    assert caused(near, probabilities(abuse=0.6), cheap) == "abuse"
    assert caused(near, probabilities(abuse=0.3), cheap) == "task_failure"


def test_the_cheap_heads_decide_where_the_encoder_does_not() -> None:
    close = probabilities(abuse=0.5, pressure=0.48)
    assert caused([close], close) == "abuse"
    assert caused([close], close, probabilities(pressure=0.6)) == "pressure"


def test_an_unlikely_trigger_is_other() -> None:
    assert trigger_of(probabilities(abuse=0.2)) == Trigger.OTHER
    assert trigger_of(probabilities(abuse=0.25)) == "abuse"


def test_the_clearest_turn_of_each_conversation_is_judged() -> None:
    found = [*items("a", "b", "c"), *items("d", row=1)]
    seen = np.array([probabilities(), probabilities(ideas=0.4, abuse=0.6), probabilities(abuse=0.6), probabilities()])
    assert clearest_turns(said_by_row(found), seen) == {0: 1, 1: 3}
    assert clearest_turns({}, np.zeros((0, len(SITUATIONS)))) == {}


def test_reasoning_gives_no_codes() -> None:
    found = [*items("a", "b"), Item(0, 3, "thinking", ModelTurn((), "c"), ModelTurn((), "c"))]
    assert said_by_row(found) == {0: [0, 1]}


def test_a_situation_counts_where_heads_and_encoder_reach_the_threshold_together() -> None:
    seen = np.array([probabilities(abuse=0.2, ideas=0.4), probabilities(abuse=0.7, repetition=0.9)])
    read = np.array(probabilities(abuse=0.3, ideas=0.6, identity=1.0))
    assert codes_of(seen, read, 0.5) == ["abuse", "ideas", "identity"]


def test_a_trigger_is_judged_on_the_turn_before_as_well() -> None:
    found = items("a", "b", "c")
    said = said_by_row(found)[0]
    assert [turns_before(item, found, said) for item in found] == [[], [0], [1]]
