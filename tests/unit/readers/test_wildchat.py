"""WildChat, as JSON lines and as Parquet."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from jobs.readers.catalogue import read_file, recognise
from schemas.conversation import Conversation, Turn
from schemas.policy import ReadPolicy

if TYPE_CHECKING:
    from tests.unit.readers.conftest import ReadBytes, ReadOne, RuleOf

START = datetime(2023, 4, 9, 0, 2, 53, tzinfo=UTC)
PRIVATE = {"header": {"user-agent": "secret-agent"}, "state": "secret-state", "country": "secret-country"}


def message(role: str, content: str, ip: str | None = None) -> dict[str, Any]:
    return {"role": role, "content": content, "hashed_ip": ip, "turn_identifier": 1} | PRIVATE


def record(number: int = 1) -> dict[str, Any]:
    question = message("user", f"Question {number}", f"ip{number}")
    messages = [question, message("assistant", f"Answer {number}")]
    top = {"conversation_hash": f"h{number}", "model": "m", "timestamp": START, "conversation": messages}
    return top | {"turn": 1, "toxic": False} | PRIVATE


def expected(number: int = 1) -> Conversation:
    turns = (Turn("user", f"Question {number}"), Turn("assistant", f"Answer {number}", generated=True))
    return Conversation(turns, f"h{number}", f"ip{number}", started_at=START)


def as_json(**changes: object) -> dict[str, object]:
    return {**record(), "timestamp": START.isoformat(), **changes}


def test_parquet_and_json_lines_give_the_same(tmp_path: Path, read_bytes: ReadBytes) -> None:
    wanted = [expected(number) for number in range(1, 6)]
    table = pa.Table.from_pylist([record(number) for number in range(1, 6)])
    pq.write_table(table, tmp_path / "rows", row_group_size=2)
    assert recognise(tmp_path / "rows", ReadPolicy()) == "wildchat"
    assert list(read_file(tmp_path / "rows", "wildchat", ReadPolicy())) == wanted
    lines = [json.dumps(record(number) | {"timestamp": START.isoformat()}) for number in range(1, 6)]
    assert read_bytes("\n".join(lines).encode()) == wanted


@pytest.mark.parametrize(
    ("changes", "user"),
    [
        ({"hashed_ip": "top"}, "top"),
        ({"hashed_ip": None}, "ip1"),
        ({"user_id": "u1"}, "u1"),
        ({"conversation": [message("user", "x"), message("user", "y", "late")]}, "late"),
        ({"conversation": [message("user", "x")]}, None),
    ],
)
def test_the_address_is_the_user(read_one: ReadOne, changes: dict[str, object], user: str | None) -> None:
    assert read_one("wildchat", as_json(**changes)).user_id == user


def test_header_state_and_country_are_dropped(read_one: ReadOne) -> None:
    assert "secret" not in repr(read_one("wildchat", as_json()))


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"conversation": None}, "missing_messages"),
        ({"conversation": []}, "no_turns"),
        ({"conversation": [None]}, "bad_message"),
        ({"conversation": [{"role": "user", "content": None}]}, "bad_content"),
        ({"conversation": [message("user", "x") | {"hashed_ip": 1.5}]}, "bad_id"),
        ({"conversation_hash": 1.5}, "bad_id"),
        ({"timestamp": "spring"}, "bad_date"),
    ],
)
def test_a_broken_record_is_quarantined(rule_of: RuleOf, changes: dict[str, object], rule: str) -> None:
    assert rule_of("wildchat", as_json(), as_json(**changes)) == rule
