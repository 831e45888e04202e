"""Users erased on request: their pseudonyms, kept so that a rerun over the raw input does not bring them back."""

from __future__ import annotations

import json
from pathlib import Path

from jobs.workspace import write_text

FILE = "tombstones.jsonl"


def read_tombstones(restricted: Path) -> list[str]:
    """The pseudonyms of erased users, sorted; empty where there are none."""
    path = restricted / FILE
    if not path.exists():
        return []
    return sorted({str(json.loads(line)["user_key"]) for line in path.read_text().splitlines() if line.strip()})


def add_tombstone(restricted: Path, user_key: str) -> None:
    """Adds one pseudonym: the file is the old one or the new one, whenever it is interrupted."""
    keys = [*read_tombstones(restricted), user_key]
    write_text(restricted / FILE, "".join(json.dumps({"user_key": key}) + "\n" for key in keys))
