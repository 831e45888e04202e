"""The scrubber's benchmark: both sides run for real, on a few sentences."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from classifiers import scrub_bench
from classifiers.scrub_bench import bench
from classifiers.scrub_stock import stock_analyzer
from classifiers.scrubber import build_scrubber
from jobs.cli import main
from schemas.policy import ScrubPolicy

TALK = ["Hello, I am Zdenka Horvat, write to z@example.com.", "Glad to help, Zdenka! What is it about?"] * 3


@pytest.mark.parametrize("whole", [False, True])
def test_stock_presidio_finds_a_mail_address_without_the_network(whole: bool) -> None:
    found = stock_analyzer(whole)("write to z@example.com")
    assert "EMAIL_ADDRESS" in {result.entity_type for result in found}


def test_a_source_gives_as_many_characters_as_asked_after_the_untimed_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    size = sum(map(len, TALK))
    monkeypatch.setattr(scrub_bench, "BLOCK", size)
    report = bench({"a": [TALK] * 9, "b": [TALK] * 2, "none": [[""]]}, build_scrubber(ScrubPolicy()), 4 * size)
    assert report["a"]["characters"] == 4 * size
    assert report["b"]["characters"] == size
    assert report["all"]["blocks"] == 5
    for ratio, low, high in (report["all"]["over_names"], report["all"]["over_whole"]):
        assert 0 < low <= ratio <= high
    assert "none" not in report


def test_the_command_prints_a_row_for_each_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scrub_bench, "BLOCK", 5_000)
    messages = [{"role": "user", "content": TALK[0]}, {"role": "assistant", "content": TALK[1]}]
    (tmp_path / "talk.jsonl").write_text(300 * (json.dumps({"messages": messages}) + "\n"), encoding="utf-8")
    with pytest.raises(SystemExit) as ended:
        main(["bench", "scrubber", str(tmp_path), "--characters", "10000"])
    assert ended.value.code == 0
    assert "talk " in capsys.readouterr().out
