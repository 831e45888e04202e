"""A fault in any step, with text of the data in its message: the text is in nothing that the run says or leaves."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from jobs.audit import plain_files
from tests.privacy.conftest import sad
from tests.privacy.faulty import STEPS, TEXT

IN_EVERY_RUN = ("read", "score", "spark", "report")
"""One of each kind: a reader, a stage on rows, Spark itself, the driver. Each takes a run of its own."""


@pytest.fixture(scope="module")
def trial_of_a_few(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("faults")
    records = [sad(0, f"user-{number:02d}", f"{TEXT} and more") for number in range(12)]
    (folder / "trial.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records))
    return folder


def _param(step: str) -> object:
    return step if step in IN_EVERY_RUN else pytest.param(step, marks=pytest.mark.long)


@pytest.mark.parametrize("step", [_param(step) for step in STEPS])
def test_text_in_a_fault_goes_nowhere(trial_of_a_few: Path, step: str) -> None:
    """One folder for all steps, in order: what comes before a step is there already and not made again."""
    out = trial_of_a_few / "out"
    command = ["-m", "tests.privacy.faulty", step, "run", trial_of_a_few / "trial.jsonl", "--release", "r-1",
               "--out", out, "--metrics", trial_of_a_few / "run.prom"]  # fmt: skip
    done = subprocess.run([sys.executable, *map(str, command)], capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr[-2000:]
    assert "withheld" in done.stderr
    for said in (done.stdout, done.stderr, (trial_of_a_few / "run.prom").read_text()):
        assert TEXT not in said
        assert "Traceback" not in said
    assert not (out / "released").exists()
    assert not (out / "restricted" / "temporary").exists()
    assert not [path.name for path in plain_files(out) if TEXT.encode() in path.read_bytes()]
