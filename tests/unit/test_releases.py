"""Several releases in one output folder: each whole and in one place, whatever is killed, with its sign-offs."""

from __future__ import annotations

import contextlib
import json
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.adjudicate import finished_run
from jobs.candidate import open_baseline
from jobs.releases import find_baseline, name_in, put_in_place, release_folders, settle, standing
from jobs.run_record import read_record
from jobs.workspace import locked, open_workspace
from pipelines.report import report
from schemas.errors import SignOffError, UsageError
from schemas.release import output_root
from schemas.sign_off import TRAIL
from tests.unit.report_made_up import made_up, manifest
from tests.unit.small_release import NOW, Panel, write_release


def draft(root: Path, name: str, words: str = "") -> Path:
    """A draft of a release: its manifest and one more file."""
    folder = root / ".released-7"
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text(json.dumps({"release": name}))
    (folder / "report.html").write_text(words or name)
    return folder


def held(root: Path) -> dict[str, str]:
    """What the page of each release says, by where it stands."""
    return {
        path.parent.relative_to(root).as_posix(): path.read_text()
        for path in sorted(root.rglob("report.html"))
    }  # fmt: skip


def test_the_release_that_is_replaced_is_kept_whole(tmp_path: Path) -> None:
    for name in ("m1", "m2", "m3"):
        put_in_place(tmp_path, draft(tmp_path, name))
    assert held(tmp_path) == {"released": "m3", "releases/m1/released": "m1", "releases/m2/released": "m2"}
    put_in_place(tmp_path, draft(tmp_path, "m3", "again"))
    put_in_place(tmp_path, draft(tmp_path, "m1", "anew"))
    assert held(tmp_path) == {"released": "anew", "releases/m2/released": "m2", "releases/m3/released": "again"}
    assert [standing(tmp_path, name) for name in ("m1", "m2", "m4")] == [
        tmp_path / "released", tmp_path / "releases" / "m2" / "released", tmp_path / "released"
    ]  # fmt: skip
    places = ["releases/m2/released", "releases/m3/released", "released"]
    assert release_folders(tmp_path) == [tmp_path / place for place in places]


class Killed(BaseException):
    """Not an error: nothing may catch it."""


@settings(max_examples=60)
@given(names=st.lists(st.sampled_from(["m1", "m2", "m3"]), min_size=1, max_size=5), data=st.data())
def test_a_kill_between_any_two_moves_loses_and_mixes_nothing(
    tmp_path_factory: pytest.TempPathFactory, names: list[str], data: st.DataObject
) -> None:
    """After the next run has taken the lock: the last of each name, or its forerunner where it was never in place."""
    root = tmp_path_factory.mktemp("root")
    expected: dict[str, str] = {}
    for number, name in enumerate(names):
        left = data.draw(st.integers(0, 4))
        words = f"{name}-{number}"
        made = draft(root, name, words)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(os, "replace", _killing(left))
            with contextlib.suppress(Killed):
                put_in_place(root, made)
        settle(root)
        last = (root / "released" / "report.html").read_text() if (root / "released").exists() else None
        if last == words:
            expected[name] = words
            (root / "sign-offs").mkdir(exist_ok=True)
            (root / "sign-offs" / "vote").write_text(words)
        found = {name_in(root / place): text for place, text in held(root).items()}
        assert found == expected
        assert len(held(root)) == len(expected)
        votes = {name_in(path.parents[1] / "released"): path.read_text() for path in root.rglob("vote")}
        assert votes == expected
        assert not [path for path in root.iterdir() if path.name.startswith(".")]


def _killing(left: int):  # type: ignore[no-untyped-def]
    """os.replace that works `left` times and then is killed, before it moves anything."""
    real, count = os.replace, iter(range(left))

    def replace(*arguments: Path) -> None:
        if next(count, None) is None:
            raise Killed
        real(*arguments)

    return replace


