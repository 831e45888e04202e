"""The messages of one sample of an Inspect log, in both layouts, with the texts that stand apart as attachments."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping

from jobs.readers.archive import Archive
from jobs.readers.json_members import array_values
from jobs.readers.records import json_value
from jobs.readers.rules import BrokenRecord, Rule
from schemas.policy import ReadPolicy

_SHELL = "/sample.json"
_BY_HASH = re.compile(r"(?:attachment|tc)://([0-9a-f]{32})")
_BY_HASH_OR_NUMBER = re.compile(r"attachment://([0-9a-f]{32}|0|[1-9][0-9]{0,8})")
_TEXTS = ("text", "reasoning", "summary", "result")
_DATA = b'"data:'


class SampleTexts:
    """What a sample says.

    name: the sample's member. members: what was cut from it, as JSON; None stands for too large a value.
    In the newer layout the member is a shell: the messages lie beside it in chunks, as do attachments, and both are
    referred to by number. Raises BrokenRecord, TOO_LARGE too where more is needed than a record may hold.
    """

    def __init__(self, archive: Archive, name: str, members: Mapping[str, bytes | None], policy: ReadPolicy) -> None:
        self._archive = archive
        self._folder = name.removesuffix(_SHELL) if name.endswith(_SHELL) else ""
        self._address = _BY_HASH_OR_NUMBER if self._folder else _BY_HASH
        self._members = members
        self._policy = policy
        self._left = policy.max_record_bytes

    def messages(self, ranges: object) -> object:
        """The sample's messages, None where it has none. ranges: where they lie in the newer layout."""
        if not self._folder:
            messages = self._member("messages", b"null")
        elif ranges is None:
            raise BrokenRecord(Rule.MISSING_MESSAGES)
        else:
            messages = self._referred(_indices(ranges, self._policy))
        if not isinstance(messages, list):
            return messages
        addresses: set[str] = set()

        def note(text: str) -> str:
            if match := self._address.fullmatch(text):
                addresses.add(match[1])
            return text

        def resolve(text: str) -> str:
            match = self._address.fullmatch(text)
            if match and match[1] not in texts:
                raise BrokenRecord(Rule.BAD_CONTENT)
            return texts[match[1]] if match else text

        for message in messages:
            _rewritten(message, note)
        texts = self._numbered(addresses) if self._folder else self._hashed(addresses)
        return [_rewritten(message, resolve) for message in messages]

    def _member(self, name: str, absent: bytes) -> object:
        value = self._members.get(name, absent)
        if value is None:
            raise BrokenRecord(Rule.TOO_LARGE)
        return json_value(value, self._policy)

    def _hashed(self, addresses: set[str]) -> dict[str, str]:
        """The texts at addresses that are hashes, as far as they are there."""
        if not addresses:
            return {}
        attachments = self._member("attachments", b"{}")
        if not isinstance(attachments, dict):
            raise BrokenRecord(Rule.BAD_CONTENT)
        return {key: text for key in addresses if isinstance(text := attachments.get(key), str)}

    def _numbered(self, addresses: set[str]) -> dict[str, str]:
        """The texts at addresses that are numbers; images, which are dropped later, as no text."""
        texts: dict[str, str] = {}
        for index, value in self._at("attachments", (int(each) for each in addresses if len(each) < 32)):
            text = "" if value.startswith(_DATA) else json_value(self._charged(value), self._policy)
            if isinstance(text, str):
                texts[str(index)] = text
        return texts

    def _referred(self, indices: list[int]) -> list[object]:
        times = Counter(indices)
        messages: dict[int, object] = {}
        for index, value in self._at("messages", indices):
            messages[index] = json_value(self._charged(value, times[index]), self._policy)
        if len(messages) < len(times):
            raise BrokenRecord(Rule.BAD_MESSAGES)
        return [messages[index] for index in indices]

    def _charged(self, value: bytes, times: int = 1) -> bytes:
        self._left -= len(value) * times
        if self._left < 0:
            raise BrokenRecord(Rule.TOO_LARGE)
        return value

    def _at(self, sequence: str, indices: Iterable[int]) -> Iterator[tuple[int, bytes]]:
        """Those elements of a sequence at `indices` that are there, as JSON. Reads a chunk once, if it holds any."""
        folder = f"{self._folder}/{sequence}"
        stems = (name.removesuffix(".json") for name in self._archive.below(folder))
        starts = sorted(int(stem) for stem in stems if re.fullmatch(r"0|[1-9][0-9]{0,8}", stem))
        wanted = set(indices)
        for start, after in zip(starts, [*starts[1:], None], strict=False):
            here = {index for index in wanted if index >= start and (after is None or index < after)}
            if not here:
                continue
            stream = self._archive.member(f"{folder}/{start}.json").stream
            for index, value in enumerate(array_values(stream, self._policy.max_record_bytes), start):
                if index in here and value is None:
                    raise BrokenRecord(Rule.TOO_LARGE)
                if index in here and value is not None:
                    yield index, value


def _indices(ranges: object, policy: ReadPolicy) -> list[int]:
    """The numbers in `ranges`, pairs of a first number and one past the last."""
    if not isinstance(ranges, list):
        raise BrokenRecord(Rule.BAD_MESSAGES)
    indices: list[int] = []
    for pair in ranges:
        if not isinstance(pair, list) or len(pair) != 2 or not all(type(end) is int for end in pair):
            raise BrokenRecord(Rule.BAD_MESSAGES)
        start, end = pair
        if not 0 <= start <= end:
            raise BrokenRecord(Rule.BAD_MESSAGES)
        # The least message takes two bytes: more of them than this could never be held.
        if len(indices) + end - start > policy.max_record_bytes // 2:
            raise BrokenRecord(Rule.TOO_LARGE)
        indices.extend(range(start, end))
    return indices


def _rewritten(message: object, rewrite: Callable[[str], str]) -> object:
    """A message with `rewrite` done to every text of its content; what is of another shape stays."""
    content = message.get("content") if isinstance(message, dict) else None
    if isinstance(content, str):
        content = rewrite(content)
    elif isinstance(content, list):
        content = [_rewritten_part(part, rewrite) for part in content]
    return {**message, "content": content} if isinstance(message, dict) and "content" in message else message


def _rewritten_part(part: object, rewrite: Callable[[str], str]) -> object:
    if not isinstance(part, dict):
        return part
    return {key: rewrite(value) if key in _TEXTS and isinstance(value, str) else value for key, value in part.items()}
