"""Signing and publishing: who counts, what blocks, and that every refusal has its own reason."""

from __future__ import annotations

import json
import os
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from pipelines.sign_off_publish import publish, verify
from schemas.errors import SignOffError, UsageError
from schemas.sign_off import Decision, Refusal, Role
from tests.unit.small_release import NOW, Panel, write_release

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_release(tmp_path / "out")


@pytest.fixture
def panel(tmp_path: Path) -> Panel:
    return Panel(tmp_path / "keys").add("ada", "ben", "cleo")


def refusals(caught: pytest.ExceptionInfo[SignOffError]) -> set[str]:
    """The codes of a refusal's message."""
    return {line.split("]")[0].strip(" [") for line in str(caught.value).splitlines()[1:]}


def refused(panel: Panel, root: Path, to: Path, **more: object) -> set[str]:
    with pytest.raises(SignOffError) as caught:
        panel.publish(root, to, **more)  # type: ignore[arg-type]
    assert not to.exists()
    assert not list(to.parent.glob(f".{to.name}.draft-*")), "a draft was left behind"
    return refusals(caught)


def test_two_reviewers_who_did_not_run_the_job_let_a_release_out(root: Path, panel: Panel, tmp_path: Path) -> None:
    panel.vote(root, "ada")
    panel.vote(root, "ben", Decision.CONDITIONS)
    record = panel.publish(root, tmp_path / "dest")
    out = tmp_path / "dest"
    assert {"publication.json", "manifest.json", "summary.duckdb", "report.html", "sign-offs"} <= set(os.listdir(out))
    for path in (root / "released").rglob("*.*"):
        assert (out / path.relative_to(root / "released")).read_bytes() == path.read_bytes()
    assert record == json.loads((out / "publication.json").read_bytes())
    assert record["ran_by"] == "olga"
    assert verify(out, panel.trust, LATER) == record
    assert (out / "report.html").stat().st_mode & 0o222 == 0


def test_a_release_verifies_elsewhere_without_the_project_s_state(root: Path, panel: Panel, tmp_path: Path) -> None:
    panel.vote(root, "ada")
    panel.vote(root, "ben")
    panel.publish(root, tmp_path / "dest")
    shutil.rmtree(root)
    moved = shutil.move(tmp_path / "dest", tmp_path / "elsewhere")
    verify(Path(moved), panel.trust, LATER + timedelta(days=4000))


@pytest.mark.parametrize("voters", [(), ("ada",)])
def test_fewer_than_two_are_too_few(root: Path, panel: Panel, tmp_path: Path, voters: tuple[str, ...]) -> None:
    for person in voters:
        panel.vote(root, person)
    assert Refusal.TOO_FEW in refused(panel, root, tmp_path / "dest")


def test_signing_twice_is_one_vote(root: Path, panel: Panel, tmp_path: Path) -> None:
    panel.vote(root, "ada")
    panel.vote(root, "ada", at=NOW + timedelta(minutes=1))
    assert refused(panel, root, tmp_path / "dest") == {Refusal.TOO_FEW}


def test_one_rejection_blocks_any_number_of_approvals(root: Path, panel: Panel, tmp_path: Path) -> None:
    for person in ("ada", "ben"):
        panel.vote(root, person)
    panel.vote(root, "cleo", Decision.REJECT)
    assert refused(panel, root, tmp_path / "dest") == {Refusal.REJECTED}


def test_a_rejection_that_was_removed_still_blocks(root: Path, panel: Panel, tmp_path: Path) -> None:
    for person in ("ada", "ben"):
        panel.vote(root, person)
    panel.vote(root, "cleo", Decision.REJECT).unlink()
    assert refused(panel, root, tmp_path / "dest") == {Refusal.REMOVED}


