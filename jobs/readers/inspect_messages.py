"""Inspect's chat messages, in the shape that messages.py reads. Inspect logs and Scout transcripts share them."""

from __future__ import annotations

from jobs.readers.messages import turns_of
from jobs.readers.rules import BrokenRecord, Rule
from schemas.conversation import Turn

_DROPPED = {"type": "image"}
_MEDIA = frozenset({"image", "audio", "video", "document", "data"})


def inspect_turns(messages: list[object], strict: bool) -> list[Turn]:
    """The turns of `messages`. Raises BrokenRecord.

    strict: whether only messages with `source` "generate" are the model's own; otherwise all assistant messages
    are, but those whose source is another.
    """
    return turns_of([_plain(message, strict) for message in messages])


def has_sources(messages: list[object]) -> bool:
    """Whether any message says where it came from."""
    return any(isinstance(message, dict) and message.get("source") is not None for message in messages)


def _plain(message: object, strict: bool) -> dict[str, object]:
    if not isinstance(message, dict):
        raise BrokenRecord(Rule.BAD_MESSAGE)
    content = message.get("content")
    if isinstance(content, list):
        content = [part for given in content for part in _parts(given)]
    elif not isinstance(content, str):
        raise BrokenRecord(Rule.BAD_CONTENT)
    source = message.get("source")
    if source is not None and not isinstance(source, str):
        raise BrokenRecord(Rule.BAD_FIELD)
    plain = {"role": message.get("role"), "content": content}
    plain["generated"] = source == "generate" or (source is None and not strict)
    # Logs of version 1 hold the reasoning beside the content.
    for field in ("tool_calls", "reasoning"):
        if message.get(field):
            plain[field] = message[field]
    return plain


def _parts(part: object) -> list[object]:
    if not isinstance(part, dict):
        raise BrokenRecord(Rule.BAD_CONTENT)
    kind = part.get("type")
    if kind == "text":
        return [{"type": "text", "text": part.get("text")}]
    if kind == "reasoning":
        # What is redacted is the provider's cipher; its summary is what can be read of it.
        trace = part.get("summary") or "" if part.get("redacted") else part.get("reasoning")
        return [{"type": "thinking", "thinking": trace}]
    if kind == "tool_use":
        return [part, {"type": "tool_result", "content": part.get("result")}]
    return [_DROPPED if isinstance(kind, str) and kind in _MEDIA else part]
