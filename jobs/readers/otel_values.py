"""Values of OpenTelemetry: attributes in OTLP's JSON, and messages in the shapes that conventions have given them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from jobs.readers.records import json_value
from jobs.readers.rules import BrokenRecord, Rule
from schemas.policy import ReadPolicy

_DROPPED = {"type": "image"}
_MEDIA = frozenset({"blob", "uri", "file", "file_data", "compaction"})
_CALLS = frozenset({"tool_call", "server_tool_call"})
_RESPONSES = {"tool_call_response": ("response", "result"), "server_tool_call_response": ()}
_ROLES = {"model": "assistant"}
_BESIDE = ("content", "refusal", "thinking", "reasoning", "reasoning_content", "tool_calls", "function_call")
_SCALARS = {"stringValue": str, "boolValue": bool}


def attributes_of(listed: object) -> dict[str, object]:
    """Attributes as a dictionary; of duplicate keys the last wins. Raises BrokenRecord(BAD_FIELD)."""
    if listed is None:
        return {}
    if not isinstance(listed, list):
        raise BrokenRecord(Rule.BAD_FIELD)
    found: dict[str, object] = {}
    for pair in listed:
        if not isinstance(pair, dict) or not isinstance(key := pair.get("key"), str):
            raise BrokenRecord(Rule.BAD_FIELD)
        found[key] = any_value(pair.get("value"))
    return found


def any_value(value: object) -> object:
    """The value of an OTLP AnyValue; None for none and for bytes. Raises BrokenRecord(BAD_FIELD)."""
    if value is None or value == {}:
        return None
    if not isinstance(value, dict) or len(value) != 1:
        raise BrokenRecord(Rule.BAD_FIELD)
    ((kind, given),) = value.items()
    if kind in _SCALARS and isinstance(given, _SCALARS[kind]):
        return given
    if kind == "intValue":
        return _whole(given)
    if kind == "doubleValue" and isinstance(given, int | float | str) and not isinstance(given, bool):
        return given
    if kind == "bytesValue":
        return None
    if kind == "arrayValue" and isinstance(given, dict):
        values = given.get("values") or []
        if isinstance(values, list):
            return [any_value(each) for each in values]
    if kind == "kvlistValue" and isinstance(given, dict):
        return attributes_of(given.get("values"))
    raise BrokenRecord(Rule.BAD_FIELD)


def nanoseconds(value: object) -> int:
    """A time in nanoseconds since 1970. Raises BrokenRecord(BAD_DATE): absent, 0, or no such number."""
    try:
        time = _whole(value)
    except BrokenRecord:
        raise BrokenRecord(Rule.BAD_DATE) from None
    if not 0 < time < 1 << 64:
        raise BrokenRecord(Rule.BAD_DATE)
    return time


def _whole(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,20}", value):
        return int(value)
    raise BrokenRecord(Rule.BAD_FIELD)


def message_values(value: object, policy: ReadPolicy) -> list[object]:
    """A list of messages, structured or as JSON text. Raises BrokenRecord."""
    if isinstance(value, str):
        value = json_value(value.encode("utf-8", "replace"), policy)
    if not isinstance(value, list):
        raise BrokenRecord(Rule.BAD_MESSAGES)
    return value


def text_or_json(value: object, policy: ReadPolicy) -> object:
    """What JSON text says, where it is that and an object or a list; other text as it is."""
    if not isinstance(value, str) or not value.lstrip().startswith(("[", "{")):
        return value
    try:
        return json_value(value.encode("utf-8", "replace"), policy)
    except BrokenRecord:
        return value


def plain_message(message: object, role: str | None = None) -> dict[str, object]:
    """A message in the shape that messages.py reads. role: where it names none. Raises BrokenRecord."""
    if not isinstance(message, dict):
        raise BrokenRecord(Rule.BAD_MESSAGE)
    named = message.get("role") or role
    plain: dict[str, object] = {"role": _ROLES.get(named, named) if isinstance(named, str) else named}
    plain.update({field: message[field] for field in _BESIDE if message.get(field) is not None})
    if "parts" in message:
        parts = message["parts"]
        if not isinstance(parts, list):
            raise BrokenRecord(Rule.BAD_CONTENT)
        plain["content"] = [_part(part) for part in parts]
    elif isinstance(content := plain.get("content"), list):
        plain["content"] = [_part(part) for part in content]
    elif plain["role"] == "tool" and not isinstance(content, str):
        # A tool's structured result; nothing in it was said.
        plain["content"] = ""
    elif not plain.keys() - {"role"}:
        raise BrokenRecord(Rule.BAD_CONTENT)
    return plain


def indexed_messages(
    attributes: Mapping[str, object], prefix: str, role: str | None, policy: ReadPolicy
) -> list[object]:
    """The messages of attributes such as `gen_ai.prompt.0.content`, by number. Raises BrokenRecord."""
    pattern = re.compile(re.escape(prefix) + r"\.([0-9]{1,6})\.(\w+)(\..*)?", re.DOTALL)
    found: dict[int, dict[str, object]] = {}
    for name, value in attributes.items():
        if match := pattern.fullmatch(name):
            message = found.setdefault(int(match[1]), {})
            message[match[2]] = True if match[3] else value
    return [_indexed(found[number], role, policy) for number in sorted(found)]


def _indexed(message: dict[str, object], role: str | None, policy: ReadPolicy) -> dict[str, object]:
    content = text_or_json(message.get("content"), policy)
    # A list of typed parts is written as JSON; any other text that is JSON was said so.
    if isinstance(content, list) and content and all(isinstance(p, dict) and "type" in p for p in content):
        message = {**message, "content": content}
    return plain_message(message, role)


def _part(part: object) -> object:
    if not isinstance(part, dict) or not isinstance(kind := part.get("type"), str):
        return part
    if kind == "text" and "content" in part:
        return {"type": "text", "text": part["content"]}
    if kind in ("reasoning", "thinking") and "content" in part:
        return {"type": "thinking", "thinking": part["content"]}
    if kind in _CALLS:
        return {"type": "tool_use"}
    if kind in _RESPONSES:
        said = next((part[field] for field in _RESPONSES[kind] if field in part), None)
        return {"type": "tool_result", "content": said}
    return _DROPPED if kind in _MEDIA else part
