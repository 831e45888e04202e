"""What of a batch is read, what flags, and what a sample of the rejected windows finds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from classifiers.reading import Matrix, Reading
from classifiers.scorer import Scorer
from classifiers.turn import ModelTurn
from pipelines.judge import judge
from pipelines.situations import Item
from schemas.labels import SITUATIONS


class Scripted:
    """Each letter of a text is a window. d and j: distress and joy that the screen rejects; D and J: that it lets pass;
    s: a situation; others are nothing. Capitals pass. Remembers which windows were read."""

    def __init__(self) -> None:
        self.codes = self
        self.read: list[str] = []

    def probabilities(self, turns: Sequence[ModelTurn]) -> Matrix:
        return np.array([[0.9 if "s" in turn.text else 0.1] * len(SITUATIONS) for turn in turns])

    def causes(self, turns: Sequence[ModelTurn]) -> Matrix:
        return Scorer.causes(cast(Scorer, self), turns)

    def start(self, turns: Sequence[ModelTurn]) -> Reading:
        windows = [letter for turn in turns for letter in turn.text]
        owners = [n for n, turn in enumerate(turns) for _ in turn.text]
        clear = np.array([0.9 if letter.isupper() else 0.1 for letter in windows])

        def found(rows: NDArray[np.int64]) -> tuple[Matrix, Matrix, Matrix]:
            self.read += [windows[n] for n in rows]
            affect, situations = np.zeros((len(rows), 5)), np.zeros((len(rows), len(SITUATIONS)))
            affect[:, 2] = 1.0
            for place, letter in enumerate(windows[n] for n in rows):
                if letter in "dDjJ":
                    affect[place, [1 if letter in "dD" else 4, 2]] = 0.9, 0.1
                situations[place, 0] = 0.9 if letter == "s" else 0.0
            return affect, np.zeros((len(rows), 4)), situations

        return Reading([([1], [1])] * len(windows), owners, clear, 0.5, found)


def judged(*texts: str, share: float = 0.0, key: str = "k") -> tuple[list[Item], dict[str, Any], Scripted]:
    scorer, out = Scripted(), [{"conversation_key": key, "codes": []}]
    items = [Item(0, 2 * n + 1, "said", ModelTurn((), text), ModelTurn((), text[:1])) for n, text in enumerate(texts)]
    judge(items, cast(Any, out), cast(Scorer, scorer), 0.5, share)
    return items, cast("dict[str, Any]", out[0]), scorer


def test_only_what_passes_and_what_codes_rest_on_is_read() -> None:
    items, _, scorer = judged("xxxx", "xDxx", "xx")
    assert [item.weight for item in items] == [0.0, 1.0, 0.0]
    assert items[1].result["p_distress"] == 0.9
    # One window that passed, the first of the turn before the expression, and the causes of the turn judged and of it.
    assert sorted(scorer.read) == sorted("D" + "x" + "x" + "x")


def test_distress_in_a_window_that_the_screen_rejects_does_not_flag() -> None:
    (item,), _, _ = judged("Xd")
    assert item.weight == 1.0 and item.result["p_distress"] == 0.0 and item.lost == {}


def test_a_drawn_conversation_tells_what_the_screen_lost() -> None:
    items, _, scorer = judged("Xd", "dx", "xx", share=1.0)
    # A share of 1 too: a weight of 1 would say that the screen had let it pass.
    assert [item.weight for item in items] == [1.0, 1.001, 1.001]
    assert items[0].result["p_distress"] == 0.0 and items[0].lost["p_distress"] == 0.9
    assert items[1].result["p_distress"] == 0.9 and items[1].lost == {}
    assert len(scorer.read) == 6 + 2


@given(st.lists(st.text("xXdDjJs", min_size=1, max_size=5), min_size=1, max_size=5))
def test_codes_are_the_same_whatever_the_screen_lets_pass(texts: list[str]) -> None:
    _, row, _ = judged(*texts)
    _, calm, _ = judged(*(text.lower() for text in texts))
    assert row["codes"] == calm["codes"]


def test_a_situation_in_the_turn_before_and_in_what_leads_to_the_expression_is_the_trigger() -> None:
    items, row, _ = judged("s", "sD")
    assert items[1].result["trigger"] == str(SITUATIONS[0])
    assert items[0].result == {} and row["codes"] == [str(SITUATIONS[0])]


def test_nothing_to_judge_reads_nothing_and_leaves_rows_as_they_are() -> None:
    out, scorer = [{"conversation_key": "k", "codes": []}], Scripted()
    judge([], cast(Any, out), cast(Scorer, scorer), 0.5, 1.0)
    assert out == [{"conversation_key": "k", "codes": []}] and scorer.read == []
