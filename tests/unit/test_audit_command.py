"""`welfare audit`: its test of itself, its exit codes, and that it never shows a value."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from jobs.audit import read_canaries
from jobs.audit_match import Matcher
from jobs.audit_probes import self_test
from jobs.cli import main
from jobs.tables import write_part
from schemas.errors import UsageError
from tests.unit.small_release import write_release

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


@pytest.mark.parametrize("broken", ["_parquet", "_duckdb", "_zip", "_decompress", "_undone", "_leaves", "search"])
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


def test_all_searches_the_restricted_side_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = write_release(tmp_path / "out")
    canaries = root / "canaries.txt"
    canaries.write_text(VALUE + "\n")
    folder = root / "restricted" / "r-1" / "scrubbed" / "f"
    folder.mkdir(parents=True)
    table = pa.table({"user_key": ["u"], "text": [VALUE]})
    write_part(folder / "part-000000.parquet", table.to_batches(), table.schema, b"k" * 32)
    assert audit(root, "--canaries", canaries, "--all") == 0
    told = capsys.readouterr().out
    assert "1 restricted files are encrypted" in told
    assert "not decrypted. What the tables hold was not searched." in told
    (root / "restricted" / "spill").write_text(f"row: {VALUE}")
    assert audit(root, "--canaries", canaries) == 0
    assert audit(root, "--canaries", canaries, "--all") == 4
    assert "restricted/spill: value of line 1" in capsys.readouterr().out


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
    assert "none found" not in told.out
