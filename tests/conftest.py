"""The order of the tests, and runs of the real command line over a small sample trial that end-to-end tests share."""

from __future__ import annotations

import gzip
import itertools
import json
import shutil
import socket
import subprocess
import sys
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from jobs.workspace import open_workspace

settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")  # no test fails because the machine is busy

CONVERSATIONS = 700
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


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Within a test, this process can open no socket and look up no name."""

    def denied(*arguments: object, **named: object) -> None:
        raise AssertionError("a socket was asked for")

    for name in ("socket", "create_connection", "getaddrinfo"):
        monkeypatch.setattr(socket, name, denied)


def welfare(*arguments: object, check: bool = True) -> subprocess.CompletedProcess[str]:
    """Runs `welfare` in a process of its own, as a user would."""
    command = [sys.executable, "-m", "jobs.cli", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=900)
    assert not check or done.returncode == 0, done.stderr[-3000:]
    return done


@pytest.fixture(scope="session")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The transcripts of both releases of the sample trial, with their planted truth."""
    folder = tmp_path_factory.mktemp("inputs")
    welfare("sample", folder, "--conversations", CONVERSATIONS)
    return folder


@pytest.fixture(scope="session")
def small_input(inputs: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first 120 conversations of sample-1: for tests that run the job again."""
    path = tmp_path_factory.mktemp("small") / "transcripts.jsonl"
    with gzip.open(inputs / "sample-1.jsonl.gz", "rt", encoding="utf-8") as lines:
        path.write_text("".join(itertools.islice(lines, 120)), encoding="utf-8")
    return path


@dataclass(frozen=True)
class SmallRun:
    """A finished run over `small_input` as release sample-1. said: its standard output and error."""

    folder: Path
    said: str

    def copy(self, to: Path) -> Path:
        """The output folder with its keys and tables at `to`: a run over the same input finds the tables there."""
        return Path(shutil.copytree(self.folder, to))


@pytest.fixture(scope="session")
def small_run(small_input: Path, tmp_path_factory: pytest.TempPathFactory) -> SmallRun:
    folder = tmp_path_factory.mktemp("small-run") / "out"
    done = welfare("run", small_input, "--release", "sample-1", "--out", folder)
    return SmallRun(folder, done.stdout + done.stderr)


@pytest.fixture(scope="session")
def trial(inputs: Path, tmp_path_factory: pytest.TempPathFactory) -> Trial:
    """A trial of 700 conversations a release: small, and still with cells and clusters above the floors."""
    root = tmp_path_factory.mktemp("trial")
    first, second = root / "sample-1", root / "sample-2"
    for space in (open_workspace(first, "sample-1"), open_workspace(second, "sample-2")):
        # Not a key of chance: what the contribution bound leaves out of a cell near its floor would differ by run.
        (space.keys / "pseudonym.key").write_bytes(sha256(space.release.encode()).digest())
    before = welfare(
        "run", inputs / "sample-1.jsonl.gz", "--release", "sample-1", "--out", first, "--ran-by", "operator"
    )
    done = welfare(
        "run", inputs / "sample-2.jsonl.gz", "--release", "sample-2", "--out", second, "--baseline", first,
        "--ran-by", "operator",
    )  # fmt: skip
    return Trial(inputs, first, second, done.stdout, (before.stderr, done.stderr))
