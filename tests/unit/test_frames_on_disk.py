from __future__ import annotations

import json
import os
import stat
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from jobs.commands.purge import command
from jobs.frames import Frames, drop_frame, folder_of, open_frames, store_frame
from jobs.ingest import Source
from jobs.survey import Survey
from jobs.workspace import Workspace, open_workspace
from pipelines.frames import Frame, FrameCluster, encoder
from schemas.errors import UsageError
from schemas.labels import LABELS
from schemas.policy import DisclosurePolicy, Policies
from schemas.policy_cluster import ClusterPolicy
from schemas.policy_file import shown
from tests.unit.small_restricted import NOW, age, write_restricted

SOURCES = [Source("a.jsonl", "native", "ab" * 32, "a.jsonl")]
FOUND = Survey(1500, 1400, 20, 0, 0, 0)


def frame(release: str = "r-1", run_key: str = "key-of-run-1", trial: str = "t", days: int = 100) -> Frame:
    """A frame of one cluster."""
    centroid = (1.0, *[0.0] * 1151)
    return Frame(release, run_key, trial, encoder(), days, (FrameCluster("joy", 0, centroid, 0.4, ("poem",), 0.1, 90),))


def naming(path: Path) -> Policies:
    """Policies that name the frame in `path`."""
    return Policies(cluster=ClusterPolicy(frame=str(path)))


def stored(space: Workspace, kept: Frame) -> Path:
    store_frame(space, kept)
    return folder_of(space.root) / f"{space.release}.json"


