"""Whole files: compression by first bytes, recognition by content, and the faults that stop a run."""

from __future__ import annotations

import gzip
import io
import json
import os
import traceback
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import zstandard

from jobs.readers.catalogue import FORMATS, content_digest, read_file, recognise
from schemas.conversation import Conversation
from schemas.errors import ContractError, UsageError
from schemas.policy import ReadPolicy

if TYPE_CHECKING:
    from tests.unit.readers.conftest import ReadBytes

CANARY = "kestrel-4471"
RECORD = {"conversation_id": CANARY, "messages": [{"role": "user", "content": CANARY}]}
LINE = json.dumps(RECORD).encode() + b"\n"
ZSTD = zstandard.ZstdCompressor()
SKIPPABLE = b"\x50\x2a\x4d\x18" + (4).to_bytes(4, "little") + b"meta"


def zipped() -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        archive.writestr("samples/1.json", LINE)
    return sink.getvalue()


@pytest.mark.parametrize(
    ("data", "count"),
    [
        (LINE, 1),
        (b"\xef\xbb\xbf" + LINE, 1),
        (gzip.compress(LINE * 3), 3),
        (gzip.compress(LINE) + gzip.compress(LINE), 2),
        (gzip.compress(LINE) + b"\0" * 512, 1),
        (gzip.compress(b"\xef\xbb\xbf" + LINE), 1),
        (ZSTD.compress(LINE * 3), 3),
        (ZSTD.compress(LINE) + ZSTD.compress(LINE), 2),
        (SKIPPABLE + ZSTD.compress(LINE), 1),
        (ZSTD.compress(LINE) + SKIPPABLE, 1),
        (ZSTD.compress(LINE * 50_000), 50_000),
        (gzip.compress(b"[" + b",".join([LINE] * 3) + b"]"), 3),
    ],
)
def test_compression_is_known_by_the_first_bytes(read_bytes: ReadBytes, data: bytes, count: int) -> None:
    items = read_bytes(data)
    assert len(items) == count
    assert all(isinstance(item, Conversation) for item in items)


FAULTS = {
    "empty": (b"", "is empty"),
    "blank": (b" \n\r\n\t", "is empty"),
    "empty gzip": (gzip.compress(b""), "is empty"),
    "gzip cut short": (gzip.compress(os.urandom(5000))[:-2000], "cut short: its gzip"),
    "gzip cut within its head": (gzip.compress(LINE)[:5], "cut short: its gzip"),
    "second gzip member cut short": (gzip.compress(LINE) + gzip.compress(LINE)[:-9], "cut short: its gzip"),
    "gzip with a wrong checksum": (gzip.compress(LINE)[:-8] + b"\0" * 8, "damaged gzip"),
    "gzip with something behind": (gzip.compress(LINE) + b"tail", "damaged gzip"),
    "zstd cut short": (ZSTD.compress(LINE * 9)[:-3], "cut short: its zstd"),
    "zstd cut after its magic": (ZSTD.compress(LINE)[:5], "cut short: its zstd"),
    "second zstd frame cut short": (ZSTD.compress(LINE) + ZSTD.compress(LINE)[:-5], "cut short: its zstd"),
    "zstd damaged": (ZSTD.compress(LINE)[:6] + b"\xff" * 30, "damaged zstd"),
    "zstd with something behind": (ZSTD.compress(LINE) + b"tail behind it", "damaged zstd"),
    "gzip twice": (gzip.compress(gzip.compress(LINE)), "compressed twice"),
    "ZIP": (zipped(), "ZIP archive"),
    "bzip2": (b"BZh91AY&SY", "bzip2"),
    "xz": (b"\xfd7zXZ\x00\x00", "xz"),
    "UTF-16": (LINE.decode().encode("utf-16"), "UTF-16"),
    "Arrow": (b"ARROW1\0\0", "Arrow"),
    "binary": (bytes(range(256)) * 9, "binary data"),
    "gzip over binary": (gzip.compress(bytes(range(256)) * 9), "binary data"),
    "Parquet cut short": (b"PAR1" + b"\x15\x04" * 50, "damaged Parquet"),
    "prose": (f"Dear {CANARY},\nhello.\n".encode(), "fits none of the formats"),
    "another shape": (json.dumps({"note": CANARY}).encode(), "fits none of the formats"),
    "one record over many lines": (json.dumps(RECORD, indent=2).encode(), "fits none of the formats"),
}


