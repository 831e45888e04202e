"""`welfare audit`: its test of itself, its exit codes, and that it never shows a value."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from jobs.audit import read_canaries
from jobs.audit_match import Matcher
from jobs.audit_probes import self_test
from jobs.cli import main
from jobs.workspace import Workspace
from schemas.errors import UsageError
from tests.unit.small_release import write_release
from tests.unit.small_restricted import write_restricted

VALUE = "Zoë Quentin-Marsh 0417"


def audit(*arguments: object) -> int:
    with pytest.raises(SystemExit) as ended:
        main(["audit", *[str(argument) for argument in arguments]])
    return int(ended.value.code or 0)


def test_ordinals_are_line_numbers_and_short_values_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "canaries"
    path.write_text("abc\n\nAda Quentin\r\n  \nxy\nben marsh\n")
    canaries = read_canaries(path)
    assert canaries.values == ((3, "Ada Quentin"), (6, "ben marsh"))
    assert canaries.skipped == 2
    assert "Quentin" not in repr(canaries)
    path.write_text("abc\n")
    with pytest.raises(UsageError, match="no value"):
        read_canaries(path)


def test_the_self_test_finds_all_that_it_planted(tmp_path: Path) -> None:
    root = write_release(tmp_path / "out")
    before = {path: path.read_bytes() for path in (root / "released").rglob("*.*")}
    tested = self_test(root / "released")
    assert tested.whole
    assert tested.planted > 150
    assert before == {path: path.read_bytes() for path in (root / "released").rglob("*.*")}


@pytest.mark.parametrize(
    "broken", ["_parquet", "_duckdb", "_zip", "_decompress", "_undone", "_leaves", "_decrypted", "search"]
)
def test_the_self_test_notices_a_search_that_is_blind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    root = write_release(tmp_path / "out")
    if broken == "search":
        monkeypatch.setattr(Matcher, "search", lambda self, data: set())
    else:
        monkeypatch.setattr(f"jobs.audit_contents.{broken}", lambda *_: [])
    tested = self_test(root / "released")
    assert tested.found < tested.planted


def test_a_clean_release_passes_and_a_leak_ends_with_four(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root, canaries = write_release(tmp_path / "out"), tmp_path / "canaries.txt"
    canaries.write_text(f"abc\nNobody There\n{VALUE}\n")
    assert audit(root, "--canaries", canaries) == 0
    said = capsys.readouterr().out
    assert "probes found" in said
    assert "searched for 2 values, 1 skipped as too short" in said
    with duckdb.connect(str(root / "released" / "summary.duckdb")) as connection:
        connection.execute("create table leak as select ? as a", [VALUE.upper()])
    assert audit(root, "--canaries", canaries) == 4
    told = capsys.readouterr()
    assert "summary.duckdb: value of line 3" in told.out
    assert "1 planted values found in 1 files" in told.err
    assert "quentin" not in (told.out + told.err).lower()


def test_earlier_releases_in_the_folder_are_searched(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = write_release(tmp_path / "out")
    canaries = tmp_path / "canaries.txt"
    canaries.write_text("Zebulon Quarterstaff\n")
    earlier = root / "releases" / "r-0" / "released"
    earlier.mkdir(parents=True)
    (earlier / "report.html").write_text("nothing")
    assert audit(root, "--canaries", canaries) == 0
    (earlier / "report.html").write_text("by Zebulon Quarterstaff")
    assert audit(root, "--canaries", canaries) == 4
    assert "releases/r-0/released/report.html: value of line 1" in capsys.readouterr().out


@pytest.fixture
def restricted(tmp_path: Path) -> Workspace:
    """An output folder with a restricted side; each table holds `text of USER` for every user."""
    return write_restricted(tmp_path / "out")


@pytest.fixture
def canaries(tmp_path: Path) -> Path:
    """Two values that the tables hold, and between them one that nothing holds."""
    path = tmp_path / "canaries.txt"
    path.write_text(f"text of cleo\n{VALUE}\nADA@example.org\n")
    return path


def test_what_a_restricted_table_holds_is_found_and_told_apart(
    restricted: Workspace, canaries: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = {path: path.read_bytes() for path in restricted.root.rglob("*") if path.is_file()}
    assert audit(restricted.root, "--canaries", canaries) == 0
    told = capsys.readouterr().out
    assert "7 encrypted files were decrypted and searched inside" in told
    assert "what may leave: none found" in told and "temporary files and logs: none found" in told
    assert "restricted side: none found" in told, "in the clear, that is"
    assert "inside encrypted tables, where scrubbing left it: 2 values found in 3 files" in told
    assert all(f"  restricted/r-1/{table}: 2 values\n" in told for table in ("scrubbed", "scored", "clustered"))
    folder = "restricted/r-1/scrubbed/ffffffffffffffff"
    assert f"{folder}/part-000000.parquet: value of line 1 (as is)" in told
    assert f"{folder}/part-000000.parquet: value of line 3 (as is)" in told
    assert "part-000001" not in told, "it holds neither"
    assert "cleo" not in told and "example.org" not in told.lower()
    assert {path: path.read_bytes() for path in restricted.root.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize(
    ("place", "said"),
    [("restricted/temporary/run-x/spill", "temporary files and logs: 1 values found in 1 files"),
     ("restricted/r-1/run.log", "temporary files and logs: 1 values found in 1 files"),
     ("restricted/r-1/run.json", "restricted side: 1 values found in 1 files"),
     ("released/note.txt", "what may leave: 1 values found in 1 files"),
     ("note.txt", "what may leave: 1 values found in 1 files")],
)  # fmt: skip
def test_a_value_in_the_clear_ends_with_four_wherever_it_is(
    restricted: Workspace, canaries: Path, capsys: pytest.CaptureFixture[str], place: str, said: str
) -> None:
    with (restricted.root / place).open("a") as file:
        file.write(f"row: {VALUE}")
    assert audit(restricted.root, "--canaries", canaries) == 4
    told = capsys.readouterr().out
    assert said in told and f"{place}: value of line 2 (as is)" in told
    assert told.count("none found") == 2
    expected = 0 if place.startswith("restricted") else 4
    assert audit(restricted.root, "--canaries", canaries, "--released") == expected
    assert "restricted side: left out, as you asked" in capsys.readouterr().out


def test_without_keys_it_says_that_encrypted_tables_were_not_read(
    restricted: Workspace, canaries: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = {path: path.read_bytes() for path in restricted.keys.iterdir()}
    for path in kept:
        path.unlink()
    assert audit(restricted.root, "--canaries", canaries) == 0
    told = capsys.readouterr().out
    assert "7 restricted files are encrypted or not to be opened: searched as they lie, not decrypted." in told
    assert "What they hold was not searched." in told and "release r-1: its keys are not there." in told
    assert "scrubbing left it" not in told and not any(restricted.keys.iterdir()), "no key was made"
    for path, data in kept.items():
        path.write_bytes(data[::-1])
    assert audit(restricted.root, "--canaries", canaries) == 0
    assert "7 restricted files are encrypted or not to be opened" in capsys.readouterr().out


def test_with_a_master_key_it_reads_them_and_without_it_says_what_to_set(
    tmp_path: Path, canaries: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WELFARE_KEY", "ab" * 32)
    space = write_restricted(tmp_path / "out")
    assert audit(space.root, "--canaries", canaries) == 0
    assert "7 encrypted files were decrypted" in capsys.readouterr().out
    monkeypatch.delenv("WELFARE_KEY")
    assert audit(space.root, "--canaries", canaries) == 0
    assert (
        "release r-1: the keys of this release come from a master key. Set WELFARE_KEY_FILE" in capsys.readouterr().out
    )
    (space.keys / "check").unlink()
    monkeypatch.setenv("WELFARE_KEY", "cd" * 32)
    assert audit(space.root, "--canaries", canaries) == 0
    assert not (space.keys / "check").exists(), "another master key must not become the release's"


def test_a_folder_whose_run_has_not_released_is_searched_and_an_empty_one_is_refused(
    restricted: Workspace, canaries: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.rmtree(restricted.released)
    assert audit(restricted.root, "--canaries", canaries) == 0
    assert audit(restricted.root, "--canaries", canaries, "--released") == 2
    (tmp_path / "empty").mkdir()
    assert audit(tmp_path / "empty", "--canaries", canaries) == 2
    assert "there is no release in this folder" in capsys.readouterr().err


def test_a_released_file_that_cannot_be_opened_ends_with_four(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root, canaries = write_release(tmp_path / "out"), tmp_path / "canaries.txt"
    canaries.write_text(VALUE)
    path = root / "released" / "tables" / "released_coverage.parquet"
    path.write_bytes(path.read_bytes()[:-8])
    assert audit(root, "--canaries", canaries) == 4
    assert "not searched inside" in capsys.readouterr().out


DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "cut to nothing": lambda data: b"",
    "cut within the header": lambda data: data[:16],
    "cut behind the headers": lambda data: data[: 3 * 4096],
    "cut in the middle": lambda data: data[: len(data) // 2],
    "the last block gone": lambda data: data[:-1],
    "junk": lambda data: random.Random(1).randbytes(len(data)),
    "junk behind the first header": lambda data: data[:4096] + random.Random(2).randbytes(len(data) - 4096),
    "junk behind all headers": lambda data: data[: 3 * 4096] + random.Random(3).randbytes(len(data) - 3 * 4096),
}


@pytest.mark.parametrize("damage", list(DAMAGE))
def test_a_damaged_database_ends_with_four_and_says_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], damage: str
) -> None:
    root, canaries = write_release(tmp_path / "out"), tmp_path / "canaries.txt"
    canaries.write_text(VALUE)
    path = root / "released" / "summary.duckdb"
    path.write_bytes(DAMAGE[damage](path.read_bytes()))
    assert audit(root, "--canaries", canaries) == 4
    told = capsys.readouterr()
    assert "summary.duckdb: not searched inside" in told.out
    assert "1 files could not be opened, so nothing is proven. Make the release anew." in told.err
    assert "leave: none found" not in told.out and "what may leave: nothing found in what could be opened" in told.out
