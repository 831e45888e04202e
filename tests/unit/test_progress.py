"""Progress: what standard error shows, and what only the restricted side keeps."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from jobs.progress import Progress
from jobs.survey import Survey
from schemas.errors import ContractError
from schemas.policy import ReadPolicy


@pytest.mark.parametrize("terminal", [False, True])
def test_exact_counts_go_to_the_restricted_file_and_not_to_standard_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], terminal: bool
) -> None:
    progress, log = Progress(terminal=terminal), tmp_path / "run.log"
    progress.keep(log)
    for name in ("survey", "scrub"):
        with progress.step(name) as said:
            said["conversations"] = 48731
    told = capsys.readouterr().err
    assert "survey" in told and "scrub" in told
    assert "48731" not in told and "conversations" not in told
    kept = [json.loads(line) for line in log.read_text().splitlines()]
    assert [(line["step"], line["conversations"]) for line in kept] == [("survey", 48731), ("scrub", 48731)]
    assert stat.S_IMODE(log.stat().st_mode) == 0o600


def test_without_a_file_counts_are_said_nowhere(capsys: pytest.CaptureFixture[str]) -> None:
    with Progress(terminal=False).step("search") as said:
        said["files"] = 48731
    told = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [set(line) for line in told] == [{"event", "step"}, {"event", "step", "seconds"}]


@pytest.mark.parametrize(("conversations", "malformed"), [(48731, 48617), (0, 48617), (0, 0)])
def test_a_refused_input_is_told_without_an_exact_count(conversations: int, malformed: int) -> None:
    found = Survey(conversations, 0, 48611, 0, 0, 0, {"not_json": malformed} if malformed else {})
    with pytest.raises(ContractError, match=r"run\.log") as caught:
        found.check(ReadPolicy(max_malformed_share=0.1))
    assert not [word for word in str(caught.value).split() if word.strip("(,.)").isdigit() and int(word) > 100]
    assert not [count for count in ("48731", "48617", "48611") if count in str(caught.value)]
