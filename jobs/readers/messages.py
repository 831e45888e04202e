"""Turns of a list of messages with `role` and `content`, the shape that most formats share."""

from __future__ import annotations

from collections.abc import Iterator

from jobs.readers.format import Record
from jobs.readers.parts import Kind, Part, joined, parts_of
from jobs.readers.rules import BrokenRecord, Rule
from jobs.readers.turns import make_turn, role_of
from schemas.conversation import Turn

_THINKING_FIELDS = ("thinking", "reasoning_content", "reasoning")
_BESIDE_CONTENT = frozenset({*_THINKING_FIELDS, "refusal", "tool_calls", "function_call", "generated"})


def message_list(record: Record, field: str) -> list[object]:
    """The list of messages in `field`. Raises BrokenRecord: it is missing, or no list."""
    messages = record.get(field)
    if messages is None:
        raise BrokenRecord(Rule.MISSING_MESSAGES)
    if not isinstance(messages, list):
        raise BrokenRecord(Rule.BAD_MESSAGES)
    return messages


def turns_of(messages: list[object]) -> list[Turn]:
    """The turns of `messages`. Raises BrokenRecord.

    Tool calls are dropped, and an assistant message that is nothing but calls makes no turn. A tool's result
    makes a turn of role `tool`, wherever it stood, and cuts the message around it in two.
    """
    turns: list[Turn] = []
    for message in messages:
        if not isinstance(message, dict):
            raise BrokenRecord(Rule.BAD_MESSAGE)
        role = role_of(message.get("role"))
        content = message.get("content")
        if isinstance(content, str) and _BESIDE_CONTENT.isdisjoint(message):
            turns.append(make_turn(role, content))
        else:
            turns.extend(_turns_of_message(role, content, message))
    return turns


def system_turns(record: Record) -> list[Turn]:
    """The turn of a `system` field beside the messages, text or parts; none where it is absent or empty."""
    system = record.get("system")
    if system is None or system == "":
        return []
    return list(_turns_of_message("system", system, {}))


def _turns_of_message(role: str, content: object, message: Record) -> Iterator[Turn]:
    """The message's turns, in order. Thinking, refusal and calls may stand in fields beside the content."""
    parts = _fields_before(role, message)
    if isinstance(content, str):
        parts.append(Part(Kind.TEXT, content))
    elif isinstance(content, list):
        parts.extend(parts_of(content))
    elif content is not None or role in ("system", "user"):
        raise BrokenRecord(Rule.BAD_CONTENT)
    if not any(part.kind is Kind.TEXT and part.text for part in parts):
        parts.extend(_refusal(message))
    if message.get("tool_calls") or message.get("function_call"):
        parts.append(Part(Kind.CALL, ""))
    generated = message.get("generated", True)
    if not isinstance(generated, bool):
        raise BrokenRecord(Rule.BAD_FIELD)

    run: list[Part] = []
    for part in parts:
        if part.kind is not Kind.RESULT:
            run.append(part)
            continue
        if run:
            yield from _spoken(role, run, generated)
        run = []
        yield make_turn("tool", part.text)
    if run or not parts:
        yield from _spoken(role, run, generated)


def _fields_before(role: str, message: Record) -> list[Part]:
    parts: list[Part] = []
    for field in _THINKING_FIELDS if role == "assistant" else ():
        trace = message.get(field)
        if trace is not None and not isinstance(trace, str):
            raise BrokenRecord(Rule.BAD_FIELD)
        if trace and not parts:
            parts.append(Part(Kind.THINKING, trace))
    return parts


def _refusal(message: Record) -> list[Part]:
    refusal = message.get("refusal")
    if refusal is None:
        return []
    if not isinstance(refusal, str):
        raise BrokenRecord(Rule.BAD_FIELD)
    return [Part(Kind.TEXT, refusal)]


def _spoken(role: str, run: list[Part], generated: bool) -> Iterator[Turn]:
    text = joined([part.text for part in run if part.kind is Kind.TEXT])
    thinking = joined([part.text for part in run if part.kind is Kind.THINKING])
    only_calls = not text and not thinking and any(part.kind is Kind.CALL for part in run)
    if not only_calls:
        yield make_turn(role, text, thinking, generated)
