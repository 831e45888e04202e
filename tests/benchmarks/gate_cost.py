"""What disclosure control costs of a whole run.

`python -m tests.benchmarks.gate_cost [CONVERSATIONS] [--runs N]` makes a sample trial of that size and runs the job on
it, in this process, N times into one folder: from the second on the row-level tables are there, and a release is held
against those before it. It prints, of each run, the seconds in the gate's own functions and their share of the run:
the plan of what is hidden, the rates of turns, the comparison with earlier releases, the checks of every row and file.
"""

from __future__ import annotations

import importlib
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from jobs.cli import main as command_line

GATE = {
    "plan": (("pipelines.aggregate", "make_plan"),),
    "rates of turns": (("pipelines.aggregate_turns", "showable"),),
    "earlier releases": (
        ("pipelines.as_of.Hold", "__init__"),
        ("pipelines.as_of.Hold", "settle"),
        ("pipelines.as_of.Hold", "made"),
        ("pipelines.aggregate", "history_rows"),
        ("jobs.runner", "open_history"),
        ("jobs.candidate", "store_history"),
    ),
    "rows and files": (
        ("pipelines.aggregate", "let_out"),
        ("jobs.candidate", "check_folder"),
        ("jobs.candidate", "check_manifest"),
    ),
}
"""By part, the functions that are timed where they are called. One that is called within another counts with that."""


class Clock:
    """Seconds by part; inside: how deep in timed functions we are."""

    def __init__(self) -> None:
        self.seconds = dict.fromkeys(GATE, 0.0)
        self.inside = 0

    def timed(self, part: str, real: Callable[..., Any]) -> Callable[..., Any]:
        """`real`, its time added to `part`."""

        def call(*arguments: Any, **named: Any) -> Any:
            began, self.inside = time.perf_counter(), self.inside + 1
            try:
                return real(*arguments, **named)
            finally:
                self.inside -= 1
                if not self.inside:
                    self.seconds[part] += time.perf_counter() - began

        return call


def _owner(path: str) -> Any:
    """The module or class of a dotted path."""
    try:
        return importlib.import_module(path)
    except ModuleNotFoundError:
        module, name = path.rsplit(".", 1)
        return getattr(importlib.import_module(module), name)


def watch() -> Clock:
    """Puts the clock around every function of GATE."""
    clock = Clock()
    for part, functions in GATE.items():
        for path, name in functions:
            owner = _owner(path)
            setattr(owner, name, clock.timed(part, getattr(owner, name)))
    return clock


@click.command()
@click.argument("conversations", default=700, type=click.IntRange(min=100))
@click.option("--runs", default=2, show_default=True, type=click.IntRange(min=1))
def main(conversations: int, runs: int) -> None:
    """Print the gate's part of a run."""
    clock = watch()
    with tempfile.TemporaryDirectory() as folder:
        command("sample", folder, "--conversations", conversations)
        trial, out = Path(folder) / "sample-1.jsonl.gz", Path(folder) / "out"
        for number in range(1, runs + 1):
            clock.seconds = dict.fromkeys(GATE, 0.0)
            began = time.perf_counter()
            command("run", trial, "--release", "sample-1", "--out", out, *(["--fresh"] if number == 1 else []))
            whole, gate = time.perf_counter() - began, sum(clock.seconds.values())
            parts = ", ".join(f"{part} {seconds:.1f} s" for part, seconds in clock.seconds.items())
            click.echo(f"run {number}: {whole:.0f} s, gate {gate:.1f} s, {gate / whole:.1%} ({parts})")
            (out / "restricted" / "sample-1" / "run.json").unlink()  # else the same run is refused


def command(*arguments: object) -> None:
    """A command of the product in this process. Raises SystemExit where it fails."""
    try:
        command_line(list(map(str, arguments)))
    except SystemExit as ended:
        if ended.code:
            raise


if __name__ == "__main__":
    main()
