"""WildChat, from Parquet or JSON lines. `header`, `state`, `country` and its other columns are never read."""

from __future__ import annotations

from jobs.readers.envelope import ENVELOPE, conversation
from jobs.readers.format import Format, Record
from jobs.readers.messages import message_list, turns_of
from schemas.conversation import Conversation

_COLUMNS = ENVELOPE | {
    "conversation_hash",
    "timestamp",
    "hashed_ip",
    "conversation.role",
    "conversation.content",
    "conversation.hashed_ip",
}


def _fits(record: Record) -> bool:
    return isinstance(record.get("conversation"), list) and "conversation_hash" in record


def _convert(record: Record) -> Conversation:
    messages = message_list(record, "conversation")
    return conversation(
        record,
        turns_of(messages),
        own_id=record.get("conversation_hash"),
        own_user=record.get("hashed_ip") or _first_ip(messages),
        own_date=record.get("timestamp"),
    )


def _first_ip(messages: list[object]) -> object:
    """The first hashed address among the messages: older files carry it there alone, on the user's."""
    found = (message.get("hashed_ip") for message in messages if isinstance(message, dict))
    return next(filter(None, found), None)


WILDCHAT = Format("wildchat", "WildChat: conversation_hash, conversation", _fits, _convert, _COLUMNS)