def test_a_frame_lies_on_the_restricted_side_for_its_owner_alone(tmp_path: Path) -> None:
    path = stored(open_workspace(tmp_path / "out", "r-1"), frame())
    assert path.relative_to(tmp_path / "out") == Path("restricted/frames/r-1.json")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600 and stat.S_IMODE(path.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize("kept", [frame(days=0), Frame("r-1", "k", "t", "e", 100, ())], ids=["no day", "no cluster"])
def test_what_is_not_to_be_kept_replaces_an_earlier_one_by_none(tmp_path: Path, kept: Frame) -> None:
    space = open_workspace(tmp_path / "out", "r-1")
    assert stored(space, frame()).exists()
    assert not stored(space, kept).exists()


def test_the_baselines_frame_is_taken_only_if_it_is_of_the_run_that_was_released(tmp_path: Path) -> None:
    space = write_restricted(tmp_path / "out")
    path = stored(space, frame())
    assert open_frames(Policies(), space.root).before == frame()
    assert open_frames(Policies(), None) == Frames()
    assert open_frames(Policies(), space.released).before is None, "a published release has no restricted side"
    store_frame(space, frame(run_key="an earlier run"))
    assert open_frames(Policies(), space.root).before is None
    path.write_text("{")
    assert open_frames(Policies(), space.root).before is None
    path.unlink()
    assert open_frames(Policies(), space.root).before is None


def test_a_named_frame_is_used_and_its_digest_recorded(tmp_path: Path) -> None:
    path = stored(open_workspace(tmp_path / "out", "r-1"), frame())
    found = open_frames(naming(path), None)
    assert found.given == frame() and found.models() == {"cluster_frame": frame().digest}
    assert Frames().models() == {} and Frames().digests == ["", ""]
    assert found.trial("r-2", SOURCES, FOUND) == Frames().trial("r-2", SOURCES, FOUND)


def test_a_frame_made_from_the_same_trial_is_refused_whatever_the_trial_is_called() -> None:
    own = Frames().trial("r-1", SOURCES, FOUND)
    for given, release in ((frame(release="r-2"), "r-2"), (frame(trial=own), "r-2")):
        with pytest.raises(UsageError, match="same trial"):
            Frames(given).trial(release, SOURCES, FOUND)
    # The same file may hold several releases; then other numbers of its records are this one's.
    assert Frames(frame(trial=own)).trial("r-2", SOURCES, Survey(900, 800, 620, 0, 0, 0))


def test_a_frame_whose_clusters_were_taken_over_from_the_same_trial_is_refused_too() -> None:
    """However often they were handed on: its clusters are still those of this trial's passages."""
    own = Frames().trial("r-1", SOURCES, FOUND)
    for origins in (("r-3", "another"), ("r-2", "another"), ("r-3", own)):
        handed = replace(frame(release="r-9", trial="yet another"), origins=origins)
        if origins == ("r-3", "another"):
            assert Frames(handed).trial("r-2", SOURCES, FOUND) == own
        else:
            with pytest.raises(UsageError, match="same trial"):
                Frames(handed).trial("r-2", SOURCES, FOUND)


def test_where_clusters_come_from_is_kept_with_the_frame(tmp_path: Path) -> None:
    handed = replace(frame(), origins=("r-0", "first trial"))
    path = stored(open_workspace(tmp_path / "out", "r-1"), handed)
    assert open_frames(naming(path), None).given == handed
    path.write_text(path.read_text().replace('"origins":["r-0","first trial"],', ""))
    assert open_frames(naming(path), None).given == frame(), "a frame of an earlier version says none"


def test_dp_takes_the_shipped_frame_where_none_is_named_and_never_the_baselines(tmp_path: Path) -> None:
    space = write_restricted(tmp_path / "out")
    path = stored(space, frame())
    dp = DisclosurePolicy(policy="dp")
    found = open_frames(Policies(disclosure=dp), space.root)
    assert found.given is not None and found.given.release == "sample-trial" and found.before is None and found.alone
    assert all(found.given.of(str(label)) for label in LABELS)
    assert open_frames(replace(naming(path), disclosure=dp), None).given == frame()
    assert found.digests != Frames(found.given).digests, "clusters that were made otherwise are not used again"


def test_the_shipped_frame_is_of_a_sample_trial_that_no_run_of_the_guides_reads() -> None:
    found = open_frames(Policies(disclosure=DisclosurePolicy(policy="dp")), None)
    for name in ("sample-1", "sample-2"):
        assert found.trial(name, SOURCES, FOUND)
    with pytest.raises(UsageError, match="same trial"):
        found.trial("sample-trial", SOURCES, FOUND)


def test_a_named_file_that_is_no_frame_is_refused(tmp_path: Path) -> None:
    (tmp_path / "other.json").write_text(json.dumps({"a": 1}))
    for name in ("other.json", "missing.json"):
        with pytest.raises(UsageError):
            open_frames(naming(tmp_path / name), None)


def test_where_a_frame_lies_is_not_shown_on_the_released_side(tmp_path: Path) -> None:
    policies = Policies(cluster=ClusterPolicy(frame=str(tmp_path / "of-ada" / "r-1.json")))
    assert shown(policies)["cluster"]["frame"] == "set, not shown"
    assert shown(Policies())["cluster"]["frame"] == ""


def test_a_frame_goes_when_its_own_days_have_passed_and_not_with_the_tables(tmp_path: Path) -> None:
    space = write_restricted(tmp_path / "out")
    path = stored(space, frame(days=100))
    age(space, 50)
    done = CliRunner().invoke(command, [str(space.root), "--expired", "--yes"])
    assert done.exit_code == 0 and "the trial is closed" in done.output
    assert path.exists()
    when = NOW.timestamp() - 101 * 86_400
    os.utime(path, (when, when))
    done = CliRunner().invoke(command, [str(space.root), "--expired", "--yes"])
    assert "1 files removed" in done.output and not path.exists()


def test_purge_keeps_the_frame_unless_it_is_asked_for(tmp_path: Path) -> None:
    space = write_restricted(tmp_path / "out")
    path = stored(space, frame())
    CliRunner().invoke(command, [str(space.root), "--yes"])
    assert path.exists()
    CliRunner().invoke(command, [str(space.root), "--yes", "--frames"])
    assert not path.exists()


def test_a_broken_frame_goes_with_the_next_purge(tmp_path: Path) -> None:
    space = write_restricted(tmp_path / "out")
    path = stored(space, frame())
    path.write_text("{")
    assert drop_frame(space, NOW.timestamp()) == 1 and not path.exists()
    assert drop_frame(space) == 0


def test_erasing_a_user_of_the_trial_takes_the_frame_along(tmp_path: Path) -> None:
    space = write_restricted(tmp_path / "out")
    path = stored(space, frame())
    CliRunner().invoke(command, [str(space.root), "--user", "nobody-of-these", "--yes"])
    assert path.exists()
    CliRunner().invoke(command, [str(space.root), "--user", "ben", "--yes"])
    assert not path.exists()
