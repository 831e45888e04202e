"""The scorer's benchmark: both sides run for real, on a few sentences."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from jobs.cli import main
from jobs.scorer_bench import bench

TALK = [("user", "It fails again."), ("assistant", "The second row is off by one."), ("user", "And now?")]


def test_tokens_are_counted_of_conversations_and_of_the_models_turns() -> None:
    whole, plain = bench({"made": [TALK] * 500}, 1000, 1)["made"]
    # 48 conversations of 52 letters are a part; with four letters a token, 77 are a thousand tokens.
    assert (whole.conversations, plain.conversations) == (77, 48)
    assert (whole.tokens, whole.own) == (77 * 15, 77 * 8)
    assert whole.rate > whole.own_rate > 0 and plain.own_rate > 0


def test_what_is_not_scored_is_not_counted() -> None:
    talk = [
        ("user", "Bonjour à toi."),
        ("assistant", "Je suis désolé, la deuxième ligne est fausse depuis hier matin."),
    ]
    whole, _ = bench({"made": [talk, TALK]}, 1000, 1)["made"]
    assert whole.conversations == 1 and whole.own == 8


def test_a_file_without_a_turn_of_a_model_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    messages = [{"role": "user", "content": "anybody there"}]
    (tmp_path / "talk.jsonl").write_text(3 * (json.dumps({"messages": messages}) + "\n"), encoding="utf-8")
    with pytest.raises(SystemExit) as ended:
        main(["bench", "scorer", str(tmp_path)])
    assert ended.value.code == 2
    assert "no turn of a model" in capsys.readouterr().err
