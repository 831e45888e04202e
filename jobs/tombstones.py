"""Users erased on request: their pseudonyms, kept so that a rerun over the raw input does not bring them back."""

from __future__ import annotations

import json
from pathlib import Path

FILE = "tombstones.jsonl"


def read_tombstones(restricted: Path) -> list[str]:
    """The pseudonyms of erased users, sorted; empty where there are none."""
    path = restricted / FILE
    if not path.exists():
        return []
    return sorted({str(json.loads(line)["user_key"]) for line in path.read_text().splitlines() if line.strip()})


def add_tombstone(restricted: Path, user_key: str) -> None:
    """Appends one pseudonym."""
    with (restricted / FILE).open("a", encoding="utf-8") as out:
        out.write(json.dumps({"user_key": user_key}) + "\n")
