"""A JSON file that holds one array of records, cut into its elements while it streams."""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Iterator

from jobs.readers.faults import FileFault
from jobs.readers.records import JsonRecord
from schemas.policy import ReadPolicy

_CHUNK = 1 << 18
_BLANK = b" \t\r\n"
_ARRAY_OF_OBJECTS = re.compile(rb"[ \t\r\n]*\[[ \t\r\n]*\{")
_NEXT_MARK = re.compile(rb'(?:[^"\[\]{},]++|"[^"\\]*+(?:\\.[^"\\]*+)*+")*+(["\[\]{},])', re.DOTALL)
"""Up to the next bracket or comma outside strings, or to the quote of a string that ends in no quote here."""
_IN_STRING = re.compile(rb'[^"\\]*+(?:\\.[^"\\]*+)*+', re.DOTALL)
_QUOTE, _BACKSLASH, _COMMA = b'"\\,'
_OPENERS = frozenset(b"[{")


class _Element:
    """The bytes of one element so far; only their digest once they exceed the limit."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._parts: list[bytes] = []
        self._size = 0
        self._digest = hashlib.sha256()

    def add(self, part: bytes) -> None:
        if not self._size:
            part = part.lstrip(_BLANK)
        self._size += len(part)
        if self._size <= self._limit:
            self._parts.append(part)
            return
        for kept in self._parts:
            self._digest.update(kept)
        self._parts.clear()
        self._digest.update(part)

    def record(self, number: int, policy: ReadPolicy) -> JsonRecord:
        if self._size > self._limit:
            return JsonRecord(number, b"", policy, self._digest.hexdigest())
        return JsonRecord(number, b"".join(self._parts).strip(_BLANK), policy)


def is_array(stream: io.BufferedReader) -> bool:
    """Whether the stream, not moved by this, begins with an array of objects."""
    return _ARRAY_OF_OBJECTS.match(stream.peek(1)) is not None


def array_elements(stream: io.BufferedReader, policy: ReadPolicy) -> Iterator[JsonRecord]:
    """The elements of the array that the stream holds, numbered from 1.

    An element ends at a comma or a bracket of the array itself. What lies between is cut and not judged, so a
    broken element is one malformed record. Raises FileFault where the array does not end, or is not the end.
    """
    element = _Element(policy.max_record_bytes)
    number = 0
    try:
        for part, ends in cut(stream):
            element.add(part)
            if ends:
                number += 1
                yield element.record(number, policy)
                element = _Element(policy.max_record_bytes)
    except CutError as error:
        if error.unfinished:
            raise FileFault("is cut short: its JSON array does not end. Copy it again from its source.") from None
        raise FileFault("holds data after its JSON array: one array, or one record a line, would be right.") from None


class CutError(Exception):
    """A JSON array or object does not end (`unfinished`), or is not the end of its stream."""

    def __init__(self, unfinished: bool) -> None:
        super().__init__(unfinished)
        self.unfinished = unfinished


def cut(stream: io.BufferedReader) -> Iterator[tuple[bytes, bool]]:
    """The parts of the elements, or members, of the array or object that begins the stream.

    Each part comes with whether its element ends there; the brackets and commas between are left out, and an
    empty array has one empty element. Nothing is judged but brackets and strings. Raises CutError.
    """
    depth = 0
    in_string = escaped = False
    while chunk := stream.read(_CHUNK):
        start = place = 0
        if escaped:
            place, escaped = 1, False
        while True:
            if in_string:
                place = _IN_STRING.match(chunk, place).end()  # type: ignore[union-attr]
                if place >= len(chunk):
                    break
                # A backslash left over is the chunk's last byte: what it escapes comes with the next chunk.
                escaped = chunk[place] == _BACKSLASH
                if escaped:
                    break
                place += 1
                in_string = False
            mark = _NEXT_MARK.match(chunk, place)
            if mark is None:
                break
            byte, place = chunk[mark.start(1)], mark.end()
            if byte == _QUOTE:
                in_string = True
            elif byte in _OPENERS:
                depth += 1
                start = place if depth == 1 else start
            elif byte != _COMMA:
                depth -= 1
            if depth == 0 or (depth == 1 and byte == _COMMA):
                yield chunk[start : place - 1], True
                start = place
            if depth == 0:
                _expect_end(chunk[place:], stream)
                return
        yield chunk[start:], False
    raise CutError(unfinished=True)


def _expect_end(rest: bytes, stream: io.BufferedReader) -> None:
    while not rest.strip(_BLANK):
        rest = stream.read(_CHUNK)
        if not rest:
            return
    raise CutError(unfinished=False)
