"""Content parts: the vocabularies of the OpenAI chat and Anthropic Messages interfaces, read as one.

Gateways mix the two, so both formats read both.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import Enum, auto
from typing import NamedTuple

from jobs.readers.rules import BrokenRecord, Rule


class Kind(Enum):
    """What a part is: words said, a reasoning trace, a tool's result, a tool call, or what is dropped."""

    TEXT = auto()
    THINKING = auto()
    RESULT = auto()
    CALL = auto()
    DROPPED = auto()


class Part(NamedTuple):
    """One part and its text; the text is "" for calls and dropped parts."""

    kind: Kind
    text: str


_TEXT_FIELDS = {"text": "text", "input_text": "text", "output_text": "text", "refusal": "refusal"}
_CALLS = frozenset({"tool_use", "server_tool_use", "mcp_tool_use"})
_DROPPED = frozenset(
    {"image", "image_url", "input_image", "audio", "input_audio", "video_url", "file", "input_file"}
    | {"document", "search_result", "container_upload", "redacted_thinking"}
)


def parts_of(content: Sequence[object]) -> Iterator[Part]:
    """The parts of a message. Raises BrokenRecord: a part without a type or text, or of a type not known."""
    for part in content:
        if not isinstance(part, dict) or not isinstance(kind := part.get("type"), str):
            raise BrokenRecord(Rule.BAD_CONTENT)
        if kind in _TEXT_FIELDS:
            yield Part(Kind.TEXT, _text(part.get(_TEXT_FIELDS[kind])))
        elif kind == "thinking":
            yield Part(Kind.THINKING, _text(part.get("thinking")))
        elif kind in _CALLS:
            yield Part(Kind.CALL, "")
        elif kind == "tool_result" or kind.endswith("_tool_result"):
            yield Part(Kind.RESULT, _result_text(part.get("content")))
        elif kind in _DROPPED:
            yield Part(Kind.DROPPED, "")
        else:
            raise BrokenRecord(Rule.UNKNOWN_PART)


def joined(texts: Sequence[str]) -> str:
    """Texts of one message as one: a line feed between two that would otherwise run together."""
    whole = ""
    for text in filter(None, texts):
        apart = not whole or whole[-1].isspace() or text[0].isspace()
        whole += text if apart else "\n" + text
    return whole


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise BrokenRecord(Rule.BAD_CONTENT)
    return value


def _result_text(content: object) -> str:
    """The text blocks of a tool's result; what else it holds (images, search hits, errors) is dropped."""
    if isinstance(content, list):
        blocks = [block for block in content if isinstance(block, dict) and block.get("type") == "text"]
        return joined([text for block in blocks if isinstance(text := block.get("text"), str)])
    return content if isinstance(content, str) else ""
