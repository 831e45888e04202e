"""Columns that several released tables have."""

from __future__ import annotations

import pyarrow as pa

from schemas.table import Column

RELEASE = Column("release", pa.string(), "Release name.")
LABEL = Column("label", pa.string(), "`distress` or `joy`.")
AS_OF = Column(
    "as_of",
    pa.string(),
    "Date of the earlier release of the same trial whose row this is, unchanged, as what changed since is nothing or"
    " too little to show; `` where the row is of this release.",
)
STATUS = (
    Column("status", pa.string(), "`shown` or `suppressed`."),
    Column(
        "reason",
        pa.string(),
        "Why the cell is suppressed: `floor`, `too_few_passages`, `no_cluster` or `not_released_under_dp`; else ``.",
    ),
)
HELD = (
    Column(
        "overlap",
        pa.float64(),
        "Mean best Jaccard index with a cluster found when the users are drawn anew, 0 to 1; null if not measured.",
        nullable=True,
    ),
    Column("found_again", pa.float64(), "Share of these redraws in which that is above .5.", nullable=True),
)
"""How far a cluster holds."""
MEASURE = Column(
    "measure",
    pa.string(),
    "recall, false_positive_rate, precision and average_precision (per turn); recall_new_source and"
    " false_positive_rate_new_source (median and 95 % range over sources of text, for the corrected rates);"
    " threshold; screen_missed (share of the conversations to be flagged that the screen lost);"
    " reader_precision, reader_recall (per conversation) and reader_agreement (kappa), by readers of a sample;"
    " second_reader_agreement (share of flags that a second reader, a language model, confirms, of those"
    " that it answered) and second_reader_answered (share of those asked that it answered);"
    " cluster_min_size (least passages of a cluster, as chosen), cluster_redraws, cluster_agreement (mean"
    " adjusted Rand index of as many redraws of the users) and cluster_sizes (of other least sizes).",
)
"""What a row of released_quality measures."""
BASIS = Column(
    "basis",
    pa.string(),
    "What it was measured on: a code, `validation` or `this_trial`; `not_validated`"
    " where it was not: a model by others scored, or the policy moved the threshold. Of clusters `this_trial`,"
    " `not_measured` (the policy asks for no redraws), or the reason why none is shown.",
)
"""What a row of released_quality rests on."""


def effect(of: str) -> Column:
    """The design effect of a rate or share."""
    doc = (
        f"Variance of the {of} over that of independent conversations, with an allowance where few users stand behind"
        " the count; at least 1, rounded up to a tenth."
    )
    return Column("design_effect", pa.float64(), doc, nullable=True)


def interval(name: str, what: str) -> tuple[Column, Column, Column]:
    """A figure and the ends of its interval."""
    return (
        Column(name, pa.float64(), f"{what}, 0 to 1.", nullable=True),
        Column(f"{name}_low", pa.float64(), f"{what}: lower end of the 95 % interval.", nullable=True),
        Column(f"{name}_high", pa.float64(), f"{what}: upper end of the 95 % interval.", nullable=True),
    )


def difference() -> tuple[Column, Column, Column, Column]:
    """The difference of two rates with the ends of its interval, and the smallest that would have been seen."""
    detectable = "Smallest rise found with 80 % power at the level of the verdict."
    return (
        Column("difference", pa.float64(), "rate - baseline_rate.", nullable=True),
        Column("difference_low", pa.float64(), "Lower end of its 95 % interval.", nullable=True),
        Column("difference_high", pa.float64(), "Upper end of its 95 % interval.", nullable=True),
        Column("detectable", pa.float64(), detectable, nullable=True),
    )


def lift() -> tuple[Column, Column, Column]:
    """How many times as often as in the whole trial, with the ends of its interval."""
    return (
        Column("lift", pa.float64(), "That rate over the trial's overall rate.", nullable=True),
        Column("lift_low", pa.float64(), "Lift: lower end of the 95 % interval.", nullable=True),
        Column("lift_high", pa.float64(), "Lift: upper end of the 95 % interval.", nullable=True),
    )
