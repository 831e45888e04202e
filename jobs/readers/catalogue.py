"""The transcript formats and the way in: list inputs, recognise a file's format, read its conversations."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import islice
from pathlib import Path

from jobs.readers.anthropic import ANTHROPIC
from jobs.readers.faults import FileFault, named
from jobs.readers.format import Format, RawRecord, Record
from jobs.readers.hh_rlhf import HH_RLHF
from jobs.readers.inputs import content_digest, list_inputs, name_inputs
from jobs.readers.inspect_eval import INSPECT
from jobs.readers.json_array import array_elements, is_array
from jobs.readers.lmsys import LMSYS
from jobs.readers.native import NATIVE
from jobs.readers.openai import OPENAI
from jobs.readers.otel import OTEL
from jobs.readers.parquet import parquet_records, parquet_shape
from jobs.readers.records import json_lines, json_value
from jobs.readers.rules import BrokenRecord
from jobs.readers.scout import SCOUT
from jobs.readers.sharegpt import SHAREGPT
from jobs.readers.streams import decompressed, is_parquet, is_zip, open_file
from jobs.readers.wildchat import WILDCHAT
from schemas.conversation import Conversation, Malformed
from schemas.errors import UsageError
from schemas.policy import ReadPolicy

__all__ = ["FORMATS", "content_digest", "list_inputs", "name_inputs", "read_file", "recognise"]

_BY_RANK = (INSPECT, SCOUT, OTEL, WILDCHAT, LMSYS, HH_RLHF, SHAREGPT, ANTHROPIC, OPENAI, NATIVE)
FORMATS: Mapping[str, Format] = {chosen.name: chosen for chosen in _BY_RANK}
"""Every format by name, in order of recognition: of several that fit a file, the first is taken."""

_UNNAMED = "an input file"
_PROBED_RECORDS = 200
_EMPTY = "is empty. Remove it, or copy it again from its source."


def recognise(path: Path, policy: ReadPolicy, name: str = _UNNAMED) -> str:
    """Name of the file's format, from its content: the first format that fits any of its first records.

    name: what errors call the file (`name_inputs`).
    Raises ContractError where no format fits, or the file is faulty.
    """
    with named(path, name), open_file(path) as file:
        if is_zip(file):
            chosen: Format | None = INSPECT
            _records(path, file, INSPECT, policy)
        elif is_parquet(file):
            chosen = _first_fit([parquet_shape(path)], [each for each in _BY_RANK if each.parquet])
        else:
            chosen = _first_fit(_probe(file, policy), _BY_RANK)
        if chosen is None:
            raise FileFault(
                f"fits none of the formats that are read ({', '.join(FORMATS)}). If it is one of them, name"
                " that with `--format`; jobs/readers/README.md shows what each looks like."
            )
    return chosen.name


def check_format(name: str) -> None:
    """Raises UsageError where no reader is called `name`."""
    if name not in FORMATS:
        raise UsageError(f"the format is not known: `--format` takes auto, {', '.join(FORMATS)}.")


def read_file(
    path: Path, format_name: str, policy: ReadPolicy, name: str = _UNNAMED
) -> Iterator[Conversation | Malformed]:
    """The file's conversations, in its order, with a `Malformed` for each record that breaks a rule.

    Streams: no more than the largest record is held (Parquet: a row group's pages). A user id that the policy
    lists as anonymous becomes None. name: what errors call the file (`name_inputs`).
    Raises UsageError for an unknown format, at once; ContractError, while it is read, where the file is
    faulty or empty, or has no record that could be read.
    """
    check_format(format_name)
    return _read(path, FORMATS[format_name], policy, name)


def _read(path: Path, chosen: Format, policy: ReadPolicy, name: str) -> Iterator[Conversation | Malformed]:
    anonymous = frozenset(identity.casefold() for identity in policy.anonymous_ids)
    good = bad = 0
    with named(path, name), open_file(path) as file:
        records = _records(path, file, chosen, policy)
        for item in chosen.gather(records, policy) if chosen.gather else _each(records, chosen, policy):
            if isinstance(item, Malformed):
                bad += 1
                yield item
                continue
            good += 1
            if item.user_id is not None and item.user_id.strip().casefold() in anonymous:
                item = replace(item, user_id=None)
            yield item
        if not good and not bad:
            raise FileFault(_EMPTY)
        if not good:
            raise FileFault(
                f"holds no record that can be read as {chosen.name}, out of {bad}. Name another format with"
                " `--format`, or see jobs/readers/README.md for what the rules ask."
            )


def _records(path: Path, file: io.BufferedReader, chosen: Format, policy: ReadPolicy) -> Iterator[RawRecord]:
    if is_zip(file):
        if chosen.archive is None:
            raise FileFault(f"is a ZIP archive, from which {chosen.name} is not read: unpack it, and run again.")
        return chosen.archive(file, policy)
    if chosen.archive is not None:
        raise FileFault(f"is no ZIP archive, as files of the format {chosen.name} are: name another with `--format`.")
    return parquet_records(path, chosen, policy) if is_parquet(file) else _json_records(file, policy)


def _each(records: Iterator[RawRecord], chosen: Format, policy: ReadPolicy) -> Iterator[Conversation | Malformed]:
    for record in records:
        try:
            fields = record.load()
            for name in chosen.nested:
                if isinstance(text := fields.get(name), str):
                    fields = {**fields, name: json_value(text.encode("utf-8", "replace"), policy)}
            yield chosen.convert(fields)
        except BrokenRecord as broken:
            yield Malformed(record.number, broken.rule.value, record.digest())


def _json_records(file: io.BufferedReader, policy: ReadPolicy) -> Iterator[RawRecord]:
    stream = decompressed(file, policy)
    return array_elements(stream, policy) if is_array(stream) else json_lines(stream, policy)


def _probe(file: io.BufferedReader, policy: ReadPolicy) -> list[Record]:
    """The first records that are sound JSON objects."""
    seen = 0
    sound: list[Record] = []
    for record in islice(_json_records(file, policy), _PROBED_RECORDS):
        seen += 1
        try:
            sound.append(record.load())
        except BrokenRecord:
            continue
    if not seen:
        raise FileFault(_EMPTY)
    return sound


def _first_fit(records: list[Record], formats: list[Format] | tuple[Format, ...]) -> Format | None:
    return next((chosen for chosen in formats if any(chosen.fits(record) for record in records)), None)
