"""The row-level tables, in the order of the flow. One row is one conversation, with its turns nested inside."""

from __future__ import annotations

import pyarrow as pa

from schemas.row_level_clusters import CLUSTER_FRAMES as CLUSTER_FRAMES
from schemas.row_level_clusters import CLUSTER_STABILITY as CLUSTER_STABILITY
from schemas.row_level_clusters import CLUSTER_TERMS as CLUSTER_TERMS
from schemas.row_level_history import HISTORY as HISTORY
from schemas.table import Column, Sensitivity, Table

TURN = pa.struct(
    [
        pa.field("role", pa.string(), nullable=False),
        pa.field("text", pa.string(), nullable=False),
        pa.field("thinking", pa.string(), nullable=False),
        pa.field("generated", pa.bool_(), nullable=False),
    ]
)
TURNS = pa.list_(pa.field("element", TURN, nullable=False))
CODES = pa.list_(pa.field("element", pa.string(), nullable=False))
PROBABILITIES = pa.list_(pa.field("element", pa.float32(), nullable=False))

SCORE = pa.struct(
    [
        pa.field("turn", pa.int32(), nullable=False),  # index into turns
        pa.field("part", pa.string(), nullable=False),  # said | thinking
        pa.field("screen", pa.float32(), nullable=False),  # screen's score, 0..1
        pa.field("scored", pa.bool_(), nullable=False),  # full model ran
        pa.field(
            "weight", pa.float32(), nullable=False
        ),  # 1; for sampled windows that the screen had rejected 1 / sampling share, at least 1.001
        pa.field("affect", PROBABILITIES, nullable=False),  # 5, order of AFFECTS; empty if not scored
        pa.field("voice", PROBABILITIES, nullable=False),  # 4, order of VOICES; empty if not scored
        pa.field("p_distress", pa.float32(), nullable=False),
        pa.field("p_joy", pa.float32(), nullable=False),
        pa.field(
            "trigger", pa.string(), nullable=False
        ),  # likeliest situation, `other` if none is likely; "" if not scored
        pa.field("causes", PROBABILITIES, nullable=False),  # 11, order of SITUATIONS; empty if no expression is likely
    ]
)
SCORES = pa.list_(pa.field("element", SCORE, nullable=False))

_IDENTITY = (
    Column("conversation_key", pa.string(), "Keyed pseudonym of the conversation (HMAC-SHA-256, 32 hex digits)."),
    Column(
        "user_key", pa.string(), "Keyed pseudonym of the user, or of the conversation where the input has no user id."
    ),
    Column("has_user", pa.bool_(), "True where the input named a user."),
    Column("release", pa.string(), "Release name, `[a-z0-9._-]{1,64}`."),
    Column("surface", pa.string(), "Surface, from the policy's closed list, else `other`."),
    Column("day", pa.date32(), "Day on which the conversation began (UTC), null where unknown.", nullable=True),
    Column("ended_by", pa.string(), "`model`, `user` or `unknown`."),
)
_VERSION = Column("version", pa.string(), "Keyed digest of the conversation as read, so that it is judged once.")

TRANSCRIPTS = Table(
    "transcripts",
    (
        Column("record_id", pa.string(), "The input's conversation id, or a digest of the content where it has none."),
        Column("user_id", pa.string(), "The input's user id, null where it has none.", nullable=True),
        Column("surface", pa.string(), "Surface as the input has it, null where unknown.", nullable=True),
        Column(
            "started_at", pa.timestamp("us", tz="UTC"), "Start of the conversation, null where unknown.", nullable=True
        ),
        Column("ended_by", pa.string(), "`model`, `user` or `unknown`."),
        Column("turns", TURNS, "The turns in order: role, text, thinking, generated."),
        Column("version", pa.string(), "Digest of all the other columns."),
    ),
    ("record_id",),
    Sensitivity.RAW,
    "Conversations as read, raw. In memory only: never written, never logged.",
)

SCRUBBED = Table(
    "scrubbed",
    (
        *_IDENTITY,
        _VERSION,
        Column("turns", TURNS, "The turns in order, scrubbed: PII reads `<PERSON_1>` and the like."),
        Column("masked", pa.int32(), "Number of masked spans in the conversation."),
        Column("scrub_failed", pa.bool_(), "True where the scrubber failed; the turns are then empty."),
    ),
    ("conversation_key",),
    Sensitivity.SCRUBBED,
    "Scrubbed conversations under keyed pseudonyms.",
)

SCORED = Table(
    "scored",
    (
        *_IDENTITY,
        _VERSION,
        Column("turns", TURNS, "The scrubbed turns."),
        Column(
            "language", pa.string(), "ISO 639-1 code of the model's turns, or `und` where there is too little text."
        ),
        Column("not_scored", pa.string(), "Why the conversation was not scored, `` where it was: see NOT_SCORED."),
        Column("codes", CODES, "Context codes: the situations of the trigger taxonomy that it holds, affect or not."),
        Column(
            "scores",
            SCORES,
            "One entry a generated turn and part (said, thinking); a second one for what a sample found in a piece of"
            " it that the screen rejected.",
        ),
    ),
    ("conversation_key",),
    Sensitivity.SCRUBBED,
    "Scored conversations: probabilities of affect and voice for every turn that the model generated.",
)

NOT_SCORED = ("", "language", "no_model_turn", "no_text", "scrub_failed")

