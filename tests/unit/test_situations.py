"""Codes do not depend on what was flagged; a trigger looks back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import numpy as np

from classifiers.scorer import Scorer
from classifiers.turn import ModelTurn
from pipelines.situations import JUDGED_TURNS, Item, add_situations, trigger_of
from schemas.labels import SITUATIONS, Trigger


def probabilities(**high: float) -> list[float]:
    return [high.get(str(situation), 0.0) for situation in SITUATIONS]


class Heads:
    """Cheap heads and encoder by rule: a turn holds the situation that its text names. Counts what it reads."""

    def __init__(self) -> None:
        self.screen = self
        self.read = 0

    def situation_probabilities(self, turns: Sequence[ModelTurn]) -> np.ndarray:
        return np.array([probabilities(**{turn.text: 0.9}) for turn in turns])

    def score(self, turns: Sequence[ModelTurn]) -> Heads:
        self.read += len(turns)
        self.situations = self.situation_probabilities(turns)
        return self


def items(*texts: str, likely: int | None = None) -> list[Item]:
    out = [Item(0, 2 * n + 1, "said", ModelTurn((), text)) for n, text in enumerate(texts)]
    if likely is not None:
        out[likely].result = {"p_distress": 0.9, "p_joy": 0.0, "trigger": ""}
    return out


def codes(turns: list[Item], known: dict[int, list[float]] | None = None) -> tuple[list[str], Heads]:
    out: list[dict[str, object]] = [{"codes": []}]
    heads = Heads()
    add_situations(turns, out, known or {}, cast(Scorer, heads), 0.5)
    return cast("list[str]", out[0]["codes"]), heads


def test_the_trigger_may_stand_some_turns_before_the_expression() -> None:
    early = [probabilities(abuse=0.9), probabilities(), probabilities(abuse=0.2, ideas=0.3)]
    assert trigger_of(early) == "abuse"


def test_an_unlikely_trigger_is_other() -> None:
    assert trigger_of([probabilities(abuse=0.2)]) == Trigger.OTHER


def test_a_likely_expression_gets_a_trigger_and_others_none() -> None:
    turns = items("nothing", "abuse", "nothing", likely=2)
    codes(turns)
    assert turns[2].result["trigger"] == "abuse"
    assert turns[0].result == {}


def test_codes_are_the_same_whether_or_not_a_turn_was_flagged() -> None:
    texts = ("nothing", "abuse", "nothing", "ideas", "nothing")
    calm, _ = codes(items(*texts))
    flagged, _ = codes(items(*texts, likely=4))
    assert calm == flagged == ["abuse", "ideas"]


def test_a_long_conversation_costs_no_more_than_a_few_turns() -> None:
    _, heads = codes(items(*(["nothing"] * 50)))
    assert heads.read == JUDGED_TURNS


def test_what_the_encoder_has_read_is_not_read_again() -> None:
    turns = items("abuse", "ideas")
    known = {id(item): probabilities(**{item.model_turn.text: 0.9}) for item in turns}
    found, heads = codes(turns, known)
    assert found == ["abuse", "ideas"]
    assert heads.read == 0
