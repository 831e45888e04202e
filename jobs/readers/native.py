"""The project's own format: one JSON object a conversation, with the envelope's fields beside `messages`."""

from __future__ import annotations

from jobs.readers.envelope import conversation
from jobs.readers.format import Format, Record
from jobs.readers.messages import message_list, turns_of
from schemas.conversation import Conversation


def _fits(record: Record) -> bool:
    return isinstance(record.get("messages"), list) and "conversation_id" in record


def _convert(record: Record) -> Conversation:
    return conversation(record, turns_of(message_list(record, "messages")))


NATIVE = Format("native", "this project's JSON lines: conversation_id, user_id, messages, …", _fits, _convert)
