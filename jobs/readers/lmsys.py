"""LMSYS-Chat-1M, from Parquet or JSON lines. It has no user id: each conversation is its own unit."""

from __future__ import annotations

from jobs.readers.envelope import ENVELOPE, conversation
from jobs.readers.format import Format, Record
from jobs.readers.messages import message_list, turns_of
from schemas.conversation import Conversation

_COLUMNS = ENVELOPE | {"conversation.role", "conversation.content"}


def _fits(record: Record) -> bool:
    return isinstance(record.get("conversation"), list) and "conversation_id" in record


def _convert(record: Record) -> Conversation:
    return conversation(record, turns_of(message_list(record, "conversation")))


LMSYS = Format("lmsys", "LMSYS-Chat-1M: conversation_id, conversation", _fits, _convert, _COLUMNS)
