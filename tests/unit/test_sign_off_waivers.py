"""Waivers: a failed gate lets a release out only by a signed waiver of somebody who may give one."""

from __future__ import annotations

import base64
import json
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from pipelines.sign_off_publish import verify
from pipelines.sign_off_trust import load_trust
from schemas.errors import SignOffError, UsageError
from schemas.sign_off import Decision, Refusal, Role
from tests.unit.small_release import NOW, Panel, write_release
from tests.unit.test_sign_off import LATER, refused

FAILED = ("max_distress_rate", "max_weaker_floors")
WHY = {"max_distress_rate": "one broken tool made most of it", "max_weaker_floors": "a rehearsal without real users"}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_release(tmp_path / "out", failed_gates=FAILED)


@pytest.fixture
def panel(tmp_path: Path) -> Panel:
    found = Panel(tmp_path / "keys").add("ada", "ben", "cleo")
    found.extra["ada"] = "may_waive = true\n"
    return found


def test_a_waiver_lets_the_release_out_and_stands_in_every_record(root: Path, panel: Panel, tmp_path: Path) -> None:
    panel.vote(root, "ada", waivers=WHY)
    panel.vote(root, "ben", Decision.CONDITIONS)
    record = panel.publish(root, tmp_path / "dest")
    assert [vote.get("waivers") for vote in record["sign_offs"]] == [WHY, None]  # type: ignore[attr-defined]
    assert verify(tmp_path / "dest", panel.trust, LATER) == record
    events = [json.loads(line) for line in (root / "audit-trail.jsonl").read_text().splitlines()]
    assert [event.get("waived") for event in events] == [" ".join(FAILED), None, " ".join(FAILED)]


def test_two_reviewers_may_waive_one_gate_each(root: Path, panel: Panel, tmp_path: Path) -> None:
    panel.extra["ben"] = "may_waive = true\n"
    for person, gate in zip(("ada", "ben"), FAILED, strict=True):
        panel.vote(root, person, waivers={gate: WHY[gate]})
    record = panel.publish(root, tmp_path / "dest")
    votes = [vote["waivers"] for vote in record["sign_offs"]]  # type: ignore[attr-defined]
    assert votes == [{gate: WHY[gate]} for gate in FAILED]


def test_a_waiver_does_not_stand_for_a_second_reviewer(root: Path, panel: Panel, tmp_path: Path) -> None:
    panel.vote(root, "ada", waivers=WHY)
    assert refused(panel, root, tmp_path / "dest") == {Refusal.TOO_FEW}


def test_every_failed_gate_needs_a_waiver_of_its_own(root: Path, panel: Panel, tmp_path: Path) -> None:
    panel.vote(root, "ada", waivers={FAILED[0]: WHY[FAILED[0]]})
    panel.vote(root, "ben")
    assert refused(panel, root, tmp_path / "dest") == {Refusal.FAILED_GATES}


def test_who_may_not_waive_is_refused(root: Path, panel: Panel, tmp_path: Path) -> None:
    panel.vote(root, "ada", waivers=WHY)
    panel.vote(root, "ben", waivers=WHY)
    assert refused(panel, root, tmp_path / "dest") == {Refusal.MAY_NOT_WAIVE, Refusal.TOO_FEW}


def test_a_waiver_taken_from_the_trust_file_later_no_longer_verifies(root: Path, panel: Panel, tmp_path: Path) -> None:
    panel.vote(root, "ada", waivers=WHY)
    panel.vote(root, "ben")
    panel.publish(root, tmp_path / "dest")
    panel.extra.clear()
    with pytest.raises(SignOffError, match="may_not_waive"):
        verify(tmp_path / "dest", panel.trust, LATER)


def test_a_waiver_of_a_gate_that_did_not_fail_is_not_signed(root: Path, panel: Panel) -> None:
    with pytest.raises(SignOffError, match="max_age_days did not fail"):
        panel.vote(root, "ada", waivers={"max_age_days": "old, but all there is"})
    assert not (root / "sign-offs").exists()