def test_an_earlier_approval_cannot_be_put_back_over_a_rejection(root: Path, panel: Panel, tmp_path: Path) -> None:
    panel.vote(root, "ada")
    path = panel.vote(root, "ben")
    earlier = path.read_bytes()
    panel.vote(root, "ben", Decision.REJECT, at=NOW + timedelta(minutes=1))
    path.write_bytes(earlier)
    assert refused(panel, root, tmp_path / "dest") == {Refusal.REMOVED}


def test_a_reviewer_may_change_a_rejection_into_an_approval(root: Path, panel: Panel, tmp_path: Path) -> None:
    panel.vote(root, "ada")
    panel.vote(root, "ben", Decision.REJECT)
    panel.vote(root, "ben", at=NOW + timedelta(minutes=1))
    panel.publish(root, tmp_path / "dest")
    assert (tmp_path / "dest" / "publication.json").exists()


def test_who_ran_the_job_cannot_sign_it(root: Path, panel: Panel) -> None:
    panel.add("olga")
    with pytest.raises(SignOffError, match="ran the job"):
        panel.vote(root, "olga", ran_by="Olga ")


def test_a_vote_of_who_ran_the_job_is_refused_even_beside_two_others(root: Path, panel: Panel, tmp_path: Path) -> None:
    panel.add("olga")
    for person in ("ada", "ben", "olga"):
        panel.vote(root, person)  # olga signs where the run's record cannot be read
    assert refused(panel, root, tmp_path / "dest") == {Refusal.RAN_IT}


def test_without_any_word_on_who_ran_it_nothing_is_published(root: Path, panel: Panel, tmp_path: Path) -> None:
    for person in ("ada", "ben"):
        panel.vote(root, person)
    shutil.rmtree(root / "restricted")
    assert refused(panel, root, tmp_path / "dest") == {Refusal.OPERATOR_UNKNOWN}


def test_the_reviewers_word_on_who_ran_it_outlives_a_purge(root: Path, panel: Panel, tmp_path: Path) -> None:
    for person in ("ada", "ben"):
        panel.vote(root, person, ran_by="Olga")
    shutil.rmtree(root / "restricted")
    assert panel.publish(root, tmp_path / "dest")["ran_by"] == "olga"


def test_a_record_that_names_another_operator_is_refused(root: Path, panel: Panel, tmp_path: Path) -> None:
    for person in ("ada", "ben"):
        panel.vote(root, person, ran_by="olga")
    run = root / "restricted" / "r-1" / "run.json"
    run.write_text(run.read_text().replace("Olga", "zoe"))
    assert refused(panel, root, tmp_path / "dest") == {Refusal.OPERATOR_DIFFERS}


def test_an_operator_of_the_trust_file_cannot_decide(root: Path, panel: Panel, tmp_path: Path) -> None:
    panel.roles["ben"] = Role.OPERATOR
    for person in ("ada", "ben"):
        panel.vote(root, person)
    assert Refusal.NOT_REVIEWER in refused(panel, root, tmp_path / "dest")


def test_a_key_that_the_trust_file_does_not_have_is_unknown(root: Path, panel: Panel, tmp_path: Path) -> None:
    for person in ("ada", "ben"):
        panel.vote(root, person)
    stranger = Panel(tmp_path / "other").add("ben")
    panel.public["ben"] = stranger.public["ben"]
    assert refused(panel, root, tmp_path / "dest") == {Refusal.UNKNOWN_KEY, Refusal.TOO_FEW}
    del panel.public["ben"]
    assert refused(panel, root, tmp_path / "dest") == {Refusal.UNKNOWN_PERSON, Refusal.TOO_FEW}


def test_one_person_cannot_sign_in_two_names(root: Path, panel: Panel, tmp_path: Path) -> None:
    panel.vote(root, "ada")
    panel.vote(root, "ben", key="ada")
    assert refused(panel, root, tmp_path / "dest") == {Refusal.UNKNOWN_KEY, Refusal.TOO_FEW}