BETWEEN_PARTS = "\x1e"
"""Between the parts of a passage: user turns in order, and last what the model said. No text holds it."""
LABELLED = pa.struct(
    [
        pa.field("flagged", pa.bool_(), nullable=False),
        pa.field("turns", pa.int32(), nullable=False),  # generated turns at or above the threshold
        pa.field("onset", pa.int32(), nullable=True),  # 1-based number of the generated turn, null if not flagged
        pa.field("peak", pa.float32(), nullable=False),  # highest probability
        pa.field("slope", pa.float32(), nullable=False),  # least-squares change of probability per generated turn
        pa.field(
            "recovered", pa.bool_(), nullable=True
        ),  # last generated turn below the threshold; null if not flagged
        pa.field("course", pa.string(), nullable=False),  # one of SLOPES, onset to last turn; "" if not flagged
        pa.field("peak_at", pa.string(), nullable=False),  # one of PEAKS; "" if not flagged
        pa.field("refusal", pa.string(), nullable=False),  # one of REFUSALS, by the model; "" if not flagged
        pa.field("strong", pa.bool_(), nullable=False),  # the onset or a later turn is most likely at level -2 (or +2)
        pa.field("trigger", pa.string(), nullable=False),  # taxonomy, at the onset; `none` if not flagged
        pa.field("causes", PROBABILITIES, nullable=False),  # of the situations at the onset, 11; empty if not flagged
        pa.field("sampled", pa.bool_(), nullable=False),  # an unflagged conversation whose passage is kept for lift
        pa.field("passage", pa.string(), nullable=False),  # trigger passage, "" if neither flagged nor sampled
        pa.field("missed", pa.float32(), nullable=False),  # weight of sampled windows that alone would flag, else 0
    ]
)

_FLAGS = (
    Column("language", pa.string(), "ISO 639-1 code, or `und`."),
    Column("not_scored", pa.string(), "Why the conversation was not scored, `` where it was."),
    Column("codes", CODES, "Context codes of the conversation."),
    Column("model_turns", pa.int32(), "Turns that the model generated and that hold text."),
    Column("reversions", pa.int32(), "Answer reversions (`wait, no`) over all generated turns. Behaviour, not affect."),
    Column("behaviours", CODES, "Behaviours seen, from BEHAVIOURS; none is affect by itself."),
    Column(
        "thinking_distress", pa.bool_(), "True where a reasoning trace passes the distress threshold. Counted apart."
    ),
)

FLAGGED = Table(
    "flagged",
    (
        *_IDENTITY,
        _VERSION,
        *_FLAGS,
        Column("distress", LABELLED, "Distress: flag, onset, peak, slope, recovery, passage."),
        Column("joy", LABELLED, "Strong joy: flag, onset, peak, slope, recovery, passage."),
    ),
    ("conversation_key",),
    Sensitivity.SCRUBBED,
    "One row a conversation, flagged or not; text only as passages of flagged and of a small sample of others.",
)

ADJUDICATED = Table(
    "adjudicated",
    (
        Column("conversation_key", pa.string(), "Keyed pseudonym of the conversation."),
        Column("user_key", pa.string(), "Keyed pseudonym of the user."),
        Column("distress", pa.bool_(), "The model expresses distress of its own; null: passed over.", nullable=True),
        Column("joy", pa.bool_(), "The model expresses strong joy of its own; null: passed over.", nullable=True),
        Column("text", pa.string(), "Digest of the scrubbed text that was read."),
    ),
    ("conversation_key",),
    Sensitivity.DERIVED,
    "What one reader said of the drawn conversations; one stored table a reader.",
)

SECOND_READ = Table(
    "second_read",
    (
        Column("conversation_key", pa.string(), "Keyed pseudonym of the conversation."),
        Column("user_key", pa.string(), "Keyed pseudonym of the user."),
        Column("turn", pa.int32(), "Index into the conversation's turns of the turn that was asked about."),
        Column("distress", pa.bool_(), "The second reader finds distress; null: no usable answer.", nullable=True),
        Column("joy", pa.bool_(), "The second reader finds strong joy; null: no usable answer.", nullable=True),
        Column("text", pa.string(), "Digest of the scrubbed text that was sent."),
    ),
    ("conversation_key", "turn"),
    Sensitivity.DERIVED,
    "What the second reader, a language model, said of drawn turns; one stored table an endpoint, model and prompt.",
)

PASSED_ON = ("passage", "causes")
"""What the clustering reads of a label and does not keep."""
CLUSTERED_LABEL = pa.struct(
    [
        *[LABELLED.field(i) for i in range(LABELLED.num_fields) if LABELLED.field(i).name not in PASSED_ON],
        pa.field("cluster", pa.int32(), nullable=False),  # -1 unclustered, -2 neither flagged nor sampled
    ]
)

CLUSTERED = Table(
    "clustered",
    (
        *_IDENTITY,
        *_FLAGS,
        Column(
            "distress",
            CLUSTERED_LABEL,
            "Distress: flag and dynamics, trigger (told from like passages too), cluster. No text.",
        ),
        Column(
            "joy",
            CLUSTERED_LABEL,
            "Strong joy: flag and dynamics, trigger (told from like passages too), cluster. No text.",
        ),
    ),
    ("conversation_key",),
    Sensitivity.DERIVED,
    "One row a conversation with triggers and clusters; text has ended.",
)

ROW_LEVEL = (
    TRANSCRIPTS, SCRUBBED, SCORED, FLAGGED, ADJUDICATED, SECOND_READ, CLUSTERED, CLUSTER_TERMS, CLUSTER_STABILITY,
    CLUSTER_FRAMES, HISTORY,
)  # fmt: skip
