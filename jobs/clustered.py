"""The clustered table on disk, and what lies beside it: found where it was made before, else made."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from jobs.frames import Frames
from jobs.keys import Keys
from jobs.tables import Stored, find_table, read_part, write_part, write_table
from pipelines.cluster import cluster
from schemas.policy import DisclosurePolicy, Policies
from schemas.row_level import CLUSTER_FRAMES, CLUSTER_STABILITY, CLUSTER_TERMS, CLUSTERED

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame

_BESIDE = {"terms": CLUSTER_TERMS, "stability": CLUSTER_STABILITY, "frames": CLUSTER_FRAMES}


def clustered(
    flagged: DataFrame, policies: Policies, folder: Path, keys: Keys, frames: Frames, *, fresh: bool
) -> tuple[Stored, list[pa.Table]]:
    """The stored CLUSTERED table of FLAGGED, and what lies beside it, each as one part: terms, stability, frames.

    fresh: what was made before is thrown away.
    """
    if fresh:
        shutil.rmtree(folder, ignore_errors=True)
    beside = [(folder / f"{name}.parquet", table) for name, table in _BESIDE.items()]
    stored = find_table(folder)
    if stored is None or not all(path.exists() for path, _ in beside):
        rows, *made = cluster(flagged, policies.cluster, frames.given, frames.before, frames.alone, policies.disclosure)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for (path, table), data in zip(beside, made, strict=True):
            write_part(path, data.to_batches(), table.arrow, keys.table)
        stored = write_table(rows, CLUSTERED, folder, keys.table)
    return stored, [read_part(path, keys.table).cast(table.arrow) for path, table in beside]


def floors(policy: DisclosurePolicy) -> tuple[float, ...]:
    """What the background of a frame depends on."""
    return policy.min_conversations, policy.min_users, policy.max_user_share
