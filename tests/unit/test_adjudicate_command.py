"""`welfare adjudicate`: who may read, what is shown, what is kept and where."""

from __future__ import annotations

import json
import os
import stat
import time
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from click.testing import CliRunner, Result

from jobs.adjudicate import LOG, Stored, digest_of, outcome, read_verdicts
from jobs.commands import adjudicate
from jobs.commands.adjudicate import command, shown
from jobs.erase import erase
from jobs.keys import Keys, open_keys
from jobs.purge import releases
from jobs.tables import MANIFEST, part_name, write_part
from pipelines.pseudonym import pseudonym
from schemas.errors import UsageError
from schemas.policy import AdjudicatePolicy
from schemas.row_level import FLAGGED, SCORED
from schemas.table import Table
from schemas.thresholds import Thresholds

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
    policies: dict[str, Any] = {
        "adjudicate": {"readers": ["ana", "bo"], "sample": 60},
        "retention": {"restricted_days": 30},
    }
    policies["disclosure"] = {"max_conversations_per_user": 50}
    record = {"policies": policies, "thresholds": THRESHOLDS, "tables": {"flagged": "made", "scored": "made"}}
    (restricted / "run.json").write_text(json.dumps(record))
    label: dict[str, Any] = {"turns": 0, "onset": None, "slope": 0.0, "recovered": None, "strong": False, "course": "",
             "peak_at": "", "refusal": "", "trigger": "none", "causes": [],
             "sampled": False, "passage": "", "missed": 0.0}  # fmt: skip
    flagged, scored = [], []
    for n in range(SIZE):
        base = {"conversation_key": f"conversation-{n:02d}", "user_key": user(keys, n % 9), "has_user": True,
                "release": "r1", "surface": "other", "day": None, "ended_by": "user", "language": "en",
                "not_scored": "", "codes": [], "version": f"v{n}"}  # fmt: skip
        facts = {"model_turns": 1, "reversions": 0, "behaviours": [], "thinking_distress": False}
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


@pytest.fixture(autouse=True)
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adjudicate, "on_terminal", lambda: True)


def stored(root: Path) -> Stored:
    (space,) = releases(root)
    return Stored(space, open_keys(space.keys).table, {"flagged": "made", "scored": "made"}, Thresholds(THRESHOLDS), 50)


def call(root: Path, answers: str, *more: str, reader: str = "ana") -> Result:
    return CliRunner().invoke(command, [str(root), "--reader", reader, *more], input=answers)


def test_nobody_reads_whom_the_policy_of_the_run_does_not_name(root: Path) -> None:
    done = call(root, "n\n", reader="eve")
    assert isinstance(done.exception, UsageError) and "does not let that reader read" in str(done.exception)
    assert SECRET not in done.output
    (root / "restricted" / "r1" / "run.json").unlink()
    assert isinstance(call(root, "n\n").exception, UsageError)


def test_text_goes_to_a_terminal_alone(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adjudicate, "on_terminal", lambda: False)
    done = call(root, "n\n")
    assert isinstance(done.exception, UsageError) and SECRET not in done.output
    assert call(root, "", "--status").exit_code == 0


def test_text_past_its_retention_time_is_not_shown(root: Path) -> None:
    record = root / "restricted" / "r1" / "run.json"
    old = time.time() - 31 * 86_400
    os.utime(record, (old, old))
    done = call(root, "n\n")
    assert isinstance(done.exception, UsageError) and "retention" in str(done.exception)


def test_a_reader_stops_and_goes_on_and_each_conversation_is_shown_once(root: Path) -> None:
    first = call(root, "d\np\nn\nq\n")
    assert first.exit_code == 0
    assert first.output.count(SECRET) == 4
    assert "3 of the 60 drawn" in first.output
    rest = call(root, "n\n" * 57)
    assert rest.output.count(SECRET) == 57
    assert "run the job again" in rest.output
    assert "distress" not in rest.output.split("[d]")[0]  # nothing tells what was flagged
    assert call(root, "").output.count(SECRET) == 0


