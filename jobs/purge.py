"""Takes away the restricted side of an output folder, or one user's rows from it. The released side stays as it is."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from jobs.frames import drop_frame
from jobs.run_record import PURGED, RUN
from jobs.workspace import Workspace, locked, write_text
from schemas.errors import UsageError
from schemas.policy_retention import RetentionPolicy
from schemas.row_level import HISTORY, ROW_LEVEL
from schemas.sign_off import time_text

_TABLES = tuple(table.name for table in ROW_LEVEL if table is not HISTORY)
"""HISTORY goes with the keys: until then another release may be made, and must be held against those before."""
_DAY = 86_400


@dataclass(frozen=True, slots=True)
class Purged:
    """What was removed of one release: stored tables, other files, and whether its keys were destroyed with them."""

    release: str
    tables: int
    files: int
    closed: bool


def releases(root: Path) -> list[Workspace]:
    """The releases that `root` has a restricted side of. UsageError where it has none that may be read."""
    parent = root / "restricted"
    try:
        found = [Workspace(root, path.name) for path in sorted(parent.iterdir()) if _is_release(path)]
    except OSError:
        found = []
    if not found:
        raise UsageError(
            "there is no restricted side in this folder, or you may not read it. Name the output folder of"
            " `welfare run`, as the user who ran it."
        )
    return found


def _is_release(path: Path) -> bool:
    marks = ("keys", RUN, PURGED, *_TABLES)
    return path.is_dir() and not path.is_symlink() and any((path / mark).exists() for mark in marks)


def purge(root: Path, expired: bool, now: datetime, frames: bool = False) -> list[Purged]:
    """Removes tables, temporary files and keys of every release; with `expired`, only what is past its retention time.

    Keys go first: what a crash leaves behind cannot be read any more. They are destroyed with the last table of a
    release, which closes the trial: no rerun makes the same pseudonyms again. The frame of its clusters has a retention
    time of its own, and goes earlier only with `frames`. Raises TemporaryError while a run holds the folder, UsageError
    where there is nothing restricted.
    """
    spaces = releases(root)
    with locked(spaces[0]):
        shutil.rmtree(root / "restricted" / "temporary", ignore_errors=True)
        gone = [drop_frame(space, None if frames else now.timestamp()) for space in spaces]
        done = [_purge(space, expired, now) for space in spaces]
        return [replace(one, files=one.files + count) for one, count in zip(done, gone, strict=True)]


def retention_days(space: Workspace) -> int:
    """Days of retention by the policy of the release's run, the default where no run has finished."""
    try:
        record = json.loads((space.restricted / RUN).read_text(encoding="utf-8"))
        return RetentionPolicy(int(record["policies"]["retention"]["restricted_days"])).restricted_days
    except (OSError, ValueError, KeyError, TypeError):
        return RetentionPolicy().restricted_days


def _purge(space: Workspace, expired: bool, now: datetime) -> Purged:
    stored = [folder for name in _TABLES for folder in _folders(space.restricted / name)]
    limit = now.timestamp() - retention_days(space) * _DAY
    old = [folder for folder in stored if not expired or _age_mark(folder) <= limit]
    marks = [space.keys, space.restricted / RUN]
    closes = len(old) == len(stored) and (not expired or all(_age_mark(mark) <= limit for mark in marks))
    if closes:
        return _close(space, len(stored), now)
    files = sum(_remove(folder) for folder in old)
    return Purged(space.release, len(old), files, closed=False)


def _folders(table: Path) -> list[Path]:
    return sorted(path for path in table.iterdir() if path.is_dir()) if table.is_dir() else []


def _age_mark(path: Path) -> float:
    """When the file, or the newest file under the folder, was written (seconds of the epoch); 0 where there is none."""
    files = [path] if path.is_file() else [found for found in path.rglob("*") if found.is_file()]
    return max((file.lstat().st_mtime for file in files), default=0.0)


def _close(space: Workspace, tables: int, now: datetime) -> Purged:
    """Everything of the release goes but a note of who ran it, which sign-off needs."""
    note = space.restricted / PURGED
    if note.exists() and set(space.restricted.iterdir()) == {note}:
        return Purged(space.release, 0, 0, closed=False)
    try:
        record = json.loads((space.restricted / (RUN if (space.restricted / RUN).exists() else PURGED)).read_text())
    except (OSError, ValueError):
        record = {}
    kept = {name: record.get(name) for name in ("release", "run_key", "ran_by")}
    files = 0
    for key in sorted((space.keys).glob("*")):
        _overwrite(key)
        files += 1
    shutil.rmtree(space.keys, ignore_errors=True)
    for path in space.restricted.iterdir():
        if path != note:
            files += _remove(path)
    write_text(note, json.dumps({**kept, "purged_at": time_text(now)}, indent=1) + "\n")
    note.chmod(0o600)
    return Purged(space.release, tables, files, closed=True)


def _overwrite(path: Path) -> None:
    """Zeros over a key before it goes. On a copying file system or in a backup the old bytes may live on."""
    if path.is_symlink() or not path.is_file():
        return
    with path.open("r+b") as file:
        file.write(b"\0" * path.stat().st_size)
        file.flush()
        os.fsync(file.fileno())


def _remove(path: Path) -> int:
    """Removes a file or folder; the number of files."""
    if path.is_dir() and not path.is_symlink():
        count = sum(1 for found in path.rglob("*") if not found.is_dir())
        shutil.rmtree(path)
        return count
    path.unlink()
    return 1
