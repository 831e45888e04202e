"""OpenTelemetry spans put together: conversations, order, duplicates, users, branches."""

from __future__ import annotations

import json
import random
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import jobs.readers.otel_spans as otel_spans
from jobs.readers.catalogue import read_file, recognise
from jobs.readers.threads import Call, joined_calls
from schemas.conversation import Conversation, Malformed, Turn
from schemas.errors import ContractError
from schemas.policy import ReadPolicy
from tests.unit.cost import lines_run
from tests.unit.readers.otlp import call, heard, line, said, span

if TYPE_CHECKING:
    from tests.unit.readers.conftest import ReadBytes

U = [heard("user", f"question {number}") for number in range(9)]
A = [said(f"answer {number}") for number in range(9)]


def shown(item: object) -> list[str]:
    """A conversation's turns; an answer in capitals where it is marked as generated."""
    assert isinstance(item, Conversation)
    return [turn.text.upper() if turn.generated else turn.text for turn in item.turns]


def talk(*numbers: int) -> list[str]:
    return [text for number in numbers for text in (f"question {number}", f"ANSWER {number}")]


def chat(at: int, inputs: list[Any], answer: Any, **given: object) -> dict[str, Any]:
    return call(at, inputs, [answer], **{"gen_ai__conversation__id": "c1", **given})


def test_spans_that_repeat_the_history_are_one_conversation(read_bytes: ReadBytes) -> None:
    spans = [chat(1, [U[0]], A[0]), chat(2, [U[0], A[0], U[1]], A[1]), chat(3, [U[0], A[0], U[1], A[1], U[2]], A[2])]
    (item,) = read_bytes(line(*reversed(spans), *spans))
    assert shown(item) == talk(0, 1, 2)


def test_a_window_of_the_history_goes_on_where_it_left_off(read_bytes: ReadBytes) -> None:
    spans = [chat(1, [U[0]], A[0]), chat(2, [U[0], A[0], U[1]], A[1]), chat(3, [A[1], U[2]], A[2])]
    assert [shown(item) for item in read_bytes(line(*spans))] == [talk(0, 1, 2)]


def test_a_server_that_keeps_the_history_is_followed(read_bytes: ReadBytes) -> None:
    spans = [chat(at, [U[at]], A[at]) for at in range(1, 5)]
    assert [shown(item) for item in read_bytes(line(*spans))] == [talk(1, 2, 3, 4)]


def test_an_answer_made_anew_is_a_branch_and_none_counts_twice(read_bytes: ReadBytes) -> None:
    spans = [chat(1, [U[0]], A[0]), chat(2, [U[0], A[0], U[1]], A[1]), chat(3, [U[0], A[0], U[1]], A[2])]
    first, second = read_bytes(line(*spans))
    assert shown(first) == talk(0, 1)
    assert shown(second) == ["question 0", "answer 0", "question 1", "ANSWER 2"]
    assert [getattr(item, "conversation_id", "") for item in (first, second)] == ["c1", "c1#2"]


def test_a_history_that_was_never_seen_is_not_generated(read_bytes: ReadBytes) -> None:
    (item,) = read_bytes(line(chat(1, [U[0], A[0], U[1]], A[1])))
    assert shown(item) == ["question 0", "answer 0", "question 1", "ANSWER 1"]


@pytest.mark.parametrize(
    ("first", "second", "ids"),
    [
        ({"gen_ai__conversation__id": "c1"}, {"gen_ai__conversation__id": "c2"}, ["c1", "c2"]),
        ({"session__id": "s"}, {"session__id": "s"}, ["s", "s#2"]),
        ({}, {}, ["t1", "t1#2"]),
        ({}, {"trace": "t2"}, ["t1", "t2"]),
        ({"gen_ai__conversation__id": "c1"}, {}, ["c1"]),
        ({"conversation_id": "n", "gen_ai__conversation__id": "c1"}, {"trace": "t2"}, ["n", "t2"]),
        ({"gen_ai__conversation__id": " "}, {"trace": "t2"}, ["t1", "t2"]),
    ],
)
def test_a_missing_id_is_the_trace_s_or_the_trace(
    read_bytes: ReadBytes, first: dict[str, object], second: dict[str, object], ids: list[str]
) -> None:
    items = read_bytes(line(call(1, [U[0]], [A[0]], **first), call(2, [U[1]], [A[1]], **second)))
    assert [getattr(item, "conversation_id", "") for item in items] == ids


def test_ids_of_a_trace_reach_its_model_calls(read_bytes: ReadBytes) -> None:
    root = span(1, {"http.route": "/", "enduser.id": "u1", "session.id": "s1"}, name="root")
    (item,) = read_bytes(line(call(2, [U[0]], [A[0]]), root))
    assert isinstance(item, Conversation)
    assert (item.user_id, item.conversation_id) == ("u1", "s1")


def test_a_second_user_of_one_conversation_is_quarantined(read_bytes: ReadBytes) -> None:
    spans = [chat(1, [U[0]], A[0], user__id="u1"), chat(2, [U[1]], A[1], user__id="u2", trace="t2")]
    items = read_bytes(b"\n".join(map(line, spans)))
    assert [getattr(item, "rule", "") for item in items] == ["bad_id", ""]
    assert isinstance(items[0], Malformed)
    assert items[0].line == 2


