"""Inspect Scout transcripts: Parquet with messages as JSON text. The same messages as an Inspect log's."""

from __future__ import annotations

import json
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.readers.catalogue import list_inputs, read_file, recognise
from jobs.readers.parts import joined
from schemas.conversation import Conversation, Malformed, Turn
from schemas.errors import ContractError
from schemas.policy import ReadPolicy
from tests.unit.readers.eval_log import ASK, answer, chunked, log, sample, with_zstd

if TYPE_CHECKING:
    from tests.unit.readers.conftest import ReadBytes

ASKED = Turn("user", "How many rows?")
DATE = "2025-03-01T10:00:00+00:00"
ROW = {
    "transcript_id": "u1",
    "source_type": "eval_log",
    "date": DATE,
    "task_set": "arithmetic",
    "model": "m",
    "messages": json.dumps([ASK, answer("Four.")]),
    "events": "[" * 500,
}


def table(*rows: dict[str, Any]) -> pa.Table:
    large = pa.large_string()
    whole = [ROW | row for row in rows]
    return pa.table({name: pa.array([row[name] for row in whole], large) for name in ROW})


def read(path: Path, *rows: dict[str, Any], policy: ReadPolicy | None = None) -> list[Conversation | Malformed]:
    pq.write_table(table(*rows), path)
    assert recognise(path, ReadPolicy()) == "scout"
    return list(read_file(path, "scout", policy or ReadPolicy()))


def test_a_transcript_is_a_conversation(tmp_path: Path) -> None:
    turns = (ASKED, Turn("assistant", "Four.", generated=True))
    start = datetime(2025, 3, 1, 10, tzinfo=UTC)
    assert read(tmp_path / "rows", {}) == [Conversation(turns, "u1", surface="arithmetic", started_at=start)]


def test_a_json_line_reads_the_same(tmp_path: Path, read_bytes: ReadBytes) -> None:
    assert read_bytes(json.dumps(ROW).encode()) == read(tmp_path / "rows", {})
    listed = json.dumps(ROW | {"messages": [ASK]}).encode()
    assert len(read_bytes(listed, "scout")) == 1


BARE = {"role": "assistant", "content": "Four."}
SHOWN = BARE | {"source": "input"}


@pytest.mark.parametrize(
    ("source_type", "message", "more", "generated"),
    [
        ("eval_log", answer("Four."), [ASK], True),
        ("eval_log", BARE, [], False),
        ("weave", BARE, [ASK], True),
        ("weave", SHOWN, [], False),
        (None, BARE, [], True),
        (None, BARE, [ASK], False),
        (None, answer("Four."), [ASK], True),
    ],
)
def test_a_turn_is_generated_where_its_source_says_so(
    tmp_path: Path, source_type: str | None, message: object, more: list[object], generated: bool
) -> None:
    (item,) = read(tmp_path / "rows", {"source_type": source_type, "messages": json.dumps([*more, message])})
    assert isinstance(item, Conversation)
    assert item.turns[-1] == Turn("assistant", "Four.", generated=generated)


@pytest.mark.parametrize(
    ("messages", "rule"),
    [
        (None, "missing_messages"),
        ("null", "missing_messages"),
        ("", "not_json"),
        ("[{}", "not_json"),
        ("[" * 200 + "]" * 200, "too_deep"),
        ("{}", "bad_messages"),
        ("[]", "no_turns"),
        ("[5]", "bad_message"),
        ('[{"role": "narrator", "content": "x"}]', "unknown_role"),
        ('[{"role": "assistant"}]', "bad_content"),
        ('[{"role": "assistant", "content": [{"type": "dance"}]}]', "unknown_part"),
        (json.dumps([{"role": "user", "content": "x" * 50_000}]), "too_large"),
    ],
)
def test_a_broken_row_is_quarantined(tmp_path: Path, messages: str | None, rule: str) -> None:
    rows: list[dict[str, Any]] = [{}, {"messages": messages}, {}]
    items = read(tmp_path / "rows", *rows, policy=ReadPolicy(max_record_bytes=10_000))
    assert [getattr(item, "rule", "") for item in items] == ["", rule, ""]


@pytest.mark.parametrize(("change", "rule"), [({"date": "spring"}, "bad_date"), ({"date": None}, "")])
def test_a_date_is_iso_8601(tmp_path: Path, change: dict[str, Any], rule: str) -> None:
    assert [getattr(item, "rule", "") for item in read(tmp_path / "rows", {}, change)] == ["", rule]


def test_a_database_s_index_is_no_data(tmp_path: Path) -> None:
    (tmp_path / "_index").mkdir()
    pq.write_table(table({}).drop_columns(["messages", "events"]), tmp_path / "_index" / "index_1.idx")
    pq.write_table(table({}), tmp_path / "transcripts_1.parquet")
    assert [path.name for path in list_inputs([str(tmp_path)])] == ["transcripts_1.parquet"]


def test_encrypted_parquet_is_told_as_such(tmp_path: Path) -> None:
    (tmp_path / "rows").write_bytes(b"PARE" + b"\0" * 50 + b"PARE")
    with pytest.raises(ContractError, match="encrypted Parquet"):
        recognise(tmp_path / "rows", ReadPolicy())


WORDS = st.text('ab ]}"\\é\n', max_size=6)
PARTS = st.lists(st.builds(lambda words: {"type": "text", "text": words + "."}, WORDS), min_size=1, max_size=2)
MESSAGES = st.lists(
    st.builds(
        lambda role, content, source: {"role": role, "content": content, "source": source},
        st.sampled_from(["system", "user", "assistant", "tool"]),
        WORDS | PARTS,
        st.sampled_from(["input", "generate", None]),
    ),
    min_size=1,
    max_size=8,
)


@settings(max_examples=40, deadline=None)
@given(MESSAGES, st.integers(1, 5))
def test_any_messages_come_back_the_same_from_every_layout(messages: list[dict[str, Any]], size: int) -> None:
    def said(content: Any) -> str:
        return content if isinstance(content, str) else joined([part["text"] for part in content])

    expected = tuple(
        Turn(m["role"], said(m["content"]), generated=m["role"] == "assistant" and m["source"] == "generate")
        for m in messages
    )
    # In chunks, a text may stand apart: here, every second one that is text alone.
    texts = [m["content"] if number % 2 and isinstance(m["content"], str) else "" for number, m in enumerate(messages)]
    pool = [m | {"content": f"attachment://{n}"} if texts[n] else m for n, m in enumerate(messages)]
    whole, cut = log(sample(*messages)), chunked(pool, [[0, len(pool)]], texts, size)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "log"
        for data in (whole, with_zstd(whole), cut, with_zstd(cut)):
            path.write_bytes(data)
            assert [getattr(item, "turns", ()) for item in read_file(path, "inspect", ReadPolicy())] == [expected]
        items = read(path, {"messages": json.dumps(messages)})
        assert [getattr(item, "turns", ()) for item in items] == [expected]
