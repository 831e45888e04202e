"""The scorer's benchmark: both sides run for real, on a few sentences."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from jobs.cli import main
from jobs.scorer_bench import bench

TALK = [("user", "It fails again."), ("assistant", "The second row is off by one."), ("user", "And now?")]


def test_turns_and_tokens_of_the_model_alone_are_counted() -> None:
    whole, plain = bench([TALK] * 50, 1)
    assert (whole.turns, plain.turns) == (50, 48)
    assert whole.tokens == 50 * 8
    assert whole.rate > 0 and plain.rate > 0


def test_a_file_without_a_turn_of_a_model_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    messages = [{"role": "user", "content": "anybody there"}]
    (tmp_path / "talk.jsonl").write_text(3 * (json.dumps({"messages": messages}) + "\n"), encoding="utf-8")
    with pytest.raises(SystemExit) as ended:
        main(["bench", "scorer", str(tmp_path)])
    assert ended.value.code == 2
    assert "no turn of a model" in capsys.readouterr().err
