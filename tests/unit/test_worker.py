"""What a worker does before it sees a row."""

from __future__ import annotations

import resource
import subprocess
import sys
from collections.abc import Iterable, Iterator

import pyarrow as pa

from pipelines.worker import marked

LIMITS = "import resource; print(resource.getrlimit(resource.RLIMIT_CORE)[0])"


def test_a_worker_that_sees_rows_leaves_no_core_dump() -> None:
    before = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (before[1], before[1]))
    seen: list[int] = []

    def look(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        seen.append(resource.getrlimit(resource.RLIMIT_CORE)[0])
        yield from batches

    try:
        batch = pa.RecordBatch.from_pylist([{"a": 1}])
        assert list(marked(look, "looking")([batch])) == [batch]
        assert seen == [0]
        child = subprocess.run([sys.executable, "-c", LIMITS], capture_output=True, text=True, check=True)
        assert child.stdout == "0\n", "and none of its children does"
    finally:
        resource.setrlimit(resource.RLIMIT_CORE, before)
