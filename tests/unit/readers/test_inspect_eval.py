"""Inspect `.eval` logs: messages, ids, both layouts, attachments."""

from __future__ import annotations

import zipfile
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from schemas.conversation import Conversation, Malformed, Turn
from schemas.policy import ReadPolicy
from tests.unit.readers.eval_log import ASK, HEADER, SPEC, answer, archive, chunked, log, sample, with_zstd

if TYPE_CHECKING:
    from tests.unit.readers.conftest import ReadBytes

ASKED = Turn("user", "How many rows?")
START = datetime(2025, 3, 1, 10, tzinfo=UTC)
CALL = {"id": "t", "function": "count", "arguments": {}}
HASH = "0123456789abcdef" * 2


def spoken(words: str, thinking: str = "", generated: bool = True) -> Turn:
    return Turn("assistant", words, thinking, generated)


def text(words: object) -> dict[str, object]:
    return {"type": "text", "text": words}


def test_a_sample_is_a_conversation(read_bytes: ReadBytes) -> None:
    expected = Conversation((ASKED, spoken("Four.")), "u1", surface="arithmetic", started_at=START)
    assert read_bytes(log(sample(ASK, answer("Four.")))) == [expected]


@pytest.mark.parametrize(
    ("message", "turns"),
    [
        (answer([{"type": "reasoning", "reasoning": "Hm."}, text("4")]), [spoken("4", "Hm.")]),
        (answer([{"type": "reasoning", "reasoning": "cipher", "redacted": True}, text("4")]), [spoken("4")]),
        (
            answer([{"type": "reasoning", "reasoning": "cipher", "redacted": True, "summary": "Hm."}, text("4")]),
            [spoken("4", "Hm.")],
        ),
        (answer("<think>Hm.</think>4"), [spoken("4", "Hm.")]),
        (answer("4", reasoning="Hm."), [spoken("4", "Hm.")]),
        (answer("", tool_calls=[CALL]), []),
        (answer("I count.", tool_calls=[CALL]), [spoken("I count.")]),
        (answer([{"type": "data", "data": {}}, text("4")]), [spoken("4")]),
        (
            answer([text("a"), {"type": "tool_use", "name": "web_search", "result": "found"}, text("b")]),
            [spoken("a"), Turn("tool", "found"), spoken("b")],
        ),
        ({"role": "assistant", "content": "Shown.", "source": "input"}, [spoken("Shown.", generated=False)]),
        ({"role": "assistant", "content": "Written."}, [spoken("Written.", generated=False)]),
        ({"role": "tool", "content": "4", "function": "count"}, [Turn("tool", "4")]),
        ({"role": "tool", "content": [text("4"), {"type": "image", "image": "x"}]}, [Turn("tool", "4")]),
        ({"role": "system", "content": "Be brief."}, [Turn("system", "Be brief.")]),
        ({"role": "user", "content": [{"type": "video", "video": "x"}, text("y")]}, [Turn("user", "y")]),
    ],
)
def test_a_message_becomes_turns(read_bytes: ReadBytes, message: object, turns: list[Turn]) -> None:
    (item,) = read_bytes(log(sample(ASK, message)))
    assert isinstance(item, Conversation)
    assert item.turns == (ASKED, *turns)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"uuid": None}, "e1/1/1"),
        ({"uuid": None, "id": "a/b", "epoch": 3}, "e1/a/b/3"),
        ({"conversation_id": "c"}, "c"),
    ],
)
def test_a_sample_without_an_id_of_its_own_has_one(
    read_bytes: ReadBytes, change: dict[str, object], expected: str
) -> None:
    (item,) = read_bytes(log(sample(ASK, **change)))
    assert isinstance(item, Conversation)
    assert item.conversation_id == expected


def test_what_stands_beside_the_messages_is_read(read_bytes: ReadBytes) -> None:
    fields = {"user_id": "p1", "surface": "s", "started_at": "2025-03-02T00:00:00Z", "release": "r2"}
    (item,) = read_bytes(log(sample(ASK, **fields)))
    expected = Conversation((ASKED,), "u1", "p1", "r2", "s", datetime(2025, 3, 2, tzinfo=UTC))
    assert item == expected


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize("start", ["header.json", "_journal/start.json"])
def test_a_log_still_written_is_read(read_bytes: ReadBytes, method: int, start: str) -> None:
    data = archive({start: HEADER, "samples/x/y_epoch_2.json": sample(ASK)}, method)
    assert [type(item) for item in read_bytes(data)] == [Conversation]


def test_zstd_members_of_many_frames_are_read(read_bytes: ReadBytes) -> None:
    data = log(sample(ASK, answer("Four. " * 50)), sample(ASK, uuid="u2"))
    assert read_bytes(with_zstd(data)) == read_bytes(data)
    assert read_bytes(with_zstd(chunked([ASK], [[0, 1]]))) == read_bytes(chunked([ASK], [[0, 1]]))


