"""Single members of a JSON object, and single elements of an array, cut from a stream that is never held whole."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Container, Iterator

from jobs.readers.json_array import CutError, cut
from jobs.readers.rules import BrokenRecord, Rule

_BLANK = b" \t\r\n"
_KEY = re.compile(rb'[ \t\r\n]*("[^"\\]*+(?:\\.[^"\\]*+)*+")[ \t\r\n]*:', re.DOTALL)
_LONGEST_KEY = 4096


class _Kept:
    """The bytes of a value so far, up to `limit`; None once they are more."""

    def __init__(self, limit: int) -> None:
        self._left = limit
        self._parts: list[bytes] | None = []

    def add(self, part: bytes) -> None:
        self._left -= len(part)
        if self._left < 0:
            self._parts = None
        elif self._parts is not None:
            self._parts.append(part)

    def bytes(self) -> bytes | None:
        return None if self._parts is None else b"".join(self._parts).strip(_BLANK)


class _Member:
    """One member so far: nothing of its value is kept where its key is not `wanted`."""

    def __init__(self, wanted: Container[str], limit: int) -> None:
        self._wanted = wanted
        self._head = b""
        self._key: str | None = None
        self._value = _Kept(limit)

    def add(self, part: bytes) -> None:
        if self._key is None:
            self._head += part
            match = _KEY.match(self._head)
            if match:
                self._key = _text(match[1])
                part = self._head[match.end() :]
            elif len(self._head) > _LONGEST_KEY:
                self._key = ""
        if self._key in self._wanted:
            self._value.add(part)

    def close(self, found: dict[str, bytes | None]) -> None:
        """Put the member into `found`, where it is wanted. Raises BrokenRecord(NOT_JSON): it has no key."""
        if self._key is None and self._head.strip(_BLANK):
            raise BrokenRecord(Rule.NOT_JSON)
        if self._key in self._wanted:
            found[str(self._key)] = self._value.bytes()


def object_members(stream: io.BufferedReader, wanted: Container[str], limit: int) -> dict[str, bytes | None]:
    """The `wanted` members of the object that the stream holds, as JSON; None for one of more than `limit` bytes.

    The others are passed over unread and unjudged. Of duplicate keys the last wins. Reads the stream to its end.
    Raises BrokenRecord: no object, a member without a key, an object that does not end or is not the end.
    """
    found: dict[str, bytes | None] = {}
    try:
        _expect(stream, b"{", Rule.NOT_OBJECT)
        member = _Member(wanted, limit)
        for part, ends in cut(stream):
            member.add(part)
            if ends:
                member.close(found)
                member = _Member(wanted, limit)
    except CutError:
        raise BrokenRecord(Rule.NOT_JSON) from None
    finally:
        _drain(stream)
    return found


def array_values(stream: io.BufferedReader, limit: int) -> Iterator[bytes | None]:
    """The elements of the array that the stream holds, as JSON; None for one of more than `limit` bytes.

    Raises BrokenRecord: no array, one that does not end, or is not the end.
    """
    _expect(stream, b"[", Rule.BAD_MESSAGES)
    value, empty = _Kept(limit), False
    try:
        for part, ends in cut(stream):
            value.add(part)
            if not ends:
                continue
            if empty:
                raise BrokenRecord(Rule.NOT_JSON)
            element = value.bytes()
            empty = element == b""
            if not empty:
                yield element
            value = _Kept(limit)
    except CutError:
        raise BrokenRecord(Rule.NOT_JSON) from None


def _expect(stream: io.BufferedReader, opener: bytes, rule: Rule) -> None:
    if not stream.peek(1).lstrip(_BLANK).startswith(opener):
        raise BrokenRecord(rule)


def _text(key: bytes) -> str:
    try:
        return str(json.loads(key))
    except ValueError:
        raise BrokenRecord(Rule.NOT_JSON) from None


def _drain(stream: io.BufferedReader) -> None:
    while stream.read(1 << 18):
        pass
