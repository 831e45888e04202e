"""HH-RLHF: the `chosen` text of a pair, cut at its speakers' markers. `rejected`, its repeat, is not read."""

from __future__ import annotations

import re

from jobs.readers.envelope import conversation
from jobs.readers.format import Format, Record
from jobs.readers.rules import BrokenRecord, Rule
from jobs.readers.turns import make_turn
from schemas.conversation import Conversation

# A true marker stands at the start of a paragraph and is followed by white space or the end of the text.
_MARKER = re.compile(r"\n\n(Human|Assistant):(?:(?=\n)| |\Z)")
_FIRST = "\n\nHuman:"
_ROLES = {"Human": "user", "Assistant": "assistant"}


def _fits(record: Record) -> bool:
    return isinstance(record.get("chosen"), str)


def _convert(record: Record) -> Conversation:
    return convert_side(record, "chosen")


def convert_side(record: Record, side: str) -> Conversation:
    """The conversation of one side of a pair, `chosen` or `rejected`. Raises BrokenRecord."""
    text = record.get(side)
    if text is None:
        raise BrokenRecord(Rule.MISSING_MESSAGES)
    if not isinstance(text, str):
        raise BrokenRecord(Rule.BAD_MESSAGES)
    before, *pieces = _MARKER.split(text)
    if before or not text.startswith(_FIRST):
        raise BrokenRecord(Rule.BAD_MARKER)
    turns = [make_turn(_ROLES[who], said) for who, said in zip(pieces[::2], pieces[1::2], strict=True)]
    return conversation(record, turns)


HH_RLHF = Format("hh_rlhf", "HH-RLHF pairs: the chosen text, cut at its markers", _fits, _convert)
