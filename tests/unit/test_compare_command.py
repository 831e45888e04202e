"""`welfare compare`: what it prints of two releases on disk, and what it refuses."""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from jobs.cli import main
from pipelines.report import report
from schemas.policy import FlagPolicy, Policies
from tests.unit.report_made_up import made_up, manifest

BEFORE = made_up("trial-a", 60, 85)


def compare(*arguments: object) -> int:
    with pytest.raises(SystemExit) as ended:
        main(["compare", *[str(argument) for argument in arguments]])
    return int(ended.value.code or 0)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """trial-b with its baseline trial-a, and trial-c, which was flagged by another threshold; a folder each."""
    root = tmp_path_factory.mktemp("releases")
    other = asdict(replace(Policies(), flag=FlagPolicy(distress_threshold=0.3)))
    for folder, tables, made in (
        ("b/released", made_up(against=BEFORE), manifest()),
        ("a", BEFORE, manifest("trial-a", None)),
        ("c", made_up("trial-c", 60, 85), manifest("trial-c", None, policies=other, models={"scorer": "cd" * 32})),
    ):
        (root / folder).mkdir(parents=True)
        report(tables, made, root / folder)
    return root


def test_it_says_what_differs_over_the_whole_trial_and_over_the_same_mix(
    written: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert compare(written / "b", written / "a") == 0
    said = capsys.readouterr().out
    assert said.startswith("trial-b against trial-a; differences in percentage points\n")
    assert "note" not in said
    assert "distress  all        all                higher: +3.7 points (" in said
    assert "joy       all        all                no difference seen: -0.3 points (" in said
    assert "distress  with the same mix of surfaces: higher, +3.7 points (95 % interval +" in said
    assert "points may well have been missed" in said
    assert "cluster    " in said
    assert said.isascii()
    quiet = len(said.splitlines())
    assert compare(written / "b", written / "a", "--all") == 0
    assert len(capsys.readouterr().out.splitlines()) > quiet


def test_another_policy_or_model_is_said(written: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert compare(written / "b", written / "c") == 0
    assert (
        "note: the two were not made alike ([flag], models); a difference may come from that" in capsys.readouterr().out
    )


def test_a_release_beside_itself_is_refused(written: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert compare(written / "a", written / "a") == 2
    assert "releases of the same name" in capsys.readouterr().err


def test_a_folder_without_a_release_is_named_by_its_argument(
    written: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert compare(tmp_path, written / "a") == 2
    assert "the folder named with CANDIDATE holds no release" in capsys.readouterr().err
    assert compare(written / "b", tmp_path / "nowhere") == 2
    assert "the folder named with BASELINE holds no release" in capsys.readouterr().err


def test_a_missing_and_a_changed_file_are_refused(
    written: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = "tables/released_rates.parquet"
    for name, file, content in (
        ("missing", table, None),
        ("changed", table, (written / "a" / table).read_bytes()[:-1] + b"!"),
        ("not JSON", "manifest.json", b"{"),
        ("other format", "manifest.json", json.dumps({"format": 99}).encode()),
    ):
        root = tmp_path / name
        shutil.copytree(written / "a", root)
        (root / file).unlink()
        if content is not None:
            (root / file).write_bytes(content)
        assert compare(written / "b", root) == 3, name
        said = capsys.readouterr()
        assert said.out == ""
        assert "Traceback" not in said.err
