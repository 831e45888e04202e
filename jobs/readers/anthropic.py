"""Anthropic Messages: content blocks, `system` beside the messages, tool results inside user messages."""

from __future__ import annotations

from jobs.readers.envelope import conversation
from jobs.readers.format import Format, Record
from jobs.readers.messages import message_list, system_turns, turns_of
from schemas.conversation import Conversation

_OWN_BLOCKS = frozenset(
    {"thinking", "redacted_thinking", "tool_use", "server_tool_use", "tool_result", "image", "document"}
)


def _fits(record: Record) -> bool:
    messages = record.get("messages")
    if not isinstance(messages, list):
        return False
    if "system" in record or isinstance(_own_user(record), str):
        return True
    contents = (message.get("content") for message in messages if isinstance(message, dict))
    blocks = (block for content in contents if isinstance(content, list) for block in content)
    return any(isinstance(block, dict) and _is_own(block.get("type")) for block in blocks)


def _is_own(kind: object) -> bool:
    return isinstance(kind, str) and kind in _OWN_BLOCKS


def _own_user(record: Record) -> object:
    metadata = record.get("metadata")
    return metadata.get("user_id") if isinstance(metadata, dict) else None


def _convert(record: Record) -> Conversation:
    turns = system_turns(record) + turns_of(message_list(record, "messages"))
    return conversation(record, turns, own_id=record.get("id"), own_user=_own_user(record))


ANTHROPIC = Format("anthropic", "Anthropic Messages: content blocks, thinking, tool results", _fits, _convert)
