"""Query: reads the released database, changes nothing, reaches nothing else."""

from __future__ import annotations

import csv
import io
import shutil
from pathlib import Path

import duckdb
import pytest

from jobs.cli import main
from jobs.commands.query import answer, open_release, opened
from jobs.releases import release_folders
from pipelines.report import report
from schemas.errors import ContractError, UsageError
from tests.unit.report_made_up import made_up, manifest
from tests.unit.small_release import write_release


def query(*arguments: object) -> int:
    with pytest.raises(SystemExit) as ended:
        main(["query", *[str(argument) for argument in arguments]])
    return int(ended.value.code or 0)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_release(tmp_path / "out")


def test_a_statement_prints_a_table(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert query(root, "select 1 as one, null as none, 'a' as text") == 0
    assert capsys.readouterr().out == "one  none  text\n---  ----  ----\n1    null  a\n"


def test_csv_holds_every_row(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert query(root, "select i, 'a,b' as t from range(500) s(i)", "--csv") == 0
    rows = list(csv.reader(io.StringIO(capsys.readouterr().out)))
    assert rows[0] == ["i", "t"]
    assert rows[500] == ["499", "a,b"]
    assert query(root, "select i from range(500) s(i)", "--rows", 3) == 0
    assert capsys.readouterr().out.endswith("… more than 3 rows; use --rows or --csv\n")


def test_tables_come_with_their_meaning(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert query(root, ".tables") == 0
    assert "released_coverage  table  What was looked at" in capsys.readouterr().out


def test_macros_come_with_their_meaning(several: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert query(several / "b", ".tables") == 0
    said = capsys.readouterr().out
    assert "macro  FROM rates_of('joy')" in said
    assert "v_trend" in said


def test_the_prompt_takes_statements_over_several_lines(
    root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    script = "select 41\n + 1 as answer;\n\n.tables\nselect nonsense;\nselect 'last' as l;\n.quit\nselect 'never';\n"
    monkeypatch.setattr("sys.stdin", io.StringIO(script))
    assert query(root) == 0
    said = capsys.readouterr()
    assert "answer\n------\n42" in said.out
    assert "released_coverage" in said.out
    assert "last" in said.out
    assert "never" not in said.out
    assert "the statement failed" in said.err


@pytest.mark.parametrize("place", ["run", "release"])
def test_a_published_folder_opens_as_well(root: Path, place: str) -> None:
    connection = open_release(root if place == "run" else root / "released")
    assert "120" in answer(connection, "from released_coverage", False, 10)


FORBIDDEN = [
    "select * from read_csv('{outside}')",
    "select * from read_text('{outside}')",
    "select * from glob('{outside}*')",
    "from '{outside}'",
    "copy released_coverage to '{outside}.csv'",
    "copy (select 1) to '{root}/released/summary.duckdb.tmp/x.csv'",
    "export database '{outside}.d'",
    "attach '{outside}.duckdb'",
    "install httpfs",
    "load '{outside}'",
    "set enable_external_access = true",
    "set lock_configuration = false",
    "set temp_directory = '{outside}'",
    "insert into released_coverage from released_coverage",
    "update released_coverage set conversations = 1",
    "drop table released_coverage",
    "comment on table released_coverage is 'x'",
    "create table x as select 1",
    "create persistent secret s (type s3)",
]


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_no_statement_changes_or_reaches_anything(root: Path, tmp_path: Path, statement: str) -> None:
    outside = tmp_path / "outside"
    outside.write_text("a,b\n1,2\n")
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    with pytest.raises(UsageError, match="the statement failed"):
        answer(open_release(root), statement.format(outside=outside, root=root), False, 10)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_a_catalogue_is_as_locked_as_a_release(several: Path, tmp_path: Path, statement: str) -> None:
    outside = tmp_path / "outside"
    outside.write_text("a,b\n1,2\n")
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    with opened(release_folders(several)) as connection, pytest.raises(UsageError, match="the statement failed"):
        answer(connection, statement.format(outside=outside, root=several / "a"), False, 10)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


@pytest.fixture
def several(written: Path, tmp_path: Path) -> Path:
    """A copy of `written`."""
    return Path(shutil.copytree(written, tmp_path / "several"))


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the output folder of a run, a published release, a draft of a run under way, and other things."""
    folder = tmp_path_factory.mktemp("written")
    old = made_up("trial-a", 60, 85)
    for place, tables, facts in (
        ("a/released", old, manifest("trial-a", None)),
        ("b", made_up("trial-b", against=old), manifest("trial-b", "trial-a")),
        (".released-1", made_up("trial-c"), manifest("trial-c", None)),
    ):
        (folder / place).mkdir(parents=True)
        report(tables, facts, folder / place)
    (folder / "sample-trial").mkdir()
    (folder / "notes.txt").write_text("")
    return folder


def test_a_folder_of_several_releases_is_one_catalogue(several: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert query(several, "select place, release from v_releases", "--csv") == 0
    assert capsys.readouterr().out == "place,release\n1,trial-a\n2,trial-b\n"
    assert query(several / "a", "select release from v_releases", "--csv", "--with", several / "b") == 0
    assert capsys.readouterr().out == "release\ntrial-a\ntrial-b\n"
    assert query(several / "b", "select release from v_releases", "--csv") == 0
    assert capsys.readouterr().out == "release\ntrial-b\n"
    assert query(several / "sample-trial", "select 1") == 2
    assert query(several, "select 1", "--with", several / "nowhere") == 2


def test_a_catalogue_refuses_a_changed_file_and_leaves_nothing(
    several: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    assert query(several, "select 1") == 0
    path = several / "b" / "report.html"
    path.write_bytes(path.read_bytes() + b" ")
    assert query(several, "select 1") == 3
    assert query(several, "--save", tmp_path / "all.duckdb") == 3
    assert not (tmp_path / "all.duckdb").exists()
    assert list((tmp_path / "temporary").iterdir()) == []


def test_a_catalogue_can_be_saved(several: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    saved = tmp_path / "all.duckdb"
    assert query(several, "--save", saved) == 0
    assert capsys.readouterr().out == "all.duckdb holds 2 release(s): trial-a, trial-b\n"
    with duckdb.connect(str(saved), read_only=True) as connection:
        assert len(connection.execute("from trend('distress')").fetchall()) == 2
    before = saved.read_bytes()
    assert query(several, "--save", saved) == 2
    assert saved.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["all.duckdb", "several"]


def test_a_tampered_database_is_refused(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = root / "released" / "summary.duckdb"
    path.write_bytes(path.read_bytes() + b"x")
    with pytest.raises(ContractError, match="it changed"):
        open_release(root)
    assert query(root, "select 1") == 3
    path.unlink()
    assert query(root, "select 1") == 2
    assert "no summary.duckdb" in capsys.readouterr().err
