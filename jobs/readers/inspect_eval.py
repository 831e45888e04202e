"""Inspect's `.eval` logs: a ZIP archive with a sample a member, or, in the newer layout, a folder of members a sample.

What a sample holds beside its messages (events, state, model calls) is passed over unread.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from jobs.readers.archive import Archive
from jobs.readers.envelope import ENVELOPE, conversation
from jobs.readers.eval_sample import SampleTexts
from jobs.readers.faults import FileFault
from jobs.readers.format import Format, RawRecord, Record
from jobs.readers.inspect_messages import inspect_turns
from jobs.readers.json_members import object_members
from jobs.readers.messages import message_list
from jobs.readers.records import json_value
from jobs.readers.rules import BrokenRecord, Rule
from schemas.conversation import Conversation
from schemas.policy import ReadPolicy

_HEADERS = ("header.json", "_journal/start.json")
_SAMPLE = re.compile(r"samples/.+_epoch_\d+(?:\.json|/sample\.json)", re.DOTALL)
_VERSIONS = (1, 2)
_WANTED = ENVELOPE | {"id", "epoch", "uuid", "messages", "message_refs", "attachments"}
_SPEC = "eval"


class _Sample:
    """One sample of a log; `number` is its place in the archive's directory, among the samples."""

    def __init__(self, number: int, archive: Archive, name: str, spec: Record, policy: ReadPolicy) -> None:
        self.number = number
        self._archive = archive
        self._name = name
        self._spec = spec
        self._policy = policy

    def load(self) -> Record:
        members = object_members(self._archive.member(self._name).stream, _WANTED, self._policy.max_record_bytes)
        texts = SampleTexts(self._archive, self._name, members, self._policy)
        beside = {key: value for key, value in members.items() if key not in ("messages", "attachments")}
        record: dict[str, object] = {_SPEC: self._spec}
        for key, value in beside.items():
            if value is None:
                raise BrokenRecord(Rule.TOO_LARGE)
            record[key] = json_value(value, self._policy)
        record["messages"] = texts.messages(record.get("message_refs"))
        return record

    def digest(self) -> str:
        return self._archive.member(self._name).digest()


def _samples(file: BinaryIO, policy: ReadPolicy) -> Iterator[RawRecord]:
    archive = Archive(file, policy)
    names = archive.names
    header = next((name for name in _HEADERS if name in names), None)
    if header is None:
        raise FileFault(f"is a ZIP archive, but no Inspect log: it holds no {_HEADERS[0]}. Unpack it, and run again.")
    spec = _spec(archive, header, policy)
    samples = [name for name in names if _SAMPLE.fullmatch(name)]
    return (_Sample(number, archive, name, spec, policy) for number, name in enumerate(samples, start=1))


def _spec(archive: Archive, header: str, policy: ReadPolicy) -> Record:
    """The `eval` object of a log's header. Raises FileFault."""
    stream = archive.member(header).stream
    try:
        members = object_members(stream, ("version", _SPEC), policy.max_record_bytes)
        version = json_value(members.get("version") or b"", policy)
        spec = json_value(members.get(_SPEC) or b"", policy)
    except BrokenRecord:
        raise FileFault("is an Inspect log whose header cannot be read. Copy it again from its source.") from None
    if isinstance(version, bool) or version not in _VERSIONS:
        raise FileFault(
            "is an Inspect log of a version that is not known (1 and 2 are). Write it again with an Inspect whose"
            " logs are of version 2: `inspect log convert`."
        )
    if not isinstance(spec, dict):
        raise FileFault("is an Inspect log whose header says nothing of its evaluation. Copy it again from its source.")
    return spec


def _fits(_: Record) -> bool:
    """Known by its archive alone."""
    return False


def _convert(record: Record) -> Conversation:
    spec = record[_SPEC]
    assert isinstance(spec, dict)
    turns = inspect_turns(message_list(record, "messages"), strict=True)
    if record.get("surface") is None:
        record = {**record, "surface": spec.get("task")}
    return conversation(record, turns, own_id=_own_id(record, spec), own_date=spec.get("created"))


def _own_id(record: Record, spec: Record) -> object:
    """The sample's own id; logs from before samples had one give it by run, sample and epoch."""
    uuid, run = record.get("uuid"), spec.get("eval_id") or spec.get("run_id")
    if uuid is not None or not run:
        return uuid
    parts = (run, record.get("id"), record.get("epoch"))
    if not all(isinstance(part, str | int) for part in parts):
        raise BrokenRecord(Rule.BAD_ID)
    return "/".join(str(part) for part in parts)


INSPECT = Format("inspect", "Inspect .eval logs: a ZIP archive of samples", _fits, _convert, archive=_samples)
