"""Pictures of rates: the whole trial beside the baseline, the trial split up, and what changed."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence

from pipelines.report_numbers import count, percent, points_with_interval, with_interval
from pipelines.report_picture import Item, Picture, difference_scale, picture, share_scale
from pipelines.report_result import (
    SPLITS,
    corrected_kind,
    corrected_words,
    rate_words,
    reason_words,
    sentence,
)
from pipelines.report_rows import Interval, Released, Row, as_of_words, interval, shown
from pipelines.report_words import DIMENSION_WORDS, REASON_WORDS, label_words, labels, value_words

SUPPRESSED = "suppressed"
NOT_SHOWN = "not shown"
"""Of the baseline: suppressed, not there, or its tables are not at hand."""
_BASELINE_HEAD = ("Baseline",)


def before_words(figure: Interval | None) -> str:
    """The baseline's figure as it stands beside its hollow dot."""
    if figure is None:
        return ""
    return percent(figure[0]) if figure[1] is None else with_interval(*figure)


def share_item(
    row: Row, name: str, column: str, counts: Sequence[str], *, before: Interval | None = None, heading: str = "",
    with_baseline: bool = False, extra: str = "",
) -> Item:  # fmt: skip
    """The item of a share or rate `column` of `row`; counts: columns for the table behind the picture."""
    now = interval(row, column) if shown(row) else None
    cells = [name, *(SUPPRESSED if row[c] is None else count(row[c]) for c in counts)]
    text = SUPPRESSED if now is None else with_interval(*now) + as_of_words(row)
    cells.append(text)
    if with_baseline:
        cells.append(before_words(before) or NOT_SHOWN)
    return Item(
        name=name,
        now=now,
        text="" if now is None else text + extra,
        cells=tuple(cells),
        before=before,
        before_text=before_words(before),
        hidden="" if now is not None else SUPPRESSED,
        note="" if now is not None else REASON_WORDS.get(row["reason"], REASON_WORDS["floor"]),
        heading=heading,
    )


def hidden_last(items: Iterable[Item]) -> list[Item]:
    """`items` in their order, but the hidden ones after all others, and those without a baseline last of all."""
    return sorted(items, key=lambda item: (item.now is None, item.now is None and item.before is None))


def headline_picture(released: Released, baseline: str | None) -> Picture:
    """Raw and corrected rate of both labels over the whole trial, on one scale, beside the baseline's."""
    items = [item for label in labels() for item in _headline_items(released, label, baseline)]
    of = "users with a conversation" if released.by_users else "conversations"
    head = ("Rate", "This release (95 % interval)", *(("Baseline (95 % interval)",) if baseline else ()))
    return picture(
        "rates",
        f"Share of {of} flagged, raw and corrected",
        "Two rows for each label: the raw rate and the rate corrected for the scorer's measured errors, each a dot with"
        " its 95 % interval, on one scale from zero.",
        head,
        items,
        share_scale(items),
        baseline=baseline or "",
    )


def _headline_items(released: Released, label: str, baseline: str | None) -> list[Item]:
    row, before_row = released.rate(label), released.rate(label, before=True)
    raw = interval(row, "rate") if row is not None and shown(row) else None
    corrected = interval(row, "corrected") if row is not None and shown(row) else None
    before_raw = released.rate_before(label)
    before_corrected = interval(before_row, "corrected") if before_row is not None and shown(before_row) else None
    before_says = NOT_SHOWN if before_row is None else corrected_words(before_row)
    name = sentence(label_words(label))
    out = []
    for kind, now, text, before, before_text in (
        ("raw", raw, rate_words(row), before_raw, before_words(before_raw) or NOT_SHOWN),
        (corrected_kind(row), corrected, corrected_words(row), before_corrected, before_says),
    ):
        out.append(
            Item(
                name=kind,
                now=now,
                text="" if now is None else text,
                cells=(f"{name}, {kind}", text, *((before_text,) if baseline else ())),
                before=before,
                before_text=before_words(before),
                hidden="" if now is not None else text.split(" (")[0],
                note="" if now is not None or row is None or not row["reason"] else reason_words(row),
                heading=name,
                tone=label,
            )
        )
    return out


