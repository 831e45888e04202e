"""What the restricted side still says of a run: who ran it, under which key. It outlives a purge."""

from __future__ import annotations

import getpass
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from schemas.release import RELEASE_NAME, output_root

RUN = "run.json"
PURGED = "purged.json"
LOG = "run.log"
"""Exact counts of each step of each run, JSON lines."""


@dataclass(frozen=True, slots=True)
class RunRecord:
    """ran_by: who ran the job, run_key: of the last finished run; None where nothing says so."""

    ran_by: str | None = None
    run_key: str | None = None


def who_runs() -> str:
    """The user's name; where the system knows none, as in some containers, the user's number."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid-{os.getuid()}"


def read_record(root: Path) -> RunRecord:
    """The record of the run whose release lies in `root`/released.

    Empty where the restricted side is gone or this user may not read it: a reviewer needs the released side only.
    """
    release = _object(root / "released" / "manifest.json").get("release")
    if not isinstance(release, str) or not RELEASE_NAME.fullmatch(release):
        return RunRecord()
    folder = output_root(root) / "restricted" / release
    found = _object(folder / RUN) or _object(folder / PURGED)
    return RunRecord(_text(found.get("ran_by")), _text(found.get("run_key")))


def _object(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value.strip() else None
