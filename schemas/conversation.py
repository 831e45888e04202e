"""One conversation as every reader hands it on, whatever format it came in."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

ROLES = ("system", "user", "assistant", "tool")
ENDED_BY = ("model", "user")


@dataclass(frozen=True, slots=True)
class Turn:
    """One message.

    role: one of `ROLES`. `tool` holds tool calls' results and anything else that nobody said.
    text: what was said, without thinking, tool calls and tool results.
    thinking: the model's reasoning trace of this turn, "" where there is none.
    generated: True where the model under trial wrote the turn (and not a person or a script on its behalf).
    """

    role: str
    text: str
    thinking: str = ""
    generated: bool = False


@dataclass(frozen=True, slots=True)
class Conversation:
    """One conversation, not yet scrubbed.

    conversation_id, user_id, release, surface, started_at, ended_by are None where the format does not say.
    A reader whose format has no conversation id leaves it None; the caller derives one from the content.
    """

    turns: tuple[Turn, ...]
    conversation_id: str | None = None
    user_id: str | None = None
    release: str | None = None
    surface: str | None = None
    started_at: datetime | None = None
    ended_by: str | None = None


@dataclass(frozen=True, slots=True)
class Malformed:
    """A record that breaks its format: where, which rule, and a digest of its bytes. Never its text.

    line: 1-based line or row in the file. rule: a code of the reader's documented list.
    """

    line: int
    rule: str
    digest: str = field(default="")
