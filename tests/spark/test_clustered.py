"""On a cluster: the secret is on no command line, and the executor's temporary files lie in the run's own folder."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
from pathlib import Path

from jobs.spark import SECRET


def test_driver_and_executor_share_a_secret_that_no_command_line_holds(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.spark.clustered", str(tmp_path)]
    environment = os.environ | {SECRET: secrets.token_hex(32)}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["rows"] == 10
    assert told["java"] >= 2, "driver and executor are processes of their own"
    assert told["found"] == 0
    assert told["place"] == str(tmp_path)
