"""Inspect logs as archives: damage, tricks, bombs, sizes, versions."""

from __future__ import annotations

import io
import json
import struct
import tracemalloc
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from jobs.readers.catalogue import read_file, recognise
from schemas.conversation import Conversation
from schemas.errors import ContractError
from schemas.policy import ReadPolicy
from tests.unit.readers.eval_log import ASK, HEADER, answer, archive, chunked, log, sample, with_zstd

if TYPE_CHECKING:
    from tests.unit.readers.conftest import ReadBytes

CANARY = "kestrel-4471"
GOOD = log(sample({"role": "user", "content": CANARY}))


def changed(data: bytes, field: str, value: int) -> bytes:
    """The archive with a field of every entry of its directory set."""
    place, form = {"flags": (8, "<H"), "method": (10, "<H"), "crc": (16, "<I"), "size": (24, "<I"), "at": (42, "<I")}[
        field
    ]
    out, start = bytearray(data), -1
    while (start := out.find(b"PK\1\2", start + 1)) >= 0:
        struct.pack_into(form, out, start + place, value)
    return bytes(out)


def named(name: str) -> bytes:
    return log(sample(ASK), **{name: sample(ASK)})


FAULTS = {
    "cut short": (GOOD[: len(GOOD) // 2], "cut short"),
    "cut within the directory": (GOOD[:-30], "cut short"),
    "nothing but its magic": (b"PK\3\4", "cut short"),
    "an empty archive": (archive({}), "no Inspect log"),
    "another archive": (archive({"samples/1.json": sample(ASK)}), "no Inspect log"),
    "no samples": (archive({"header.json": HEADER}), "is empty"),
    "encrypted": (changed(GOOD, "flags", 1), "encrypted"),
    "packed in another way": (changed(GOOD, "method", 12), "deflate or zstd"),
    "a method that does not fit": (changed(GOOD, "method", 93), "damaged"),
    "a wrong checksum": (changed(GOOD, "crc", 7), "disagree"),
    "more than its size": (changed(GOOD, "size", 7), "disagree"),
    "less than its size": (changed(GOOD, "size", 1 << 20), "disagree"),
    "an offset beyond its end": (changed(GOOD, "at", 1 << 30), "disagree"),
    "an offset into data": (changed(GOOD, "at", 5), "disagree"),
    "a path out of it": (named("samples/../../etc/x_epoch_1.json"), "lead out of it"),
    "an absolute path": (named("/etc/x"), "lead out of it"),
    "a path of another system": (named("samples\\..\\x_epoch_1.json"), "lead out of it"),
    "a header that is no JSON": (log(sample(ASK), header=b"{" + CANARY.encode()), "header cannot be read"),
    "a header that is a list": (log(sample(ASK), header=[]), "header cannot be read"),
    "no version": (log(sample(ASK), header={"eval": {}}), "header cannot be read"),
    "a later version": (log(sample(ASK), header=HEADER | {"version": 3}), "version that is not known"),
    "a version that is a name": (log(sample(ASK), header=HEADER | {"version": CANARY}), "version that is not known"),
    "a version that is true": (log(sample(ASK), header=HEADER | {"version": True}), "version that is not known"),
    "an evaluation that is text": (log(sample(ASK), header=HEADER | {"eval": CANARY}), "says nothing of its eval"),
    "nothing that can be read": (log(sample(ASK) | {"messages": CANARY}), "no record that can be read as inspect"),
}


@pytest.mark.parametrize("case", FAULTS)
def test_a_fault_of_an_archive_is_told_without_a_value(tmp_path: Path, case: str) -> None:
    data, words = FAULTS[case]
    path = tmp_path / CANARY
    path.write_bytes(data)
    with pytest.raises(ContractError, match=words) as caught:
        list(read_file(path, recognise(path, ReadPolicy()), ReadPolicy()))
    assert CANARY not in str(caught.value)


@pytest.mark.parametrize("case", ["a path out of it", "an absolute path", "a path of another system"])
def test_nothing_is_written_whatever_a_member_is_called(tmp_path: Path, case: str) -> None:
    (tmp_path / "log").write_bytes(FAULTS[case][0])
    with pytest.raises(ContractError, match="lead out of it"):
        recognise(tmp_path / "log", ReadPolicy())
    assert [path.name for path in tmp_path.iterdir()] == ["log"]


def test_an_archive_is_read_as_no_other_format_and_the_other_way_round(read_bytes: ReadBytes) -> None:
    with pytest.raises(ContractError, match="from which native is not read"):
        read_bytes(GOOD, "native")
    with pytest.raises(ContractError, match="is no ZIP archive"):
        read_bytes(b'{"messages": []}', "inspect")


def bomb(zstd: bool) -> bytes:
    data = log(b'{"events": "' + b"x" * (66 << 20) + b'"}')
    return with_zstd(data, 100 << 20) if zstd else data


@pytest.mark.parametrize("zstd", [False, True])
def test_a_bomb_is_refused_before_it_unfolds(tmp_path: Path, zstd: bool) -> None:
    path = tmp_path / "bomb"
    path.write_bytes(bomb(zstd))
    assert path.stat().st_size < 1 << 20
    tracemalloc.start()
    with pytest.raises(ContractError, match="max_expansion"):
        list(read_file(path, "inspect", ReadPolicy()))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 100 << 20


def test_members_that_share_their_bytes_count_each(read_bytes: ReadBytes) -> None:
    """The way of overlapping files: many entries of the directory over one small member."""
    one = sample(ASK) | {"events": "x" * (3 << 20)}
    members = io.BytesIO(log(one))
    with zipfile.ZipFile(members, "a") as out:
        first = out.getinfo("samples/1_epoch_1.json")
        for number in range(2, 60):
            twin = zipfile.ZipInfo(f"samples/{number}_epoch_1.json")
            for name in ("header_offset", "compress_size", "file_size", "CRC", "compress_type"):
                setattr(twin, name, getattr(first, name))
            out.filelist.append(twin)
            out.NameToInfo[twin.filename] = twin
        out.comment = b"x"
    with pytest.raises(ContractError, match="max_expansion"):
        read_bytes(members.getvalue())


def test_events_are_passed_over_however_large_they_are(read_bytes: ReadBytes) -> None:
    events = [{"text": 'said: "]}"' * 20} for _ in range(4000)]
    policy = ReadPolicy(max_record_bytes=2000)
    data = log(sample(ASK, answer("Four."), events=events, store={"deep": [[[[]]]] * 5}))
    (item,) = read_bytes(data, "inspect", policy)
    assert isinstance(item, Conversation)
    assert len(item.turns) == 2


HUGE = {"role": "user", "content": "x" * 5000}


@pytest.mark.parametrize(
    "large",
    [
        log(sample(HUGE)),
        log(sample(ASK, uuid="u" * 5000)),
        log(sample(answer("attachment://" + "a" * 32), attachments={"a" * 32: "x" * 5000})),
        chunked([HUGE], [[0, 1]]),
        chunked([{"role": "user", "content": "x" * 900}] * 3, [[0, 3]]),
        chunked([answer("attachment://0")], [[0, 1]], ["x" * 5000]),
    ],
)
def test_a_sample_that_says_too_much_is_quarantined(read_bytes: ReadBytes, large: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(large)) as opened:
        members: dict[str, object] = {name: opened.read(name) for name in opened.namelist()}
    data = archive(members | {"samples/z_epoch_1.json": sample(ASK)})
    items = read_bytes(data, "inspect", ReadPolicy(max_record_bytes=2000))
    assert [getattr(item, "rule", "") for item in items] == ["too_large", ""]


@pytest.mark.parametrize(
    ("member", "rule"),
    [
        (b"", "not_object"),
        (b"[]", "not_object"),
        (b"{", "not_json"),
        (b'{"messages": [', "not_json"),
        (b'{"messages": []} {}', "not_json"),
        (b"{}", "missing_messages"),
        (b'{"messages": }', "not_json"),
        (b'{"messages": [}]}', "not_json"),
        (b"{5: 1}", "not_json"),
        (b'{"messages": ["\xff"]}', "invalid_utf8"),
        (b'{"messages": ' + b"[" * 200 + b"]" * 200 + b"}", "too_deep"),
        (b'{"uuid": "u", "\\u006dessages": [], "' + b"k" * 9000 + b'": 1}', "no_turns"),
    ],
)
def test_a_sample_that_is_no_sound_json_is_quarantined(read_bytes: ReadBytes, member: bytes, rule: str) -> None:
    items = read_bytes(log(member, sample(ASK)))
    assert [getattr(item, "rule", "") for item in items] == [rule, ""]


@pytest.mark.parametrize("chunk", [b"", b"{}", b"[", b'[{"role": "user", "content": "x"}', b"[,{}]", b"[{}] []"])
def test_a_chunk_that_is_no_sound_array_is_quarantined(read_bytes: ReadBytes, chunk: bytes) -> None:
    shell = {"id": 1, "epoch": 1, "message_refs": [[0, 1]]}
    data = log(sample(ASK), **{"samples/z_epoch_1/sample.json": shell, "samples/z_epoch_1/messages/0.json": chunk})
    rules = [getattr(item, "rule", "") for item in read_bytes(data)]
    assert rules[0] == ""
    assert rules[1] in ("not_json", "bad_messages")


def test_a_digest_is_that_of_the_member(read_bytes: ReadBytes) -> None:
    import hashlib

    broken = json.dumps(sample(ASK) | {"messages": {}}).encode()
    _, malformed = read_bytes(log(sample(ASK), broken))
    assert getattr(malformed, "digest", "") == hashlib.sha256(broken).hexdigest()
