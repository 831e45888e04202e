"""LMSYS-Chat-1M, as JSON lines and as Parquet."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from jobs.readers.catalogue import read_file, recognise
from schemas.conversation import Conversation, Turn
from schemas.policy import ReadPolicy

if TYPE_CHECKING:
    from tests.unit.readers.conftest import ReadBytes, RuleOf

USER = {"role": "user", "content": "How many rows?"}
GOOD = {
    "conversation_id": "c1",
    "model": "m",
    "conversation": [USER, {"role": "assistant", "content": "Four."}],
    "turn": 1,
    "language": "English",
    "openai_moderation": [{"flagged": False}],
    "redacted": False,
}
WANTED = Conversation((Turn("user", "How many rows?"), Turn("assistant", "Four.", generated=True)), "c1")


def test_parquet_and_json_lines_give_the_same(tmp_path: Path, read_bytes: ReadBytes) -> None:
    pq.write_table(pa.Table.from_pylist([GOOD, GOOD]), tmp_path / "rows")
    assert recognise(tmp_path / "rows", ReadPolicy()) == "lmsys"
    assert list(read_file(tmp_path / "rows", "lmsys", ReadPolicy())) == [WANTED, WANTED]
    assert read_bytes(json.dumps(GOOD).encode()) == [WANTED]


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"conversation": None}, "missing_messages"),
        ({"conversation": "text"}, "bad_messages"),
        ({"conversation": []}, "no_turns"),
        ({"conversation": [{"role": "bot", "content": "x"}]}, "unknown_role"),
        ({"conversation": [{"role": "user", "content": 1}]}, "bad_content"),
        ({"conversation_id": 1.5}, "bad_id"),
    ],
)
def test_a_broken_record_is_quarantined(rule_of: RuleOf, changes: dict[str, object], rule: str) -> None:
    assert rule_of("lmsys", GOOD, GOOD | changes) == rule
