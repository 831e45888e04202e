"""OpenAI chat records."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from schemas.conversation import Conversation, Turn

if TYPE_CHECKING:
    from tests.unit.readers.conftest import ReadOne, RuleOf

USER = {"role": "user", "content": "How many rows?"}
GOOD = {"messages": [USER]}
ASK = Turn("user", "How many rows?")
CALL = {"id": "t1", "type": "function", "function": {"name": "count", "arguments": "{}"}}


def spoken(text: str, thinking: str = "") -> Turn:
    return Turn("assistant", text, thinking, True)


@pytest.mark.parametrize(
    ("message", "turns"),
    [
        ({"role": "assistant", "content": "Four."}, [spoken("Four.")]),
        ({"role": "assistant", "content": "Four.", "refusal": None, "tool_calls": None}, [spoken("Four.")]),
        ({"role": "assistant", "content": None, "refusal": "I can't."}, [spoken("I can't.")]),
        ({"role": "assistant", "content": "", "refusal": "I can't."}, [spoken("I can't.")]),
        ({"role": "assistant", "content": [{"type": "refusal", "refusal": "No."}]}, [spoken("No.")]),
        ({"role": "assistant", "content": None, "tool_calls": [CALL]}, []),
        ({"role": "assistant", "content": "", "tool_calls": [CALL]}, []),
        ({"role": "assistant", "content": None, "function_call": {"name": "count"}}, []),
        ({"role": "assistant", "content": "Let me look.", "tool_calls": [CALL]}, [spoken("Let me look.")]),
        ({"role": "assistant", "content": None}, [spoken("")]),
        ({"role": "assistant", "content": []}, [spoken("")]),
        ({"role": "assistant", "content": "4", "reasoning_content": "Count."}, [spoken("4", "Count.")]),
        ({"role": "assistant", "content": "4", "reasoning": "Count."}, [spoken("4", "Count.")]),
        ({"role": "tool", "tool_call_id": "t1", "content": "4 rows"}, [Turn("tool", "4 rows")]),
        ({"role": "tool", "content": [{"type": "text", "text": "4 rows"}]}, [Turn("tool", "4 rows")]),
        ({"role": "tool", "content": None}, [Turn("tool", "")]),
        ({"role": "function", "name": "count", "content": "4 rows"}, [Turn("tool", "4 rows")]),
        ({"role": "developer", "content": "Be brief."}, [Turn("system", "Be brief.")]),
        (
            {"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]},
            [Turn("user", "a\nb")],
        ),
        (
            {"role": "user", "content": [{"type": "text", "text": "a "}, {"type": "text", "text": "b"}]},
            [Turn("user", "a b")],
        ),
        (
            {
                "role": "user",
                "content": [
                    {"type": "image_url", "image_url": {"url": "data:,"}},
                    {"type": "text", "text": "This one?"},
                    {"type": "file", "file": {"file_data": "eA=="}},
                ],
            },
            [Turn("user", "This one?")],
        ),
        ({"role": "user", "content": [{"type": "input_audio"}]}, [Turn("user", "")]),
    ],
)
def test_a_message_becomes_turns(read_one: ReadOne, message: object, turns: list[Turn]) -> None:
    assert read_one("openai", {"messages": [USER, message]}).turns == (ASK, *turns)


def test_the_interface_s_own_fields_are_read(read_one: ReadOne) -> None:
    record = GOOD | {"id": "chatcmpl-1", "user": "u1", "created": 1740830400, "model": "m"}
    start = datetime(2025, 3, 1, 12, tzinfo=UTC)
    assert read_one("openai", record) == Conversation((ASK,), "chatcmpl-1", "u1", started_at=start)
    assert read_one("openai", record | {"safety_identifier": "s1"}).user_id == "s1"


def test_native_fields_go_before_the_interface_s_own(read_one: ReadOne) -> None:
    record = GOOD | {"id": "x", "user": "y", "conversation_id": "c1", "user_id": "u1", "surface": "api"}
    assert read_one("openai", record) == Conversation((ASK,), "c1", "u1", surface="api")


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"messages": [{"role": "assistant", "content": None, "tool_calls": [CALL]}]}, "no_turns"),
        ({"messages": [{"role": "user", "content": ["a"]}]}, "bad_content"),
        ({"messages": [{"role": "user", "content": [{"type": "text"}]}]}, "bad_content"),
        ({"messages": [{"role": "user", "content": [{"text": "a"}]}]}, "bad_content"),
        ({"messages": [{"role": "user", "content": [{"type": "hologram"}]}]}, "unknown_part"),
        ({"messages": [{"role": "assistant", "content": None, "refusal": 5}]}, "bad_field"),
        ({"messages": [{"role": "assistant", "content": "a", "reasoning_content": 5}]}, "bad_field"),
        ({"messages": [{"role": "critic", "content": "a"}]}, "unknown_role"),
        ({"user": {"name": "x"}}, "bad_id"),
        ({"id": 1.0}, "bad_id"),
        ({"created": "soon"}, "bad_date"),
    ],
)
def test_a_broken_record_is_quarantined(rule_of: RuleOf, change: dict[str, object], rule: str) -> None:
    assert rule_of("openai", GOOD, GOOD | change) == rule
