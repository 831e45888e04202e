"""Anthropic Messages records."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from schemas.conversation import Conversation, Turn

if TYPE_CHECKING:
    from tests.unit.readers.conftest import ReadOne, RuleOf

USER = {"role": "user", "content": "How many rows?"}
GOOD = {"messages": [USER]}
ASK = Turn("user", "How many rows?")
USE = {"type": "tool_use", "id": "t1", "name": "count", "input": {"table": "x"}}


def text(words: str) -> dict[str, str]:
    return {"type": "text", "text": words}


def result(content: object) -> dict[str, object]:
    return {"type": "tool_result", "tool_use_id": "t1", "content": content}


def spoken(words: str, thinking: str = "") -> Turn:
    return Turn("assistant", words, thinking, True)


@pytest.mark.parametrize(
    ("role", "content", "turns"),
    [
        ("assistant", "Four.", [spoken("Four.")]),
        ("assistant", [text("Four."), text("Done.")], [spoken("Four.\nDone.")]),
        ("assistant", [{"type": "thinking", "thinking": "Hm."}, text("4")], [spoken("4", "Hm.")]),
        ("assistant", [{"type": "thinking", "thinking": "Hm."}, USE], [spoken("", "Hm.")]),
        ("assistant", [{"type": "redacted_thinking", "data": "eA=="}, text("4")], [spoken("4")]),
        ("assistant", [text("Let me look."), USE], [spoken("Let me look.")]),
        ("assistant", [USE], []),
        ("assistant", [], [spoken("")]),
        ("user", [result("4 rows")], [Turn("tool", "4 rows")]),
        ("user", [result("4 rows"), text("And now?")], [Turn("tool", "4 rows"), Turn("user", "And now?")]),
        ("user", [result([text("4"), {"type": "image", "source": {}}, text("5")])], [Turn("tool", "4\n5")]),
        ("user", [result(None)], [Turn("tool", "")]),
        ("user", [{"type": "image", "source": {}}, text("This one?")], [Turn("user", "This one?")]),
        ("user", [{"type": "document", "source": {"data": "eA=="}}], [Turn("user", "")]),
        (
            "assistant",
            [
                text("I search."),
                {"type": "server_tool_use", "id": "s1", "name": "web_search", "input": {}},
                {"type": "web_search_tool_result", "content": [{"type": "web_search_result", "title": "T"}]},
                text("Found."),
            ],
            [spoken("I search."), Turn("tool", ""), spoken("Found.")],
        ),
    ],
)
def test_a_message_becomes_turns(read_one: ReadOne, role: str, content: object, turns: list[Turn]) -> None:
    record = {"messages": [USER, {"role": role, "content": content}]}
    assert read_one("anthropic", record).turns == (ASK, *turns)


@pytest.mark.parametrize("system", ["Be brief.", [text("Be brief.")]])
def test_the_system_prompt_is_the_first_turn(read_one: ReadOne, system: object) -> None:
    assert read_one("anthropic", GOOD | {"system": system}).turns == (Turn("system", "Be brief."), ASK)


def test_the_user_stands_in_the_metadata(read_one: ReadOne) -> None:
    record = GOOD | {"id": "msg_1", "metadata": {"user_id": "u1"}}
    assert read_one("anthropic", record) == Conversation((ASK,), "msg_1", "u1")
    assert read_one("anthropic", record | {"user_id": "u2"}).user_id == "u2"


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"messages": [{"role": "assistant", "content": [USE]}]}, "no_turns"),
        ({"messages": [{"role": "user", "content": None}]}, "bad_content"),
        ({"messages": [{"role": "assistant", "content": [{"type": "thinking"}]}]}, "bad_content"),
        ({"messages": [{"role": "assistant", "content": [{"type": "dance"}]}]}, "unknown_part"),
        ({"metadata": {"user_id": 1.5}}, "bad_id"),
        ({"system": 5}, "bad_content"),
    ],
)
def test_a_broken_record_is_quarantined(rule_of: RuleOf, change: dict[str, object], rule: str) -> None:
    assert rule_of("anthropic", GOOD, GOOD | change) == rule
