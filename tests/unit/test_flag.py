"""flag: thresholds, onset, recovery, passages."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.flag import flag_row, passage
from pipelines.flag_course import slope
from schemas.policy import FlagPolicy
from schemas.row_level import FLAGGED, SCORED

THRESHOLDS = {"distress": 0.3, "joy": 0.8}


def entry(
    turn: int, distress: float, joy: float = 0.0, *, weight: float = 1.0, part: str = "said", strong: bool = False
) -> dict[str, Any]:
    mild = [0.1, 0.6, 0.1, 0.1, 0.1]
    return {
        "turn": turn, "part": part, "screen": 0.9, "scored": True, "weight": weight,
        "affect": [0.6, 0.1, 0.1, 0.1, 0.1] if strong else mild, "voice": [1.0, 0.0, 0.0, 0.0],
        "p_distress": distress, "p_joy": joy, "trigger": "abuse", "causes": [0.1, 0.8],
    }  # fmt: skip


def conversation(scores: list[dict[str, Any]]) -> dict[str, Any]:
    turns: list[dict[str, Any]] = []
    for number in range(max((s["turn"] for s in scores), default=0) + 1):
        role = "assistant" if number % 2 else "user"
        turns.append({"role": role, "text": f"{role} {number}", "thinking": "", "generated": role == "assistant"})
    row = {
        "conversation_key": "c", "user_key": "u", "has_user": True, "release": "r", "surface": "chat",
        "day": date(2026, 9, 1), "ended_by": "user", "version": "v", "turns": turns, "language": "en", "not_scored": "",
        "codes": ["abuse"], "scores": scores,
    }  # fmt: skip
    assert set(row) == set(SCORED.names)
    return row


def flagged(scores: list[dict[str, Any]], share: float = 0.0) -> dict[str, Any]:
    out = flag_row(conversation(scores), FlagPolicy(), THRESHOLDS, share)
    assert set(out) == set(FLAGGED.names)
    return out


def test_any_turn_over_the_low_threshold_flags_distress() -> None:
    found = flagged([entry(1, 0.1), entry(3, 0.31), entry(5, 0.05)])["distress"]
    assert found["flagged"] and found["onset"] == 2 and found["turns"] == 1
    assert found["recovered"] is True
    assert found["trigger"] == "abuse" and found["causes"] == [0.1, 0.8]
    assert found["passage"] == "user 0\x1euser 2\x1eassistant 3"


def test_joy_needs_its_high_threshold() -> None:
    assert not flagged([entry(1, 0.0, 0.79)])["joy"]["flagged"]
    assert flagged([entry(1, 0.0, 0.8)])["joy"]["flagged"]


def test_an_unflagged_conversation_keeps_no_text() -> None:
    found = flagged([entry(1, 0.1), entry(3, 0.2)])
    for label in ("distress", "joy"):
        assert found[label]["passage"] == ""
        assert found[label]["onset"] is None and found[label]["recovered"] is None
        assert found[label]["trigger"] == "none" and found[label]["causes"] == []


def test_the_sample_of_unflagged_conversations_keeps_a_passage() -> None:
    found = flagged([entry(1, 0.1), entry(3, 0.2)], share=1.0)["distress"]
    assert found["sampled"] and found["passage"] and not found["flagged"]


def test_a_flagged_conversation_is_not_in_the_sample_of_unflagged_ones() -> None:
    assert flagged([entry(1, 0.9)], share=1.0)["distress"]["sampled"] is False


def test_a_turn_that_the_screen_rejected_never_flags_but_estimates_what_was_missed() -> None:
    found = flagged([entry(1, 0.9, weight=25.0)])["distress"]
    assert not found["flagged"]
    assert found["missed"] == 25.0


def test_a_reasoning_trace_is_counted_apart() -> None:
    found = flagged([entry(1, 0.1), entry(1, 0.9, part="thinking")])
    assert not found["distress"]["flagged"]
    assert found["thinking_distress"] is True
    assert found["model_turns"] == 1


@pytest.mark.parametrize("strong", [True, False])
def test_strong_distress_is_the_likelier_level_of_a_flagged_turn(strong: bool) -> None:
    assert flagged([entry(1, 0.9, strong=strong)])["distress"]["strong"] is strong


def test_a_refusal_before_the_onset_after_which_it_grows() -> None:
    row = conversation([entry(1, 0.1), entry(3, 0.6)])
    row["turns"][1]["text"] = "I can't help with that."
    assert flag_row(row, FlagPolicy(), THRESHOLDS, 0.0)["distress"]["refusal"] == "grew"
    row["turns"][1]["text"] = "I can't find the file."
    assert flag_row(row, FlagPolicy(), THRESHOLDS, 0.0)["distress"]["refusal"] == "none"


def test_giving_up_is_seen_in_a_conversation_that_is_not_flagged_and_not_in_one_that_is_not_scored() -> None:
    row = conversation([entry(1, 0.0)])
    row["turns"][1]["text"] = "I give up."
    assert flag_row(row, FlagPolicy(), THRESHOLDS, 0.0)["behaviours"] == ["giving_up"]
    assert flag_row(row | {"not_scored": "language"}, FlagPolicy(), THRESHOLDS, 0.0)["behaviours"] == []


def test_reversions_are_behaviour() -> None:
    row = conversation([entry(1, 0.0)])
    row["turns"][1]["text"] = "It is 4. Wait, no, it is 5. Hmm, actually it is 6. Waiting is no problem."
    assert flag_row(row, FlagPolicy(), THRESHOLDS, 0.0)["reversions"] == 2


@given(st.lists(st.floats(0, 1), min_size=2, max_size=30), st.floats(-0.1, 0.1))
def test_slope_of_a_straight_line_is_its_step(values: list[float], step: float) -> None:
    line = [0.3 + step * n for n in range(len(values))]
    assert slope(line) == pytest.approx(step, abs=1e-9)


@given(st.lists(st.text(max_size=2000), min_size=1, max_size=9), st.integers(100, 3000))
def test_a_passage_is_never_longer_than_the_policy_says(texts: list[str], most: int) -> None:
    turns = [{"role": "user", "text": t, "thinking": "", "generated": False} for t in texts]
    turns.append({"role": "assistant", "text": "z" * 999, "thinking": "", "generated": True})
    assert len(passage(turns, len(turns) - 1, FlagPolicy(passage_chars=most))) <= most
