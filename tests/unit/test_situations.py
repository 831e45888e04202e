"""Codes do not depend on what was flagged; a trigger looks back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import numpy as np

from classifiers.codes import CodeHeads
from classifiers.turn import ModelTurn
from pipelines.situations import JUDGED_TURNS, Item, codes_of, judged_turns, said_by_row, trigger_of, turns_before
from schemas.labels import SITUATIONS, Trigger


def probabilities(**high: float) -> list[float]:
    return [high.get(str(situation), 0.0) for situation in SITUATIONS]


class Heads:
    """A turn holds the situation that its text names, the more clearly the longer it is. Counts what it reads."""

    def __init__(self) -> None:
        self.read = 0

    def probabilities(self, turns: Sequence[ModelTurn]) -> np.ndarray:
        self.read += len(turns)
        return np.array([probabilities(**{turn.text.strip("!"): 0.5 + turn.text.count("!") / 10}) for turn in turns])


def items(*texts: str, row: int = 0) -> list[Item]:
    return [Item(row, 2 * n + 1, "said", ModelTurn((), text)) for n, text in enumerate(texts)]


def judged(found: list[Item]) -> tuple[dict[int, list[int]], Heads]:
    heads = Heads()
    return judged_turns(found, said_by_row(found), cast(CodeHeads, heads)), heads


def test_the_trigger_may_stand_some_turns_before_the_expression() -> None:
    early = [probabilities(abuse=0.9), probabilities(), probabilities(abuse=0.2, ideas=0.3)]
    assert trigger_of(early) == "abuse"


def test_an_unlikely_trigger_is_other() -> None:
    assert trigger_of([probabilities(abuse=0.2)]) == Trigger.OTHER


def test_the_clearest_turns_are_judged_in_order() -> None:
    chosen, _ = judged(items("nothing", "abuse!", "ideas", "nothing", "repetition!!"))
    assert chosen == {0: [1, 4]}


def test_a_long_conversation_costs_no_more_than_a_few_turns() -> None:
    chosen, _ = judged(items(*(["nothing"] * 50)))
    assert len(chosen[0]) == JUDGED_TURNS


def test_where_there_are_few_turns_all_are_judged_and_none_is_chosen() -> None:
    found = [*items("nothing", "abuse"), *items("ideas", row=1)]
    chosen, heads = judged(found)
    assert chosen == {0: [0, 1], 1: [2]} and heads.read == 0


def test_reasoning_gives_no_codes() -> None:
    found = items("abuse", "ideas")
    found.append(Item(0, 3, "thinking", ModelTurn((), "repetition!!!")))
    assert judged(found)[0] == {0: [0, 1]}


def test_a_situation_counts_from_the_threshold_on() -> None:
    turns = [probabilities(abuse=0.5), probabilities(ideas=0.49), probabilities(repetition=0.9, abuse=0.2)]
    assert codes_of(turns, 0.5) == ["abuse", "repetition"]


def test_a_trigger_is_judged_on_the_turn_before_as_well() -> None:
    found = items("a", "b", "c")
    said = said_by_row(found)[0]
    assert [turns_before(item, found, said) for item in found] == [[], [0], [1]]
