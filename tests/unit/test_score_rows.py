"""score: weights of turns that the screen rejected."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from classifiers.scorer import Scorer, load_scorer
from classifiers.turn import ModelTurn
from pipelines.flag import flag_row
from pipelines.score import score_rows
from schemas.policy import FlagPolicy, ScorePolicy


def strict(threshold: float) -> Scorer:
    """The shipped scorer with another threshold of the screen."""
    scorer = copy.copy(load_scorer())
    scorer.screen = copy.copy(scorer.screen)
    scorer.screen.threshold = threshold
    return scorer


def scored(scorer: Scorer, share: float) -> dict[str, Any]:
    said = "The train leaves at nine from platform two, and the next one at ten from platform four."
    turns = [{"role": "assistant", "text": said, "thinking": "", "generated": True}]
    row = {"conversation_key": "c", "turns": turns, "ended_by": "unknown", "masked": 0, "scrub_failed": False}
    (found,) = score_rows([row], scorer, ScorePolicy(), share)
    return found


@pytest.mark.parametrize(("share", "weight"), [(0.0, 0.0), (0.999, 1.001), (1.0, 1.001)])
def test_a_turn_that_the_screen_rejects_never_looks_as_if_it_had_passed(share: float, weight: float) -> None:
    """Nor in a trial so small that all of them are sampled."""
    row = scored(strict(1.0), share)
    assert [entry["weight"] for entry in row["scores"]] == pytest.approx([weight], abs=1e-4)
    low = dict.fromkeys(("distress", "joy"), 1e-9)
    found = flag_row(row, FlagPolicy(), low, 0.0)["joy"]
    assert not found["flagged"] and (found["missed"] > 0) == (share > 0)


def test_a_turn_that_passes_weighs_one_and_flags() -> None:
    row = scored(strict(0.0), 1.0)
    assert [entry["weight"] for entry in row["scores"]] == [1.0]
    assert flag_row(row, FlagPolicy(), dict.fromkeys(("distress", "joy"), 1e-9), 0.0)["joy"]["flagged"]


def test_the_shipped_scorer_tells_what_a_conversation_holds() -> None:
    asked = "The build fails for the fifth time! You said it was fixed. Nothing you write ever works, it is useless."
    said = "You are right that it still fails. The import in line 4 names a module that is gone. Here is a new one."
    turns = [
        {"role": "user", "text": asked, "thinking": "", "generated": False},
        {"role": "assistant", "text": said, "thinking": "", "generated": True},
    ]
    row = {"conversation_key": "c", "turns": turns, "ended_by": "unknown", "masked": 0, "scrub_failed": False}
    (found,) = score_rows([row], load_scorer(), ScorePolicy(), 0.0)
    assert "task_failure" in found["codes"]


def test_half_a_surrogate_pair_is_scored() -> None:
    (found,) = load_scorer().score([ModelTurn((("user", "\ud83d"),), "It is \ud83d fine.")]).distress
    assert found < 0.5
