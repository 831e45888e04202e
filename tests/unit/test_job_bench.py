"""`welfare bench job`: the trial it makes, what it reads off a run, and what it prints."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from jobs import job_bench
from jobs.commands.bench import _stages
from jobs.job_bench import Measured, make_trial, run_job, tokens_of
from schemas.errors import UsageError


def records(path: Path) -> list[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def talks(number: int) -> list[list[tuple[str, str]]]:
    return [[("user", f"question {n}"), ("assistant", f"answer {n}")] for n in range(number)]


@pytest.mark.parametrize(("real", "drawn"), [(0, 0), (3, 3), (50, 10)])
def test_up_to_half_of_a_trial_is_real_and_no_conversation_twice(tmp_path: Path, real: int, drawn: int) -> None:
    assert make_trial(tmp_path / "t.jsonl.gz", 20, talks(real), seed=2) == drawn
    found = records(tmp_path / "t.jsonl.gz")
    assert len({record["conversation_id"] for record in found}) == len(found) == 20
    assert sum(record["conversation_id"].startswith("real-") for record in found) == drawn
    assert all(record["release"] == job_bench.RELEASE and record["user_id"] for record in found)
    assert len({json.dumps(record["messages"]) for record in found}) == 20


def test_tokens_are_those_of_the_scorer_s_tokenizer() -> None:
    assert tokens_of([{"messages": [{"content": "one two three"}, {"content": "four"}]}]) == 4
    assert tokens_of([]) == 0


def test_the_trial_is_read_by_a_real_run_s_reader_and_a_failed_run_is_told(tmp_path: Path) -> None:
    make_trial(tmp_path / "t.jsonl.gz", 4, talks(1), seed=2)
    with pytest.raises(UsageError, match="exit code 2"):
        run_job(tmp_path / "t.jsonl.gz", tmp_path / "out", 4, 1, ["--format", "no-such-format"])


@pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="the system does not tell memory by process")
def test_memory_is_that_of_the_process_and_all_below_it() -> None:
    code = "import subprocess, sys; x = bytearray(80 * 2**20); print(flush=True);"
    child = f"{code} sys.stdin.read()"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"
    peak: dict[str, int] = {}
    stop = threading.Event()
    with subprocess.Popen([sys.executable, "-c", parent], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        watch = threading.Thread(target=job_bench._watch, args=(process.pid, peak, stop))
        watch.start()
        while "all together" not in peak:
            stop.wait(0.05)
        process.communicate(b"")
        stop.set()
        watch.join()
    assert peak["workers"] > 80 * 2**20 > peak["driver"]
    assert peak["all together"] >= peak["workers"]


def test_what_is_printed_adds_up() -> None:
    measured = Measured(1000, 400_000, {"scrub": 10.0, "score": 30.0}, {"driver": 2**30}, {"released": 2**20})
    said = _stages(measured).splitlines()
    assert said[1].split() == ["scrub", "10.0", "25%", "100.0", "40,000"]
    assert said[3].split() == ["all", "40.0", "100%", "25.0", "10,000"]
    assert said[4] == "most memory: driver 1,024 MiB"
    assert said[5] == "written: released 1.0 MiB"
