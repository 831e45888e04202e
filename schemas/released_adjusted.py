"""The released comparison of two releases over a common mix of usage."""

from __future__ import annotations

import pyarrow as pa

from schemas.released_columns import LABEL, RELEASE, STATUS, difference
from schemas.table import Column, Sensitivity, Table

ADJUSTED_FOR = ("surface", "language", "length")
"""What can be evened out: splits of the trial of which every conversation has one value. A conversation may hold
several situations, so they split nothing; two trials share no week."""
WARNINGS = ("", "poor overlap", "partly hidden")
"""`poor overlap`: the mixes differ so much that a few conversations stand for many, or some have no like on the other
side. `partly hidden`: much of a trial lies in values that one of the two hides, taken as one value."""
VERDICTS = ("higher", "lower", "no difference seen", "unclear", "not comparable")
"""`unclear`: a warning stands beside the figures."""
BASES = ("released",)
"""What an adjusted difference was computed from."""

ADJUSTED = Table(
    "released_adjusted",
    (
        RELEASE,
        Column("baseline", pa.string(), "Name of the release compared with."),
        LABEL,
        Column("adjusted_for", pa.string(), "What was evened out: " + ", ".join(ADJUSTED_FOR) + "; one at a time."),
        Column("rate", pa.float64(), "Rate in this release, weighted to the mix of both.", nullable=True),
        Column("baseline_rate", pa.float64(), "Rate in the baseline, weighted to the same mix.", nullable=True),
        *difference(),
        Column("verdict", pa.string(), ", ".join(f"`{word}`" for word in VERDICTS) + "."),
        Column(
            "size",
            pa.float64(),
            "Independent conversations that tell as much as those of this release, weighted.",
            nullable=True,
        ),
        Column("baseline_size", pa.float64(), "The same of the baseline.", nullable=True),
        Column(
            "kept",
            pa.float64(),
            "Kish's effective share of conversations after weighting, 0 to 1; the smaller of both sides.",
            nullable=True,
        ),
        Column(
            "matched",
            pa.float64(),
            "Share of conversations in values that both releases show, 0 to 1; the smaller of both sides.",
            nullable=True,
        ),
        Column("warning", pa.string(), ", ".join(f"`{word}`" for word in WARNINGS) + "."),
        Column("basis", pa.string(), "`released`: from the released tables of both."),
        *STATUS,
    ),
    ("release", "baseline", "label", "adjusted_for"),
    Sensitivity.RELEASABLE,
    "This release beside the baseline as if both had been used alike: weighted to the pooled mix of one split.",
)
