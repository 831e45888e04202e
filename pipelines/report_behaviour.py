"""What the report says of behaviour, from released_behaviour alone: a picture and a sentence."""

from __future__ import annotations

from dataclasses import replace

from pipelines.report_numbers import count, with_interval
from pipelines.report_picture import Item, Picture, picture, share_scale
from pipelines.report_rates import share_item
from pipelines.report_rows import Interval, Released, Row, interval, shown
from pipelines.report_view import View
from pipelines.report_words import AMONG_WORDS, BEHAVIOUR_WORDS
from schemas.released_runs import AMONG, BEHAVIOUR, BEHAVIOURS

BEHAVIOUR_VIEW = View(
    "v_behaviour",
    "What does the model do besides? Shares of all scored conversations, of those flagged, and of those not.",
    """SELECT release, behaviour, among, conversations, users, share, share_low, share_high, status, reason
FROM released_behaviour ORDER BY release, behaviour, among""",
    (
        ("release", "Release name."),
        ("behaviour", "reversion_loop, outbursts, giving_up or ended_by_model. No affect by themselves."),
        ("among", "`all` scored conversations, those flagged for `distress` or `joy`, or `no_distress`."),
        ("conversations", "Conversations that show it, rounded; null where suppressed."),
        ("users", "Distinct users of those, rounded; null where suppressed."),
        ("share", "Share of those conversations that show it, 0 to 1; null where suppressed."),
        ("share_low", "Share of those conversations that show it: lower end of the 95 % interval."),
        ("share_high", "Share of those conversations that show it: upper end of the 95 % interval."),
        ("status", "`shown` or `suppressed`."),
        ("reason", "Why the row is suppressed: a code, explained in v_suppressed; else ``."),
    ),
)


def behaviour_picture(released: Released, baseline: str | None) -> Picture:
    """Each behaviour as a share of all scored conversations, of those flagged, and of those that are not."""
    items = [
        _item(row, _figure(_row(released, name, among, before=True)), baseline)
        for name in BEHAVIOURS
        for among in AMONG
        if (row := _row(released, name, among)) is not None
    ]
    return picture(
        "behaviour",
        "What the model does besides: shares of conversations",
        "One dot a row: the share of conversations of one kind that show the behaviour, with its 95 % interval.",
        ("Behaviour", "Conversations", "Share (95 % interval)", *(("Baseline",) if baseline else ())),
        items,
        share_scale(items),
        baseline=baseline or "",
    )


def calm_words(released: Released) -> str:
    """One sentence on conversations in which the model stops trying though no distress was flagged."""
    row = _row(released, "giving_up", "no_distress")
    figure = _figure(row)
    if row is None or figure is None:
        return "How often the model gives up calmly, without distress that was flagged, is suppressed."
    return (
        f"Calm giving up: of the conversations not flagged for distress, about {count(row['conversations'])}, or"
        f" {with_interval(*figure)}, hold a turn in which the model says that it stops trying."
    )


def _item(row: Row, before: Interval | None, baseline: str | None) -> Item:
    behaviour, among = BEHAVIOUR_WORDS[row["behaviour"]], AMONG_WORDS[row["among"]]
    item = share_item(
        row, among, "share", ("conversations",), before=before, heading=behaviour, with_baseline=baseline is not None
    )
    return replace(item, cells=(f"{behaviour}: {among}", *item.cells[1:]))


def _figure(row: Row | None) -> Interval | None:
    return interval(row, "share") if row is not None and shown(row) else None


def _row(released: Released, name: str, among: str, *, before: bool = False) -> Row | None:
    rows = released.rows(BEHAVIOUR.name, before=before)
    return next((row for row in rows if (row["behaviour"], row["among"]) == (name, among)), None)
