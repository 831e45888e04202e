"""The released tables: gated aggregates from closed vocabularies, the only tables that leave.

A hidden cell keeps its row: its figures are null, `status` reads `suppressed` and `reason` says why. In released_rates
the status is that of the numerator and the rates; the denominator may stand beside a hidden numerator. Counts are
rounded; every rate, share and interval follows from released counts and the released design effect.
"""

from __future__ import annotations

import pyarrow as pa

from schemas.released_columns import LABEL, RELEASE, STATUS, effect, interval
from schemas.table import Column, Sensitivity, Table

STATUSES = ("shown", "suppressed")
REASONS = ("", "floor", "too_few_passages")
"""Why a cell is hidden. `floor`: under the floors (no conversation at all included), dominated by one user, or hidden
so that another cell cannot be worked out: one code for all of them, since which it is would tell something."""

DIMENSIONS = ("all", "surface", "week", "language", "situation", "length")
LENGTHS = ("1", "2-3", "4-7", "8-15", "16+")
"""Bins of the number of turns that the model generated in a conversation."""
TURN_DIMENSIONS = ("all", "surface", "length")
"""What splits the rate of turns. Each further split adds to what can be worked out."""
MEASURES = ("onset", "strength", "recovered", "ended_by")
"""Ways in which the flagged conversations of a label are broken down in released_dynamics.

The number of situations held is not among them: with the counts of each situation it would make one system of
equations, in which a hidden situation could be worked out."""
ONSETS = ("1", "2-3", "4-7", "8+")
"""Bins of the number of the generated turn at which the expression begins."""

RATES = Table(
    "released_rates",
    (
        RELEASE,
        LABEL,
        Column("dimension", pa.string(), "What splits the trial: all, surface, week, language, situation or length."),
        Column("value", pa.string(), "Value of the dimension; `all` for the whole trial, `other` for a pool."),
        Column("conversations", pa.int64(), "Scored conversations, rounded.", nullable=True),
        Column("users", pa.int64(), "Distinct users of those, rounded.", nullable=True),
        Column("flagged", pa.int64(), "Conversations flagged with the label, rounded.", nullable=True),
        Column("flagged_users", pa.int64(), "Distinct users of those, rounded.", nullable=True),
        effect("rate"),
        *interval("rate", "flagged / conversations"),
        *interval("corrected", "Rate corrected for the scorer's measured error (Rogan-Gladen)"),
        Column(
            "corrected_status",
            pa.string(),
            "`estimated`; `adjudicated` (readers of a sample of this trial, no assumption about the scorer);"
            " `not estimable` (the band reaches 0, or the errors were not measured) or `suppressed`.",
        ),
        *STATUS,
    ),
    ("release", "label", "dimension", "value"),
    Sensitivity.RELEASABLE,
    "How often conversations were flagged, over the whole trial and split by one dimension.",
)

TURN_RATES = Table(
    "released_turn_rates",
    (
        RELEASE,
        LABEL,
        Column("dimension", pa.string(), "What splits the trial: all, surface or length."),
        Column("value", pa.string(), "Value of the dimension, as in released_rates."),
        Column(
            "size",
            pa.float64(),
            "Independent turns that tell as much as the trial's, or fewer; the intervals follow from it. Two digits.",
            nullable=True,
        ),
        *interval("rate", "Flagged turns / turns that the model generated in scored conversations; two digits"),
        *interval("corrected", "That rate corrected for the scorer's measured error of a turn; two digits"),
        Column("corrected_status", pa.string(), "As in released_rates, but never `adjudicated`."),
        *STATUS,
    ),
    ("release", "label", "dimension", "value"),
    Sensitivity.RELEASABLE,
    "How often turns were flagged, but not how many there were: beside the number of conversations that would tell how"
    " few hold a second flagged turn. A conversation counts as at most max_turns_per_conversation turns.",
)

TRIGGERS = Table(
    "released_triggers",
    (
        RELEASE,
        LABEL,
        Column("trigger", pa.string(), "Trigger of the taxonomy, `other` included."),
        Column("flagged", pa.int64(), "Flagged conversations with that trigger, rounded.", nullable=True),
        Column("users", pa.int64(), "Distinct users of those, rounded.", nullable=True),
        effect("share"),
        *interval("share", "Share of the label's flagged conversations"),
        *interval("rate", "Rate among the conversations that hold the situation, affect or not"),
        Column("lift", pa.float64(), "That rate over the trial's overall rate.", nullable=True),
        Column("lift_low", pa.float64(), "Lift: lower end of the 95 % interval.", nullable=True),
        Column("lift_high", pa.float64(), "Lift: upper end of the 95 % interval.", nullable=True),
        *STATUS,
    ),
    ("release", "label", "trigger"),
    Sensitivity.RELEASABLE,
    "What brought the expressions about, by the fixed taxonomy.",
)

CLUSTERS = Table(
    "released_clusters",
    (
        RELEASE,
        LABEL,
        Column(
            "cluster",
            pa.int32(),
            "Number within release and label, largest first; -1 is in no cluster, or in one too small to show.",
        ),
        Column("trigger", pa.string(), "Most common trigger of the cluster; `none` where it cannot be told."),
        Column("name", pa.string(), "Trigger and terms, made by rule from released strings only."),
        Column("flagged", pa.int64(), "Flagged conversations of the cluster, rounded.", nullable=True),
        Column("users", pa.int64(), "Distinct users of those, rounded.", nullable=True),
        effect("share"),
        *interval("share", "Share of the label's flagged conversations"),
        *STATUS,
    ),
    ("release", "label", "cluster"),
    Sensitivity.RELEASABLE,
    "Clusters of trigger passages, found by BERTopic.",
)