def test_a_run_of_another_name_may_use_the_folder_and_mends_it(tmp_path: Path) -> None:
    put_in_place(tmp_path, draft(tmp_path, "m1"))
    (tmp_path / "released").rename(tmp_path / ".replaced-1")
    draft(tmp_path, "m2").rename(tmp_path / "released")
    with locked(open_workspace(tmp_path, "m3")):
        assert held(tmp_path) == {"released": "m2", "releases/m1/released": "m1"}
    (tmp_path / "released" / "manifest.json").write_text("{}")
    with pytest.raises(UsageError, match="another folder"):
        open_workspace(tmp_path, "m3")


@pytest.mark.parametrize("name", ["..", ".", "../../elsewhere", "A", "", 7, None])
def test_a_name_that_is_none_leads_nowhere(tmp_path: Path, name: object) -> None:
    (tmp_path / "manifest.json").write_text(json.dumps({"release": name}))
    assert name_in(tmp_path) is None


def test_a_baseline_in_the_same_folder_is_found_wherever_it_stands(tmp_path: Path) -> None:
    """OUT/releases/m1 means m1 before and after m2 takes its place, so that the same command is the same run."""
    out = tmp_path / "out"
    old = made_up("m1", 60, 85)
    for name, tables, baseline in (("m1", old, None), ("m2", made_up("m2", against=old), "m1")):
        folder = out / ".released-7"
        folder.mkdir(parents=True)
        report(tables, manifest(name, baseline), folder)
        put_in_place(out, folder)
        found = open_baseline(find_baseline(out / "releases" / "m1", out, "m2"))
        assert found is not None
        assert found[0] == "m1"
    for named in (out, out / "released", out / "releases" / "m2", out / "releases" / ".." / "released"):
        with pytest.raises(UsageError, match="--baseline names"):
            find_baseline(named, out, "m2")
    other = tmp_path / "other" / "releases" / "m1"
    assert find_baseline(other, out, "m2") == other
    assert find_baseline(None, out, "m2") is None


def test_an_earlier_release_keeps_its_sign_offs_and_can_still_be_signed_and_published(tmp_path: Path) -> None:
    """Its successor starts without any; the audit trail stays one."""
    root = write_release(tmp_path / "out")
    (tmp_path / "keys").mkdir()
    panel = Panel(tmp_path / "keys").add("ada", "ben", "cem")
    panel.vote(root, "ada")
    put_in_place(root, draft(root, "r-2"))
    earlier = root / "releases" / "r-1"
    assert not (root / "sign-offs").exists()
    assert [path.name for path in (earlier / "sign-offs").iterdir()] == ["ada.dsse.json"]
    assert output_root(earlier) == root.absolute()
    assert output_root(root) == root
    assert read_record(earlier).ran_by == "Olga"
    with pytest.raises(SignOffError, match="2 different reviewers"):
        panel.publish(earlier, tmp_path / "too-few")
    panel.vote(earlier, "ben", ran_by="Olga")
    record = panel.publish(earlier, tmp_path / "published")
    assert record["release"] == "r-1"
    assert not (earlier / TRAIL).exists()
    events = [json.loads(line)["event"] for line in (root / TRAIL).read_text().splitlines()]
    assert events == ["sign-off", "sign-off", "publish"]
    (earlier / "sign-offs" / "ada.dsse.json").unlink()
    with pytest.raises(SignOffError, match="audit trail"):
        panel.publish(earlier, tmp_path / "removed", NOW)


def test_an_own_folder_called_releases_stays_an_own_folder(tmp_path: Path) -> None:
    folder = write_release(tmp_path / "releases" / "m1")
    (tmp_path / "released").mkdir()
    assert output_root(folder) == folder


def test_readers_are_shown_the_run_of_the_last_release(tmp_path: Path) -> None:
    for name in ("m1", "m2"):
        put_in_place(tmp_path, draft(tmp_path, name))
        record = tmp_path / "restricted" / name / "run.json"
        record.parent.mkdir(parents=True)
        record.write_text(json.dumps({"release": name}))
    assert finished_run(tmp_path)[0].release == "m2"
    (tmp_path / "restricted" / "m2" / "run.json").unlink()
    with pytest.raises(UsageError, match="no finished run"):
        finished_run(tmp_path)
