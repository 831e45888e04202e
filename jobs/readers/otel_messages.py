"""What one model call heard and said, by every convention that GenAI spans and events have had.

Newest first: `gen_ai.input.messages` and their kin, as JSON text or structured; `gen_ai.prompt.N.*`; events with a
message each. Where a call has several, the first counts, for what was heard and what was said apart.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from jobs.readers.messages import turns_of
from jobs.readers.otel_values import any_value, indexed_messages, message_values, plain_message, text_or_json
from jobs.readers.rules import BrokenRecord, Rule
from schemas.conversation import Turn
from schemas.policy import ReadPolicy

_INPUT, _OUTPUT, _SYSTEM = "gen_ai.input.messages", "gen_ai.output.messages", "gen_ai.system_instructions"
_DETAILS = "gen_ai.client.inference.operation.details"
_TOLD = re.compile(r"gen_ai\.(?:(?:input|output)\.messages|system_instructions|(?:prompt|completion)\.[0-9]+\..+)")
_MESSAGE = re.compile(r"gen_ai\.(system|user|assistant|tool)\.message")
_CONTENT = {"gen_ai.content.prompt": "gen_ai.prompt", "gen_ai.content.completion": "gen_ai.completion"}
_CHOICE = "gen_ai.choice"


@dataclass(frozen=True, slots=True)
class Said:
    """Turns that a model was given, and those that it answered; `choice` is the number of the answer."""

    heard: tuple[Turn, ...] = ()
    said: tuple[Turn, ...] = ()
    choice: int = 0


def tells(attribute: str) -> bool:
    """Whether an attribute of this name holds what was said."""
    return _TOLD.fullmatch(attribute) is not None


def is_message(event: object) -> bool:
    """Whether an event of this name holds what was said."""
    if not isinstance(event, str):
        return False
    return event in (_DETAILS, _CHOICE) or event in _CONTENT or _MESSAGE.fullmatch(event) is not None


def span_turns(attributes: Mapping[str, object], policy: ReadPolicy) -> Said:
    """Of several answers to one call the first is taken. Raises BrokenRecord."""
    system = _system(attributes.get(_SYSTEM), policy)
    heard = _messages(attributes.get(_INPUT), None, policy) or indexed_messages(
        attributes, "gen_ai.prompt", None, policy
    )
    said = _messages(attributes.get(_OUTPUT), "assistant", policy) or indexed_messages(
        attributes, "gen_ai.completion", "assistant", policy
    )
    return Said(tuple(turns_of(system + heard)), tuple(turns_of(said[:1])))


def event_turns(name: str, attributes: Mapping[str, object], body: object, policy: ReadPolicy) -> Said:
    """What an event says, by its body or, on a span, by its attributes. Raises BrokenRecord."""
    if name == _DETAILS:
        return span_turns(attributes, policy)
    if name in _CONTENT:
        return _content(name, attributes.get(_CONTENT[name]), policy)
    payload = any_value(body)
    if payload is None:
        payload = attributes.get("gen_ai.event.content", attributes)
    payload = text_or_json(payload, policy)
    if name == _CHOICE:
        return _choice(payload)
    match = _MESSAGE.fullmatch(name)
    role = match[1] if match else None
    return Said(heard=tuple(turns_of([plain_message(_as_message(payload), role)])))


def _messages(value: object, role: str | None, policy: ReadPolicy) -> list[object]:
    return [] if value is None else [plain_message(each, role) for each in message_values(value, policy)]


def _system(value: object, policy: ReadPolicy) -> list[object]:
    """Instructions are a list of parts, structured or as JSON text; some write the bare text."""
    value = text_or_json(value, policy)
    if value is None or value == "" or value == []:
        return []
    if isinstance(value, dict):
        return [plain_message(value, "system")]
    if isinstance(value, str | list):
        return [plain_message({"content" if isinstance(value, str) else "parts": value}, "system")]
    raise BrokenRecord(Rule.BAD_CONTENT)


def _content(name: str, value: object, policy: ReadPolicy) -> Said:
    answered = name.endswith("completion")
    value = text_or_json(value, policy)
    listed = value if isinstance(value, list) else [_as_message(value)]
    messages: list[object] = [plain_message(each, "assistant" if answered else "user") for each in listed]
    return Said(said=tuple(turns_of(messages[:1]))) if answered else Said(heard=tuple(turns_of(messages)))


def _choice(payload: object) -> Said:
    if not isinstance(payload, dict):
        payload = {"message": payload}
    number = payload.get("index") or 0
    if isinstance(number, bool) or not isinstance(number, int):
        raise BrokenRecord(Rule.BAD_FIELD)
    message = _as_message(payload.get("message", payload))
    if isinstance(message, dict) and payload.get("tool_calls"):
        message = {**message, "tool_calls": payload["tool_calls"]}
    return Said(said=tuple(turns_of([plain_message(message, "assistant")])), choice=number)


def _as_message(value: object) -> object:
    return {"content": value} if isinstance(value, str) else value
