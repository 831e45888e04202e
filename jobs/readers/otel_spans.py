"""The model calls of a file of OTLP entries, put together from spans and events that may come in any order."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from jobs.readers.envelope import ENVELOPE, identity
from jobs.readers.faults import FileFault
from jobs.readers.format import RawRecord, Record
from jobs.readers.otel_messages import Said, event_turns, is_message, span_turns, tells
from jobs.readers.otel_values import attributes_of, nanoseconds
from jobs.readers.rules import BrokenRecord, Rule
from jobs.readers.threads import Call
from schemas.conversation import Turn
from schemas.policy import ReadPolicy

_MOST_HELD = 512 << 20
"""Characters of distinct text that are held, since a span may come after others of later conversations."""
_INFERENCE = frozenset({"chat", "generate_content", "text_completion"})
_OTHER = frozenset({"embeddings", "execute_tool", "create_agent", "retrieval"})
_AGENT = frozenset({"invoke_agent", "invoke_workflow"})
_IDS = ("conversation_id", "gen_ai.conversation.id", "traceloop.association.properties.conversation_id")
_SESSIONS = ("session.id", "traceloop.association.properties.session_id", "langfuse.session.id")
_USERS = ("user_id", "user.id", "enduser.id", "traceloop.association.properties.user_id", "langfuse.user.id")
_OWN = ENVELOPE - {"conversation_id", "user_id"}
_NO_SERVICE = "unknown_service"


@dataclass(slots=True)
class Ids:
    """What a span or event says of whose conversation it belongs to."""

    conversation: str | None = None
    session: str | None = None
    user: str | None = None


@dataclass(slots=True)
class Span:
    """A call of a model, from its span, its events or both. line, digest: of the record that told of it first."""

    line: int
    digest: str
    trace: str
    name: str
    start: int = 0
    end: int = 0
    known: str = ""
    agent: bool = False
    broken: bool = False
    ids: Ids = field(default_factory=Ids)
    fields: dict[str, object] = field(default_factory=dict)
    attributes: Said = field(default_factory=Said)
    events: dict[tuple[int, str], Said] = field(default_factory=dict)

    def call(self) -> Call:
        """What was heard and said: from attributes, and from events where those say nothing of it."""
        events = [said for _, said in sorted(self.events.items(), key=lambda event: event[0])]
        heard = self.attributes.heard or tuple(turn for said in events for turn in said.heard)
        answers = [said for said in events if said.said]
        answered = (
            self.attributes if self.attributes.said or not answers else min(answers, key=lambda said: said.choice)
        )
        return Call(heard, answered.said)


class Book:
    """The model calls of a file, each text of theirs held once."""

    def __init__(self, policy: ReadPolicy) -> None:
        self._policy = policy
        self._spans: dict[tuple[str, str], Span] = {}
        self._traces: dict[str, tuple[set[str], set[str], set[str]]] = {}
        self._turns: dict[Turn, Turn] = {}
        self._held = 0

    def spans(self) -> Iterator[Span]:
        """The calls that are not broken, in order of time. Ids that they lack are those of all their trace."""
        for span in sorted(self._spans.values(), key=lambda span: (span.start, span.end, span.trace, span.name)):
            if not span.broken:
                ids, sessions, users = self._traces.get(span.trace, (set(), set(), set()))
                span.ids = Ids(
                    span.ids.conversation or _only(ids),
                    span.ids.session or _only(sessions),
                    span.ids.user or _only(users),
                )
                yield span

    def take_span(self, entry: Record, resource: Mapping[str, object], record: RawRecord) -> None:
        """Raises BrokenRecord: the span is quarantined. FileFault: the file holds too much."""
        attributes = {**resource, **attributes_of(entry.get("attributes"))}
        events = [event for event in _objects(entry.get("events")) if is_message(event.get("name"))]
        kind = _operation(attributes)
        told = bool(events) or any(map(tells, attributes))
        agent = kind in _AGENT
        # Operations may have names of a vendor's own: what was said tells that a model was called.
        if kind not in _INFERENCE and (not told or kind in _OTHER):
            self._note(entry.get("traceId"), _ids(attributes))
            return
        span = self._span(entry, record)
        known = _digest(entry)
        if span.known:
            if span.known != known:
                raise BrokenRecord(Rule.CONFLICTING_SPAN)
            return
        span.known, span.agent = known, agent
        try:
            self._name(span, attributes)
            span.start = nanoseconds(entry.get("startTimeUnixNano"))
            span.end = nanoseconds(entry["endTimeUnixNano"]) if entry.get("endTimeUnixNano") else span.start
            span.attributes = self._hold(span_turns(attributes, self._policy))
            for event in events:
                self._add_event(span, event, event.get("name"), attributes_of(event.get("attributes")), None)
        except BrokenRecord:
            span.broken = True
            raise

    def take_log(self, entry: Record, resource: Mapping[str, object], record: RawRecord) -> None:
        """Raises BrokenRecord: the event is quarantined, and the call that it is of. FileFault."""
        attributes = attributes_of(entry.get("attributes"))
        name = entry.get("eventName") or attributes.get("event.name")
        kind = _operation(attributes)
        if not is_message(name) or kind in _OTHER:
            return
        span = self._span(entry, record)
        span.agent = span.agent or (kind in _AGENT and not span.known)
        try:
            self._name(span, {**resource, **attributes})
            self._add_event(span, entry, name, attributes, entry.get("body"))
        except BrokenRecord:
            span.broken = True
            raise

    def _span(self, entry: Record, record: RawRecord) -> Span:
        trace, name = entry.get("traceId"), entry.get("spanId")
        if not (isinstance(trace, str) and trace and isinstance(name, str) and name):
            raise BrokenRecord(Rule.BAD_ID)
        if (trace, name) not in self._spans:
            self._spans[trace, name] = Span(record.number, record.digest(), trace, name)
        return self._spans[trace, name]

    def _name(self, span: Span, attributes: Mapping[str, object]) -> None:
        ids = _ids(attributes)
        self._note(span.trace, ids)
        span.ids = Ids(
            span.ids.conversation or ids.conversation, span.ids.session or ids.session, span.ids.user or ids.user
        )
        for name in _OWN:
            if attributes.get(name) is not None:
                span.fields.setdefault(name, attributes[name])
        service = attributes.get("service.name")
        if isinstance(service, str) and not service.startswith(_NO_SERVICE):
            span.fields.setdefault("surface", service)

    def _note(self, trace: object, ids: Ids) -> None:
        if isinstance(trace, str) and trace:
            found = self._traces.setdefault(trace, (set(), set(), set()))
            for known, name in zip(found, (ids.conversation, ids.session, ids.user), strict=True):
                if name is not None:
                    known.add(name)

    def _add_event(
        self, span: Span, entry: Record, name: object, attributes: Mapping[str, object], body: object
    ) -> None:
        time = nanoseconds(entry.get("timeUnixNano") or entry.get("observedTimeUnixNano"))
        said = self._hold(event_turns(str(name), attributes, body, self._policy))
        span.events.setdefault((time, _digest(entry)), said)
        if not span.known:
            span.start = min(span.start or time, time)
            span.end = max(span.end, time)

    def _hold(self, said: Said) -> Said:
        return Said(tuple(map(self._once, said.heard)), tuple(map(self._once, said.said)), said.choice)

    def _once(self, turn: Turn) -> Turn:
        held = self._turns.setdefault(turn, turn)
        if held is turn:
            self._held += len(turn.text) + len(turn.thinking)
            if self._held > _MOST_HELD:
                raise FileFault(
                    "holds more text in its spans than is held at once to put them in order. Split it into files"
                    " that each hold whole conversations, and run again."
                )
        return held


def _operation(attributes: Mapping[str, object]) -> str | None:
    name = attributes.get("gen_ai.operation.name")
    if name is None or isinstance(name, str):
        return name
    raise BrokenRecord(Rule.BAD_FIELD)


def _ids(attributes: Mapping[str, object]) -> Ids:
    return Ids(*(_first(names, attributes) for names in (_IDS, _SESSIONS, _USERS)))


def _first(names: tuple[str, ...], attributes: Mapping[str, object]) -> str | None:
    return next(filter(None, (identity(attributes.get(name)) for name in names)), None)


def _only(names: set[str]) -> str | None:
    return next(iter(names)) if len(names) == 1 else None


def _objects(listed: object) -> list[Record]:
    if listed is None:
        return []
    if not isinstance(listed, list) or not all(isinstance(each, dict) for each in listed):
        raise BrokenRecord(Rule.BAD_FIELD)
    return listed


def _digest(entry: Record) -> str:
    return hashlib.sha256(json.dumps(entry, sort_keys=True).encode("utf-8", "replace")).hexdigest()
