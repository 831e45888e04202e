"""JSON records as bytes, and the lines of a text stream as such. No record is held beyond the limit."""

from __future__ import annotations

import hashlib
import io
import json
import re
from array import array
from collections.abc import Iterator
from itertools import accumulate

from jobs.readers.format import Record
from jobs.readers.rules import BrokenRecord, Rule
from schemas.policy import ReadPolicy

_SKIP = 1 << 18
_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)
"""A JSON string, or an unfinished one up to the end. Possessive, so that no input makes it backtrack."""
_NOT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_STEPS = bytes.maketrans(b"[{]}", b"\x01\x01\xff\xff")
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


class JsonRecord:
    """One record as bytes; `digest` is given, and `data` empty, where it was too large to keep."""

    __slots__ = ("_digest", "data", "number", "policy")

    def __init__(self, number: int, data: bytes, policy: ReadPolicy, digest: str = "") -> None:
        self.number = number
        self.data = data
        self.policy = policy
        self._digest = digest

    def load(self) -> Record:
        """The record's fields. Of duplicate keys the last wins; lone surrogates become U+FFFD."""
        if self._digest:
            raise BrokenRecord(Rule.TOO_LARGE)
        value = json_value(self.data, self.policy)
        if not isinstance(value, dict):
            raise BrokenRecord(Rule.NOT_OBJECT)
        return value

    def digest(self) -> str:
        return self._digest or hashlib.sha256(self.data).hexdigest()


def json_lines(stream: io.BufferedReader, policy: ReadPolicy) -> Iterator[JsonRecord]:
    """The stream's lines as records, numbered from 1. Blank lines count as lines, but are no records."""
    limit = policy.max_record_bytes
    number = 0
    while line := stream.readline(limit + 1):
        number += 1
        data = line.removesuffix(b"\n")
        if len(data) > limit:
            yield JsonRecord(number, b"", policy, _digest_of_rest(stream, line))
        elif not line.isspace():
            yield JsonRecord(number, data, policy)


def json_value(data: bytes, policy: ReadPolicy) -> object:
    """The JSON value of `data`. Of duplicate keys the last wins; lone surrogates become U+FFFD.

    Raises BrokenRecord: not UTF-8, not JSON, nested deeper than the policy allows.
    """
    value = _parse(data, policy.max_nesting)
    if isinstance(value, Rule):
        raise BrokenRecord(value)
    return value


def _digest_of_rest(stream: io.BufferedReader, line: bytes) -> str:
    """Digest of a line whose start was read, read on piece by piece to its end."""
    digest = hashlib.sha256(line)
    while not line.endswith(b"\n") and (line := stream.readline(_SKIP)):
        digest.update(line.removesuffix(b"\n"))
    return digest.hexdigest()


def _parse(data: bytes, max_nesting: int) -> object:
    """The JSON value of `data`, or the Rule that it breaks.

    Returned and not raised, so that no error of the parser, which holds the text, hangs on the exception.
    """
    if data.count(b"[") + data.count(b"{") > max_nesting and _depth(data) > max_nesting:
        return Rule.TOO_DEEP
    try:
        text = data.decode()
        value = json.loads(text)
        return _mended(value) if "\\ud" in text or "\\uD" in text else value
    except UnicodeDecodeError:
        return Rule.INVALID_UTF8
    except RecursionError:
        return Rule.TOO_DEEP
    except ValueError:
        return Rule.NOT_JSON


def _depth(data: bytes) -> int:
    """Deepest nesting of brackets outside strings."""
    brackets = _STRING.sub(b"", data).translate(_STEPS, _NOT_BRACKETS)
    return max(accumulate(array("b", brackets)), default=0)


def _mended(value: object) -> object:
    if isinstance(value, str):
        return _LONE_SURROGATE.sub("\ufffd", value)
    if isinstance(value, list):
        return [_mended(item) for item in value]
    if isinstance(value, dict):
        return {key: _mended(item) for key, item in value.items()}
    return value