def test_a_waiver_of_another_run_is_a_replay(root: Path, panel: Panel, tmp_path: Path) -> None:
    other = write_release(tmp_path / "earlier", run_key="key-of-run-0", failed_gates=FAILED)
    panel.vote(root, "ben")
    panel.vote(root, "cleo")
    shutil.copy(panel.vote(other, "ada", waivers=WHY), root / "sign-offs")
    assert refused(panel, root, tmp_path / "dest") == {Refusal.OTHER_RUN, Refusal.FAILED_GATES}


def test_a_waiver_with_a_changed_reason_does_not_hold(root: Path, panel: Panel, tmp_path: Path) -> None:
    panel.vote(root, "ben")
    panel.vote(root, "cleo")
    path = panel.vote(root, "ada", waivers=WHY)
    envelope = json.loads(path.read_bytes())
    said = base64.b64decode(envelope["payload"]).replace(b"one broken tool", b"two broken tool")
    path.write_text(json.dumps(envelope | {"payload": base64.b64encode(said).decode()}))
    found = refused(panel, root, tmp_path / "dest")
    assert found == {Refusal.BAD_SIGNATURE, Refusal.REMOVED, Refusal.FAILED_GATES}


def test_a_waiver_by_an_unknown_key_does_not_hold(root: Path, panel: Panel, tmp_path: Path) -> None:
    panel.vote(root, "ben")
    panel.vote(root, "cleo")
    panel.vote(root, "ada", waivers=WHY)
    panel.public["ada"] = Panel(tmp_path / "other").add("ada").public["ada"]
    assert refused(panel, root, tmp_path / "dest") == {Refusal.UNKNOWN_KEY, Refusal.FAILED_GATES}


def test_a_waiver_runs_out_with_its_approval(root: Path, panel: Panel, tmp_path: Path) -> None:
    panel.vote(root, "ada", waivers=WHY, days=2)
    panel.vote(root, "ben")
    panel.vote(root, "cleo")
    late = NOW + timedelta(days=3)
    assert refused(panel, root, tmp_path / "dest", at=late) == {Refusal.EXPIRED, Refusal.FAILED_GATES}


def test_who_ran_the_job_waives_nothing(root: Path, panel: Panel, tmp_path: Path) -> None:
    panel.add("olga").extra["olga"] = "may_waive = true\n"
    for person in ("ada", "ben"):
        panel.vote(root, person)
    panel.vote(root, "olga", waivers=WHY)
    assert refused(panel, root, tmp_path / "dest") == {Refusal.RAN_IT, Refusal.FAILED_GATES}


def signed_and_published(panel: Panel, root: Path, to: Path) -> None:
    for person in ("ada", "ben"):
        panel.vote(root, person)
    panel.publish(root, to)


@pytest.mark.parametrize("change", [{"failed_gates": []}, {"gates_passed": True}, {"failed_gates": ["alice"]}])
def test_a_manifest_that_does_not_say_which_gate_failed_lets_nothing_out(
    panel: Panel, tmp_path: Path, change: dict[str, object]
) -> None:
    root = write_release(tmp_path / "out", failed_gates=FAILED)
    path = root / "released" / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(SignOffError, match=r"manifest"):
        signed_and_published(panel, root, tmp_path / "dest")
    assert not (tmp_path / "dest").exists()


@pytest.mark.parametrize(
    ("decision", "waivers", "said"),
    [(Decision.REJECT, WHY, "waives nothing"),
     (Decision.APPROVE, {FAILED[0]: " "}, "one line"),
     (Decision.APPROVE, {FAILED[0]: "two\nlines"}, "one line"),
     (Decision.APPROVE, {FAILED[0]: "x" * 501}, "one line")],
)  # fmt: skip
def test_a_waiver_is_part_of_an_approval_and_has_one_line(
    root: Path, panel: Panel, decision: Decision, waivers: dict[str, str], said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        panel.vote(root, "ada", decision, waivers=waivers)


@pytest.mark.parametrize(("role", "word"), [(Role.OPERATOR, "true"), (Role.REVIEWER, '"yes"')])
def test_only_a_reviewer_may_waive(panel: Panel, role: Role, word: str) -> None:
    panel.roles["ada"], panel.extra["ada"] = role, f"may_waive = {word}\n"
    with pytest.raises(UsageError, match="may_waive"):
        load_trust(panel.trust_file)
