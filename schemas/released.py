"""The released tables: gated aggregates from closed vocabularies, the only tables that leave.

A hidden cell keeps its row: its figures are null, `status` reads `suppressed` and `reason` says why. In released_rates
the status is that of the numerator and the rates; the denominator may stand beside a hidden numerator. Counts are
rounded; every rate, share and interval follows from released counts and the released design effect.
"""

from __future__ import annotations

import pyarrow as pa

from schemas.released_adjusted import ADJUSTED as ADJUSTED
from schemas.released_clusters import CLUSTER_CHANGES as CLUSTER_CHANGES
from schemas.released_clusters import CLUSTERS as CLUSTERS
from schemas.released_clusters import TERMS as TERMS
from schemas.released_columns import AS_OF, BASIS, LABEL, MEASURE, RELEASE, STATUS, difference, effect, interval, lift
from schemas.released_runs import BEHAVIOUR as BEHAVIOUR
from schemas.released_runs import DYNAMICS as DYNAMICS
from schemas.released_runs import MEASURES as MEASURES
from schemas.table import Column, Sensitivity, Table

STATUSES = ("shown", "suppressed")
NOT_UNDER_DP = "not_released_under_dp"
REASONS = ("", "floor", "too_few_passages", "no_cluster", NOT_UNDER_DP)
"""Why a cell is hidden. `floor`: under the floors (no conversation at all included), dominated by one user, or hidden
so that another cell cannot be worked out: one code for all of them, since which it is would tell something.
`not_released_under_dp`: the policy lets only counts of users with noise leave."""
UNDER_DP = {
    "released_rates": ("users", "flagged_users", "rate", "rate_low", "rate_high"),
    "released_triggers": ("users", "share", "share_low", "share_high"),
    "released_clusters": ("users", "share", "share_low", "share_high"),
    "released_terms": ("users",),
}
"""What leaves under `policy = "dp"`, by table: these figures and no others. Rows of all other tables are hidden."""

DIMENSIONS = ("all", "surface", "week", "language", "situation", "length")
LENGTHS = ("1", "2-3", "4-7", "8-15", "16+")
"""Bins of the number of turns that the model generated in a conversation."""
TURN_DIMENSIONS = ("all", "surface", "length")
"""What splits the rate of turns. Each further split adds to what can be worked out."""
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
        AS_OF,
    ),
    ("release", "label", "dimension", "value"),
    Sensitivity.RELEASABLE,
    "How often conversations were flagged, over the whole trial and split by one dimension. Under dp counts are of"
    " users, with noise: the rate is flagged_users / users, its interval allows for the noise, and there are no counts"
    " of conversations.",
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
        AS_OF,
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
        *lift(),
        *STATUS,
        AS_OF,
    ),
    ("release", "label", "trigger"),
    Sensitivity.RELEASABLE,
    "What brought the expressions about, by the fixed taxonomy. Under dp users are counted, with noise, and the"
    " share is of the label's flagged users, who may count under several triggers.",
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
        AS_OF,
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
        MEASURE,
        Column("figure", pa.float64(), "The figure.", nullable=True),
        Column("low", pa.float64(), "Lower end of its 95 % interval.", nullable=True),
        Column("high", pa.float64(), "Upper end of its 95 % interval.", nullable=True),
        BASIS,
        AS_OF,
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
        *difference(),
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
        Column("gate", pa.string(), "Name of the gate: the policy's field with the limit beyond which it fails."),
        Column("outcome", pa.string(), "`failed`, `warned`, `passed` or `not applicable` (never counted as passed)."),
        Column(
            "reason",
            pa.string(),
            "Why: `limit` (failed), `warning_limit`, `interval` (it may lie beyond the limit of failing); or why it is"
            " not applicable: `no_limit`, `no_baseline`, `not_comparable`, `suppressed`, `not_measured`, `no_dates`.",
        ),
        Column("figure", pa.float64(), "The figure that was held against the limits.", nullable=True),
        Column("low", pa.float64(), "Lower end of its 95 % interval, where it has one.", nullable=True),
        Column("high", pa.float64(), "Upper end of its 95 % interval, where it has one.", nullable=True),
        Column("warn_bound", pa.float64(), "The policy's limit beyond which the gate warns.", nullable=True),
        Column("bound", pa.float64(), "The policy's limit beyond which the gate fails.", nullable=True),
    ),
    ("release", "gate"),
    Sensitivity.RELEASABLE,
    "The gates of the policy and what they said.",
)

RELEASED = (
    RATES, TURN_RATES, TRIGGERS, CLUSTERS, TERMS, DYNAMICS, BEHAVIOUR, COVERAGE, QUALITY, COMPARISON, ADJUSTED,
    CLUSTER_CHANGES, GATES,
)  # fmt: skip
"""Every released table; at most two dimensions beside release and label."""
