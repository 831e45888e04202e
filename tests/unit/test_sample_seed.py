"""One seed gives one trial, whatever the process, and the files hold it byte for byte."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from hashlib import blake2b
from itertools import islice
from pathlib import Path

import pytest

from jobs.sample.generate import generate, write_trial
from jobs.sample.identifiers import PHONES
from jobs.sample.pii import parts_of
from jobs.sample.plan import PLANS
from schemas.errors import UsageError


def test_a_seed_gives_one_trial_and_another_seed_another() -> None:
    assert list(generate("sample-1", 40)) == list(generate("sample-1", 40))
    ours, theirs = (list(generate("sample-1", 40, seed)) for seed in (1, 2))
    assert all(a["messages"] != b["messages"] for (a, _), (b, _) in zip(ours, theirs, strict=True))


def test_the_trial_does_not_hang_on_the_hash_seed_of_the_process() -> None:
    environment = {**os.environ, "PYTHONHASHSEED": "4242"}
    done = subprocess.run([sys.executable, "-c", PRINTS], env=environment, capture_output=True, text=True, check=True)
    # The names of every locale and the trial apart: few conversations use a rare locale.
    assert done.stdout.split() == [
        print_of([parts_of(name) for name in PHONES]),
        print_of(list(generate("sample-2", 200))),
    ]


def print_of(value: object) -> str:
    return blake2b(repr(value).encode()).hexdigest()


PRINTS = """
from hashlib import blake2b
from jobs.sample.generate import generate
from jobs.sample.identifiers import PHONES
from jobs.sample.pii import parts_of
for value in ([parts_of(name) for name in PHONES], list(generate("sample-2", 200))):
    print(blake2b(repr(value).encode()).hexdigest())
"""


def test_a_large_trial_streams() -> None:
    first = list(islice(generate("sample-1", 250_000), 3))
    assert len(first) == 3


def test_files_hold_the_trial_byte_for_byte(tmp_path: Path) -> None:
    one, two = write_trial(tmp_path / "a", 30), write_trial(tmp_path / "b", 30)
    assert list(one) == list(PLANS)
    for release in PLANS:
        assert one[release].name == f"{release}.jsonl.gz"
        assert one[release].read_bytes() == two[release].read_bytes()
        truth_file = one[release].with_name(f"{release}.truth.jsonl")
        lines = gzip.decompress(one[release].read_bytes()).decode().splitlines()
        truths = truth_file.read_text(encoding="utf-8").splitlines()
        pairs = [(json.loads(a), json.loads(b)) for a, b in zip(lines, truths, strict=True)]
        assert pairs == list(generate(release, 30))


def test_an_unknown_release_and_an_empty_trial_are_refused() -> None:
    with pytest.raises(UsageError, match="Known: sample-1, sample-2"):
        generate("sample-9", 10)
    with pytest.raises(UsageError, match="at least 1"):
        generate("sample-1", 0)
