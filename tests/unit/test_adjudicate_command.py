"""`welfare adjudicate`: who may read, what is shown, what is kept and where."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from click.testing import CliRunner, Result

from jobs.adjudicate import digest_of, outcome, read_verdicts
from jobs.commands.adjudicate import command, shown
from jobs.erase import erase
from jobs.keys import Keys, open_keys
from jobs.purge import releases
from jobs.tables import MANIFEST, part_name, write_part
from pipelines.adjudicate import Verdict
from pipelines.pseudonym import pseudonym
from schemas.errors import UsageError
from schemas.policy import AdjudicatePolicy
from schemas.row_level import FLAGGED, SCORED
from schemas.table import Table

THRESHOLDS = {"distress": 0.2, "joy": 0.5}
SIZE = 70
SECRET = "the lantern is under the seventh stair"


def store(restricted: Path, table: Table, rows: list[dict[str, Any]], key: bytes) -> None:
    folder = restricted / table.name / "made"
    folder.mkdir(parents=True)
    batch = pa.RecordBatch.from_pylist(rows, schema=table.arrow)
    count, digest = write_part(folder / part_name(0), [batch], table.arrow, key)
    (folder / part_name(0)).with_suffix(".json").write_text(json.dumps({"rows": count, "digest": digest}))
    stored = {"table": table.name, "parts": {part_name(0): count}, "digest": digest}
    (folder / MANIFEST).write_text(json.dumps(stored))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    restricted = tmp_path / "restricted" / "r1"
    (restricted / "keys").mkdir(parents=True)
    keys = open_keys(restricted / "keys")
    policies = {"adjudicate": {"readers": ["ana", "bo"], "sample": 60}, "retention": {"restricted_days": 30}}
    (restricted / "run.json").write_text(json.dumps({"policies": policies, "thresholds": THRESHOLDS}))
    label = {"turns": 0, "onset": None, "slope": 0.0, "recovered": None, "strong": False, "trigger": "none",
             "sampled": False, "passage": "", "missed": 0.0}  # fmt: skip
    flagged, scored = [], []
    for n in range(SIZE):
        base = {"conversation_key": f"c{n:02d}", "user_key": user(keys, n % 9), "has_user": True, "release": "r1",
                "surface": "other", "day": None, "ended_by": "user", "language": "en", "not_scored": "",
                "codes": []}  # fmt: skip
        facts = {"model_turns": 1, "reversions": 0, "thinking_distress": False}
        marks = {name: label | {"flagged": name == "distress" and n < 20, "peak": 0.3 if n < 20 else 0.01}
                 for name in THRESHOLDS}  # fmt: skip
        flagged.append(base | facts | marks)
        turns = [{"role": "user", "text": f"{SECRET} {n}", "thinking": "", "generated": False},
                 {"role": "assistant", "text": "I would rather not.", "thinking": "", "generated": True}]  # fmt: skip
        scored.append(base | {"turns": turns, "scores": []})
    store(restricted, FLAGGED, flagged, keys.table)
    store(restricted, SCORED, scored, keys.table)
    return tmp_path


def user(keys: Keys, number: int) -> str:
    return pseudonym(keys.pseudonym, "user", f"user {number}")


def call(root: Path, answers: str, *more: str, reader: str = "ana") -> Result:
    return CliRunner().invoke(command, [str(root), "--reader", reader, *more], input=answers)


def test_nobody_reads_whom_the_policy_of_the_run_does_not_name(root: Path) -> None:
    done = call(root, "n\n", reader="eve")
    assert isinstance(done.exception, UsageError) and "does not let that reader read" in str(done.exception)
    assert SECRET not in done.output
    (root / "restricted" / "r1" / "run.json").unlink()
    assert isinstance(call(root, "n\n").exception, UsageError)


def test_a_reader_stops_and_goes_on_and_each_conversation_is_shown_once(root: Path) -> None:
    first = call(root, "d\ns\nn\nq\n")
    assert first.exit_code == 0
    assert first.output.count(SECRET) == 4
    assert "You labelled 2 conversations" in first.output
    rest = call(root, "n\n" * 58)
    assert rest.output.count(SECRET) == 58
    assert "run the job again" in rest.output
    assert "distress" not in rest.output.split("neither")[0].split(SECRET)[0]  # nothing tells what was flagged


def test_verdicts_are_encrypted_closed_to_others_and_change_the_runs_key(root: Path) -> None:
    (space,) = releases(root)
    key = open_keys(space.keys).table
    assert digest_of(read_verdicts(space, key)) == ""
    call(root, "b\nq\n")
    stored = list((space.restricted / "adjudicated").rglob("*"))
    assert stat.S_IMODE((space.restricted / "adjudicated" / "ana").stat().st_mode) == 0o700
    assert not any(b"c0" in path.read_bytes() for path in stored if path.suffix == ".parquet")
    said = read_verdicts(space, key)
    assert list(said["ana"].values()) == [Verdict(True, True)]
    assert digest_of(said) != ""


def test_the_outcome_waits_until_enough_is_read(root: Path) -> None:
    (space,) = releases(root)
    key, policy = open_keys(space.keys).table, AdjudicatePolicy(("ana",), 60)
    assert outcome(space, key, THRESHOLDS, policy) is None
    call(root, "n\n" * 20 + "q\n")
    assert outcome(space, key, THRESHOLDS, policy) is None
    call(root, "n\n" * 60)
    found = outcome(space, key, THRESHOLDS, policy)
    assert found is not None and (found.read, found.users) == (60, 9)
    assert outcome(space, key, THRESHOLDS, AdjudicatePolicy()) is None


def test_an_erased_users_verdicts_go_with_the_rest(root: Path) -> None:
    (space,) = releases(root)
    keys = open_keys(space.keys)
    call(root, "n\n" * 60)
    before = len(read_verdicts(space, keys.table)["ana"])
    (done,) = erase(root, "user 3")
    assert done.rows["adjudicated"] > 0
    assert len(read_verdicts(space, keys.table)["ana"]) == before - done.rows["adjudicated"]


def test_what_is_shown_holds_no_control_characters_and_says_what_is_cut() -> None:
    text = shown([("user", "a\x1b[2Jb", False), ("assistant", "word " * 1000, True)])
    assert "\x1b" not in text and "a[2Jb" in text
    assert "MODEL:" in text and "1000 characters more" in text
