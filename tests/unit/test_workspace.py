"""The output folder: modes, lock, temporary root, keys."""

from __future__ import annotations

import stat
import tempfile
from pathlib import Path

import pytest

from jobs.keys import open_keys
from jobs.tombstones import add_tombstone, read_tombstones
from jobs.workspace import locked, open_workspace, temporary_root
from schemas.errors import TemporaryError, UsageError
from schemas.released import RATES
from schemas.row_level import SCRUBBED, TRANSCRIPTS


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_restricted_side_is_for_its_owner_only(tmp_path: Path) -> None:
    space = open_workspace(tmp_path / "out", "r1")
    assert mode(space.root / "restricted") == 0o700
    assert mode(space.keys) == 0o700


@pytest.mark.parametrize("table", [TRANSCRIPTS, RATES])
def test_raw_and_released_tables_have_no_restricted_folder(tmp_path: Path, table: object) -> None:
    space = open_workspace(tmp_path, "r1")
    assert space.folder(SCRUBBED, "f").is_relative_to(space.restricted)
    with pytest.raises(UsageError):
        space.folder(table, "f")  # type: ignore[arg-type]


def test_a_file_in_the_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("")
    with pytest.raises(UsageError, match="--out"):
        open_workspace(tmp_path / "out", "r1")


def test_a_second_run_is_told_to_wait(tmp_path: Path) -> None:
    space = open_workspace(tmp_path, "r1")
    with locked(space), pytest.raises(TemporaryError, match="process"), locked(space):
        pass
    with locked(space):
        pass


def test_the_temporary_root_is_wiped_at_the_end_and_after_a_crash(tmp_path: Path) -> None:
    space = open_workspace(tmp_path, "r1")
    left = space.root / "restricted" / "temporary" / "run-crashed"
    left.mkdir(parents=True)
    before = tempfile.gettempdir()
    with temporary_root(space) as folder:
        assert not left.exists()
        assert mode(folder) == 0o700
        assert tempfile.gettempdir() == str(folder)
        (folder / "text").write_text("x")
    assert not folder.exists()
    assert tempfile.gettempdir() == before


def test_a_release_that_a_killed_run_moved_aside_comes_back_and_its_drafts_go(tmp_path: Path) -> None:
    space = open_workspace(tmp_path, "r1")
    old, draft = tmp_path / ".replaced-123", tmp_path / ".released-123"
    for folder in (old, draft):
        folder.mkdir()
        (folder / "report.html").write_text(folder.name)
    with locked(space):
        assert (space.released / "report.html").read_text() == ".replaced-123"
    assert not old.exists() and not draft.exists()
    old.mkdir()
    with locked(space):
        assert (space.released / "report.html").read_text() == ".replaced-123"
    assert not old.exists(), "the release is there: what was moved aside is its forerunner"


def test_a_run_killed_while_it_made_a_key_leaves_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    space = open_workspace(tmp_path, "r1")
    with monkeypatch.context() as patch:
        patch.setattr("os.replace", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            open_keys(space.keys)
    assert not list(space.keys.glob("*.key"))
    assert len(open_keys(space.keys).pseudonym) == 32
    assert {mode(path) for path in space.keys.iterdir()} == {0o600}


def test_keys_are_made_once_and_never_shown(tmp_path: Path) -> None:
    keys = open_keys(open_workspace(tmp_path, "r1").keys)
    again = open_keys(open_workspace(tmp_path, "r1").keys)
    assert keys == again
    assert len(keys.pseudonym) == len(keys.table) == 32
    assert keys.pseudonym != keys.table
    assert repr(keys) == "Keys()"
    assert mode(tmp_path / "restricted" / "r1" / "keys" / "table.key") == 0o600


def test_a_damaged_key_is_refused(tmp_path: Path) -> None:
    folder = open_workspace(tmp_path, "r1").keys
    open_keys(folder)
    (folder / "table.key").write_bytes(b"short")
    with pytest.raises(UsageError, match="damaged"):
        open_keys(folder)


def test_tombstones_are_kept_once(tmp_path: Path) -> None:
    assert read_tombstones(tmp_path) == []
    for key in ("b", "a", "b"):
        add_tombstone(tmp_path, key)
    assert read_tombstones(tmp_path) == ["a", "b"]
