"""Fixtures that write records to a file and read them back through the catalogue."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from jobs.readers.catalogue import read_file, recognise
from schemas.conversation import Conversation, Malformed
from schemas.policy import ReadPolicy

Item = Conversation | Malformed
ReadBytes = Callable[..., list[Item]]
ReadOne = Callable[[str, object], Conversation]
RuleOf = Callable[[str, object, object], str]


@pytest.fixture
def read_bytes(tmp_path: Path) -> ReadBytes:
    """Everything that a file of the given bytes yields, under a named or else the recognised format."""

    def read(data: bytes, format_name: str = "", policy: ReadPolicy | None = None) -> list[Item]:
        path = tmp_path / "transcripts"
        path.write_bytes(data)
        policy = policy or ReadPolicy()
        return list(read_file(path, format_name or recognise(path, policy), policy))

    return read


@pytest.fixture
def read_one(read_bytes: ReadBytes) -> ReadOne:
    """The conversation of one JSON record."""

    def read(format_name: str, record: object) -> Conversation:
        (conversation,) = read_bytes(json.dumps(record).encode(), format_name)
        assert isinstance(conversation, Conversation)
        return conversation

    return read


@pytest.fixture
def rule_of(read_bytes: ReadBytes) -> RuleOf:
    """The rule that a JSON record breaks when it follows a good one, which must be read all the same."""

    def rule(format_name: str, good: object, broken: object) -> str:
        lines = [json.dumps(record).encode() for record in (good, broken, good)]
        first, middle, last = read_bytes(b"\n".join(lines), format_name)
        assert isinstance(first, Conversation)
        assert first == last
        assert isinstance(middle, Malformed)
        assert middle.line == 2
        return middle.rule

    return rule
