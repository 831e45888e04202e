"""The project's own JSON lines."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from schemas.conversation import Conversation, Turn

if TYPE_CHECKING:
    from tests.unit.readers.conftest import ReadOne, RuleOf

USER = {"role": "user", "content": "Why is the sky blue?"}
REPLY = {"role": "assistant", "content": "Because of scattering."}
GOOD = {"conversation_id": "c1", "messages": [USER, REPLY]}
TURNS = (Turn("user", "Why is the sky blue?"), Turn("assistant", "Because of scattering.", generated=True))


def test_every_field_is_read(read_one: ReadOne) -> None:
    record = GOOD | {
        "user_id": "u1",
        "release": "r-1",
        "surface": "chat",
        "started_at": "2025-03-01T12:00:00+02:00",
        "ended_by": "model",
    }
    start = datetime(2025, 3, 1, 10, tzinfo=UTC)
    assert read_one("native", record) == Conversation(TURNS, "c1", "u1", "r-1", "chat", start, "model")


def test_optional_fields_may_be_absent(read_one: ReadOne) -> None:
    assert read_one("native", GOOD | {"source": "elsewhere"}) == Conversation(TURNS, "c1")


def test_a_conversation_without_an_assistant_is_kept(read_one: ReadOne) -> None:
    assert read_one("native", GOOD | {"messages": [USER]}).turns == TURNS[:1]


@pytest.mark.parametrize(
    ("message", "turn"),
    [
        (REPLY | {"thinking": "Rayleigh."}, Turn("assistant", "Because of scattering.", "Rayleigh.", True)),
        (REPLY | {"thinking": None}, TURNS[1]),
        (REPLY | {"generated": False}, Turn("assistant", "Because of scattering.", generated=False)),
        ({"role": "user", "content": "x", "generated": True}, Turn("user", "x")),
        ({"role": "system", "content": "Be brief."}, Turn("system", "Be brief.")),
        ({"role": "developer", "content": "Be brief."}, Turn("system", "Be brief.")),
        ({"role": "tool", "content": "4 rows"}, Turn("tool", "4 rows")),
        ({"role": "observation", "content": "4 rows"}, Turn("tool", "4 rows")),
        ({"role": "assistant", "content": ""}, Turn("assistant", "", generated=True)),
        ({"role": "user", "content": "a\x00b"}, Turn("user", "a\x00b")),
        ({"role": "user", "content": "a\ud800b"}, Turn("user", "a\ufffdb")),
        ({"role": "user", "content": "\U0001f600"}, Turn("user", "\U0001f600")),
        ({"role": "assistant", "content": "<think>Hm.</think>\nAh."}, Turn("assistant", "Ah.", "Hm.", True)),
        ({"role": "assistant", "content": "<think>Hm, cut"}, Turn("assistant", "", "Hm, cut", True)),
        ({"role": "user", "content": "<think>x</think>y"}, Turn("user", "<think>x</think>y")),
        (
            {"role": "assistant", "content": "Use <think>x</think>."},
            Turn("assistant", "Use <think>x</think>.", generated=True),
        ),
    ],
)
def test_a_message_becomes_a_turn(read_one: ReadOne, message: object, turn: Turn) -> None:
    assert read_one("native", GOOD | {"messages": [USER, message]}).turns == (TURNS[0], turn)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("2025-03-01", datetime(2025, 3, 1, tzinfo=UTC)),
        ("2025-03-01T12:00:00Z", datetime(2025, 3, 1, 12, tzinfo=UTC)),
        ("2025-03-01 12:00:00.5", datetime(2025, 3, 1, 12, 0, 0, 500_000, tzinfo=UTC)),
        (0, datetime(1970, 1, 1, tzinfo=UTC)),
        (1740830400.25, datetime(2025, 3, 1, 12, 0, 0, 250_000, tzinfo=UTC)),
        (None, None),
        ("", None),
    ],
)
def test_a_time_is_read_as_utc(read_one: ReadOne, given: object, expected: datetime | None) -> None:
    assert read_one("native", GOOD | {"started_at": given}).started_at == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("u1", "u1"),
        (7, "7"),
        ("", None),
        ("  ", None),
        (None, None),
        ("Anonymous", None),
        (" GUEST ", None),
        ("NaN", None),
        (0, None),
        (-1, None),
        ("a\udfffb", "a\ufffdb"),
    ],
)
def test_a_user_id_is_text_or_none(read_one: ReadOne, given: object, expected: str | None) -> None:
    assert read_one("native", GOOD | {"user_id": given}).user_id == expected


def test_a_conversation_id_may_be_a_number_or_empty(read_one: ReadOne) -> None:
    assert read_one("native", GOOD | {"conversation_id": 12}).conversation_id == "12"
    assert read_one("native", GOOD | {"conversation_id": ""}).conversation_id is None
    assert read_one("native", GOOD | {"conversation_id": "none"}).conversation_id == "none"


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"messages": None}, "missing_messages"),
        ({"messages": {"role": "user"}}, "bad_messages"),
        ({"messages": "hello"}, "bad_messages"),
        ({"messages": []}, "no_turns"),
        ({"messages": ["hello"]}, "bad_message"),
        ({"messages": [{"content": "x"}]}, "unknown_role"),
        ({"messages": [{"role": "narrator", "content": "x"}]}, "unknown_role"),
        ({"messages": [{"role": ["user"], "content": "x"}]}, "unknown_role"),
        ({"messages": [{"role": "user"}]}, "bad_content"),
        ({"messages": [{"role": "user", "content": None}]}, "bad_content"),
        ({"messages": [{"role": "user", "content": 5}]}, "bad_content"),
        ({"messages": [{"role": "user", "content": {"text": "x"}}]}, "bad_content"),
        ({"messages": [REPLY | {"thinking": 5}]}, "bad_field"),
        ({"messages": [REPLY | {"generated": "yes"}]}, "bad_field"),
        ({"conversation_id": True}, "bad_id"),
        ({"conversation_id": 1.5}, "bad_id"),
        ({"conversation_id": ["c"]}, "bad_id"),
        ({"user_id": float("nan")}, "bad_id"),
        ({"user_id": False}, "bad_id"),
        ({"started_at": "yesterday"}, "bad_date"),
        ({"started_at": True}, "bad_date"),
        ({"started_at": -5}, "bad_date"),
        ({"started_at": 1e18}, "bad_date"),
        ({"started_at": float("nan")}, "bad_date"),
        ({"started_at": float("inf")}, "bad_date"),
        ({"started_at": "0001-01-01T00:00:00+05:00"}, "bad_date"),
        ({"started_at": []}, "bad_date"),
        ({"release": 3}, "bad_field"),
        ({"surface": ["chat"]}, "bad_field"),
        ({"ended_by": "timeout"}, "bad_field"),
        ({"ended_by": ["model"]}, "bad_field"),
    ],
)
def test_a_broken_record_is_quarantined(rule_of: RuleOf, change: dict[str, object], rule: str) -> None:
    assert rule_of("native", GOOD, GOOD | change) == rule


def test_a_record_without_messages_is_quarantined(rule_of: RuleOf) -> None:
    assert rule_of("native", GOOD, {"conversation_id": "c1"}) == "missing_messages"
