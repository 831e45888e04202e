"""What stood behind an earlier release of a trial: the rows that its cells were counted from, without text."""

from __future__ import annotations

import pyarrow as pa

from schemas.table import Column, Sensitivity, Table

_WORDS = pa.list_(pa.field("element", pa.string(), nullable=False))
HELD_LABEL = pa.struct(
    [
        pa.field("flagged", pa.bool_(), nullable=False),
        pa.field("onset", pa.string(), nullable=False),  # one of ONSETS; this and the next seven are "" if not flagged
        pa.field("slope", pa.string(), nullable=False),
        pa.field("peak", pa.string(), nullable=False),
        pa.field("recovered", pa.string(), nullable=False),
        pa.field("refusal", pa.string(), nullable=False),
        pa.field("strength", pa.string(), nullable=False),  # mild or strong
        pa.field("trigger", pa.string(), nullable=False),
        pa.field("turns", pa.int64(), nullable=False),  # flagged turns, as they count
        pa.field("missed", pa.bool_(), nullable=False),  # only the sample of what the screen rejected found it
    ]
)


def _split(name: str, doc: str) -> Column:
    return Column(name, pa.string(), doc, nullable=True)


_KEYS = (
    Column("conversation_key", pa.string(), "Keyed pseudonym of the conversation."),
    Column("user_key", pa.string(), "Keyed pseudonym of the user."),
)
_COUNTS_IN = (
    _split("surface", "Surface, as it is before small values pool; null where the conversation is not scored."),
    _split("week", "Week of the conversation, in the same way."),
    _split("language", "Language, in the same way."),
    _split("length", "Bin of the number of turns, in the same way."),
    _split("unscored_language", "Language that no scorer knows; null for all others."),
    _split("reason", "Any other reason why it is not scored; null for all others."),
    _split("user_id", "`present` or `missing`."),
    Column("codes", _WORDS, "Situations that it holds."),
    Column("behaviours", _WORDS, "Behaviours seen."),
    Column("turns", pa.int64(), "Turns of the model, as they count."),
    Column("distress", HELD_LABEL, "What it counts in for distress."),
    Column("joy", HELD_LABEL, "What it counts in for strong joy."),
    Column("distress_cluster", pa.int32(), "Cluster by its number in CLUSTERED; -1 in none, -2 not looked at."),
    Column("joy_cluster", pa.int32(), "The same for strong joy."),
    Column("distress_drawn", pa.bool_(), "Unflagged, and drawn for the lift of clusters."),
    Column("joy_drawn", pa.bool_(), "The same for strong joy."),
)

COUNTED = Table(
    "counted",
    (
        *_KEYS,
        *_COUNTS_IN,
        Column("distress_again", pa.bool_(), "More than one turn is flagged for distress."),
        Column("joy_again", pa.bool_(), "The same for strong joy."),
    ),
    ("conversation_key",),
    Sensitivity.DERIVED,
    "One row a conversation that counts: what it counts in. In memory only, within the aggregation.",
)

HISTORY = Table(
    "history",
    (
        *_KEYS,
        Column("digest", pa.string(), "Digest of all that follows up to `joy`: what two releases are compared by."),
        *_COUNTS_IN,
        Column("distress_terms", _WORDS, "Candidate terms of its cluster that it holds: words of the public list."),
        Column("joy_terms", _WORDS, "The same for strong joy."),
    ),
    ("conversation_key",),
    Sensitivity.DERIVED,
    "The conversations that an earlier release of the trial counted; one stored table for each release that took a"
    " figure anew. What a later release may change is decided by it.",
)
