"""Purge: what goes, what stays, one user's erasure, and saying so when it can no longer be done."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from jobs.cli import main
from jobs.erase import erase
from jobs.keys import open_keys
from jobs.purge import purge
from jobs.run_record import read_record
from jobs.tables import MANIFEST, find_table, part_name, read_part, write_part
from jobs.tombstones import read_tombstones
from jobs.workspace import Workspace, locked, open_workspace, write_text
from pipelines.pseudonym import pseudonym
from schemas.errors import TemporaryError, UsageError
from schemas.row_level import CLUSTER_TERMS, CLUSTERED, SCORED, SCRUBBED
from schemas.table import Table
from tests.unit.small_release import write_release

USERS = ["ada@example.org", "ben", "cleo", "ben", "ada@example.org", "ben"]
NOW = datetime.now(UTC).replace(microsecond=0)


def welfare(*arguments: object) -> int:
    with pytest.raises(SystemExit) as ended:
        main([str(argument) for argument in arguments])
    return int(ended.value.code or 0)


def store(space: Workspace, table: Table, users: list[str]) -> Path:
    """A finished table of two parts, as the runner writes it; only the columns that matter here."""
    import hashlib

    keys = open_keys(space.keys)
    folder = space.folder(table, "f" * 16)
    folder.mkdir(parents=True)
    parts, digests = {}, []
    for index in range(2):
        ids = [pseudonym(keys.pseudonym, "user", user) for user in users[index::2]]
        texts = [f"text of {user}" for user in users[index::2]]
        rows = pa.table({"conversation_key": [f"{index}{i}" for i in range(len(ids))], "user_key": ids, "text": texts})
        count, digest = write_part(folder / part_name(index), rows.to_batches(), rows.schema, keys.table)
        write_text((folder / part_name(index)).with_suffix(".json"), json.dumps({"rows": count, "digest": digest}))
        parts[part_name(index)] = count
        digests.append(digest)
    whole = hashlib.sha256("".join(digests).encode()).hexdigest()
    write_text(folder / MANIFEST, json.dumps({"table": table.name, "parts": parts, "digest": whole}))
    return folder


@pytest.fixture
def space(tmp_path: Path) -> Workspace:
    """An output folder after a run: a release, three stored tables, cluster terms, temporary files."""
    root = write_release(tmp_path / "out")
    space = open_workspace(root, "r-1")
    for table in (SCRUBBED, SCORED, CLUSTERED):
        store(space, table, USERS)
    terms = pa.table({"label": ["joy"], "cluster": [1], "term": ["idea"], "weight": [1.0], "users": [3]})
    path = space.folder(CLUSTERED, "f" * 16) / "terms.parquet"
    write_part(path, terms.cast(CLUSTER_TERMS.arrow).to_batches(), CLUSTER_TERMS.arrow, open_keys(space.keys).table)
    (root / "restricted" / "temporary" / "run-x").mkdir(parents=True)
    (root / "restricted" / "temporary" / "run-x" / "spill").write_text("x")
    run = space.restricted / "run.json"
    record = json.loads(run.read_text()) | {"policies": {"retention": {"restricted_days": 10}}}
    run.write_text(json.dumps(record))
    return space


def released_bytes(space: Workspace) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in space.released.rglob("*.*")}


def age(space: Workspace, days: float, *parts: str) -> None:
    """Makes the files under the release (or some folders of it) look `days` old."""
    when = (NOW - timedelta(days=days)).timestamp()
    for base in [space.restricted / part for part in parts] or [space.restricted]:
        for path in [base, *base.rglob("*")]:
            os.utime(path, (when, when))


def users_in(folder: Path, key: bytes) -> list[str]:
    stored = find_table(folder)
    assert stored is not None
    return [user for name in stored.parts for user in read_part(folder / name, key).column("user_key").to_pylist()]


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


def test_an_erased_user_is_in_no_table_and_everybody_else_is(space: Workspace) -> None:
    keys, before = open_keys(space.keys), released_bytes(space)
    ben = pseudonym(keys.pseudonym, "user", "ben")
    (done,) = erase(space.root, " ben\n")
    assert done.rows == {"scrubbed": 3, "scored": 3, "clustered": 3}
    for table in (SCRUBBED, SCORED, CLUSTERED):
        left = users_in(space.folder(table, "f" * 16), keys.table)
        assert ben not in left
        assert len(left) == 3
    assert read_tombstones(space.restricted) == [ben]
    assert not (space.folder(CLUSTERED, "f" * 16) / "terms.parquet").exists(), "counts over the user stayed"
    assert released_bytes(space) == before


def test_notes_and_manifest_fit_the_rewritten_parts(space: Workspace, tmp_path: Path) -> None:
    erase(space.root, "ben")
    folder, found = space.folder(SCRUBBED, "f" * 16), {}
    for name in (part_name(0), part_name(1)):
        note = json.loads((folder / name).with_suffix(".json").read_text())
        rows = read_part(folder / name, open_keys(space.keys).table)
        count, digest = write_part(tmp_path / name, rows.to_batches(), rows.schema, b"k" * 32)
        assert note == {"rows": count, "digest": digest}
        found[name] = count
    stored = find_table(folder)
    assert stored is not None
    assert stored.parts == found
    assert stored.rows == 3


def test_an_erasure_does_not_prolong_retention(space: Workspace) -> None:
    age(space, 20, "scrubbed", "scored", "clustered", "keys", "run.json")
    erase(space.root, "ben")
    (done,) = purge(space.root, expired=True, now=NOW)
    assert done.closed


@pytest.mark.parametrize("cut", ["between part and note", "between note and manifest", "before the manifest"])
def test_an_erasure_that_was_cut_short_is_finished_by_the_next(space: Workspace, cut: str) -> None:
    keys, folder = open_keys(space.keys), space.folder(SCRUBBED, "f" * 16)
    manifest = folder / MANIFEST
    old_manifest = manifest.read_bytes()
    note = (folder / part_name(1)).with_suffix(".json")
    old_note = note.read_bytes()
    erase(space.root, "ben")
    new_manifest, new_note = manifest.read_bytes(), note.read_bytes()
    assert new_note != old_note
    if cut == "between part and note":
        note.write_bytes(old_note)
    if cut != "before the manifest":
        manifest.write_bytes(old_manifest)
    else:
        (folder / f"{part_name(0)}.77.draft").write_bytes(b"half a part with text")
    erase(space.root, "ben")
    assert json.loads(note.read_bytes()) == json.loads(new_note)
    assert json.loads(manifest.read_bytes()) == json.loads(new_manifest)
    assert not list(folder.glob("*.draft"))
    assert len(users_in(folder, keys.table)) == 3
    assert len((space.restricted / "tombstones.jsonl").read_text().splitlines()) == 1


def test_parts_of_an_unfinished_table_are_cleaned_too(space: Workspace) -> None:
    folder = space.folder(SCRUBBED, "f" * 16)
    (folder / MANIFEST).unlink()
    (done,) = erase(space.root, "ben")
    assert done.rows["scrubbed"] == 3


def test_an_unknown_user_changes_nothing_and_leaves_a_tombstone(space: Workspace) -> None:
    before = {path: path.read_bytes() for path in space.restricted.rglob("*.parquet")}
    (done,) = erase(space.root, "nobody")
    assert not done.known
    assert {path: path.read_bytes() for path in space.restricted.rglob("*.parquet")} == before
    assert len(read_tombstones(space.restricted)) == 1


@pytest.mark.parametrize("name", ["pseudonym", "table"])
def test_without_keys_an_erasure_says_that_it_no_longer_can(space: Workspace, name: str) -> None:
    (space.keys / f"{name}.key").unlink()
    with pytest.raises(UsageError, match=r"can no longer be found.*raw input would bring the user back"):
        erase(space.root, "ben")
    assert not (space.keys / f"{name}.key").exists(), "a new key would find nobody"


@pytest.mark.parametrize("value", ["", "  ", "Anonymous", "null"])
def test_an_id_that_means_nobody_is_refused(space: Workspace, value: str) -> None:
    with pytest.raises(UsageError, match="nobody to erase"):
        erase(space.root, value)


def test_the_command_asks_first_and_tells_what_it_did(space: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    assert welfare("purge", space.root) == 2
    assert "--yes" in capsys.readouterr().err
    assert welfare("purge", space.root, "--user", "ben", "--yes") == 0
    told = capsys.readouterr().out
    assert "rows removed: scrubbed 3, scored 3, clustered 3" in told
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
