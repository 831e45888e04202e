"""What a transcript format is: how its records are known, and how one becomes a conversation."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO, Protocol

from schemas.conversation import Conversation, Malformed
from schemas.policy import ReadPolicy

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
    nested: fields whose value may be JSON as text; they are parsed before `convert`, under the same limits.
    archive: the records of a file that is a ZIP archive, open at its start. Raises FileFault, at once, where
    the archive is of another kind. None where the format is not read from archives; a format that has this
    is read from nothing else.
    gather: conversations of records, for a format whose conversations lie scattered over many. `convert` is
    not called then.
    """

    name: str
    summary: str
    fits: Callable[[Record], bool]
    convert: Callable[[Record], Conversation]
    parquet: frozenset[str] = frozenset()
    nested: frozenset[str] = frozenset()
    archive: Callable[[BinaryIO, ReadPolicy], Iterator[RawRecord]] | None = None
    gather: Callable[[Iterator[RawRecord], ReadPolicy], Iterator[Conversation | Malformed]] | None = None
