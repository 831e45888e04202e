"""HH-RLHF pairs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from schemas.conversation import Conversation, Turn

if TYPE_CHECKING:
    from tests.unit.readers.conftest import ReadOne, RuleOf

GOOD = {"chosen": "\n\nHuman: Hi\n\nAssistant: Hello.", "rejected": "\n\nHuman: Hi\n\nAssistant: Go away."}


def human(words: str) -> Turn:
    return Turn("user", words)


def reply(words: str) -> Turn:
    return Turn("assistant", words, generated=True)


@pytest.mark.parametrize(
    ("chosen", "turns"),
    [
        ("\n\nHuman: Hi\n\nAssistant: Hello.", (human("Hi"), reply("Hello."))),
        ("\n\nHuman: Hi\n\nAssistant:", (human("Hi"), reply(""))),
        ("\n\nHuman: Hi\n\nAssistant: ", (human("Hi"), reply(""))),
        ("\n\nHuman:\n\nAssistant: Hello.", (human(""), reply("Hello."))),
        ("\n\nHuman: Hi\n\nAssistant:\nHello.", (human("Hi"), reply("\nHello."))),
        ("\n\nHuman: a\n\nb\n\nAssistant: c", (human("a\n\nb"), reply("c"))),
        ("\n\nHuman: a Human: b\n\nAssistant: c", (human("a Human: b"), reply("c"))),
        ("\n\nHuman: a\nAssistant: b\n\nAssistant: c", (human("a\nAssistant: b"), reply("c"))),
        ("\n\nHuman: a\n\nHuman:b\n\nAssistants: c", (human("a\n\nHuman:b\n\nAssistants: c"),)),
        ("\n\nHuman: a\n\n\nAssistant: c", (human("a\n"), reply("c"))),
        ("\n\nHuman: a\n\nAssistant: b\n\nAssistant: c", (human("a"), reply("b"), reply("c"))),
        ("\n\nHuman:  two spaces", (human(" two spaces"),)),
    ],
)
def test_a_text_splits_at_true_markers_only(read_one: ReadOne, chosen: str, turns: tuple[Turn, ...]) -> None:
    assert read_one("hh_rlhf", {"chosen": chosen, "rejected": "unread"}).turns == turns


def test_rejected_is_not_read(read_one: ReadOne) -> None:
    assert read_one("hh_rlhf", GOOD) == Conversation((human("Hi"), reply("Hello.")))


@pytest.mark.parametrize(
    ("record", "rule"),
    [
        ({"rejected": "\n\nHuman: Hi"}, "missing_messages"),
        ({"chosen": None}, "missing_messages"),
        ({"chosen": [{"role": "user", "content": "Hi"}]}, "bad_messages"),
        ({"chosen": ""}, "bad_marker"),
        ({"chosen": "Human: Hi"}, "bad_marker"),
        ({"chosen": "Well.\n\nHuman: Hi"}, "bad_marker"),
        ({"chosen": "\n\nAssistant: Hi\n\nHuman: Hello."}, "bad_marker"),
        ({"chosen": "\n\nHuman:Hi"}, "bad_marker"),
    ],
)
def test_a_broken_record_is_quarantined(rule_of: RuleOf, record: object, rule: str) -> None:
    assert rule_of("hh_rlhf", GOOD, record) == rule