def split_pictures(released: Released, baseline: str | None) -> list[Picture]:
    """For each label, the raw rate by surface, week, language and length; one scale for both labels."""
    dimensions = [dimension for dimension in SPLITS if dimension != "situation"]
    items = {
        label: [item for dimension in dimensions for item in _split_items(released, label, dimension, baseline)]
        for label in labels()
    }
    scale = share_scale([item for found in items.values() for item in found])
    out = []
    for label, found in items.items():
        overall = released.rate(label)
        reference = None
        if overall is not None and shown(overall) and overall["rate"] is not None:
            reference = (overall["rate"], f"whole trial {percent(overall['rate'])}")
        if found:
            out.append(
                picture(
                    f"split-{label}",
                    f"{sentence(label_words(label))}: raw rate by surface, week, language and length",
                    "One dot a row: the share of conversations flagged within one surface, week, language or length,"
                    " with its 95 % interval. The vertical line is the rate of the whole trial.",
                    ("Part of the trial", "Conversations", "Flagged", "Rate (95 % interval)",
                     *(_BASELINE_HEAD if baseline else ())),
                    found,
                    scale,
                    tone=label,
                    reference=reference,
                    baseline=baseline or "",
                )
            )  # fmt: skip
    return out


def _split_items(released: Released, label: str, dimension: str, baseline: str | None) -> list[Item]:
    rows = released.rates(label, dimension)
    if dimension in ("surface", "language"):
        rows = sorted(rows, key=lambda r: (r["status"] != "shown", -(r["conversations"] or 0), r["value"]))
    if dimension == "length":
        rows = sorted(rows, key=lambda r: _first_number(r["value"]))
    out = []
    for row in rows:
        before = None if dimension == "week" else released.rate_before(label, dimension, row["value"])
        out.append(
            share_item(
                row, value_words(dimension, row["value"]), "rate", ("conversations", "flagged"), before=before,
                heading="By " + DIMENSION_WORDS[dimension], with_baseline=baseline is not None,
            )
        )  # fmt: skip
    return out


def _first_number(value: str) -> float:
    """The number with which a bin's name begins; a bin without one comes last."""
    digits = "".join(itertools.takewhile(str.isdigit, value))
    return float(digits) if digits else math.inf


def change_pictures(released: Released) -> list[Picture]:
    """The differences from the baseline: of both raw rates, then for each label of the triggers' shares."""
    whole = [_change_item(row) for label in labels() for row in released.changes(label, "all")]
    by_label = {label: _trigger_changes(released, label) for label in labels()}
    triggers = difference_scale([item for items in by_label.values() for item in items])
    wanted = [("rates", "Raw rates: difference from the baseline", whole, difference_scale(whole), "")]
    for label, items in by_label.items():
        title = f"{sentence(label_words(label))}: triggers' shares, difference from the baseline"
        wanted.append((label, title, items, triggers, label))
    return [
        picture(
            f"change-{name}",
            title,
            "One dot a row: this release minus the baseline, in percentage points, with its 95 % interval. Right of the"
            " line at zero is higher now, left of it lower.",
            ("What", "Difference in points (95 % interval)", "This release", "Baseline", "In words"),
            items,
            scale,
            tone=tone,
            reference=(0.0, "no change"),
        )
        for name, title, items, scale, tone in wanted
        if any(item.now is not None for item in items)
    ]


def _trigger_changes(released: Released, label: str) -> list[Item]:
    """The largest difference first, either way; what cannot be compared last."""
    rows = released.changes(label, "trigger")
    return [_change_item(row) for row in sorted(rows, key=_size)]


def _size(row: Row) -> tuple[bool, float, str]:
    return row["difference"] is None, -abs(row["difference"] or 0.0), row["value"]


def _change_item(row: Row) -> Item:
    whole = row["dimension"] == "all"
    name = sentence(label_words(row["label"])) if whole else value_words("trigger", row["value"])
    now = interval(row, "difference") if shown(row) else None
    text = SUPPRESSED
    if now is not None:
        text = points_with_interval(*now)
    return Item(
        name=name,
        now=now,
        text="" if now is None else text,
        cells=(name, text, _side(row["rate"]), _side(row["baseline_rate"]), str(row["verdict"])),
        hidden="" if now is not None else "not comparable",
        note="" if now is not None else "one side is not shown",
        tone=row["label"],
    )


def _side(rate: float | None) -> str:
    return SUPPRESSED if rate is None else percent(rate)
