"""ShareGPT: `conversations` of `from` and `value`; a `system` field beside them, as some tools write it."""

from __future__ import annotations

from jobs.readers.envelope import conversation
from jobs.readers.format import Format, Record
from jobs.readers.messages import message_list, system_turns
from jobs.readers.rules import BrokenRecord, Rule
from jobs.readers.turns import make_turn, role_of
from schemas.conversation import Conversation, Turn


def _fits(record: Record) -> bool:
    return isinstance(record.get("conversations"), list)


def _turn(message: object) -> Turn:
    if not isinstance(message, dict):
        raise BrokenRecord(Rule.BAD_MESSAGE)
    role, value = role_of(message.get("from")), message.get("value")
    if not isinstance(value, str):
        raise BrokenRecord(Rule.BAD_CONTENT)
    return make_turn(role, value)


def _convert(record: Record) -> Conversation:
    turns = [_turn(message) for message in message_list(record, "conversations")]
    return conversation(record, system_turns(record) + turns if turns else [], own_id=record.get("id"))


SHAREGPT = Format("sharegpt", "ShareGPT: conversations with from and value", _fits, _convert)
