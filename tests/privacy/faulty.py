"""`welfare run` with a fault planted in one step, whose message holds text of the data.

    python -m tests.privacy.faulty STEP ARGUMENTS...

A process of its own, as the functions that fail must reach Spark's workers by value.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from typing import Any

TEXT = "zdenka-horvat-wrote-this"
MESSAGE = f"cannot read {TEXT}\nschemas.errors.UsageError: {TEXT}\npipelines.worker.WorkerFault: {TEXT}\n"
ROW_LEVEL = ("scrub", "score", "flag", "cluster")


def plant_in_rows(step: str) -> None:
    """The stage's function on rows raises in the worker."""
    stage = importlib.import_module(f"pipelines.{step}")
    real = stage.map_rows

    def failing() -> Callable[[Any], Any]:
        def fail(rows: Any) -> Any:
            raise ValueError(MESSAGE)

        return fail

    def map_rows(frame: Any, table: Any, name: str, make: Any) -> Any:
        return real(frame, table, name, failing)

    stage.map_rows = map_rows  # type: ignore[attr-defined]


def plant_in_reader() -> None:
    """Making a row of a record raises in the worker that reads the file."""
    ingest = importlib.import_module("jobs.ingest")
    real = ingest._frame

    def frame(spark: Any, sources: Any, schema: Any, rows: Any, policy: Any) -> Any:
        def fail(*arguments: Any) -> Any:
            raise ValueError(MESSAGE)

        return real(spark, sources, schema, fail, policy)

    ingest._frame = frame  # type: ignore[attr-defined]


def plant_on_driver(module: str, name: str) -> None:
    """A function of the driver raises."""

    def fail(*arguments: Any, **named: Any) -> Any:
        raise ValueError(MESSAGE)

    setattr(importlib.import_module(module), name, fail)


def plant_in_spark() -> None:
    """Spark's own code raises, over a row, and quotes it."""

    def fail(rows: Any, *arguments: Any, **named: Any) -> Any:
        return rows.selectExpr(f"raise_error(concat('{TEXT}\\nschemas.errors.UsageError: ', user_key))").collect()

    importlib.import_module("jobs.candidate").aggregate = fail  # type: ignore[attr-defined]


STEPS: dict[str, Callable[[], None]] = {
    "read": plant_in_reader,
    **{step: lambda step=step: plant_in_rows(step) for step in ROW_LEVEL},  # type: ignore[misc]
    "spark": plant_in_spark,
    "aggregate": lambda: plant_on_driver("jobs.candidate", "aggregate"),
    "report": lambda: plant_on_driver("jobs.candidate", "report"),
}

if __name__ == "__main__":
    from jobs.cli import main

    STEPS[sys.argv[1]]()
    main(sys.argv[2:])
