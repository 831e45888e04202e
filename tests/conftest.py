"""The order of the tests, and runs of the real command line over a small sample trial that end-to-end tests share."""

from __future__ import annotations

import gzip
import itertools
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

CONVERSATIONS = 500
ORDER = ("unit", "spark", "privacy", "end_to_end")
"""Folders of tests, the fastest first, so that a slip is told in seconds."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Runs the folders in ORDER; one that is not named comes last."""
    here = Path(__file__).parent

    def rank(item: pytest.Item) -> int:
        folder = item.path.relative_to(here).parts[0]
        return ORDER.index(folder) if folder in ORDER else len(ORDER)

    items.sort(key=rank)


@dataclass(frozen=True)
class Trial:
    """Folders of a finished sample trial: two releases, the second compared with the first.

    said: standard output of the second run. logs: standard error of both runs, which were not on a terminal.
    """

    inputs: Path
    baseline: Path
    candidate: Path
    said: str
    logs: tuple[str, str]

    def truth(self, release: str) -> list[dict[str, Any]]:
        """The planted truth of a release."""
        return [json.loads(line) for line in (self.inputs / f"{release}.truth.jsonl").read_text().splitlines()]


def welfare(*arguments: object, check: bool = True) -> subprocess.CompletedProcess[str]:
    """Runs `welfare` in a process of its own, as a user would."""
    command = [sys.executable, "-m", "jobs.cli", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=900)
    assert not check or done.returncode == 0, done.stderr[-3000:]
    return done


@pytest.fixture(scope="session")
def small_input(trial: Trial, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first 120 conversations of sample-1: for tests that run the job again."""
    path = tmp_path_factory.mktemp("small") / "transcripts.jsonl"
    with gzip.open(trial.inputs / "sample-1.jsonl.gz", "rt", encoding="utf-8") as lines:
        path.write_text("".join(itertools.islice(lines, 120)), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Trial:
    """A trial of 500 conversations a release: small, and still with cells above the floors."""
    root = tmp_path_factory.mktemp("trial")
    welfare("sample", root / "inputs", "--conversations", CONVERSATIONS)
    first, second = root / "sample-1", root / "sample-2"
    before = welfare(
        "run", root / "inputs" / "sample-1.jsonl.gz", "--release", "sample-1", "--out", first, "--ran-by", "operator"
    )
    done = welfare(
        "run", root / "inputs" / "sample-2.jsonl.gz", "--release", "sample-2", "--out", second, "--baseline", first,
        "--ran-by", "operator",
    )  # fmt: skip
    return Trial(root / "inputs", first, second, done.stdout, (before.stderr, done.stderr))
