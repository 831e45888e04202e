"""Whatever the bytes: a reader yields Conversation or Malformed, and raises ContractError or nothing."""

from __future__ import annotations

import gzip
import io
import json
import tempfile
from contextlib import suppress
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.readers.catalogue import FORMATS, read_file, recognise
from jobs.readers.rules import Rule
from schemas.conversation import ROLES, Conversation, Malformed
from schemas.errors import ContractError
from schemas.policy import ReadPolicy
from tests.unit.readers.eval_log import ASK, answer, chunked, log, sample, with_zstd
from tests.unit.readers.otlp import call, heard, line, said

POLICY = ReadPolicy(max_record_bytes=2000, max_nesting=20)
RULES = frozenset(rule.value for rule in Rule)

NAMES = [
    *("messages", "conversation", "conversations", "chosen", "role", "content", "from", "value", "type"),
    *("conversation_id", "user_id", "id", "user", "metadata", "started_at", "created", "timestamp"),
    *("text", "release", "surface", "ended_by", "system", "conversation_hash", "hashed_ip"),
]
MESSAGE_FIELDS = ["thinking", "refusal", "tool_calls", "generated", "from", "value", "hashed_ip"]
WORDS = [
    *("user", "assistant", "tool", "human", "gpt", "text", "thinking", "tool_use", "tool_result", "model"),
    *("\n\nHuman: a\n\nAssistant: b", "2025-01-01", "\ud800", "\0", "", "<think>a"),
]
NUMBERS = st.booleans() | st.integers() | st.floats()
SCALARS = st.none() | NUMBERS | st.sampled_from(WORDS) | st.text(max_size=5)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4),
    max_leaves=12,
)
PARTS = st.lists(st.fixed_dictionaries({"type": st.sampled_from(WORDS), "text": SCALARS}))
MESSAGES = st.lists(
    st.builds(
        lambda role, content, more: more | {"role": role, "content": content},
        st.sampled_from(["user", "assistant", "tool", "system"]) | SCALARS,
        st.text(max_size=5) | PARTS | VALUES,
        st.dictionaries(st.sampled_from(MESSAGE_FIELDS), SCALARS, max_size=2),
    ),
    max_size=4,
)
RECORDS = st.builds(
    lambda record, name, messages: record | {name: messages},
    st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=3),
    st.sampled_from(["messages", "conversation", "conversations", "chosen"]),
    MESSAGES | VALUES,
)


def check(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "transcripts"
        path.write_bytes(data)
        with suppress(ContractError):
            assert recognise(path, POLICY) in FORMATS
        for name in FORMATS:
            with suppress(ContractError):
                for item in read_file(path, name, POLICY):
                    check_item(item)


def check_item(item: object) -> None:
    if isinstance(item, Malformed):
        assert item.rule in RULES
        assert item.line >= 1
        assert len(item.digest) == 64
        return
    assert isinstance(item, Conversation)
    assert item.turns
    for turn in item.turns:
        assert turn.role in ROLES
        assert turn.role == "assistant" or not (turn.generated or turn.thinking)
        (turn.text + turn.thinking).encode()
    for identity in (item.conversation_id, item.user_id):
        assert identity is None or (isinstance(identity, str) and identity.encode())
    assert item.started_at is None or item.started_at.utcoffset() is not None


def flipped(data: bytes, changes: list[tuple[int, int]]) -> bytes:
    changed = bytearray(data)
    for place, value in changes:
        changed[place % len(changed)] = value
    return bytes(changed)


def parquet() -> bytes:
    talk = [{"role": "user", "content": "x", "hashed_ip": "i"}, {"role": "assistant", "content": "y"}]
    sink = io.BytesIO()
    columns = {"conversation_hash": ["a", "b"], "conversation_id": ["a", "b"], "conversation": [talk, talk]}
    pq.write_table(pa.table(columns | {"timestamp": pa.array([1, 2], pa.timestamp("us"))}), sink)
    return sink.getvalue()


LINES = b'{"conversation_id": 1, "messages": [{"role": "user", "content": "x"}]}\n' * 5
SOUND = [
    LINES,
    gzip.compress(LINES),
    zstandard.compress(LINES),
    b"[" + LINES.strip().replace(b"\n", b",") + b"]",
    parquet(),
    log(sample(ASK), sample(answer("attachment://" + "a" * 32), attachments={"a" * 32: "x"})),
    with_zstd(chunked([ASK, answer("attachment://0")], [[0, 2]], ["x"])),
    line(call(1, [heard("user", "x")], [said("y")]), call(2, [heard("user", "z")], [], as_text=False)),
]
PACKED = [b"\x1f\x8b", b"\x1f\x8b\x08\x00", b"\x28\xb5\x2f\xfd", b"\x50\x2a\x4d\x18", b"PAR1", b"PK\x03\x04"]
STARTS = st.sampled_from([*PACKED, b"", b"[{", b"{", b"\xef\xbb\xbf"])
FLIPS = st.lists(st.tuples(st.integers(0, 1 << 16), st.integers(0, 255)), min_size=1, max_size=4)


@settings(max_examples=150, deadline=None)
@given(STARTS, st.binary(max_size=300), st.sampled_from([b"", b"PAR1"]))
def test_any_bytes_are_read_or_refused(start: bytes, rest: bytes, end: bytes) -> None:
    check(start + rest + end)


@settings(max_examples=250, deadline=None)
@given(st.sampled_from(SOUND), FLIPS)
def test_damaged_files_are_read_or_refused(data: bytes, changes: list[tuple[int, int]]) -> None:
    check(flipped(data, changes))


@settings(max_examples=250, deadline=None)
@given(st.lists(RECORDS, min_size=1, max_size=4), st.booleans())
def test_records_of_any_shape_are_read_or_quarantined(records: list[object], as_array: bool) -> None:
    check(json.dumps(records).encode() if as_array else "\n".join(map(json.dumps, records)).encode())
