"""Killed in the middle, the same command goes on and gives the same figures, as it does on shuffled files."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.conftest import SmallRun, welfare


def tables(folder: Path) -> dict[str, str]:
    """Digest of each released Parquet table."""
    files = json.loads((folder / "released" / "manifest.json").read_text())["files"]
    return {name: digest for name, digest in files.items() if name.startswith("tables/")}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_an_interrupted_run_goes_on_where_it_was(small_input: Path, tmp_path: Path, number: signal.Signals) -> None:
    out = tmp_path / "out"
    arguments = ["run", str(small_input), "--release", "sample-1", "--out", str(out)]
    process = subprocess.Popen([sys.executable, "-m", "jobs.cli", *arguments], stderr=subprocess.PIPE, text=True)
    restricted = out / "restricted" / "sample-1"
    until = time.monotonic() + 300
    while not list(restricted.glob("scrubbed/*/manifest.json")) and time.monotonic() < until:
        time.sleep(0.1)
        assert process.poll() is None, process.communicate()[1][-2000:]
    process.send_signal(number)
    process.communicate(timeout=60)
    assert process.returncode != 0
    assert not (out / "released").exists()
    kept = {path: path.stat().st_mtime_ns for path in restricted.glob("scrubbed/*/part-*.parquet")}
    assert kept
    if number == signal.SIGTERM:  # it cleans up by itself, and goes on as after SIGKILL
        assert not list((out / "restricted" / "temporary").glob("*"))
        return
    welfare(*arguments)
    assert {path: path.stat().st_mtime_ns for path in restricted.glob("scrubbed/*/part-*.parquet")} == kept
    assert not (out / "restricted" / "temporary").exists()
    resumed = tables(out)
    welfare("run", shuffled(small_input, tmp_path / "shuffled"), *arguments[2:], "--fresh")
    assert tables(out) == resumed


def shuffled(source: Path, folder: Path) -> Path:
    """The same conversations in another order, over a folder of three files of unlike size."""
    lines = source.read_text(encoding="utf-8").splitlines(keepends=True)
    random.Random(len(lines)).shuffle(lines)
    folder.mkdir()
    for name, part in (("a", lines[:7]), ("b", lines[7:80]), ("c", lines[80:])):
        (folder / f"{name}.jsonl").write_text("".join(part), encoding="utf-8")
    return folder


def test_an_erased_user_does_not_come_back(small_input: Path, small_run: SmallRun, tmp_path: Path) -> None:
    out = small_run.copy(tmp_path / "out")
    arguments = ("run", small_input, "--release", "sample-1", "--out", out)
    record = out / "restricted" / "sample-1" / "run.json"
    user = json.loads(small_input.read_text().splitlines()[0])["user_id"]
    held = sum(json.loads(line)["user_id"] == user for line in small_input.read_text().splitlines())
    before = _stored(record.parent)
    welfare("purge", out, "--user", user, "--yes")
    assert _stored(record.parent) == before - held
    welfare(*arguments)
    assert _stored(record.parent) == before - held


def _stored(restricted: Path) -> int:
    """Rows of the scrubbed table."""
    (manifest,) = restricted.glob("scrubbed/*/manifest.json")
    return int(sum(json.loads(manifest.read_text())["parts"].values()))


def test_a_closed_trial_is_not_opened_again(small_input: Path, tmp_path: Path) -> None:
    arguments = ("run", small_input, "--release", "sample-1", "--out", tmp_path)
    (tmp_path / "restricted" / "sample-1").mkdir(parents=True)
    (tmp_path / "restricted" / "sample-1" / "purged.json").write_text("{}")
    done = welfare(*arguments, check=False)
    assert done.returncode == 2
    assert "closed with `welfare purge`" in done.stderr
