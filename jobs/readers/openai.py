"""OpenAI chat requests and fine-tuning records: `messages` with tool calls, refusals and content parts."""

from __future__ import annotations

from jobs.readers.envelope import conversation
from jobs.readers.format import Format, Record
from jobs.readers.messages import message_list, turns_of
from schemas.conversation import Conversation

_OWN_FIELDS = ("user", "safety_identifier", "created")


def _fits(record: Record) -> bool:
    if not isinstance(record.get("messages"), list):
        return False
    return "conversation_id" not in record or any(field in record for field in _OWN_FIELDS)


def _convert(record: Record) -> Conversation:
    return conversation(
        record,
        turns_of(message_list(record, "messages")),
        own_id=record.get("id"),
        own_user=record.get("safety_identifier") or record.get("user"),
        own_date=record.get("created"),
    )


OPENAI = Format("openai", "OpenAI chat: messages with role and content", _fits, _convert)
