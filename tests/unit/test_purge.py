"""Purge: what goes, what stays, and when."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from jobs.cli import main
from jobs.erase import erase
from jobs.keys import open_keys
from jobs.purge import purge
from jobs.run_record import read_record
from jobs.tables import find_table
from jobs.workspace import Workspace, locked
from pipelines.pseudonym import pseudonym
from schemas.errors import TemporaryError
from schemas.row_level import CLUSTERED, SCRUBBED
from tests.unit.small_restricted import NOW, USERS, age, released_bytes, users_in, write_restricted


def welfare(*arguments: object) -> int:
    with pytest.raises(SystemExit) as ended:
        main([str(argument) for argument in arguments])
    return int(ended.value.code or 0)


@pytest.fixture
def space(tmp_path: Path) -> Workspace:
    return write_restricted(tmp_path / "out")


def test_a_purge_leaves_only_a_note_of_who_ran_it(space: Workspace) -> None:
    before = released_bytes(space)
    (done,) = purge(space.root, expired=False, now=NOW)
    assert done.closed
    assert done.tables == 3
    assert [path.name for path in space.restricted.iterdir()] == ["purged.json"]
    assert not (space.root / "restricted" / "temporary").exists()
    assert released_bytes(space) == before
    assert read_record(space.root).ran_by == "Olga"
    assert read_record(space.root).run_key == "key-of-run-1"


def test_a_second_purge_finds_nothing_and_keeps_the_note(space: Workspace) -> None:
    purge(space.root, expired=False, now=NOW)
    note = (space.restricted / "purged.json").read_bytes()
    (again,) = purge(space.root, expired=False, now=NOW + timedelta(days=1))
    assert (again.tables, again.files, again.closed) == (0, 0, False)
    assert (space.restricted / "purged.json").read_bytes() == note


def test_keys_are_overwritten_before_they_go(space: Workspace, tmp_path: Path) -> None:
    kept = tmp_path / "second-name"
    os.link(space.keys / "table.key", kept)
    secret = kept.read_bytes()
    purge(space.root, expired=False, now=NOW)
    assert kept.read_bytes() == b"\0" * len(secret)


@pytest.mark.parametrize(("days", "closed"), [(9.9, False), (10.1, True)])
def test_expired_follows_the_policy_of_the_run(space: Workspace, days: float, closed: bool) -> None:
    age(space, days)
    (done,) = purge(space.root, expired=True, now=NOW)
    assert done.closed is closed
    assert (space.keys / "table.key").exists() is not closed
    assert (done.tables == 3) is closed


def test_expired_takes_old_tables_and_leaves_young_ones_with_their_keys(space: Workspace) -> None:
    age(space, 20, "scrubbed", "scored", "keys", "run.json")
    (done,) = purge(space.root, expired=True, now=NOW)
    assert (done.tables, done.closed) == (2, False)
    assert find_table(space.folder(CLUSTERED, "f" * 16)) is not None
    assert find_table(space.folder(SCRUBBED, "f" * 16)) is None
    assert len(users_in(space.folder(CLUSTERED, "f" * 16), open_keys(space.keys).table)) == len(USERS)


def test_keys_outlive_their_tables_while_the_run_is_young(space: Workspace) -> None:
    age(space, 20, "scrubbed", "scored", "clustered")
    (done,) = purge(space.root, expired=True, now=NOW)
    assert (done.tables, done.closed) == (3, False)
    assert (space.keys / "pseudonym.key").exists()


def test_a_run_that_holds_the_folder_is_not_disturbed(space: Workspace) -> None:
    with locked(space), pytest.raises(TemporaryError):
        purge(space.root, expired=False, now=NOW)
    with locked(space), pytest.raises(TemporaryError):
        erase(space.root, "ben")
    assert find_table(space.folder(SCRUBBED, "f" * 16)) is not None


def test_the_command_asks_first_and_tells_what_it_did(space: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    assert welfare("purge", space.root) == 2
    assert "--yes" in capsys.readouterr().err
    assert welfare("purge", space.root, "--user", "ben", "--yes") == 0
    told = capsys.readouterr().out
    assert "r-1: every stored row of this user was removed" in told
    assert not any(digit in told.replace("r-1", "") for digit in "0123456789"), "no count of what one user said"
    assert "The released side was not changed." in told
    assert "ben" not in told
    assert welfare("purge", space.root, "--yes") == 0
    assert "3 stored tables" in capsys.readouterr().out
    assert welfare("purge", space.root, "--user", "ben", "--yes") == 2
    assert "keys are gone" in capsys.readouterr().err
    assert welfare("purge", space.root, "--user", "ben", "--expired", "--yes") == 2
    assert welfare("purge", space.root / "released", "--yes") == 2


def test_a_user_s_id_may_come_from_standard_input(space: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    import io

    monkeypatch.setattr("sys.stdin", io.StringIO("ada@example.org\n"))
    assert welfare("purge", space.root, "--user", "-") == 0
    key = open_keys(space.keys)
    gone: Any = pseudonym(key.pseudonym, "user", "ada@example.org")
    assert gone not in users_in(space.folder(SCRUBBED, "f" * 16), key.table)


def test_a_user_s_id_may_come_from_a_file(space: Workspace, tmp_path: Path) -> None:
    key, named = open_keys(space.keys), tmp_path / "id"
    named.write_text("ada@example.org\n")
    assert welfare("purge", space.root, "--user-file", named) == 2, "nobody is there to confirm"
    assert welfare("purge", space.root, "--user-file", named, "--yes") == 0
    gone: Any = pseudonym(key.pseudonym, "user", "ada@example.org")
    assert gone not in users_in(space.folder(SCRUBBED, "f" * 16), key.table)
    assert welfare("purge", space.root, "--user-file", named, "--user", "ben", "--yes") == 2
    named.write_text("ada\nben\n")
    assert welfare("purge", space.root, "--user-file", named, "--yes") == 2
    assert welfare("purge", space.root, "--user-file", tmp_path / "none", "--yes") == 2
