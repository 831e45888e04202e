"""Inspect logs, made as its own recorder lays them out: whole samples, or samples in chunks."""

from __future__ import annotations

import io
import json
import struct
import zipfile
import zlib
from collections.abc import Sequence
from typing import Any

import zstandard

SPEC = {"task": "arithmetic", "eval_id": "e1", "run_id": "r1", "created": "2025-03-01T10:00:00+00:00", "model": "m"}
HEADER = {"version": 2, "status": "success", "eval": SPEC, "plan": {}}
ASK = {"role": "user", "content": "How many rows?", "source": "input"}


def answer(content: object, **more: object) -> dict[str, Any]:
    return {"role": "assistant", "content": content, "source": "generate", **more}


def sample(*messages: object, **more: object) -> dict[str, Any]:
    events = [
        {"event": "model", "pending": 'a "quoted\\" ]} brace', "input": [{"role": "user", "content": "elsewhere"}]}
    ]
    whole = {"id": 1, "epoch": 1, "input": "x", "target": "y", "messages": list(messages), "events": events}
    return {**whole, "uuid": "u1", "attachments": {}, **more}


def archive(members: dict[str, object], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A ZIP archive of members: bytes as they are, anything else as JSON."""
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", method) as out:
        for name, value in members.items():
            out.writestr(name, value if isinstance(value, bytes) else json.dumps(value))
    return sink.getvalue()


def log(*samples: object, header: object = HEADER, **more: object) -> bytes:
    named = {f"samples/{number}_epoch_1.json": each for number, each in enumerate(samples, start=1)}
    return archive({"header.json": header, "summaries.json": [], **named, **more})


def chunked(pool: Sequence[object], refs: object, attachments: Sequence[object] = (), size: int = 2) -> bytes:
    """A log with one sample in chunks of `size`."""
    folder = "samples/a/b_epoch_1"
    members: dict[str, object] = {"header.json": HEADER}
    members[f"{folder}/sample.json"] = {"id": "a/b", "epoch": 1, "uuid": "u1", "message_refs": refs}
    for name, values in (("messages", pool), ("attachments", attachments), ("events", [{"a": 1}])):
        for start in range(0, len(values), size):
            members[f"{folder}/{name}/{start}.json"] = list(values[start : start + size])
    members[f"{folder}/events/stats.json"] = {}
    return archive(members)


def with_zstd(data: bytes, frame: int = 40) -> bytes:
    """The same archive with every member packed as zstd frames of `frame` bytes, as Inspect packs them."""
    sink = bytearray()
    directory = bytearray()
    with zipfile.ZipFile(io.BytesIO(data)) as archive_file:
        for info in archive_file.infolist():
            plain, name = archive_file.read(info), info.filename.encode()
            pieces = [plain[at : at + frame] for at in range(0, len(plain), frame)] or [b""]
            packed = b"".join(map(zstandard.compress, pieces))
            fields = (45, 0, 93, 0, 0x5821, zlib.crc32(plain), len(packed), len(plain), len(name), 0)
            directory += (
                struct.pack("<4s6H3I5H2I", b"PK\1\2", 45, *fields[:5], *fields[5:], 0, 0, 0, 0, len(sink)) + name
            )
            sink += struct.pack("<4s5H3I2H", b"PK\3\4", *fields) + name + packed
        count = len(archive_file.infolist())
    end = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, count, count, len(directory), len(sink), 0)
    return bytes(sink + directory) + end
