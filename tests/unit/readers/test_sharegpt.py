"""ShareGPT records."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from schemas.conversation import Conversation, Turn

if TYPE_CHECKING:
    from tests.unit.readers.conftest import ReadOne, RuleOf

HUMAN = {"from": "human", "value": "How many rows?"}
GOOD = {"id": "c_0", "conversations": [HUMAN]}
ASK = Turn("user", "How many rows?")


def test_ids_are_read(read_one: ReadOne) -> None:
    assert read_one("sharegpt", GOOD | {"user_id": 9}) == Conversation((ASK,), "c_0", "9")


@pytest.mark.parametrize(
    ("sender", "turn"),
    [
        ("human", Turn("user", "x")),
        ("user", Turn("user", "x")),
        ("gpt", Turn("assistant", "x", generated=True)),
        ("assistant", Turn("assistant", "x", generated=True)),
        ("system", Turn("system", "x")),
        ("tool", Turn("tool", "x")),
        ("function_call", Turn("tool", "x")),
        ("observation", Turn("tool", "x")),
    ],
)
def test_a_sender_has_a_role(read_one: ReadOne, sender: str, turn: Turn) -> None:
    record = {"conversations": [HUMAN, {"from": sender, "value": "x"}]}
    assert read_one("sharegpt", record).turns == (ASK, turn)


def test_a_system_field_is_the_first_turn(read_one: ReadOne) -> None:
    assert read_one("sharegpt", GOOD | {"system": "Be brief."}).turns == (Turn("system", "Be brief."), ASK)
    assert read_one("sharegpt", GOOD | {"system": ""}).turns == (ASK,)


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"conversations": None}, "missing_messages"),
        ({"conversations": {}}, "bad_messages"),
        ({"conversations": []}, "no_turns"),
        ({"conversations": [], "system": "Be brief."}, "no_turns"),
        ({"conversations": [["human", "x"]]}, "bad_message"),
        ({"conversations": [{"from": "narrator", "value": "x"}]}, "unknown_role"),
        ({"conversations": [{"value": "x"}]}, "unknown_role"),
        ({"conversations": [{"from": "human"}]}, "bad_content"),
        ({"conversations": [{"from": "human", "value": 5}]}, "bad_content"),
        ({"id": None, "conversation_id": 0.5}, "bad_id"),
    ],
)
def test_a_broken_record_is_quarantined(rule_of: RuleOf, change: dict[str, object], rule: str) -> None:
    assert rule_of("sharegpt", GOOD, GOOD | change) == rule
