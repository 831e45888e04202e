"""OpenTelemetry's GenAI spans and events, as OTLP's JSON lines. One conversation lies scattered over many spans."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache

from jobs.readers.envelope import conversation
from jobs.readers.format import Format, RawRecord, Record
from jobs.readers.otel_spans import Book, Span
from jobs.readers.otel_values import attributes_of
from jobs.readers.rules import BrokenRecord, Rule
from jobs.readers.threads import Call, joined_calls
from schemas.conversation import Conversation, Malformed
from schemas.policy import ReadPolicy

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SPANS, _LOGS, _METRICS = "resourceSpans", "resourceLogs", "resourceMetrics"
_SCOPES = {_SPANS: ("scopeSpans", "instrumentationLibrarySpans"), _LOGS: ("scopeLogs", "instrumentationLibraryLogs")}
_ENTRIES = {_SPANS: "spans", _LOGS: "logRecords"}


class _Line:
    """A line, whose digest is asked for by each of its spans and made once."""

    def __init__(self, record: RawRecord) -> None:
        self.number = record.number
        self.load = record.load
        self.digest = cache(record.digest)


def _fits(record: Record) -> bool:
    return any(isinstance(record.get(name), list) for name in (_SPANS, _LOGS))


def _convert(_: Record) -> Conversation:
    raise BrokenRecord(Rule.MISSING_MESSAGES)


def _gather(records: Iterator[RawRecord], policy: ReadPolicy) -> Iterator[Conversation | Malformed]:
    """Conversations by time, after all records were read; what is malformed in a record comes before."""
    book = Book(policy)
    for record in map(_Line, records):
        try:
            entries = list(_entries(record.load()))
        except BrokenRecord as broken:
            yield Malformed(record.number, broken.rule.value, record.digest())
            continue
        for kind, resource, entry in entries:
            try:
                (book.take_span if kind == _SPANS else book.take_log)(entry, resource, record)
            except BrokenRecord as broken:
                yield Malformed(record.number, broken.rule.value, record.digest())
    groups: dict[tuple[str, bool], list[tuple[Span, Call]]] = {}
    told = [(span, span.call()) for span in book.spans()]
    traces = {span.trace for span, call in told if not span.agent and _says(call)}
    for span, call in told:
        if not _says(call):
            if not span.agent:
                yield Malformed(span.line, Rule.MISSING_MESSAGES.value, span.digest)
        # An agent's span repeats what the model calls under it say.
        elif not (span.agent and span.trace in traces):
            ids = span.ids
            group = (ids.conversation, True) if ids.conversation else (ids.session or span.trace, False)
            groups.setdefault(group, []).append((span, call))
    for (name, known), members in groups.items():
        yield from _conversations(name, known, members)


def _says(call: Call) -> bool:
    return bool(call.heard or call.said)


def _entries(record: Record) -> Iterator[tuple[str, dict[str, object], Record]]:
    """The spans and log records of a line, with their resource's attributes. Raises BrokenRecord."""
    kinds = [name for name in (_SPANS, _LOGS) if record.get(name) is not None]
    if not kinds and _METRICS not in record:
        raise BrokenRecord(Rule.MISSING_MESSAGES)
    for kind in kinds:
        for group in _objects(record[kind]):
            resource = group.get("resource") or {}
            if not isinstance(resource, dict):
                raise BrokenRecord(Rule.BAD_FIELD)
            attributes = attributes_of(resource.get("attributes"))
            for scopes in _SCOPES[kind]:
                for scope in _objects(group.get(scopes) or []):
                    for entry in _objects(scope.get(_ENTRIES[kind]) or []):
                        yield kind, attributes, entry


def _objects(listed: object) -> list[Record]:
    if not isinstance(listed, list):
        raise BrokenRecord(Rule.BAD_MESSAGES)
    if not all(isinstance(each, dict) for each in listed):
        raise BrokenRecord(Rule.BAD_MESSAGE)
    return listed


def _conversations(name: str, known: bool, members: list[tuple[Span, Call]]) -> Iterator[Conversation | Malformed]:
    """The conversations of calls with one id. known: whether it is a conversation's, and not a session's or trace's."""
    if not all(span.agent for span, _ in members):
        members = [(span, call) for span, call in members if not span.agent]
    user = next((span.ids.user for span, _ in members if span.ids.user), None)
    calls: list[Call] = []
    fields: dict[str, object] = {}
    for span, call in members:
        if span.ids.user not in (None, user):
            yield Malformed(span.line, Rule.BAD_ID.value, span.digest)
            continue
        calls.append(call)
        fields = {**span.fields, **fields}
    first = members[0][0]
    start = _EPOCH + timedelta(microseconds=first.start // 1000)
    for number, turns in enumerate(joined_calls(calls, one=known), start=1):
        own = name if number == 1 else f"{name}#{number}"
        try:
            yield conversation(fields, turns, own_id=own, own_user=user, own_date=start)
        except BrokenRecord as broken:
            yield Malformed(first.line, broken.rule.value, first.digest)


OTEL = Format("otel", "OpenTelemetry GenAI spans: OTLP as JSON lines", _fits, _convert, gather=_gather)
