"""Progress: a bar on a terminal, JSON lines otherwise. Names and seconds; never text, and no count.

A scheduler keeps what is said on standard error, and many may read it there. So exact counts go to a file on the
restricted side: less those of the released tables, they would give away what was left out.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_POLL_SECONDS = 0.5


class Progress:
    """Says on standard error what runs. On a terminal: a bar a step; else one JSON object a line."""

    def __init__(self, *, terminal: bool | None = None) -> None:
        self._terminal = sys.stderr.isatty() if terminal is None else terminal
        self.spark: SparkSession | None = None
        self.seconds: dict[str, float] = {}
        """By step that was finished, how long it took."""
        self._exact: Path | None = None

    def keep(self, path: Path) -> None:
        """From here on, what steps say of themselves is added to the file `path` (JSON lines, mode 0600)."""
        self._exact = path

    def note(self, event: str, **values: Any) -> None:
        """One line about `event`; values are seconds and names from closed lists."""
        if self._terminal:
            said = ", ".join(f"{name} {value}" for name, value in values.items())
            print(f"{event}: {said}" if said else event, file=sys.stderr)  # noqa: T201
        else:
            print(json.dumps({"event": event, **values}), file=sys.stderr, flush=True)  # noqa: T201

    @contextlib.contextmanager
    def step(self, name: str) -> Iterator[dict[str, Any]]:
        """One step of the run. What is put into the yielded dictionary is kept in the restricted file, if there is one,
        and said nowhere else."""
        begun = time.monotonic()
        said: dict[str, Any] = {}
        if not self._terminal:
            self.note("started", step=name)
        with self._bar(name):
            yield said
        self.seconds[name] = round(time.monotonic() - begun, 1)
        self.note("finished", step=name, seconds=self.seconds[name])
        if self._exact is not None:
            handle = os.open(self._exact, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            with os.fdopen(handle, "a", encoding="utf-8") as lines:
                lines.write(json.dumps({"step": name, "seconds": self.seconds[name], **said}) + "\n")

    @contextlib.contextmanager
    def _bar(self, name: str) -> Iterator[None]:
        if not self._terminal:
            yield
            return
        from rich.console import Console
        from rich.progress import BarColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
        from rich.progress import Progress as Bars

        columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
        with Bars(*columns, console=Console(stderr=True), transient=True) as bars:
            task = bars.add_task(name, total=None)
            stop = threading.Event()

            def poll() -> None:
                while not stop.wait(_POLL_SECONDS):
                    done, total = self._tasks()
                    if total:
                        bars.update(task, completed=done, total=total)

            thread = threading.Thread(target=poll, daemon=True)
            thread.start()
            try:
                yield
            finally:
                stop.set()
                thread.join()

    def _tasks(self) -> tuple[int, int]:
        """(finished, all) tasks of Spark's active stages."""
        if self.spark is None:
            return 0, 0
        tracker = self.spark.sparkContext.statusTracker()
        infos = [tracker.getStageInfo(stage) for stage in tracker.getActiveStageIds()]
        known = [info for info in infos if info is not None]
        return sum(info.numCompletedTasks for info in known), sum(info.numTasks for info in known)
