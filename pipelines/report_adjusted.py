"""What the report says of differences over the same mix of usage: by rule, from released figures alone."""

from __future__ import annotations

from pipelines.report_numbers import SPACE, points_with_interval
from pipelines.report_result import missed, sentence
from pipelines.report_rows import Released, Row
from pipelines.report_words import MIX_WORDS, WARNING_WORDS, label_words


def adjusted_sentences(released: Released, label: str) -> list[str]:
    """One sentence for each split that was evened out; empty without a baseline."""
    return [f"{sentence(label_words(label))}, {adjusted_words(row)}." for row in released.adjusted(label)]


def adjusted_words(row: Row) -> str:
    """A row of released_adjusted: `with the same mix of surfaces: higher, +0.9 points (…)`."""
    mix = f"with the same mix of {MIX_WORDS[row['adjusted_for']]}"
    if row["difference"] is None:
        return f"{mix}: not comparable, as too little of it is shown in one of the two"
    interval = f"95{SPACE}% interval "
    figures = points_with_interval(row["difference"], row["difference_low"], row["difference_high"], interval)
    said = f"{mix}: {row['verdict']}, {figures}{missed(row)}"
    return f"{said}; {WARNING_WORDS[row['warning']]}" if row["warning"] else said
