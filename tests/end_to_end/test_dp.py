"""A differentially private release through the command line: what it tells, what it spends, and when it refuses."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest

from jobs.ledger import LEDGER
from schemas.released import NOT_UNDER_DP, RELEASED, UNDER_DP
from tests.conftest import Trial, welfare

POLICY = """
[disclosure]
policy = "dp"
[dp]
rho = {rho}
rho_cap = 1.5
[gate]
max_distress_rate = {limit}
"""


@dataclass(frozen=True)
class Private:
    """The folder of a finished run under dp, and the policy file beside it."""

    inputs: Path
    folder: Path

    def run(self, rho: float = 1.0, limit: float = 1.0) -> tuple[int, str]:
        """(exit code, standard error) of the job."""
        policy = self.folder.with_suffix(".toml")
        policy.write_text(POLICY.format(rho=rho, limit=limit))
        done = welfare("run", self.inputs / "sample-1.jsonl.gz", "--release", "sample-1", "--out", self.folder,
                       "--config", policy, check=False)  # fmt: skip
        return done.returncode, done.stderr

    def read(self, name: str) -> dict[str, Any]:
        """A JSON file of the released side."""
        found: dict[str, Any] = json.loads((self.folder / "released" / name).read_text())
        return found

    def ledger(self) -> list[dict[str, Any]]:
        """The entries of the ledger."""
        return [json.loads(line) for line in (self.folder / "restricted" / LEDGER).read_text().splitlines()]

    def tables(self) -> dict[str, bytes]:
        """The bytes of the released tables but for the gates."""
        files = (self.folder / "released" / "tables").glob("*.parquet")
        return {path.name: path.read_bytes() for path in files if "gates" not in path.name}


@pytest.fixture(scope="module")
def private(trial: Trial, tmp_path_factory: pytest.TempPathFactory) -> Private:
    """The first release of the sample trial, over the shipped frame, where a release behind floors was made before:
    what is known of each conversation is there, and nothing of that release binds this one."""
    made = Private(trial.inputs, tmp_path_factory.mktemp("private") / "out")
    shutil.copytree(trial.baseline, made.folder)
    code, said = made.run()
    assert code == 0, said[-3000:]
    return made


def test_the_release_says_what_it_promises_and_what_it_spent(private: Private) -> None:
    privacy = private.read("manifest.json")["privacy"]
    assert (privacy["policy"], privacy["unit"], privacy["rho"], privacy["rho_spent"]) == ("dp", "user", 1.0, 1.0)
    assert privacy["frame"] == "sample-trial" and privacy["epsilon"] == privacy["epsilon_spent"] > 1
    page = (private.folder / "released" / "report.html").read_text()
    assert "differentially private" in page and f"{privacy['epsilon']} at a delta" in page
    with duckdb.connect(str(private.folder / "released" / "summary.duckdb"), read_only=True) as connection:
        found = connection.execute("SELECT value FROM run_manifest WHERE key = 'privacy.rho_spent'").fetchall()
    assert found == [("1.0",)]


def test_only_counts_of_users_leave(private: Private) -> None:
    shown = 0
    tables = private.read("report.json")["tables"]
    for table in RELEASED:
        for row in tables[table.name]["rows"]:
            closed = [c.name for c in table.columns if c.nullable and c.name not in UNDER_DP.get(table.name, ())]
            if "status" in row:
                assert all(row[name] is None for name in closed), table.name
                shown += row["status"] == "shown"
                assert table.name in UNDER_DP or row["reason"] == NOT_UNDER_DP
    assert shown > 4, "with nothing shown this would test little"
    counts = private.read("manifest.json")["counts"]
    assert {name for name, count in counts.items() if count is not None} <= {
        "users",
        "users_with_id",
        "users_not_scored",
    }


def test_noisy_counts_are_near_the_planted_users(private: Private, trial: Trial) -> None:
    named = {row["user_id"] for row in trial.truth("sample-1")} - {None}
    told = private.read("manifest.json")["counts"]
    total = told["users"] + (told["users_not_scored"] or 0)
    # Three counts with noise of a standard deviation under 3; one may be hidden below 10; a few users have no id.
    assert abs(total - len(named)) < 60


def test_the_same_trial_again_gives_the_same_answer_and_spends_nothing(private: Private) -> None:
    before, spent = private.tables(), private.ledger()
    code, said = private.run(limit=0.0)
    assert code == 5, said[-2000:]  # another gate, so another run: and a figure with noise fails it
    assert private.tables() == before and private.ledger() == spent


def test_a_draw_past_the_cap_ends_with_exit_4_and_the_release_stays(private: Private) -> None:
    before, spent = private.tables(), private.ledger()
    code, said = private.run(rho=0.6)
    assert code == 4 and "rho 0.5 left" in said
    assert private.tables() == before and private.ledger() == spent
