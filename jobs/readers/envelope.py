"""What stands around a conversation: ids, release, surface, time.

Every format takes the native names of these beside its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from jobs.readers.format import Record
from jobs.readers.rules import BrokenRecord, Rule
from schemas.conversation import ENDED_BY, Conversation, Turn

ENVELOPE = frozenset({"conversation_id", "user_id", "release", "surface", "started_at", "ended_by"})


def conversation(
    record: Record,
    turns: Sequence[Turn],
    own_id: object = None,
    own_user: object = None,
    own_date: object = None,
) -> Conversation:
    """The conversation of `turns`, with the envelope of `record`.

    own_id, own_user, own_date: the format's own fields for these, used where the native one is absent.
    Raises BrokenRecord: no turns, an id that is neither text nor a whole number, a bad date, a bad field.
    """
    if not turns:
        raise BrokenRecord(Rule.NO_TURNS)
    return Conversation(
        turns=tuple(turns),
        conversation_id=identity(record.get("conversation_id")) or identity(own_id),
        user_id=identity(record.get("user_id")) or identity(own_user),
        release=_text(record.get("release")),
        surface=_text(record.get("surface")),
        started_at=utc(record.get("started_at")) or utc(own_date),
        ended_by=_ended_by(record.get("ended_by")),
    )


def utc(value: object) -> datetime | None:
    """ISO 8601 text (UTC where it names no zone), epoch seconds or a datetime, as an aware time in UTC.

    None and "" give None. Raises BrokenRecord(BAD_DATE).
    """
    if value is None or value == "":
        return None
    try:
        if isinstance(value, str):
            time = datetime.fromisoformat(value.strip())
        elif isinstance(value, int | float) and not isinstance(value, bool) and value >= 0:
            time = datetime.fromtimestamp(value, UTC)
        elif isinstance(value, datetime):
            time = value
        else:
            raise BrokenRecord(Rule.BAD_DATE)
        return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)
    except (ValueError, OverflowError, OSError):
        raise BrokenRecord(Rule.BAD_DATE) from None


def identity(value: object) -> str | None:
    """An id as text; None where it is absent or blank. Raises BrokenRecord(BAD_ID)."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise BrokenRecord(Rule.BAD_ID)
    name = str(value)
    return None if not name or name.isspace() else name


def _text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value or None
    raise BrokenRecord(Rule.BAD_FIELD)


def _ended_by(value: object) -> str | None:
    if value is None or value in ENDED_BY:
        return _text(value)
    raise BrokenRecord(Rule.BAD_FIELD)
