"""No text lies in the clear in what Spark spills and shuffles; without encryption the same files hold it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.parametrize("encrypted", [True, False], ids=["as in a run", "in the clear, as a control"])
def test_no_text_is_in_a_spill_or_shuffle_file(tmp_path: Path, encrypted: bool) -> None:
    changes = [] if encrypted else ["spark.io.encryption.enabled=false"]
    command = [sys.executable, "-m", "tests.spark.spilling", str(tmp_path), *changes]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    told = json.loads(done.stdout.splitlines()[-1])
    assert set(told) == {"spill", "shuffle"}
    for kind, (files, holding) in told.items():
        assert files > 0, f"there was no {kind} file, so nothing was looked at"
        assert (holding == 0) == encrypted, kind
