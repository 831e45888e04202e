"""Small encrypted tables of what somebody said of a run's conversations, and the log of who was shown text, and when.

They grow answer by answer, and age from the first one on: what was said of a text is kept no longer than it would be
without the later answers.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from jobs.tables import MANIFEST, part_name, read_part, write_part
from jobs.workspace import Workspace, write_text
from schemas.errors import ContractError, UsageError
from schemas.table import Table


def read_answers(space: Workspace, table: Table, name: str, key: bytes) -> list[dict[str, Any]]:
    """The rows of `table` that `name` gave so far, none where nothing is stored.

    Raises UsageError where they cannot be read.
    """
    path = space.restricted / table.name / name / part_name(0)
    if not path.exists():
        return []
    try:
        rows: list[dict[str, Any]] = read_part(path, key).to_pylist()
    except ContractError:
        raise UsageError(
            f"what {name} said is damaged or of another key. Remove the folder {table.name}/{name} of the restricted"
            " side, and let the sample be read again."
        ) from None
    return rows


def write_answers(space: Workspace, table: Table, name: str, key: bytes, rows: Sequence[Mapping[str, Any]]) -> None:
    """Puts `rows` in the place of what `name` gave so far; the stored table's age stays that of the first answer."""
    folder = space.restricted / table.name / name
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / part_name(0)
    made = path.stat().st_mtime if path.exists() else time.time()
    batch = pa.RecordBatch.from_pylist(list(rows), schema=table.arrow)
    count, digest = write_part(path, [batch], table.arrow, key)
    write_text(path.with_suffix(".json"), json.dumps({"rows": count, "digest": digest}))
    whole = hashlib.sha256(digest.encode()).hexdigest()
    write_text(folder / MANIFEST, json.dumps({"table": table.name, "parts": {path.name: count}, "digest": whole}))
    for file in folder.glob("*"):
        os.utime(file, (made, made))


def log_access(space: Workspace, file: str, reader: str, what: str) -> None:
    """Notes in `file` on the restricted side who was shown text when, without saying what."""
    line = {"at": round(time.time()), "account": os.getuid(), "reader": reader, "what": what}
    with os.fdopen(os.open(space.restricted / file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "a") as out:
        out.write(json.dumps(line) + "\n")
