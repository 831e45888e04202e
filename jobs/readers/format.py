"""What a transcript format is: how its records are known, and how one becomes a conversation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from schemas.conversation import Conversation

Record = Mapping[str, object]


class RawRecord(Protocol):
    """One record of a file, not yet read. `number` is its 1-based line, array element or row."""

    @property
    def number(self) -> int: ...

    def load(self) -> Record:
        """The record's fields. Raises BrokenRecord."""

    def digest(self) -> str:
        """SHA-256 of the record's bytes, in hex."""


@dataclass(frozen=True, slots=True)
class Format:
    """One transcript format.

    name: what `--format` takes. summary: one line for people.
    fits: whether a record carries this format's signature; it looks at a record's shape only.
    convert: the conversation of a record. Raises BrokenRecord.
    parquet: the Parquet fields to read, `column`, or `column.field` for a list of structs. Empty where the
    format is not read from Parquet.
    """

    name: str
    summary: str
    fits: Callable[[Record], bool]
    convert: Callable[[Record], Conversation]
    parquet: frozenset[str] = frozenset()
