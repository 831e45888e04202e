"""The output folder: what lies where, with which mode, who holds the lock, and this run's temporary root."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import resource
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jobs.releases import name_in, settle
from schemas.errors import TemporaryError, UsageError
from schemas.table import Sensitivity, Table


@dataclass(frozen=True, slots=True)
class Workspace:
    """Paths of one output root and release. Where a table lies follows from its sensitivity."""

    root: Path
    release: str

    @property
    def restricted(self) -> Path:
        """Row-level tables, keys and the exact manifest; mode 0700."""
        return self.root / "restricted" / self.release

    @property
    def released(self) -> Path:
        """What may leave: the last release that was made here; jobs/releases.py says where earlier ones stand."""
        return self.root / "released"

    @property
    def keys(self) -> Path:
        """Pseudonym and table keys of this root and release."""
        return self.restricted / "keys"

    def folder(self, table: Table, run: str) -> Path:
        """Folder of a restricted table made under fingerprint `run`. RAW tables have none: they are never written."""
        if table.sensitivity not in (Sensitivity.SCRUBBED, Sensitivity.DERIVED):
            raise UsageError(
                f"table {table.name} is {table.sensitivity.name}: it has no folder on the restricted side."
            )
        return self.restricted / table.name / run


def open_workspace(root: Path, release: str) -> Workspace:
    """Makes the folders of `root`, the restricted side with mode 0700.

    Raises UsageError where `root` is a file, cannot be written, or holds a release that nobody can name.
    """
    space = Workspace(root.resolve(), release)
    try:
        space.root.mkdir(parents=True, exist_ok=True)
        (space.root / "restricted").mkdir(mode=0o700, exist_ok=True)
        (space.root / "restricted").chmod(0o700)
        space.restricted.mkdir(mode=0o700, exist_ok=True)
        space.keys.mkdir(mode=0o700, exist_ok=True)
    except OSError:
        raise UsageError("the output folder cannot be made or written. Name another one with --out.") from None
    if (space.released / "manifest.json").exists() and name_in(space.released) is None:
        raise UsageError(
            "manifest.json of the release in the output folder cannot be read, so that it cannot be kept beside this"
            " one. Name another folder with --out, or move that release away."
        )
    return space


def read_json(path: Path) -> dict[str, Any]:
    """The JSON object in `path`; UsageError where it is missing or broken."""
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise UsageError(f"{path.name} cannot be read. Run the job again with --fresh, or restore the file.") from None
    if not isinstance(value, dict):
        raise UsageError(f"{path.name} does not hold a JSON object. Run the job again with --fresh.")
    return value


def write_text(path: Path, text: str) -> None:
    """Writes `text` so that a reader sees the old file or the new one, never half of it."""
    draft = path.with_name(path.name + ".draft")
    draft.write_text(text, encoding="utf-8")
    os.replace(draft, path)


@contextlib.contextmanager
def locked(space: Workspace) -> Iterator[None]:
    """Holds the output root's lock; TemporaryError (exit 75) where another run holds it."""
    path = space.root / "restricted" / "lock"
    with path.open("a+") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            handle.seek(0)
            holder = handle.read(20).strip() or "unknown"
            raise TemporaryError(
                f"another run (process {holder}) holds this output folder. Wait until it ends, or name another --out."
            ) from None
        handle.truncate(0)
        handle.write(str(os.getpid()))
        handle.flush()
        settle(space.root)
        try:
            yield
        finally:
            handle.truncate(0)


@contextlib.contextmanager
def temporary_root(space: Workspace) -> Iterator[Path]:
    """This run's own temporary folder (mode 0700), wiped at its end; what a crashed run left is wiped first.

    Only the lock's holder may call it. No core dumps from here on.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
    parent = space.root / "restricted" / "temporary"
    shutil.rmtree(parent, ignore_errors=True)
    parent.mkdir(mode=0o700)
    folder = Path(tempfile.mkdtemp(prefix="run-", dir=parent))
    before = tempfile.tempdir
    tempfile.tempdir = str(folder)
    os.environ["TMPDIR"] = str(folder)
    try:
        yield folder
    finally:
        tempfile.tempdir = before
        os.environ.pop("TMPDIR", None)
        shutil.rmtree(parent, ignore_errors=True)
