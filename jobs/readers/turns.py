"""Roles by every name that the formats give them, and the one place where a turn is made."""

from __future__ import annotations

from jobs.readers.rules import BrokenRecord, Rule
from schemas.conversation import Turn

_ROLES = {
    "system": "system",
    "developer": "system",
    "user": "user",
    "human": "user",
    "assistant": "assistant",
    "gpt": "assistant",
    "tool": "tool",
    "function": "tool",
    "function_call": "tool",
    "observation": "tool",
    "tool_result": "tool",
}
_OPEN, _CLOSE = "<think>", "</think>"


def role_of(name: object) -> str:
    """One of `schemas.conversation.ROLES`. Raises BrokenRecord(UNKNOWN_ROLE)."""
    role = _ROLES.get(name) if isinstance(name, str) else None
    if role is None:
        raise BrokenRecord(Rule.UNKNOWN_ROLE)
    return role


def make_turn(role: str, text: str, thinking: str = "", generated: bool = True) -> Turn:
    """A turn; only an assistant's can be generated or hold thinking.

    A leading <think> block of an assistant's text, as open reasoning models write it, is thinking too; where
    it has no end, all of the text is.
    """
    if role != "assistant":
        return Turn(role, text)
    if text.lstrip().startswith(_OPEN):
        trace, _, text = text.lstrip()[len(_OPEN) :].partition(_CLOSE)
        thinking = "\n".join(filter(None, (thinking, trace.strip())))
        text = text.lstrip()
    return Turn(role, text, thinking, generated)
