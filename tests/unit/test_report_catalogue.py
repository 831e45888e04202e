"""A catalogue of several releases: the union of what each released, whole or refused, and nothing else."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.report import report
from pipelines.report_catalogue import read_whole, write_catalogue
from pipelines.report_database import views
from schemas.errors import ContractError, UsageError
from schemas.released import RELEASED
from tests.unit.report_made_up import made_up, manifest

OLD = made_up("trial-a", 60, 85)
NOW = made_up("trial-b", against=OLD)
PARTS = {"a": OLD, "b": NOW}
RATES = "tables/released_rates.parquet"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("made")
    for name, tables, baseline in (("a", OLD, None), ("b", NOW, "trial-a")):
        (root / name).mkdir()
        report(tables, manifest(f"trial-{name}", baseline), root / name)
    return root


@pytest.fixture
def releases(made: Path, tmp_path: Path) -> Path:
    """Copies of two releases, which a test may change."""
    return Path(shutil.copytree(made, tmp_path / "releases"))


def catalogue(root: Path, *names: str) -> Any:
    path = root / "catalogue.duckdb"
    write_catalogue([root / name for name in names or ("a", "b")], path)
    return duckdb.connect(str(path), read_only=True)


def test_each_table_is_the_union_of_the_releases(releases: Path) -> None:
    with catalogue(releases, "b", "a") as connection:
        for table in RELEASED:
            columns = ", ".join(f'"{name}"' for name in table.names)
            found = connection.execute(f"SELECT {columns} FROM {table.name}").fetchall()
            rows = [tuple(row.values()) for tables in (OLD, NOW)
                    for row in table.conform(tables[table.name]).to_pylist()]  # fmt: skip
            assert found == rows


def test_it_answers_for_each_release_as_that_release_does(releases: Path) -> None:
    """Every view; but for the place in the row of baselines, which one release cannot know."""
    with catalogue(releases) as both:
        for view in views():
            names = ", ".join(f'"{name}"' for name, _ in view.columns if name != "place" or view.name == "v_triggers")
            for name in PARTS:
                asked = f"SELECT {names} FROM {view.name} WHERE release = 'trial-{name}'"
                with duckdb.connect(str(releases / name / "summary.duckdb"), read_only=True) as one:
                    assert both.execute(asked).fetchall() == one.execute(asked).fetchall(), view.name


def test_the_runs_of_all_are_told_inside(releases: Path) -> None:
    with catalogue(releases) as connection:
        found = connection.execute("SELECT release, value FROM run_manifest WHERE key = 'baseline'").fetchall()
        assert found == [("trial-a", None), ("trial-b", "trial-a")]
        assert connection.execute("SELECT count(*) FROM run_manifest WHERE key LIKE 'files%'").fetchall() == [(0,)]


def test_baselines_that_go_round_have_no_place_and_end(releases: Path) -> None:
    _edit_manifest(releases / "a", lambda plain: plain | {"baseline": "trial-b"})
    with catalogue(releases) as connection:
        found = connection.execute("SELECT place, release FROM v_releases").fetchall()
    assert found == [(None, "trial-a"), (None, "trial-b")]


def test_a_copy_counts_once_and_another_release_of_the_name_is_refused(releases: Path) -> None:
    shutil.copytree(releases / "a", releases / "copy")
    with catalogue(releases, "a", "copy", "b") as connection:
        assert connection.execute("SELECT count(*) FROM v_releases").fetchall() == [(2,)]
    (releases / "other").mkdir()
    report(made_up("trial-a", 80, 85), manifest("trial-a", None), releases / "other")
    with pytest.raises(UsageError, match="different releases of the name trial-a"):
        write_catalogue([releases / "a", releases / "other"], releases / "x.duckdb")
    assert not (releases / "x.duckdb").exists()


@pytest.mark.parametrize("name", [RATES, "summary.duckdb", "report.html", "report.json"])
def test_a_changed_or_missing_file_is_refused(releases: Path, name: str) -> None:
    path = releases / "b" / name
    path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(ContractError, match="it changed"):
        catalogue(releases)
    path.unlink()
    with pytest.raises(ContractError, match="is missing"):
        catalogue(releases)


def test_two_files_of_one_release_are_never_mixed(releases: Path) -> None:
    """A file of another run of the same release, or of another release, does not get in."""
    (releases / "again").mkdir()
    report(made_up("trial-b", 75, against=OLD), manifest("trial-b"), releases / "again")
    for other in ("again", "a"):
        shutil.copy(releases / other / RATES, releases / "b" / RATES)
        with pytest.raises(ContractError, match="it changed"):
            catalogue(releases)


def _edit_manifest(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    path = folder / "manifest.json"
    path.write_text(json.dumps(change(json.loads(path.read_text()))))


def _put(folder: Path, name: str, data: bytes) -> None:
    """A file of the release, listed with its digest: what a forger of the manifest could do."""
    (folder / name).write_bytes(data)
    digest = hashlib.sha256(data).hexdigest()
    _edit_manifest(folder, lambda plain: plain | {"files": plain["files"] | {name: digest}})


def _parquet(table: pa.Table) -> bytes:
    out = pa.BufferOutputStream()
    pq.write_table(table, out)
    return bytes(out.getvalue())


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("tables/scrubbed.parquet", b"x", "1 files that this version"),
        ("../secret", b"x", "1 files that this version"),
        (RATES, b"no Parquet", "cannot be read as that table"),
        (RATES, _parquet(OLD["released_rates"]), "is of another release"),
        (RATES, _parquet(NOW["released_rates"].drop_columns(["label"])), "lacks a key column"),
        (RATES, _parquet(NOW["released_rates"].append_column("text", [["a"] * len(NOW["released_rates"])])), "newer"),
    ],
)
def test_what_no_release_of_ours_has_is_refused(releases: Path, name: str, data: bytes, said: str) -> None:
    _put(releases / "b", name, data)
    with pytest.raises(ContractError, match=said):
        catalogue(releases)


@pytest.mark.parametrize("raw", [b"", b"[]", b"{}", b'{"format": 1}', b"\xff"])
def test_a_manifest_that_is_none_is_refused(releases: Path, raw: bytes) -> None:
    (releases / "b" / "manifest.json").write_bytes(raw)
    with pytest.raises(ContractError, match="manifest"):
        read_whole(releases / "b")


def test_a_release_without_a_releases_name_is_refused(releases: Path) -> None:
    _edit_manifest(releases / "b", lambda plain: plain | {"release": "A Name"})
    with pytest.raises(ContractError, match="no release name"):
        read_whole(releases / "b")


def test_a_link_is_refused(releases: Path) -> None:
    path = releases / "b" / RATES
    path.rename(releases / "elsewhere")
    path.symlink_to(releases / "elsewhere")
    with pytest.raises(ContractError, match="no plain file"):
        catalogue(releases)


def test_a_release_of_an_older_version_stands_beside_a_newer_one(releases: Path) -> None:
    """It lacks a table and two columns, one of which may not be null today: empty for it, whole for the other."""
    older = OLD["released_triggers"].drop_columns(["lift", "reason"])
    _put(releases / "a", "tables/released_triggers.parquet", _parquet(older))
    (releases / "a" / "tables" / "released_behaviour.parquet").unlink()
    behaviour = "tables/released_behaviour.parquet"
    _edit_manifest(releases / "a", lambda plain: plain | {"files": {k: v for k, v in plain["files"].items()
                                                                    if k != behaviour}})  # fmt: skip
    with catalogue(releases) as connection:
        asked = "SELECT release, count(*), count(lift), count(reason), count(status) FROM v_triggers GROUP BY ALL"
        found = {row[0]: row[1:] for row in connection.execute(asked).fetchall()}
        rows = len(older)
        assert found["trial-a"] == (rows, 0, 0, rows)
        lifts = sum(row["lift"] is not None for row in NOW["released_triggers"].to_pylist())
        assert found["trial-b"] == (rows, lifts, rows, rows)
        asked = "SELECT DISTINCT release FROM v_behaviour"
        assert connection.execute(asked).fetchall() == [("trial-b",)]
