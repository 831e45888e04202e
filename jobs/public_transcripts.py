"""The public transcripts that the scorer is trained on, read with the readers of the main job."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from classifiers.real_turns import Transcript
from jobs.readers.catalogue import list_inputs, read_file, recognise
from jobs.readers.hh_rlhf import HH_RLHF, convert_side
from jobs.readers.records import json_lines
from jobs.readers.rules import BrokenRecord
from jobs.readers.streams import decompressed, open_file
from schemas.conversation import Conversation, Malformed
from schemas.policy import ReadPolicy


def transcripts(folder: Path) -> Iterator[Transcript]:
    """Every conversation of the files below `folder`; of HH-RLHF pairs, the rejected side too.

    Records that break their format are left out. Raises UsageError and ContractError as the readers do.
    """
    policy = ReadPolicy()
    for path in list_inputs([str(folder)]):
        source = path.name.partition(".")[0]
        found = recognise(path, policy)
        yield from _named(read_file(path, found, policy), source)
        if found == HH_RLHF.name:
            yield from _named(_rejected(path, policy), f"{source}_rejected")


def _rejected(path: Path, policy: ReadPolicy) -> Iterator[Conversation]:
    with open_file(path) as file:
        for record in json_lines(decompressed(file, policy), policy):
            try:
                yield convert_side(record.load(), "rejected")
            except BrokenRecord:
                continue


def _named(conversations: Iterable[Conversation | Malformed], source: str) -> Iterator[Transcript]:
    for number, found in enumerate(conversations):
        if isinstance(found, Conversation):
            turns = [(turn.role, turn.text) for turn in found.turns]
            yield Transcript(source, found.conversation_id or str(number), turns)
