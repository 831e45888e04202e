"""OpenTelemetry GenAI spans: one call, by every convention; ids; what is quarantined."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from schemas.conversation import Conversation, Turn
from schemas.errors import ContractError
from tests.unit.readers.otlp import attributes, call, event, heard, line, log_line, said, span, text

if TYPE_CHECKING:
    from tests.unit.readers.conftest import ReadBytes

ASK = heard("user", "How many rows?")
ASKED = Turn("user", "How many rows?")
CALL = {"type": "tool_call", "id": "c", "name": "count", "arguments": {"table": "x"}}


def spoken(words: str, thinking: str = "", generated: bool = True) -> Turn:
    return Turn("assistant", words, thinking, generated)


def one(read_bytes: ReadBytes, *lines: bytes) -> Conversation:
    (item,) = read_bytes(b"\n".join(lines))
    assert isinstance(item, Conversation)
    return item


@pytest.mark.parametrize("as_text", [True, False])
def test_a_call_is_a_conversation(read_bytes: ReadBytes, as_text: bool) -> None:
    ids = {"gen_ai__conversation__id": "c1", "user__id": "u1"}
    data = line(call(60, [ASK], [said("Four.")], as_text, **ids), resource={"service.name": "shop"})
    start = datetime(1970, 1, 1, 0, 1, tzinfo=UTC)
    expected = Conversation((ASKED, spoken("Four.")), "c1", "u1", surface="shop", started_at=start)
    assert one(read_bytes, data) == expected


@pytest.mark.parametrize(
    ("answer", "turns"),
    [
        ([{"role": "assistant", "parts": [{"type": "reasoning", "content": "Hm."}, text("4")]}], [spoken("4", "Hm.")]),
        ([{"role": "model", "parts": [text("4")]}], [spoken("4")]),
        ([{"role": "assistant", "parts": [CALL]}], []),
        ([{"role": "assistant", "parts": [text("I count."), CALL]}], [spoken("I count.")]),
        ([{"role": "assistant", "parts": [{"type": "blob", "modality": "image", "content": "eA=="}]}], [spoken("")]),
        ([{"role": "assistant", "parts": [{"type": "uri", "uri": "x"}, text("4")]}], [spoken("4")]),
        (
            [{"role": "assistant", "parts": [{"type": "server_tool_call", "name": "s"}, text("4")]}],
            [spoken("4")],
        ),
        ([{"role": "assistant", "content": "4"}], [spoken("4")]),
        ([said("first"), said("second")], [spoken("first")]),
        ([], []),
    ],
)
def test_an_answer_becomes_turns(read_bytes: ReadBytes, answer: list[Any], turns: list[Turn]) -> None:
    assert one(read_bytes, line(call(1, [ASK], answer))).turns == (ASKED, *turns)


@pytest.mark.parametrize(
    ("message", "turns"),
    [
        ({"role": "tool", "parts": [{"type": "tool_call_response", "response": "4"}]}, [Turn("tool", "4")]),
        ({"role": "tool", "parts": [{"type": "tool_call_response", "result": "4"}]}, [Turn("tool", "4")]),
        ({"role": "tool", "parts": [{"type": "tool_call_response", "response": {"n": 4}}]}, [Turn("tool", "")]),
        ({"role": "tool", "content": {"n": 4}}, [Turn("tool", "")]),
        (heard("system", "Be brief."), [Turn("system", "Be brief.")]),
        (heard("assistant", "Shown."), [spoken("Shown.", generated=False)]),
        ({"role": "user", "content": [{"type": "text", "text": "y"}]}, [Turn("user", "y")]),
    ],
)
@pytest.mark.parametrize("as_text", [True, False])
def test_history_becomes_turns(read_bytes: ReadBytes, message: object, turns: list[Turn], as_text: bool) -> None:
    found = one(read_bytes, line(call(1, [message, ASK], [said("4")], as_text))).turns
    assert found == (*turns, ASKED, spoken("4"))


@pytest.mark.parametrize(
    "system",
    [
        json.dumps([text("Be brief.")]),
        [text("Be brief.")],
        "Be brief.",
        {"role": "system", "parts": [text("Be brief.")]},
    ],
)
def test_system_instructions_come_first(read_bytes: ReadBytes, system: object) -> None:
    found = one(read_bytes, line(call(1, [ASK], [said("4")], gen_ai__system_instructions=system)))
    assert found.turns[0] == Turn("system", "Be brief.")


INDEXED = {
    "gen_ai.prompt.1.content": json.dumps([{"type": "text", "text": "How many rows?"}]),
    "gen_ai.prompt.1.role": "user",
    "gen_ai.prompt.0.role": "system",
    "gen_ai.prompt.0.content": "Be brief.",
    "gen_ai.prompt.2.role": "assistant",
    "gen_ai.prompt.2.tool_calls.0.name": "count",
    "gen_ai.prompt.3.role": "tool",
    "gen_ai.prompt.3.content": '{"n": 4}',
    "gen_ai.completion.0.content": "Four.",
    "gen_ai.completion.0.reasoning": "Hm.",
    "gen_ai.completion.1.content": "Or five.",
    "gen_ai.prompt.name": "a template",
}


def test_numbered_attributes_are_messages(read_bytes: ReadBytes) -> None:
    expected = (Turn("system", "Be brief."), ASKED, Turn("tool", '{"n": 4}'), spoken("Four.", "Hm."))
    assert one(read_bytes, line(span(1, INDEXED))).turns == expected


def on_span(*events: tuple[str, dict[str, object]]) -> dict[str, Any]:
    listed = [
        {"timeUnixNano": str(10**9 + at), "name": name, "attributes": attributes(given)}
        for at, (name, given) in enumerate(events)
    ]
    return span(1, {"gen_ai.system": "openai"}, events=listed)


@pytest.mark.parametrize(
    "events",
    [
        [
            ("gen_ai.content.prompt", {"gen_ai.prompt": "How many rows?"}),
            ("gen_ai.content.completion", {"gen_ai.completion": "Four."}),
        ],
        [
            ("gen_ai.content.prompt", {"gen_ai.prompt": '[{"role": "user", "content": "How many rows?"}]'}),
            ("gen_ai.content.completion", {"gen_ai.completion": '[{"role": "assistant", "content": "Four."}]'}),
        ],
        [
            ("gen_ai.user.message", {"gen_ai.event.content": '{"role": "user", "content": "How many rows?"}'}),
            ("gen_ai.choice", {"gen_ai.event.content": '{"index": 1, "message": {"content": "Or five."}}'}),
            ("gen_ai.choice", {"gen_ai.event.content": '{"index": 0, "message": {"content": "Four."}}'}),
        ],
        [("gen_ai.user.message", {"content": "How many rows?"}), ("gen_ai.choice", {"message": "Four."})],
        [
            (
                "gen_ai.client.inference.operation.details",
                {"gen_ai.input.messages": [ASK], "gen_ai.output.messages": [said("Four.")]},
            )
        ],
    ],
)
def test_events_on_a_span_are_messages(read_bytes: ReadBytes, events: list[Any]) -> None:
    assert one(read_bytes, line(on_span(*events))).turns == (ASKED, spoken("Four."))


BODIES = [
    event(10**9 + 2, "gen_ai.choice", {"index": 0, "message": {"role": "assistant", "content": "Four."}}),
    event(10**9, "gen_ai.system.message", {"content": "Be brief."}),
    event(10**9 + 1, "gen_ai.user.message", {"content": "How many rows?"}),
]
TOLD = (Turn("system", "Be brief."), ASKED, spoken("Four."))


def test_events_in_logs_are_messages_of_their_span(read_bytes: ReadBytes) -> None:
    bare = line(span(1, {"gen_ai.operation.name": "chat", "gen_ai.conversation.id": "c1"}))
    for lines in ([bare, log_line(*BODIES)], [log_line(*BODIES, *BODIES), bare], [log_line(*BODIES), bare, bare]):
        found = one(read_bytes, *lines)
        assert found.turns == TOLD
        assert found.conversation_id == "c1"
    assert one(read_bytes, log_line(*BODIES)).conversation_id == "t1"


def test_an_operation_of_a_vendor_s_own_is_known_by_what_it_says(read_bytes: ReadBytes) -> None:
    found = one(read_bytes, line(call(1, [ASK], [said("4")], gen_ai__operation__name="responses")))
    assert found.turns == (ASKED, spoken("4"))


def test_what_is_no_call_of_a_model_is_passed_over(read_bytes: ReadBytes) -> None:
    others = [
        span(1, {"http.route": "/"}, name="a"),
        span(2, {"gen_ai.operation.name": "embeddings"}, name="b"),
        span(3, {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.call.result": "4"}, name="c"),
        span(4, {"gen_ai.operation.name": "invoke_agent"}, name="d"),
        call(6, [ASK], [said("x")], gen_ai__operation__name="execute_tool", name="e"),
    ]
    metrics = b'{"resourceMetrics": []}'
    assert one(read_bytes, line(*others, call(5, [ASK], [said("4")])), metrics).turns == (ASKED, spoken("4"))


BROKEN = [
    (b"{", "not_json"),
    (b"[]", "not_object"),
    (b'{"note": 1}', "missing_messages"),
    (b'{"resourceSpans": {}}', "bad_messages"),
    (b'{"resourceSpans": [5]}', "bad_message"),
    (b'{"resourceSpans": [{"resource": 5}]}', "bad_field"),
    (line(span(2, {"gen_ai.operation.name": "chat"})), "missing_messages"),
    (line(call(2, [ASK], [said("x")]) | {"traceId": ""}), "bad_id"),
    (line(call(2, [ASK], [said("x")]) | {"spanId": 5}), "bad_id"),
    (line(call(2, [ASK], [said("x")], gen_ai__conversation__id=1.5)), "bad_id"),
    (line(call(2, [ASK], [said("x")]) | {"startTimeUnixNano": "0"}), "bad_date"),
    (line(call(2, [ASK], [said("x")]) | {"startTimeUnixNano": "soon"}), "bad_date"),
    (line(call(2, [ASK], [said("x")]) | {"attributes": {"gen_ai.input.messages": "[]"}}), "bad_field"),
    (line(call(2, [ASK], [said("x")]) | {"events": [5]}), "bad_field"),
    (line(call(2, [5], [])), "bad_message"),
    (line(call(2, [heard("narrator", "x")], [])), "unknown_role"),
    (line(call(2, [{"role": "user", "parts": 5}], [])), "bad_content"),
    (line(call(2, [{"role": "user", "parts": [{"type": "text", "content": 5}]}], [])), "bad_content"),
    (line(call(2, [{"role": "user"}], [])), "bad_content"),
    (line(call(2, [{"role": "user", "parts": [{"type": "dance"}]}], [])), "unknown_part"),
    (line(span(2, {"gen_ai.input.messages": "{"})), "not_json"),
    (line(span(2, {"gen_ai.input.messages": "[" * 200 + "]" * 200})), "too_deep"),
    (line(span(2, {"gen_ai.input.messages": "5"})), "bad_messages"),
    (line(span(2, {"gen_ai.prompt.0.content": "x"})), "unknown_role"),
    (log_line(event(5, "gen_ai.user.message", None, "s2")), "bad_content"),
    (log_line(event(5, "gen_ai.choice", {"index": "x"}, "s2")), "bad_field"),
    (log_line(event(0, "gen_ai.user.message", {"content": "x"}, "s2")), "bad_date"),
]


@pytest.mark.parametrize(("data", "rule"), BROKEN)
def test_what_is_broken_is_quarantined(read_bytes: ReadBytes, data: bytes, rule: str) -> None:
    good = line(call(1, [ASK], [said("4")], gen_ai__conversation__id="c1"))
    items = read_bytes(good + b"\n" + data, "otel")
    broken = [item for item in items if not isinstance(item, Conversation)]
    assert [(item.line, item.rule) for item in broken] == [(2, rule)]
    assert len(items) == 2


def test_spans_without_content_are_no_input(read_bytes: ReadBytes) -> None:
    bare = line(*(span(at, {"gen_ai.operation.name": "chat"}) for at in range(1, 4)))
    with pytest.raises(ContractError, match="no record that can be read as otel, out of 3"):
        read_bytes(bare)
