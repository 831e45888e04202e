"""Lines of OTLP's JSON, as the collector's file exporter writes them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


def value(given: object) -> dict[str, Any]:
    """An AnyValue."""
    if isinstance(given, bool):
        return {"boolValue": given}
    if isinstance(given, int):
        return {"intValue": str(given)}
    if isinstance(given, float):
        return {"doubleValue": given}
    if isinstance(given, list):
        return {"arrayValue": {"values": [value(each) for each in given]}}
    if isinstance(given, dict):
        return {"kvlistValue": {"values": attributes(given)}}
    return {} if given is None else {"stringValue": given}


def attributes(given: Mapping[str, object]) -> list[dict[str, Any]]:
    return [{"key": name, "value": value(each)} for name, each in given.items()]


def text(words: str) -> dict[str, object]:
    return {"type": "text", "content": words}


def heard(role: str, words: str) -> dict[str, object]:
    return {"role": role, "parts": [text(words)]}


def said(words: str) -> dict[str, object]:
    return {"role": "assistant", "parts": [text(words)], "finish_reason": "stop"}


def span(at: int, given: Mapping[str, object], trace: str = "t1", name: str = "", **more: object) -> dict[str, Any]:
    """A span that starts `at` seconds after 1970; its attributes are those given."""
    ids = {"traceId": trace, "spanId": name or f"s{at}", "parentSpanId": "", "name": "chat m", "kind": 3}
    times = {"startTimeUnixNano": str(at * 10**9), "endTimeUnixNano": str(at * 10**9 + 5)}
    return {**ids, **times, "attributes": attributes(given), **more}


def call(at: int, inputs: list[Any], outputs: list[Any], as_text: object = True, **given: object) -> dict[str, Any]:
    """A span of a chat, with its messages as JSON text or structured; further attributes with __ for a dot."""
    shown: dict[str, object] = {"gen_ai.operation.name": "chat"}
    for side, messages in (("input", inputs), ("output", outputs)):
        shown[f"gen_ai.{side}.messages"] = json.dumps(messages) if as_text else messages
    named = {key.replace("__", "."): each for key, each in given.items() if key not in ("trace", "name")}
    return span(at, {**shown, **named}, str(given.get("trace", "t1")), str(given.get("name", "")))


def line(*spans: object, resource: Mapping[str, object] | None = None) -> bytes:
    scopes = [{"scope": {"name": "i"}, "spans": list(spans)}]
    record = {"resourceSpans": [{"resource": {"attributes": attributes(resource or {})}, "scopeSpans": scopes}]}
    return json.dumps(record).encode()


def log_line(*entries: object) -> bytes:
    return json.dumps({"resourceLogs": [{"resource": {}, "scopeLogs": [{"logRecords": list(entries)}]}]}).encode()


def event(at: int, name: str, body: object, span_name: str = "s1", trace: str = "t1") -> dict[str, Any]:
    """A log record of a GenAI event, of the span that starts with it."""
    ids = {"traceId": trace, "spanId": span_name}
    return {**ids, "timeUnixNano": str(at), "eventName": name, "body": value(body), "attributes": []}
