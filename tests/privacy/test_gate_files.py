"""Mutants of a candidate beside its tables: a manifest that tells too much, a file too many. Each is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.disclosure import gated_count, rounded
from pipelines.disclosure_folder import check_folder, check_manifest
from pipelines.report import report
from schemas.errors import DisclosureError
from schemas.policy import DisclosurePolicy
from schemas.release import ReleaseManifest
from tests.unit.report_made_up import made_up, manifest

POLICY = DisclosurePolicy()
SECRET = "Zdenka Horvat"

TELLING: dict[str, dict[str, Any]] = {
    "an exact count": {"counts": {"conversations": 1537}},
    "a cell of four": {"counts": {"malformed_records": 4}},
    "a rounded count under the floor": {"counts": {"malformed_records": 10}},
    "a zero": {"counts": {"malformed_records": 0}},
    "a raw total": {"counts": {"records": 1540}},
    "a maximum": {"counts": {"most_of_one_user": 50}},
    "a share in full": {"counts": {"conversations": 1535.0}},
    "a count that is text": {"counts": {"conversations": SECRET}},
    "a path in the release name": {"release": "../etc"},
    "a release name of dots": {"release": ".."},
    "a baseline in free text": {"baseline": SECRET},
    "a run key in free text": {"run_key": SECRET},
    "a model named in free text": {"models": {SECRET: "ab" * 32}},
    "a model's folder": {"models": {"scorer": f"/home/{SECRET}/model"}},
    "a unit in free text": {"unit": SECRET},
}


@pytest.mark.parametrize("changes", TELLING.values(), ids=TELLING.keys())
def test_a_manifest_that_tells_too_much_is_refused(changes: dict[str, Any]) -> None:
    check_manifest(manifest(), POLICY)
    with pytest.raises(DisclosureError) as caught:
        check_manifest(replace(manifest(), **changes), POLICY)
    for value in ("Zdenka", "1537", "etc", "home"):
        assert value not in str(caught.value), "a message never holds a value"


@given(st.integers(0, 10**7), st.integers(2, 40), st.integers(1, 30))
def test_only_what_the_gate_made_of_a_count_passes(count: int, floor: int, step: int) -> None:
    policy = DisclosurePolicy(min_conversations=floor, min_users=2, round_to=step)
    shown = gated_count(count, policy)
    check_manifest(manifest(counts={"conversations": shown}), policy)
    if count < rounded(floor, policy) or count % step:  # what is left reads as some shown count does
        with pytest.raises(DisclosureError):
            check_manifest(manifest(counts={"conversations": count}), policy)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ReleaseManifest]:
    folder = tmp_path_factory.mktemp("candidate")
    return folder, report(made_up(), manifest(), folder, made_up("trial-a"))


def swap(folder: Path, name: str, there: Callable[[Path], object]) -> None:
    (folder / name).unlink()
    there(folder / name)


ADDED: dict[str, Callable[[Path], object]] = {
    "a log file": lambda folder: (folder / "run.log").write_text(SECRET),
    "a hidden file": lambda folder: (folder / ".crc").write_text(""),
    "a table too many": lambda folder: (folder / "tables" / "clustered.parquet").write_bytes(b"PAR1"),
    "an empty folder": lambda folder: (folder / SECRET).mkdir(),
    "a file lost": lambda folder: (folder / "report.json").unlink(),
    "other bytes": lambda folder: (folder / "report.json").write_bytes(b"{}\n"),
    "a link in the place of a file": lambda folder: swap(
        folder, "report.json", lambda p: p.symlink_to("manifest.json")
    ),
    "a folder in the place of a file": lambda folder: swap(folder, "report.json", lambda p: p.mkdir()),
}


@pytest.mark.parametrize("change", ADDED.values(), ids=ADDED.keys())
def test_a_folder_with_anything_else_is_refused(
    whole: tuple[Path, ReleaseManifest], tmp_path: Path, change: Callable[[Path], object]
) -> None:
    folder, listed = whole
    check_folder(folder, listed)
    for path in folder.rglob("*"):
        if path.is_file():
            copy = tmp_path / path.relative_to(folder)
            copy.parent.mkdir(exist_ok=True)
            copy.write_bytes(path.read_bytes())
    check_folder(tmp_path, listed)
    change(tmp_path)
    with pytest.raises(DisclosureError) as caught:
        check_folder(tmp_path, listed)
    assert SECRET not in str(caught.value)


def test_a_file_that_the_manifest_lists_besides_is_refused(whole: tuple[Path, ReleaseManifest]) -> None:
    folder, listed = whole
    with pytest.raises(DisclosureError):
        check_folder(folder, replace(listed, files=listed.files | {"run.log": "ab" * 32}))
