"""No planted value of the sample trial is in any byte of the released folder, by the project's own audit."""

from __future__ import annotations

import json
from pathlib import Path

from tests.conftest import SmallRun, Trial, welfare


def planted(trial: Trial, release: str) -> list[str]:
    """Every planted value of a release, and every user and conversation id."""
    values: set[str] = set()
    for row in trial.truth(release):
        values |= {item["value"] for item in row["pii"]} | {row["user_id"], row["conversation_id"]}
    return sorted(values)


def test_no_planted_value_is_in_any_released_byte(trial: Trial, tmp_path: Path) -> None:
    for folder, release in ((trial.baseline, "sample-1"), (trial.candidate, "sample-2")):
        canaries = tmp_path / f"{release}.txt"
        values = planted(trial, release)
        assert len(values) > 1000
        canaries.write_text("\n".join(values) + "\n")
        done = welfare("audit", folder, "--canaries", canaries, check=False)
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]


def test_the_audit_finds_a_value_that_is_there(trial: Trial, tmp_path: Path) -> None:
    """The control: a word that the report does hold is found, so that the test above can fail."""
    canaries = tmp_path / "there.txt"
    canaries.write_text("sample-2\n")
    assert welfare("audit", trial.candidate, "--canaries", canaries, check=False).returncode == 4


def test_no_log_line_of_a_run_holds_a_planted_value(trial: Trial, small_run: SmallRun) -> None:
    assert small_run.said
    long_enough = [value for value in planted(trial, "sample-1") if len(value) >= 6]
    assert not [n for n, value in enumerate(long_enough) if value in small_run.said]


def test_where_a_frame_lies_stays_on_the_restricted_side(
    trial: Trial, small_input: Path, small_run: SmallRun, tmp_path: Path
) -> None:
    """The small trial placed in the clusters of another one, if that had any."""
    frame = trial.candidate / "restricted" / "frames" / "sample-2.json"
    (tmp_path / "policy.toml").write_text(f'[cluster]\nframe = "{frame}"\n' if frame.exists() else "")
    out = small_run.copy(tmp_path / "out")
    again = [] if frame.exists() else ["--fresh"]
    welfare(
        "run", small_input, "--release", "sample-1", "--out", out, "--config", tmp_path / "policy.toml", *again
    )  # fmt: skip
    manifest = (out / "released" / "manifest.json").read_text()
    assert ("cluster_frame" in json.loads(manifest)["models"]) == frame.exists()
    assert str(frame) not in manifest


def test_pseudonyms_are_not_ids(trial: Trial) -> None:
    """No stored file of the restricted side holds a user id in the clear: tables are encrypted, ids are keyed."""
    ids = {row["user_id"].encode() for row in trial.truth("sample-1")}
    for path in (trial.baseline / "restricted").rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert not [n for n, value in enumerate(ids) if value in content], path.name