def test_the_last_of_two_members_with_one_name_counts(read_bytes: ReadBytes) -> None:
    first, second = sample(ASK), sample(ASK, answer("Four."))
    with pytest.warns(UserWarning, match="Duplicate name"):
        data = _twice(first, second)
    (item,) = read_bytes(data)
    assert isinstance(item, Conversation)
    assert len(item.turns) == 2


def _twice(first: object, second: object) -> bytes:
    data = archive({"header.json": HEADER, "samples/1_epoch_1.json": first})
    import io
    import json

    sink = io.BytesIO(data)
    with zipfile.ZipFile(sink, "a") as out:
        out.writestr("samples/1_epoch_1.json", json.dumps(second))
    return sink.getvalue()


POOL: list[Any] = [ASK, answer("No."), {"role": "user", "content": "Why?"}, answer("attachment://1"), answer("Last.")]


@pytest.mark.parametrize("size", [1, 2, 10])
def test_a_sample_in_chunks_is_put_together(read_bytes: ReadBytes, size: int) -> None:
    (item,) = read_bytes(chunked(POOL, [[0, 1], [2, 4]], ["no", "Long story."], size))
    assert isinstance(item, Conversation)
    assert item.turns == (ASKED, Turn("user", "Why?"), spoken("Long story."))
    assert item.conversation_id == "u1"


@pytest.mark.parametrize(
    ("refs", "rule"),
    [
        (None, "missing_messages"),
        ("0-3", "bad_messages"),
        ([[0]], "bad_messages"),
        ([[0, True]], "bad_messages"),
        ([[2, 1]], "bad_messages"),
        ([[-1, 1]], "bad_messages"),
        ([[0, 9]], "bad_messages"),
        ([[0, 10**12]], "too_large"),
        ([[0, 1]] * 20_000, "too_large"),
        ([], "no_turns"),
        ([[3, 4]], "bad_content"),
    ],
)
def test_references_that_lead_nowhere_are_quarantined(read_bytes: ReadBytes, refs: object, rule: str) -> None:
    good = log(sample(ASK))
    data = _merged(good, chunked(POOL, refs))
    items = read_bytes(data, "inspect", ReadPolicy(max_record_bytes=1 << 20))
    assert [getattr(item, "rule", "") for item in items] == ["", rule]
    assert isinstance(items[1], Malformed)
    assert items[1].line == 2


def _merged(*archives: bytes) -> bytes:
    import io

    members: dict[str, object] = {}
    for each in archives:
        with zipfile.ZipFile(io.BytesIO(each)) as opened:
            members.update({name: opened.read(name) for name in opened.namelist()})
    return archive(members)


@pytest.mark.parametrize(
    ("content", "attachments", "said"),
    [
        (f"attachment://{HASH}", {HASH: "Long story."}, "Long story."),
        (f"tc://{HASH}", {HASH: "Long story."}, "Long story."),
        ([text(f"attachment://{HASH}")], {HASH: "Long story."}, "Long story."),
        ("attachment://7", {}, "attachment://7"),
        (f"See attachment://{HASH}", {}, f"See attachment://{HASH}"),
        ([{"type": "image", "image": f"attachment://{HASH}"}, text("y")], {}, "y"),
    ],
)
def test_an_attached_text_is_put_in_its_place(
    read_bytes: ReadBytes, content: object, attachments: object, said: str
) -> None:
    (item,) = read_bytes(log(sample(answer(content), attachments=attachments)))
    assert isinstance(item, Conversation)
    assert item.turns == (spoken(said),)


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"messages": None}, "missing_messages"),
        ({"messages": {}}, "bad_messages"),
        ({"messages": []}, "no_turns"),
        ({"messages": ["x"]}, "bad_message"),
        ({"messages": [{"role": "narrator", "content": "x"}]}, "unknown_role"),
        ({"messages": [{"role": "assistant", "content": None}]}, "bad_content"),
        ({"messages": [answer([{"type": "reasoning"}])]}, "bad_content"),
        ({"messages": [answer([{"type": "dance"}])]}, "unknown_part"),
        ({"messages": [answer("x") | {"source": 5}]}, "bad_field"),
        ({"messages": [answer(f"attachment://{HASH}")]}, "bad_content"),
        ({"uuid": None, "id": [1]}, "bad_id"),
        ({"uuid": 1.5}, "bad_id"),
        ({"started_at": "spring"}, "bad_date"),
        ({"surface": 5}, "bad_field"),
    ],
)
def test_a_broken_sample_is_quarantined(read_bytes: ReadBytes, change: dict[str, object], rule: str) -> None:
    items = read_bytes(log(sample(ASK), sample(ASK) | change, sample(ASK)))
    assert [getattr(item, "rule", "") for item in items] == ["", rule, ""]


def test_a_header_of_another_task_is_another_surface(read_bytes: ReadBytes) -> None:
    header = HEADER | {"eval": SPEC | {"task": "poems"}}
    (item,) = read_bytes(log(sample(ASK), header=header))
    assert isinstance(item, Conversation)
    assert item.surface == "poems"
