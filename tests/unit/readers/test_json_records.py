"""Lines and arrays of JSON: what makes a record malformed, and that reading goes on after it."""

from __future__ import annotations

import hashlib
import json
import tracemalloc
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from jobs.readers.catalogue import read_file
from schemas.conversation import Conversation, Malformed
from schemas.errors import ContractError
from schemas.policy import ReadPolicy

if TYPE_CHECKING:
    from tests.unit.readers.conftest import ReadBytes

GOOD = b'{"conversation_id": "c1", "messages": [{"role": "user", "content": "x"}]}'
DEEP = 100_000


def with_text(raw: bytes) -> bytes:
    return GOOD.replace(b'"x"', b'"' + raw + b'"')


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def nested(depth: int) -> bytes:
    """A good record whose deepest value lies `depth` brackets down."""
    return GOOD[:-1] + b', "extra": ' + b"[" * (depth - 1) + b"]" * (depth - 1) + b"}"


BROKEN = {
    "a word": (b"hello", "not_json"),
    "half a record": (GOOD[:-1], "not_json"),
    "two records": (GOOD + GOOD, "not_json"),
    "a control character": (with_text(b"a\x01b"), "not_json"),
    "a raw NUL": (with_text(b"a\x00b"), "not_json"),
    "a number of 5,000 digits": (b'{"conversation_id": ' + b"1" * 5000 + b"}", "not_json"),
    "a number": (b"5", "not_object"),
    "null": (b"null", "not_object"),
    "an array": (b"[1, 2]", "not_object"),
    "Latin-1": (with_text(b"caf\xe9"), "invalid_utf8"),
    "a surrogate as bytes": (with_text(b"\xed\xa0\x80"), "invalid_utf8"),
    "101 levels": (nested(101), "too_deep"),
    "100,000 open brackets": (b"[" * DEEP, "too_deep"),
    "100,000 nested objects": (b'{"a":' * DEEP + b"1" + b"}" * DEEP, "too_deep"),
    "brackets after an escaped quote": (with_text(b'\\"')[:-1] + b"," + nested(101)[1:], "too_deep"),
    "an open string full of quotes": (b'{"' + b'\\"' * DEEP, "not_json"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_line_is_quarantined_and_reading_goes_on(read_bytes: ReadBytes, case: str) -> None:
    line, rule = BROKEN[case]
    first, broken, last = read_bytes(GOOD + b"\n" + line + b"\n" + GOOD, "native")
    assert isinstance(first, Conversation)
    assert broken == Malformed(2, rule, sha(line))
    assert last == first


# The others do not end where their element does, so the array as a whole is broken there.
OPEN = {"half a record", "100,000 open brackets", "an open string full of quotes"}


@pytest.mark.parametrize("case", [case for case in BROKEN if case not in OPEN])
def test_a_broken_element_of_an_array_is_quarantined(read_bytes: ReadBytes, case: str) -> None:
    element, rule = BROKEN[case]
    first, broken, last = read_bytes(b"[" + GOOD + b",\n" + element + b" ,\n" + GOOD + b"]\n", "native")
    assert isinstance(first, Conversation)
    assert broken == Malformed(2, rule, sha(element))
    assert last == first


@pytest.mark.parametrize(
    ("line", "text"),
    [
        (with_text(b"a\\u0000b"), "a\x00b"),
        (with_text(b"a\\ud83d\\ude00b"), "a\U0001f600b"),
        (with_text(b"a\\ud83db"), "a\ufffdb"),
        (with_text(b"a\\uDE00b"), "a\ufffdb"),
        (with_text(b"[" * 500), "[" * 500),
        (with_text(b"\\\\\\ud83d"), "\\\ufffd"),
        (GOOD[:-1] + b', "messages": [{"role": "user", "content": "later"}]}', "later"),
    ],
)
def test_an_odd_record_is_read(read_bytes: ReadBytes, line: bytes, text: str) -> None:
    (conversation,) = read_bytes(line, "native")
    assert isinstance(conversation, Conversation)
    assert conversation.turns[0].text == text


def test_nesting_is_allowed_up_to_the_limit(read_bytes: ReadBytes) -> None:
    assert all(isinstance(item, Conversation) for item in read_bytes(nested(100), "native"))
    assert read_bytes(GOOD + b"\n" + nested(6), "native", ReadPolicy(max_nesting=5))[1].rule == "too_deep"  # type: ignore[union-attr]


def test_a_limit_above_the_interpreter_s_is_no_crash(read_bytes: ReadBytes) -> None:
    items = read_bytes(GOOD + b"\n" + nested(DEEP), "native", ReadPolicy(max_nesting=10 * DEEP))
    assert items[1] == Malformed(2, "too_deep", sha(nested(DEEP)))


def test_lines_are_numbered_as_an_editor_does(read_bytes: ReadBytes) -> None:
    items = read_bytes(b"\xef\xbb\xbf" + GOOD + b"\r\n\r\n  \nbroken\r\n" + GOOD, "native")
    assert [type(item) for item in items] == [Conversation, Malformed, Conversation]
    assert items[1] == Malformed(4, "not_json", sha(b"broken\r"))


@pytest.mark.parametrize("end", [b"\n", b""])
def test_the_size_limit_is_exact(read_bytes: ReadBytes, end: bytes) -> None:
    policy = ReadPolicy(max_record_bytes=len(GOOD))
    over = with_text(b"xy")
    kept, broken = read_bytes(GOOD + b"\n" + over + end, "native", policy)
    assert isinstance(kept, Conversation)
    assert isinstance(broken, Malformed)
    assert (broken.line, broken.rule) == (2, "too_large")
    assert broken.digest == sha(over + end.removesuffix(b"\n"))


@pytest.mark.parametrize("frame", [(b"", b"\n", b""), (b"[", b",", b"]")], ids=["lines", "array"])
def test_a_record_that_is_too_large_is_never_held(tmp_path: Path, frame: tuple[bytes, bytes, bytes]) -> None:
    start, between, end = frame
    huge = with_text(b"x" * (16 << 20))
    path = tmp_path / "transcripts"
    path.write_bytes(start + between.join([GOOD, huge, GOOD]) + end)
    tracemalloc.start()
    try:
        items = list(read_file(path, "native", ReadPolicy(max_record_bytes=4096)))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert [type(item) for item in items] == [Conversation, Malformed, Conversation]
    assert items[1] == Malformed(2, "too_large", sha(huge))
    assert peak < 8 << 20


def test_records_come_before_the_file_is_read_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "transcripts"
    path.write_bytes((GOOD + b"\n") * 100_000)
    items = read_file(path, "native", ReadPolicy())
    tracemalloc.start()
    try:
        next(items)
        assert tracemalloc.get_traced_memory()[1] < 4 << 20
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("copies", [1, 2, 5000])
def test_an_array_is_read_as_its_elements(read_bytes: ReadBytes, indent: int | None, copies: int) -> None:
    text = 'a "b" \\ [c], {d} é ' * 10
    record = {"conversation_id": "c", "messages": [{"role": "user", "content": text}]}
    items = read_bytes(json.dumps([record] * copies, indent=indent).encode(), "native")
    assert len(items) == copies
    assert all(isinstance(item, Conversation) and item.turns[0].text == text for item in items)


@pytest.mark.parametrize("cut", range(1, 40))
def test_a_chunk_s_edge_may_fall_anywhere_in_an_array(
    read_bytes: ReadBytes, monkeypatch: pytest.MonkeyPatch, cut: int
) -> None:
    text = '\\"[{,\\\\' * 3
    monkeypatch.setattr("jobs.readers.json_array._CHUNK", cut)
    record = {"conversation_id": "c", "messages": [{"role": "user", "content": text}]}
    items = read_bytes(json.dumps([record] * 3).encode(), "native")
    assert [item.turns[0].text for item in items if isinstance(item, Conversation)] == [text] * 3


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"[" + GOOD, "does not end"),
        (b"[" + GOOD + b",", "does not end"),
        (b"[" + GOOD[:-3], "does not end"),
        (b"[" + GOOD + b"]" + GOOD, "data after its JSON array"),
        (b"[" + GOOD + b"]" + b" " * 300_000 + b"x", "data after its JSON array"),
    ],
)
def test_a_broken_array_is_refused(read_bytes: ReadBytes, data: bytes, words: str) -> None:
    with pytest.raises(ContractError, match=words):
        read_bytes(data, "native")


def test_an_element_that_is_missing_is_malformed(read_bytes: ReadBytes) -> None:
    items = read_bytes(b"[" + GOOD + b",," + GOOD + b",]", "native")
    assert [getattr(item, "rule", "") for item in items] == ["", "not_json", "", "not_json"]
