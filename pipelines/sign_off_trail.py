"""The audit trail: one JSON line an event, each holding the hash of the line before. It is only ever appended to."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from io import FileIO
from pathlib import Path
from typing import Any

from schemas.errors import SignOffError, TemporaryError
from schemas.sign_off import time_text

START = "0" * 64
_WAIT_SECONDS = 10.0


@dataclass
class Trail:
    """An open, locked trail. entries: every event so far, oldest first. head: hash of the last line."""

    entries: list[dict[str, Any]]
    head: str
    _file: FileIO

    def append(self, event: str, now: datetime, **facts: str) -> None:
        """Appends one event, whole and on disk, or raises TemporaryError and leaves the trail as it was."""
        entry = {"n": len(self.entries) + 1, "time": time_text(now), "event": event, **facts, "previous": self.head}
        line = _line(entry)
        before = os.fstat(self._file.fileno()).st_size
        try:
            whole = self._file.write(line) == len(line)
            os.fsync(self._file.fileno())
        except OSError:
            whole = False
        if not whole:
            os.ftruncate(self._file.fileno(), before)  # half a line would break the chain for good
            raise TemporaryError("the audit trail cannot be written: is the disk full? Make room and try again.")
        self.entries.append(entry)
        self.head = hashlib.sha256(line).hexdigest()


def _line(entry: dict[str, Any]) -> bytes:
    return json.dumps(entry, sort_keys=True, separators=(",", ":")).encode() + b"\n"


@contextlib.contextmanager
def open_trail(path: Path, wait: float = _WAIT_SECONDS) -> Iterator[Trail]:
    """The trail in `path`, held alone: two sign-offs at once write one after the other.

    Raises SignOffError where the chain is broken, TemporaryError where another command holds it for `wait` seconds.
    """
    try:
        file = path.open("a+b", buffering=0)
    except OSError:
        raise SignOffError(
            "the audit trail cannot be opened. Name the output folder of a run, one that you may write to."
        ) from None
    with file:
        _lock(file, wait)
        file.seek(0)
        entries, head = _read(file.read())
        yield Trail(entries, head, file)


def _lock(file: FileIO, wait: float) -> None:
    end = time.monotonic() + wait
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            if time.monotonic() >= end:
                raise TemporaryError("another sign-off or publish is under way here. Try again later.") from None
            time.sleep(0.05)
        else:
            return


def _read(raw: bytes) -> tuple[list[dict[str, Any]], str]:
    entries: list[dict[str, Any]] = []
    head = START
    for number, line in enumerate(raw.splitlines(keepends=True), start=1):
        try:
            entry = json.loads(line)
            whole = isinstance(entry, dict) and _line(entry) == line
        except ValueError:
            whole = False
        if not whole or entry.get("previous") != head or entry.get("n") != number:
            raise SignOffError(
                f"the audit trail is broken at line {number}: a line was changed, removed or put in."
                " Restore it from a backup; nothing is signed or published on a broken trail."
            )
        entries.append(entry)
        head = hashlib.sha256(line).hexdigest()
    return entries, head
