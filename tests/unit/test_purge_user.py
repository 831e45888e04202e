"""One user's erasure: out of every table, out of reruns, and saying so when it can no longer be done."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from jobs.erase import erase
from jobs.frames import folder_of
from jobs.keys import open_keys
from jobs.purge import purge
from jobs.tables import MANIFEST, find_table, part_name, read_part, write_part
from jobs.tombstones import read_tombstones
from jobs.workspace import Workspace
from pipelines.pseudonym import pseudonym
from schemas.errors import UsageError
from schemas.row_level import CLUSTERED, SCORED, SCRUBBED
from tests.unit.small_restricted import NOW, age, released_bytes, users_in, write_restricted


@pytest.fixture
def space(tmp_path: Path) -> Workspace:
    return write_restricted(tmp_path / "out")


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
        count, digest = write_part(tmp_path / name, rows.to_batches(), rows.schema, open_keys(space.keys).table)
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


@pytest.mark.parametrize(
    ("user", "purged", "there"), [("nobody", False, True), ("ben", False, False), ("nobody", True, False)]
)
def test_the_frame_goes_where_the_user_is_part_of_it_or_nobody_can_tell(
    space: Workspace, user: str, purged: bool, there: bool
) -> None:
    frame = folder_of(space.root) / f"{space.release}.json"
    frame.parent.mkdir(exist_ok=True)
    frame.write_text("{}")
    if purged:
        shutil.rmtree(space.restricted / CLUSTERED.name)
    erase(space.root, user)
    assert frame.exists() == there


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


def test_an_id_is_anonymous_by_the_policy_of_the_run(space: Workspace) -> None:
    run = space.restricted / "run.json"
    record = json.loads(run.read_text())
    record["policies"]["read"] = {"anonymous_ids": ["ben"]}
    run.write_text(json.dumps(record))
    with pytest.raises(UsageError, match="nobody to erase"):
        erase(space.root, "Ben")
    (done,) = erase(space.root, "guest")
    assert not done.known, "under that policy `guest` is a user like any other"


def test_with_a_master_key_a_user_is_erased_and_without_it_told_which_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WELFARE_KEY", "5d" * 32)
    space = write_restricted(tmp_path / "out")
    monkeypatch.delenv("WELFARE_KEY")
    with pytest.raises(UsageError, match="WELFARE_KEY_FILE"):
        erase(space.root, "ben")
    monkeypatch.setenv("WELFARE_KEY", "5d" * 32)
    (done,) = erase(space.root, "ben")
    assert done.rows["scrubbed"] == 3
    (closed,) = purge(space.root, expired=False, now=NOW)
    assert closed.closed
    with pytest.raises(UsageError, match="can no longer be found"):
        erase(space.root, "ben")