@pytest.mark.parametrize("case", FAULTS)
def test_a_fault_of_a_file_is_told_without_a_value(tmp_path: Path, case: str) -> None:
    data, words = FAULTS[case]
    path = tmp_path / CANARY
    path.write_bytes(data)
    name = "input file 3 of 7"
    with pytest.raises(ContractError, match=words) as caught:
        list(read_file(path, recognise(path, ReadPolicy(), name), ReadPolicy(), name))
    assert str(caught.value).startswith(f"{name} (sha256 {content_digest(path)[:12]}…): ")
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
    shown = "".join(traceback.format_exception(caught.value))
    assert CANARY not in shown
    assert "Dear" not in shown


@pytest.mark.parametrize("pack", [gzip.compress, ZSTD.compress])
def test_a_decompression_bomb_is_refused_before_it_unfolds(tmp_path: Path, pack: object) -> None:
    assert callable(pack)
    path = tmp_path / "bomb"
    path.write_bytes(pack(LINE + b" " * (80 << 20)))
    policy = ReadPolicy(max_record_bytes=1 << 20)
    assert recognise(path, ReadPolicy(max_expansion=100_000)) == "native"
    with pytest.raises(ContractError, match="max_expansion"):
        list(read_file(path, "native", policy))


def test_a_ratio_is_no_fault_below_64_mib(read_bytes: ReadBytes) -> None:
    data = gzip.compress(LINE + b" " * (32 << 20), compresslevel=9)
    assert len(read_bytes(data, "native", ReadPolicy(max_expansion=1))) == 1


def test_a_file_of_another_format_than_named_is_refused(read_bytes: ReadBytes) -> None:
    with pytest.raises(ContractError, match="no record that can be read as sharegpt, out of 2"):
        read_bytes(LINE * 2, "sharegpt")


def test_an_unknown_format_is_a_usage_error_before_anything_is_read(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="takes auto, " + ", ".join(FORMATS)):
        read_file(tmp_path / "absent", "yaml", ReadPolicy())


def test_a_file_that_vanished_is_a_contract_error(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match=r"an input file: cannot be read \(ENOENT\)") as caught:
        list(read_file(tmp_path / CANARY, "native", ReadPolicy()))
    assert CANARY not in str(caught.value)


USER = {"role": "user", "content": "x"}
PLAIN = {"messages": [USER]}
RECOGNISED = [
    ({"resourceSpans": []}, "otel"),
    ({"resourceLogs": []}, "otel"),
    ({"transcript_id": "t", "messages": "[]", "conversation_id": "c"}, "scout"),
    ({"conversation_hash": "h", "conversation": [USER]}, "wildchat"),
    ({"conversation_id": "c", "conversation": [USER]}, "lmsys"),
    ({"chosen": "\n\nHuman: x", "rejected": "\n\nHuman: x"}, "hh_rlhf"),
    ({"conversations": [{"from": "human", "value": "x"}]}, "sharegpt"),
    (PLAIN | {"system": "x"}, "anthropic"),
    (PLAIN | {"metadata": {"user_id": "u"}}, "anthropic"),
    ({"messages": [{"role": "user", "content": [{"type": "tool_result", "content": "x"}]}]}, "anthropic"),
    ({"messages": [{"role": "user", "content": [{"type": "text", "text": "x"}]}]}, "openai"),
    (PLAIN, "openai"),
    (PLAIN | {"conversation_id": "c", "user": "u"}, "openai"),
    (PLAIN | {"conversation_id": "c", "source": "s"}, "native"),
    (PLAIN | {"conversation_id": None, "user_id": "u"}, "native"),
]


@pytest.mark.parametrize(("record", "name"), RECOGNISED)
def test_a_format_is_recognised_by_a_record(tmp_path: Path, record: object, name: str) -> None:
    path = tmp_path / "anything.bin"
    path.write_bytes(b"not json\n" + json.dumps(record).encode() + b"\n{}\n")
    assert recognise(path, ReadPolicy()) == name


def test_every_format_is_recognised_by_some_case() -> None:
    assert {name for _, name in RECOGNISED} == {name for name in FORMATS if not FORMATS[name].archive}


def test_a_mark_of_another_vendor_beyond_the_probe_loses_nothing(read_bytes: ReadBytes) -> None:
    content = [{"type": "tool_result", "content": "4 rows"}, {"type": "text", "text": "y"}]
    plain = json.dumps(PLAIN | {"conversation_id": "c"}).encode() + b"\n"
    marked = {"messages": [{"role": "user", "content": content}]}
    items = read_bytes(plain * 1000 + json.dumps(marked).encode())
    last = items[-1]
    assert isinstance(last, Conversation)
    assert [(turn.role, turn.text) for turn in last.turns] == [("tool", "4 rows"), ("user", "y")]