def test_nobody_overwrites_another_s_vote_with_a_key_of_their_own(root: Path, panel: Panel) -> None:
    panel.vote(root, "cleo", Decision.REJECT)
    with pytest.raises(SignOffError, match="another key"):
        panel.vote(root, "cleo", key="ada")


@pytest.mark.parametrize("end", ["valid_until = 2025-08-31", "valid_until = 2025-09-01T12:30:00Z"])
def test_a_key_past_its_end_does_not_count(root: Path, panel: Panel, tmp_path: Path, end: str) -> None:
    panel.extra["ben"] = end + "\n"
    for person in ("ada", "ben"):
        panel.vote(root, person)
    assert refused(panel, root, tmp_path / "dest") == {Refusal.KEY_EXPIRED, Refusal.TOO_FEW}
    panel.extra["ben"] = "valid_until = 2025-09-01\n"
    panel.publish(root, tmp_path / "dest")


def test_an_expired_decision_does_not_count(root: Path, panel: Panel, tmp_path: Path) -> None:
    panel.vote(root, "ada", days=2)
    panel.vote(root, "ben", days=3)
    late = NOW + timedelta(days=2)
    assert refused(panel, root, tmp_path / "dest", at=late) == {Refusal.EXPIRED, Refusal.TOO_FEW}


def test_a_clock_an_hour_off_is_noticed(root: Path, panel: Panel, tmp_path: Path) -> None:
    panel.vote(root, "ada")
    panel.vote(root, "ben", at=LATER + timedelta(hours=1))
    assert refused(panel, root, tmp_path / "dest") == {Refusal.CLOCK, Refusal.TOO_FEW}


def test_a_sign_off_of_another_run_is_a_replay(root: Path, panel: Panel, tmp_path: Path) -> None:
    other = write_release(tmp_path / "earlier", run_key="key-of-run-0")
    panel.vote(root, "ada")
    shutil.copy(panel.vote(other, "ben"), root / "sign-offs")
    assert refused(panel, root, tmp_path / "dest") == {Refusal.OTHER_RUN, Refusal.TOO_FEW}


def test_a_candidate_with_a_failed_gate_is_not_published(panel: Panel, tmp_path: Path) -> None:
    root = write_release(tmp_path / "failed", failed_gates=("max_distress_rate",))
    for person in ("ada", "ben"):
        panel.vote(root, person)
    assert refused(panel, root, tmp_path / "dest") == {Refusal.FAILED_GATES}


def test_an_output_folder_that_mixes_two_runs_is_refused(root: Path, panel: Panel, tmp_path: Path) -> None:
    for person in ("ada", "ben"):
        panel.vote(root, person)
    run = root / "restricted" / "r-1" / "run.json"
    run.write_text(run.read_text().replace("key-of-run-1", "key-of-run-2"))
    with pytest.raises(SignOffError, match="own record"):
        panel.publish(root, tmp_path / "dest")


def test_nothing_is_published_over_something(root: Path, panel: Panel, tmp_path: Path) -> None:
    for person in ("ada", "ben"):
        panel.vote(root, person)
    dest = tmp_path / "dest"
    dest.mkdir()
    panel.publish(root, dest)
    before = sorted(dest.rglob("*"))
    with pytest.raises(UsageError, match="not empty"):
        panel.publish(root, dest)
    assert sorted(dest.rglob("*")) == before


def test_a_released_folder_with_a_link_is_refused(root: Path, panel: Panel, tmp_path: Path) -> None:
    (tmp_path / "page").write_bytes((root / "released" / "report.html").read_bytes())
    (root / "released" / "report.html").unlink()
    (root / "released" / "report.html").symlink_to(tmp_path / "page")
    with pytest.raises(SignOffError, match="link"):
        panel.vote(root, "ada")
    with pytest.raises(SignOffError, match="link"):
        publish(root, panel.trust, tmp_path / "dest", "olga", None, LATER)
