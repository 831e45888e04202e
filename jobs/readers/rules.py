"""The rules that a record can break. A broken record is quarantined under its rule, and reading goes on."""

from __future__ import annotations

from enum import StrEnum


class Rule(StrEnum):
    """Closed list: what a `Malformed` record did wrong. README.md says what to do about each."""

    INVALID_UTF8 = "invalid_utf8"
    """The record's bytes are not UTF-8."""
    TOO_LARGE = "too_large"
    """The record is larger than `max_record_bytes`."""
    TOO_DEEP = "too_deep"
    """The record nests deeper than `max_nesting`."""
    NOT_JSON = "not_json"
    """The record is not a JSON value."""
    NOT_OBJECT = "not_object"
    """The record is JSON, but not an object."""
    MISSING_MESSAGES = "missing_messages"
    """The record lacks the field that holds the conversation, or that field is null."""
    BAD_MESSAGES = "bad_messages"
    """The field that holds the conversation has the wrong type."""
    BAD_MESSAGE = "bad_message"
    """A message is not an object."""
    UNKNOWN_ROLE = "unknown_role"
    """A message's role is missing, or is none that the readers know."""
    BAD_CONTENT = "bad_content"
    """A message's content, or a part of it, is missing or has the wrong type."""
    UNKNOWN_PART = "unknown_part"
    """A content part has a type that the readers do not know."""
    BAD_MARKER = "bad_marker"
    """A marked-up text does not begin with its first speaker's marker."""
    NO_TURNS = "no_turns"
    """The record holds no turn."""
    BAD_ID = "bad_id"
    """A conversation or user id is neither a string nor a whole number."""
    BAD_DATE = "bad_date"
    """The time is neither ISO 8601 nor epoch seconds, or is out of range."""
    BAD_FIELD = "bad_field"
    """A known optional field has the wrong type, or a value outside its closed list."""
    CONFLICTING_SPAN = "conflicting_span"
    """A span's id comes twice, with different content."""


class BrokenRecord(Exception):
    """A record breaks a rule. Holds the rule and nothing of the record."""

    def __init__(self, rule: Rule) -> None:
        super().__init__(rule.value)
        self.rule = rule
