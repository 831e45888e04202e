"""Whatever stands inside an Inspect log, a span or a transcript's text: it is read or quarantined, and no more."""

from __future__ import annotations

import json
from typing import Any

import hypothesis.strategies as st
from hypothesis import given, settings

from tests.unit.readers.eval_log import chunked, log
from tests.unit.readers.otlp import event, line, log_line, span
from tests.unit.readers.test_any_bytes import MESSAGES, RECORDS, VALUES, check

ANY = VALUES | MESSAGES
TOLD = ["gen_ai.input.messages", "gen_ai.output.messages", "gen_ai.system_instructions", "gen_ai.prompt.0.content"]
NAMED = [*TOLD, "gen_ai.completion.0.role", "gen_ai.operation.name", "gen_ai.conversation.id", "user.id", "surface"]
EVENTS = ["gen_ai.user.message", "gen_ai.choice", "gen_ai.content.prompt", "gen_ai.client.inference.operation.details"]


@settings(max_examples=60, deadline=None)
@given(st.lists(RECORDS, min_size=1, max_size=3), ANY)
def test_samples_of_any_shape(records: list[Any], refs: Any) -> None:
    check(log(*records))
    pool = [each for record in records for each in record.values()]
    check(chunked(pool, refs))
    check(chunked(pool, [[0, len(pool)]], pool))


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.sampled_from(NAMED), ANY, max_size=4), st.sampled_from(EVENTS), ANY, ANY)
def test_spans_and_events_of_any_shape(named: dict[str, Any], name: str, body: Any, raw: Any) -> None:
    as_text = {key: json.dumps(value) if key in TOLD else value for key, value in named.items()}
    whole = span(1, named) | {"events": [{"timeUnixNano": 5, "name": name, "attributes": raw}]}
    lines = [line(span(2, as_text)), line(whole), log_line(event(5, name, body)), json.dumps(raw).encode()]
    check(b"\n".join(lines))


@settings(max_examples=60, deadline=None)
@given(ANY, st.sampled_from(["resourceSpans", "resourceLogs", "transcript_id"]), ANY)
def test_frames_of_any_shape(value: Any, name: str, messages: Any) -> None:
    check(json.dumps({name: value, "messages": json.dumps(messages)}).encode())
