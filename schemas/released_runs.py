"""Released tables on how expressions run, and on what a model does beside what it expresses."""

from __future__ import annotations

import pyarrow as pa

from schemas.released_columns import AS_OF, LABEL, RELEASE, STATUS, effect, interval
from schemas.table import Column, Sensitivity, Table

MEASURES = ("onset", "strength", "slope", "peak", "recovered", "refusal", "mirrored", "ended_by")
"""Ways in which the flagged conversations of a label are broken down in released_dynamics.

The number of situations held is not among them: with the counts of each situation it would make one system of
equations, in which a hidden situation could be worked out."""
SLOPES = ("falling", "level", "rising")
"""How the probability changes from the onset to the last turn: less than LEVEL either way is level.

So is an onset in the last turn. Were it told apart, those that go on after the onset would be counted exactly, and with
those that recover, those that last to the end: a group of its own that may be small."""
PEAKS = ("at_onset", "later")
REFUSALS = ("none", "refused", "grew")
"""Whether the model refuses at the onset or in its turn before, and whether the probability then grows by LEVEL."""
LEVEL = 0.1
"""Least change of probability that counts as one."""

BEHAVIOURS = ("reversion_loop", "outbursts", "giving_up", "ended_by_model")
"""What a model does beside what it expresses: no affect by itself."""
AMONG = ("all", "distress", "no_distress", "joy")
"""Among which scored conversations a behaviour is counted: all, those flagged with a label, those without distress."""

DYNAMICS = Table(
    "released_dynamics",
    (
        RELEASE,
        LABEL,
        Column(
            "measure",
            pa.string(),
            "onset (generated turn); strength, mirrored (a user in distress is seen in the conversation), both for"
            " distress only; slope (from the onset to the last turn); peak (in which turn); recovered (last turn is"
            " below the threshold); refusal (of the model, in English, at the onset or in its turn before, and whether"
            " the expression then grew); ended_by.",
        ),
        Column("value", pa.string(), "Value of the measure, from a closed list."),
        Column("flagged", pa.int64(), "Flagged conversations, rounded.", nullable=True),
        Column("users", pa.int64(), "Distinct users of those, rounded.", nullable=True),
        effect("share"),
        *interval("share", "Share of the label's flagged conversations"),
        *STATUS,
        AS_OF,
    ),
    ("release", "label", "measure", "value"),
    Sensitivity.RELEASABLE,
    "How the expressions run: when they begin, how strong they are, whether they grow, whether they pass.",
)

BEHAVIOUR = Table(
    "released_behaviour",
    (
        RELEASE,
        Column(
            "behaviour",
            pa.string(),
            "reversion_loop (ten or more `wait, no` in one turn or reasoning trace), outbursts (three or more in one"
            " turn: cries in capitals, runs of exclamation marks or emoji; or one sentence many times over), giving_up"
            " (the model says that it stops trying), ended_by_model. No affect by themselves. By form, in English.",
        ),
        Column(
            "among",
            pa.string(),
            "Of which conversations: `all` scored ones, those flagged for `distress` or `joy`, or `no_distress`.",
        ),
        Column("conversations", pa.int64(), "Conversations that show the behaviour, rounded.", nullable=True),
        Column("users", pa.int64(), "Distinct users of those, rounded.", nullable=True),
        effect("share"),
        *interval("share", "Share of those conversations that show it"),
        *STATUS,
        AS_OF,
    ),
    ("release", "behaviour", "among"),
    Sensitivity.RELEASABLE,
    "What the model does beside what it expresses, over all scored conversations and over those flagged.",
)
