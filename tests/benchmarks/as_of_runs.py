"""Whole runs of one trial into one output folder: one user more shows nothing, growth does, and without the history no
release is made. Seven runs, so started by hand: `python -m pytest tests/benchmarks/as_of_runs.py`."""

from __future__ import annotations

import gzip
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Trial, welfare
from tests.end_to_end.test_restart import tables

Release = dict[str, list[dict[str, Any]]]
FIRST, ALL = 300, 700


class Runs:
    """Releases of one trial whose input grows."""

    def __init__(self, folder: Path, lines: list[str]) -> None:
        """lines: of its transcripts."""
        self._lines, self._input, self.out = lines, folder / "transcripts.jsonl", folder / "out"

    def run(self, conversations: int, *more: str, check: bool = True) -> tuple[int, str]:
        """Runs the job on the first conversations; (exit code, standard error)."""
        self._input.write_text("".join(self._lines[:conversations]), encoding="utf-8")
        done = welfare("run", self._input, "--release", "sample-1", "--out", self.out, *more, check=check)
        return done.returncode, done.stderr

    def released(self) -> Release:
        """The rows of the release in place."""
        found = json.loads((self.out / "released" / "report.json").read_text(encoding="utf-8"))
        return {name: table["rows"] for name, table in found["tables"].items()}


@pytest.fixture(scope="module")
def runs(trial: Trial, tmp_path_factory: pytest.TempPathFactory) -> tuple[Runs, list[Release]]:
    """A first release, one with one conversation more, and one with more than twice as many."""
    with gzip.open(trial.inputs / "sample-1.jsonl.gz", "rt", encoding="utf-8") as file:
        made = Runs(tmp_path_factory.mktemp("as-of"), file.readlines())
    found = []
    for number in (FIRST, FIRST + 1, ALL):
        made.run(number)
        found.append(made.released())
    return made, found


def marks(release: Release) -> dict[str, set[str]]:
    """as_of by table, of what is counted in this trial."""
    return {
        name: {row["as_of"] for row in rows}
        for name, rows in release.items()
        if rows and "as_of" in rows[0] and name != "released_quality"
    }


def test_one_conversation_more_shows_nothing(runs: tuple[Runs, list[Release]]) -> None:
    first, second, _ = runs[1]
    assert set().union(*marks(first).values()) == {""}
    (stamp,) = set().union(*marks(second).values())
    assert stamp
    for name in marks(first):
        assert [row | {"as_of": stamp} for row in first[name]] == second[name], name
    shown = [row for row in first["released_rates"] if row["flagged"] is not None]
    assert len(shown) > 3, "where nothing is shown, nothing can change"


def test_growth_that_clears_the_floors_is_taken_anew(runs: tuple[Runs, list[Release]]) -> None:
    first, _, third = runs[1]
    whole = [next(r for r in release["released_rates"] if r["dimension"] == "all") for release in (first, third)]
    assert whole[1]["as_of"] == ""
    assert whole[1]["conversations"] > 1.8 * whole[0]["conversations"]
    assert "as of" in (runs[0].out / "released" / "report.html").read_text(encoding="utf-8")


def test_the_same_again_is_the_same_release(runs: tuple[Runs, list[Release]]) -> None:
    before = tables(runs[0].out)
    assert runs[0].run(ALL, check=False)[0] == 99
    runs[0].run(ALL, "--fresh")
    assert tables(runs[0].out) == before


def test_without_the_history_no_release_is_made(runs: tuple[Runs, list[Release]]) -> None:
    made, _ = runs
    before = tables(made.out)
    shutil.rmtree(made.out / "restricted" / "sample-1" / "history")
    code, said = made.run(FIRST, check=False)
    assert code == 4
    assert "Nothing was released" in said.replace("\n", " ")
    assert tables(made.out) == before
