"""The restricted side of a finished run with three stored tables, for tests."""

from __future__ import annotations

import hashlib
import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa

from jobs.keys import open_keys
from jobs.tables import MANIFEST, find_table, part_name, read_part, write_part
from jobs.workspace import Workspace, open_workspace, write_text
from pipelines.pseudonym import pseudonym
from schemas.row_level import CLUSTER_TERMS, CLUSTERED, SCORED, SCRUBBED
from schemas.table import Table
from tests.unit.small_release import write_release

USERS = ["ada@example.org", "ben", "cleo", "ben", "ada@example.org", "ben"]
NOW = datetime.now(UTC).replace(microsecond=0)


def store(space: Workspace, table: Table, users: list[str]) -> Path:
    """A finished table of two parts, as the runner writes it; only the columns that matter here."""
    keys = open_keys(space.keys)
    folder = space.folder(table, "f" * 16)
    folder.mkdir(parents=True)
    parts, digests = {}, []
    for index in range(2):
        ids = [pseudonym(keys.pseudonym, "user", user) for user in users[index::2]]
        texts = [f"text of {user}" for user in users[index::2]]
        rows = pa.table({"conversation_key": [f"{index}{i}" for i in range(len(ids))], "user_key": ids, "text": texts})
        count, digest = write_part(folder / part_name(index), rows.to_batches(), rows.schema, keys.table)
        write_text((folder / part_name(index)).with_suffix(".json"), json.dumps({"rows": count, "digest": digest}))
        parts[part_name(index)] = count
        digests.append(digest)
    whole = hashlib.sha256("".join(digests).encode()).hexdigest()
    write_text(folder / MANIFEST, json.dumps({"table": table.name, "parts": parts, "digest": whole}))
    return folder


def write_restricted(root: Path) -> Workspace:
    """An output folder after a run: a release, three stored tables, cluster terms, temporary files."""
    write_release(root)
    space = open_workspace(root, "r-1")
    for table in (SCRUBBED, SCORED, CLUSTERED):
        store(space, table, USERS)
    terms = pa.table(
        {"label": ["joy"], "cluster": [1], "term": ["idea"], "weight": [1.0], "users": [3], "holders": [["c"]]}
    )
    path = space.folder(CLUSTERED, "f" * 16) / "terms.parquet"
    write_part(path, terms.cast(CLUSTER_TERMS.arrow).to_batches(), CLUSTER_TERMS.arrow, open_keys(space.keys).table)
    (root / "restricted" / "temporary" / "run-x").mkdir(parents=True)
    (root / "restricted" / "temporary" / "run-x" / "spill").write_text("x")
    run = space.restricted / "run.json"
    record = json.loads(run.read_text()) | {"policies": {"retention": {"restricted_days": 10}}}
    run.write_text(json.dumps(record))
    return space


def released_bytes(space: Workspace) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in space.released.rglob("*.*")}


def age(space: Workspace, days: float, *parts: str) -> None:
    """Makes the files under the release (or some folders of it) look `days` old."""
    when = (NOW - timedelta(days=days)).timestamp()
    for base in [space.restricted / part for part in parts] or [space.restricted]:
        for path in [base, *base.rglob("*")]:
            os.utime(path, (when, when))


def users_in(folder: Path, key: bytes) -> list[str]:
    stored = find_table(folder)
    assert stored is not None
    return [user for name in stored.parts for user in read_part(folder / name, key).column("user_key").to_pylist()]
