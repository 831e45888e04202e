"""Spark made to spill and shuffle rows of text to disk, and what is then found in its files.

    python -m tests.spark.spilling FOLDER KEY=VALUE...

Settings are those of a run (jobs/spark.py), with KEY=VALUE over them. Prints JSON, of spill files and of shuffle files:
how many there were while the job ran, and in how many a row's word stood. A process of its own, as encryption is set
once a session.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import pyarrow as pa

from jobs import spark as built

WORD = "qzvxjkwhp"
_SPILL = {
    "spark.shuffle.spill.numElementsForceSpillThreshold": "500",
    # Uncompressed, so that a word that lies in the clear is seen.
    "spark.shuffle.compress": "false",
    "spark.shuffle.spill.compress": "false",
}
_KINDS = {"spill": "temp_local_*", "shuffle": "shuffle_*.data"}


def main(folder: Path, changes: dict[str, str]) -> None:
    """Spreads and sorts 4,000 rows; a task looks at the files while it is given them."""
    real = built.settings
    built.settings = lambda master, temporary: real(master, temporary) | _SPILL | changes
    spark = built.build_session("local[1,1]", folder)
    from pyspark.sql import functions as f

    place, kinds, word = str(folder / "spark"), dict(_KINDS), WORD.encode()

    def look(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for number, _ in enumerate(batches):
            for kind, pattern in kinds.items() if not number else ():
                files = [path.read_bytes() for path in Path(place).rglob(pattern)]
                row = {"kind": kind, "files": len(files), "holding": sum(word in data for data in files)}
                yield pa.RecordBatch.from_pylist([row])

    rows = spark.range(0, 4000, 1, 2).select(f.concat(f.lit(f"{WORD}-"), f.col("id").cast("string")).alias("text"))
    seen = rows.repartition(1, "text").sortWithinPartitions(f.reverse("text"))
    told = seen.mapInArrow(look, "kind string, files long, holding long").collect()
    spark.stop()
    print(json.dumps({row.kind: [row.files, row.holding] for row in told}))  # noqa: T201


if __name__ == "__main__":
    main(Path(sys.argv[1]), dict(item.split("=", 1) for item in sys.argv[2:]))
