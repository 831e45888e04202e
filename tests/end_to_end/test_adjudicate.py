"""Readers label a sample of a run on a terminal, and the next run's rates rest on it."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

from tests.conftest import SmallRun, welfare
from tests.end_to_end.test_run import rows

POLICY = '[adjudicate]\nreaders = ["reader-a"]\nsample = 60\n'
SQL = "SELECT * FROM released_rates WHERE label = 'distress' AND dimension = 'all'"


def on_a_terminal(command: list[str], answers: str) -> str:
    """What a command says on a terminal where `answers` are typed."""
    ours, theirs = pty.openpty()
    os.write(ours, answers.encode())
    process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, close_fds=True)
    os.close(theirs)
    said = b""
    while True:
        try:
            piece = os.read(ours, 65_536)
        except OSError:  # the other side is closed
            break
        if not piece:
            break
        said += piece
    assert process.wait(timeout=120) == 0, said[-2000:]
    return said.decode("utf-8", "replace")


def test_the_rates_rest_on_what_readers_found(small_input: Path, small_run: SmallRun, tmp_path: Path) -> None:
    policy, out = tmp_path / "policy.toml", small_run.copy(tmp_path / "out")
    policy.write_text(POLICY)
    arguments = ("run", small_input, "--release", "sample-1", "--out", out, "--config", policy)
    welfare(*arguments)
    (before,) = rows(out, SQL)
    assert before["status"] == "shown" and before["corrected_status"] != "adjudicated"
    assert welfare(*arguments, check=False).returncode == 99
    command = [sys.executable, "-m", "jobs.cli", "adjudicate", str(out), "--reader", "reader-a"]
    assert "terminal" in subprocess.run(command, capture_output=True, text=True, check=False).stderr
    said = on_a_terminal(command, "d\n" * 30 + "n\n" * 30)
    assert "run the job again" in said and "MODEL:" in said
    welfare(*arguments)
    (after,) = rows(out, SQL)
    assert after["corrected_status"] == "adjudicated"
    # A reader who finds distress in half of the conversations, whatever they hold, moves the rate to about a half.
    assert after["rate"] == before["rate"] < 0.4
    assert 0.3 < after["corrected_low"] < after["corrected"] < after["corrected_high"] < 0.7
    assert "by readers" in (out / "released" / "report.html").read_text()
    assert welfare(*arguments, check=False).returncode == 99
