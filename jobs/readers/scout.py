"""Inspect Scout's transcript database: Parquet with one transcript a row and its messages as JSON text."""

from __future__ import annotations

from jobs.readers.envelope import ENVELOPE, conversation
from jobs.readers.format import Format, Record
from jobs.readers.inspect_messages import has_sources, inspect_turns
from jobs.readers.messages import message_list
from schemas.conversation import Conversation

_COLUMNS = ENVELOPE | {"transcript_id", "source_type", "date", "task_set", "messages"}
_EVAL_LOG = "eval_log"


def _fits(record: Record) -> bool:
    return "transcript_id" in record and isinstance(record.get("messages"), str)


def _convert(record: Record) -> Conversation:
    messages = message_list(record, "messages")
    # Importers of other sources than Inspect say nothing of where most messages came from.
    kind = record.get("source_type")
    strict = kind == _EVAL_LOG or (kind is None and has_sources(messages))
    if record.get("surface") is None:
        record = {**record, "surface": record.get("task_set")}
    return conversation(
        record, inspect_turns(messages, strict), own_id=record.get("transcript_id"), own_date=record.get("date")
    )


SCOUT = Format(
    "scout",
    "Inspect Scout transcripts: transcript_id, messages as JSON text",
    _fits,
    _convert,
    _COLUMNS,
    nested=frozenset({"messages"}),
)
