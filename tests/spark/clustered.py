"""A session whose executor is a process of its own, as on a cluster, with a secret between it and the driver.

    WELFARE_CLUSTER_SECRET=... python -m tests.spark.clustered FOLDER

Prints JSON: how many rows were counted, the temporary folder of the executor's worker, and how many command lines of
this machine hold the secret. `local-cluster` asks for the same secret as a cluster does.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import pyarrow as pa

from jobs.spark import SECRET, build_session


def main(folder: Path) -> None:
    """Counts ten rows, and looks at every process while driver and executor run."""
    secret = os.environ[SECRET]
    spark = build_session("local-cluster[1,1,1024]", folder)

    def look(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        import tempfile

        rows = sum(batch.num_rows for batch in batches)
        yield pa.RecordBatch.from_pylist([{"rows": rows, "place": tempfile.gettempdir()}])

    (row,) = spark.range(0, 10, 1, 1).mapInArrow(look, "rows long, place string").collect()
    lines = [line for path in Path("/proc").glob("[0-9]*/cmdline") if (line := _read(path))]
    java = sum(b"java" in line.split(b"\0")[0] for line in lines)
    found = sum(secret.encode() in line for line in lines)
    spark.stop()
    print(json.dumps({"rows": row.rows, "place": row.place, "java": java, "found": found}))  # noqa: T201


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


if __name__ == "__main__":
    main(Path(sys.argv[1]))