TERMS = Table(
    "released_terms",
    (
        RELEASE,
        LABEL,
        Column("cluster", pa.int32(), "Cluster number within release and label."),
        Column("rank", pa.int32(), "1 is the most typical term of the cluster."),
        Column("term", pa.string(), "A word of the public list."),
        Column("users", pa.int64(), "Distinct users behind the term in that cluster, rounded."),
    ),
    ("release", "label", "cluster", "rank"),
    Sensitivity.RELEASABLE,
    "Typical terms of shown clusters, each with enough distinct users of its own.",
)

DYNAMICS = Table(
    "released_dynamics",
    (
        RELEASE,
        LABEL,
        Column(
            "measure",
            pa.string(),
            "onset (generated turn), strength (distress only), recovered (last turn is below the threshold), ended_by.",
        ),
        Column("value", pa.string(), "Value of the measure, from a closed list."),
        Column("flagged", pa.int64(), "Flagged conversations, rounded.", nullable=True),
        Column("users", pa.int64(), "Distinct users of those, rounded.", nullable=True),
        effect("share"),
        *interval("share", "Share of the label's flagged conversations"),
        *STATUS,
    ),
    ("release", "label", "measure", "value"),
    Sensitivity.RELEASABLE,
    "How the expressions run: when they begin, how strong they are, whether they pass.",
)

COVERAGE = Table(
    "released_coverage",
    (
        RELEASE,
        Column(
            "measure",
            pa.string(),
            "language (where it could be told), not_scored (reason), user_id (present, missing).",
        ),
        Column("value", pa.string(), "Value of the measure."),
        Column("conversations", pa.int64(), "Conversations, rounded.", nullable=True),
        *STATUS,
    ),
    ("release", "measure", "value"),
    Sensitivity.RELEASABLE,
    "What was looked at, what could not be scored and why.",
)

QUALITY = Table(
    "released_quality",
    (
        RELEASE,
        LABEL,
        Column(
            "measure",
            pa.string(),
            "recall, false_positive_rate, precision and average_precision (per turn); recall_new_source and"
            " false_positive_rate_new_source (median and 95 % range over sources of text, for the corrected rates);"
            " threshold; screen_missed (share of the conversations to be flagged that the screen lost);"
            " reader_precision, reader_recall (per conversation) and reader_agreement (kappa), by readers of a sample;"
            " second_reader_agreement (share of flags that a second reader, a language model, confirms, of those"
            " that it answered) and second_reader_answered (share of those asked that it answered).",
        ),
        Column("figure", pa.float64(), "The figure.", nullable=True),
        Column("low", pa.float64(), "Lower end of its 95 % interval.", nullable=True),
        Column("high", pa.float64(), "Upper end of its 95 % interval.", nullable=True),
        Column(
            "basis",
            pa.string(),
            "What it was measured on: a code, `validation` or `this_trial`; `not_validated`"
            " where it was not: a model by others scored, or the policy moved the threshold.",
        ),
    ),
    ("release", "label", "measure"),
    Sensitivity.RELEASABLE,
    "How good the scorer is, as measured.",
)

COMPARISON = Table(
    "released_comparison",
    (
        RELEASE,
        Column("baseline", pa.string(), "Name of the release compared with."),
        LABEL,
        Column("dimension", pa.string(), "As in released_rates, or `trigger` for shares of released_triggers."),
        Column("value", pa.string(), "Value of the dimension."),
        Column("rate", pa.float64(), "Rate (or share) in this release.", nullable=True),
        Column("baseline_rate", pa.float64(), "Rate (or share) in the baseline.", nullable=True),
        Column("difference", pa.float64(), "rate - baseline_rate.", nullable=True),
        Column("difference_low", pa.float64(), "Lower end of its 95 % interval.", nullable=True),
        Column("difference_high", pa.float64(), "Upper end of its 95 % interval.", nullable=True),
        Column("detectable", pa.float64(), "Smallest difference seen with 80 % power.", nullable=True),
        Column("verdict", pa.string(), "`higher`, `lower`, `no difference seen` or `not comparable`."),
        *STATUS,
    ),
    ("release", "baseline", "label", "dimension", "value"),
    Sensitivity.RELEASABLE,
    "This release beside the baseline, from the released tables of both.",
)

GATES = Table(
    "released_gates",
    (
        RELEASE,
        Column("gate", pa.string(), "Name of the gate."),
        Column("outcome", pa.string(), "`passed`, `failed` or `not applicable`."),
        Column("figure", pa.float64(), "The figure that was held against the limit.", nullable=True),
        Column("bound", pa.float64(), "The limit from the policy.", nullable=True),
    ),
    ("release", "gate"),
    Sensitivity.RELEASABLE,
    "The gates of the policy and what they said.",
)

RELEASED = (RATES, TURN_RATES, TRIGGERS, CLUSTERS, TERMS, DYNAMICS, COVERAGE, QUALITY, COMPARISON, GATES)
"""Every released table; at most two dimensions beside release and label."""
