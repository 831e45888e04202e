"""Readers label a sample of a run, and the next run's rates rest on it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.conftest import welfare
from tests.end_to_end.test_run import rows

POLICY = '[adjudicate]\nreaders = ["reader-a"]\nsample = 60\n'
SQL = "SELECT * FROM released_rates WHERE label = 'distress' AND dimension = 'all'"


def test_the_rates_rest_on_what_readers_found(small_input: Path, tmp_path: Path) -> None:
    policy, out = tmp_path / "policy.toml", tmp_path / "out"
    policy.write_text(POLICY)
    arguments = ("run", small_input, "--release", "sample-1", "--out", out, "--config", policy)
    welfare(*arguments)
    (before,) = rows(out, SQL)
    assert before["status"] == "shown" and before["corrected_status"] != "adjudicated"
    assert welfare(*arguments, check=False).returncode == 99
    command = [sys.executable, "-m", "jobs.cli", "adjudicate", str(out), "--reader", "reader-a"]
    done = subprocess.run(command, input="n\n" * 60, capture_output=True, text=True, check=True, timeout=300)
    assert "run the job again" in done.stdout
    welfare(*arguments)
    (after,) = rows(out, SQL)
    assert after["corrected_status"] == "adjudicated"
    # A reader who finds nothing in sixty conversations leaves room for a few in the others, not for what was flagged.
    assert after["rate"] == before["rate"]
    assert after["corrected"] < after["corrected_high"] < after["rate_low"]
    (agreed,) = rows(out, "SELECT * FROM released_quality WHERE label = 'distress' AND measure = 'reader_precision'")
    assert agreed["high"] < 0.3
    assert "by readers" in (out / "released" / "report.html").read_text()
    assert welfare(*arguments, check=False).returncode == 99
