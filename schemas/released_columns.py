"""Columns that several released tables have."""

from __future__ import annotations

import pyarrow as pa

from schemas.table import Column

RELEASE = Column("release", pa.string(), "Release name.")
LABEL = Column("label", pa.string(), "`distress` or `joy`.")
STATUS = (
    Column("status", pa.string(), "`shown` or `suppressed`."),
    Column("reason", pa.string(), "Why the cell is suppressed: `floor` or `too_few_passages`; else ``."),
)


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
