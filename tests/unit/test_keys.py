"""Keys from a file or the environment: derived, not stored, and told apart from keys that lie in the folder."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jobs.keys import KEY, KEY_FILE, has_keys, master_key, open_keys
from schemas.errors import UsageError

MASTER = "0123456789abcdef" * 4


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in (KEY, KEY_FILE):
        monkeypatch.delenv(name, raising=False)
    made = tmp_path / "keys"
    made.mkdir()
    return made


def test_derived_keys_are_the_same_in_every_run_and_lie_nowhere(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY, MASTER)
    keys = open_keys(folder)
    assert open_keys(folder) == keys
    assert len({keys.pseudonym, keys.table}) == 2
    held = b"".join(path.read_bytes() for path in folder.iterdir())
    for secret in (keys.pseudonym, keys.table, bytes.fromhex(MASTER)):
        assert len(secret) == 32
        assert secret not in held


def test_a_file_and_the_environment_give_the_same_keys(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(KEY, MASTER)
    keys = open_keys(folder)
    monkeypatch.delenv(KEY)
    for name, held in (("text", MASTER.encode() + b"\n"), ("bytes", bytes.fromhex(MASTER))):
        (tmp_path / name).write_bytes(held)
        monkeypatch.setenv(KEY_FILE, str(tmp_path / name))
        assert open_keys(folder) == keys


def test_two_releases_under_one_master_key_have_unlike_keys(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(KEY, MASTER)
    (tmp_path / "other").mkdir()
    assert open_keys(folder).pseudonym != open_keys(tmp_path / "other").pseudonym


def test_another_master_key_or_none_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY, MASTER)
    open_keys(folder)
    before = {path: path.read_bytes() for path in folder.iterdir()}
    monkeypatch.setenv(KEY, MASTER[::-1])
    with pytest.raises(UsageError, match="another one"):
        open_keys(folder)
    monkeypatch.delenv(KEY)
    with pytest.raises(UsageError, match=KEY_FILE):
        open_keys(folder)
    assert {path: path.read_bytes() for path in folder.iterdir()} == before
    assert has_keys(folder)


def test_a_release_with_keys_of_its_own_takes_no_master_key(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = open_keys(folder)
    monkeypatch.setenv(KEY, MASTER)
    with pytest.raises(UsageError, match="Unset them"):
        open_keys(folder)
    monkeypatch.delenv(KEY)
    assert open_keys(folder) == keys


def test_a_key_named_twice_or_a_file_that_is_not_there_is_refused(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(KEY_FILE, str(folder / "none"))
    with pytest.raises(UsageError, match="cannot be read"):
        master_key()
    monkeypatch.setenv(KEY, MASTER)
    with pytest.raises(UsageError, match="both set"):
        master_key()


@given(st.binary(max_size=80))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_only_a_key_is_taken_from_a_file_and_never_shown(folder: Path, held: bytes) -> None:
    path = folder.parent / "master"
    path.write_bytes(held)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(KEY_FILE, str(path))
        if len(held) == 32:
            assert master_key() == held
        else:
            with pytest.raises(UsageError, match="64 hexadecimal") as caught:
                master_key()
            assert len(held) < 8 or repr(held)[2:-1] not in str(caught.value)