def test_who_read_when_is_noted_and_not_what(root: Path) -> None:
    call(root, "n\nq\n")
    noted = root / "restricted" / "r1" / LOG
    lines = [json.loads(line) for line in noted.read_text().splitlines()]
    assert [line["reader"] for line in lines] == ["ana", "ana"]
    assert set(lines[0]) == {"at", "account", "reader", "what"}
    assert stat.S_IMODE(noted.stat().st_mode) == 0o600


def test_verdicts_are_encrypted_closed_to_others_and_change_the_runs_key(root: Path) -> None:
    (space,) = releases(root)
    keys, policy = open_keys(space.keys), AdjudicatePolicy(("ana", "bo"), 60)
    assert digest_of(space, keys, policy) == ""
    call(root, "b\nq\n")
    files = list((space.restricted / "adjudicated").rglob("*"))
    assert stat.S_IMODE((space.restricted / "adjudicated" / "ana").stat().st_mode) == 0o700
    parts = [path.read_bytes() for path in files if path.suffix == ".parquet"]
    assert parts and not any(b"conversation-" in part for part in parts)
    (said,) = read_verdicts(space, keys.table, ["ana", "bo"]).values()
    assert [(one.distress, one.joy) for one in said.values()] == [(True, True)]
    assert digest_of(space, keys, policy) != ""
    assert digest_of(space, keys, AdjudicatePolicy(("bo",), 60)) == ""  # who may not read any more does not count


def test_the_outcome_waits_until_enough_is_read_and_says_so(root: Path) -> None:
    policy, said = AdjudicatePolicy(("ana",), 60), dict[str, object]()
    assert outcome(stored(root), policy, said) is None and not said
    call(root, "n\n" * 20 + "q\n")
    assert outcome(stored(root), policy, said) is None
    assert said == {"read": 20, "drawn": 60, "rates_by_readers": False}
    call(root, "n\n" * 60)
    found = outcome(stored(root), policy, said)
    assert found is not None and len(found.read) == 60
    assert outcome(stored(root), AdjudicatePolicy(), {}) is None


def test_a_verdict_counts_only_for_the_text_that_was_read(root: Path) -> None:
    call(root, "n\n" * 60)
    made = stored(root)
    rows = list(made.rows(SCORED, *SCORED.names))
    for row in rows[:40]:
        row["turns"][-1]["text"] += " And more."
    folder = made.space.restricted / "scored" / "made"
    write_part(folder / part_name(0), [pa.RecordBatch.from_pylist(rows, schema=SCORED.arrow)], SCORED.arrow, made.key)
    assert outcome(made, AdjudicatePolicy(("ana",), 60), {}) is None
    assert call(root, "q\n").output.count(SECRET) == 1


def test_verdicts_age_from_the_first_one_on(root: Path) -> None:
    call(root, "n\nq\n")
    folder = root / "restricted" / "r1" / "adjudicated" / "ana"
    old = time.time() - 20 * 86_400
    os.utime(folder / part_name(0), (old, old))
    call(root, "n\nq\n")
    assert {round(path.stat().st_mtime) for path in folder.glob("*")} == {round(old)}


def test_a_damaged_table_of_verdicts_is_named(root: Path) -> None:
    call(root, "n\nq\n")
    (root / "restricted" / "r1" / "adjudicated" / "ana" / part_name(0)).write_bytes(b"")
    done = call(root, "n\n")
    assert isinstance(done.exception, UsageError) and "adjudicated/ana" in str(done.exception)


def test_an_erased_users_verdicts_go_with_the_rest(root: Path) -> None:
    (space,) = releases(root)
    key = open_keys(space.keys).table
    call(root, "n\n" * 60)
    before = len(read_verdicts(space, key, ["ana"])["ana"])
    (done,) = erase(root, "user 3")
    assert done.rows["adjudicated"] > 0
    assert len(read_verdicts(space, key, ["ana"])["ana"]) == before - done.rows["adjudicated"]


def test_what_is_shown_holds_no_control_characters_and_the_models_turns_whole() -> None:
    text = shown([("user", "a\x1b[2Jb" + "c" * 5000, False), ("assistant", "word " * 2000, True)])
    assert "\x1b" not in text and "a[2Jb" in text
    assert "MODEL:" in text and text.count("word") == 2000
    assert "1006 characters more" in text