def test_a_span_that_comes_twice_and_differs_is_quarantined(read_bytes: ReadBytes) -> None:
    spans = [chat(1, [U[0]], A[0], name="x"), chat(1, [U[0]], A[1], name="x")]
    items = read_bytes(b"\n".join(map(line, spans)))
    assert [getattr(item, "rule", "") for item in items] == ["conflicting_span", ""]
    assert shown(items[1]) == talk(0)


def test_an_agent_s_span_counts_only_where_no_call_under_it_does(read_bytes: ReadBytes) -> None:
    agent = chat(1, [U[0]], A[1], gen_ai__operation__name="invoke_agent")
    assert [shown(item) for item in read_bytes(line(agent))] == [["question 0", "ANSWER 1"]]
    inner = [chat(2, [U[0]], A[0]), chat(3, [U[0], A[0], U[1]], A[1])]
    assert [shown(item) for item in read_bytes(line(agent, *inner))] == [talk(0, 1)]


def test_two_instruments_of_one_call_count_once(read_bytes: ReadBytes) -> None:
    spans = [chat(1, [U[0]], A[0], name="outer"), chat(2, [U[0]], A[0], name="inner")]
    assert [shown(item) for item in read_bytes(line(*spans))] == [talk(0)]


def test_a_file_that_would_hold_too_much_is_refused(read_bytes: ReadBytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(otel_spans, "_MOST_HELD", 100)
    long = [chat(at, [heard("user", "x" * 60)], A[at], trace=f"t{at}") for at in range(1, 4)]
    assert len(read_bytes(line(*long))) == 3
    with pytest.raises(ContractError, match="Split it into files"):
        read_bytes(line(*long, chat(5, [heard("user", "y" * 60)], A[5])))


WORDS = st.text('ab ]}"\\é\n', min_size=1, max_size=6)
ROUNDS = st.lists(st.tuples(st.sampled_from(["user", "tool"]), WORDS), min_size=1, max_size=6)


@settings(max_examples=80, deadline=None)
@given(ROUNDS, st.booleans(), st.booleans(), st.integers(0, 99), st.integers(1, 4))
def test_any_conversation_comes_back_whatever_the_order(
    rounds: list[tuple[str, str]], as_text: bool, system: bool, seed: int, per_line: int
) -> None:
    history: list[dict[str, Any]] = [heard("system", "Be brief.")] if system else []
    expected = [Turn("system", "Be brief.")] if system else []
    spans = []
    for number, (role, words) in enumerate(rounds):
        history.append(heard(role, words))
        answer = said(f"{number} {words}")
        spans.append(call(number + 1, list(history), [answer], as_text, gen_ai__conversation__id="c"))
        history.append(answer)
        expected += [Turn(role, words), Turn("assistant", f"{number} {words}", generated=True)]
    order = random.Random(seed)
    spans += order.sample(spans, len(spans) // 2)
    order.shuffle(spans)
    lines = [line(*spans[at : at + per_line]) for at in range(0, len(spans), per_line)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "spans"
        path.write_bytes(b"\n".join(lines))
        assert recognise(path, ReadPolicy()) == "otel"
        (item,) = read_file(path, "otel", ReadPolicy())
    assert isinstance(item, Conversation)
    assert item.turns == tuple(expected)


TURNS = st.builds(Turn, st.sampled_from(["user", "assistant", "tool", "system"]), st.sampled_from(["x", "y", "0", "1"]))


@settings(max_examples=300, deadline=None)
@given(st.lists(st.lists(TURNS, max_size=5), max_size=8), st.booleans())
def test_every_answer_stands_once_and_after_what_was_heard(heards: list[list[Turn]], one: bool) -> None:
    calls = [
        Call(tuple(turns), (Turn("assistant", str(number), generated=True),)) for number, turns in enumerate(heards)
    ]
    found = joined_calls(calls, one)
    generated = [turn.text for turns in found for turn in turns if turn.generated]
    assert sorted(generated) == sorted(set(generated))
    repeated = {each.said[0].text for each in calls} - set(generated)
    spoken = {tuple((t.role, t.text) for t in turns if t.role != "system") for turns in found}
    for each in calls:
        told = tuple((t.role, t.text) for t in (*each.heard, *each.said) if t.role != "system")
        if each.said[0].text in repeated:
            assert any(turns[: len(told)] == told for turns in spoken)
        else:
            assert any(told[-1] in turns for turns in spoken)


def apart(number: int) -> list[Call]:
    return [Call((Turn("user", f"q{n}"),), (Turn("assistant", f"a{n}", generated=True),)) for n in range(number)]


def alike(number: int) -> list[Call]:
    same = (Turn("user", "x"), Turn("assistant", "x")) * number
    return [Call(same, ()), Call((*same[1:], Turn("user", "y")), ()), Call((*same[2:-1], Turn("user", "y")), ())]


@pytest.mark.parametrize("bait", [apart, alike])
def test_the_cost_grows_with_the_calls_and_no_faster(bait: Callable[[int], list[Call]]) -> None:
    few, many = bait(200), bait(1600)
    assert lines_run(lambda: joined_calls(many, one=False)) < 12 * lines_run(lambda: joined_calls(few, one=False))


def test_a_line_s_text_shows_in_no_quarantine(read_bytes: ReadBytes) -> None:
    broken = line(chat(2, [heard("kestrel-4471", "kestrel-4471")], A[1]))
    items = read_bytes(line(chat(1, [U[0]], A[0])) + b"\n" + broken)
    assert "kestrel" not in json.dumps([str(item) for item in items if isinstance(item, Malformed)])
    assert len(items) == 2
