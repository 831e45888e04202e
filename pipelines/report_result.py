"""What the report says in sentences: the result, and what changed. Made by rule from released figures alone."""

from __future__ import annotations

from pipelines.report_numbers import SPACE, count, percent, points, points_with_interval, with_interval
from pipelines.report_rows import Released, Row, as_of_words, interval, shown
from pipelines.report_words import REASON_WORDS, label_words, labels, value_words
from schemas.release import ReleaseManifest
from schemas.released import NOT_UNDER_DP

SPLITS = ("surface", "week", "language", "situation", "length")


def sentence(text: str) -> str:
    """`text` with a capital first letter."""
    return text[:1].upper() + text[1:]


def rate_words(row: Row | None) -> str:
    """The raw rate of a row of released_rates with its interval, or why there is none."""
    if row is None or not shown(row) or row["rate"] is None:
        return f"suppressed ({reason_words(row)})"
    return with_interval(row["rate"], row["rate_low"], row["rate_high"]) + as_of_words(row)


def corrected_words(row: Row | None) -> str:
    """The corrected rate of a row of released_rates with its interval, or why there is none."""
    if row is None or not shown(row):
        return f"suppressed ({reason_words(row)})"
    if row["corrected_status"] not in ("estimated", "adjudicated") or row["corrected"] is None:
        return "not estimable" if row["corrected_status"] != "suppressed" else "suppressed"
    return with_interval(row["corrected"], row["corrected_low"], row["corrected_high"]) + as_of_words(row)


def corrected_kind(row: Row | None) -> str:
    """What the corrected rate of a row rests on, in a word or two."""
    return "by readers" if row is not None and row["corrected_status"] == "adjudicated" else "corrected"


def reason_words(row: Row | None) -> str:
    """Why a row is hidden, in a few words."""
    return "no row in the tables" if row is None else REASON_WORDS.get(row["reason"], "hidden")


def headline(released: Released, manifest: ReleaseManifest) -> str:
    """The result in one sentence or two: both raw rates, and the change against the baseline."""
    first = released.rate(labels()[0])
    looked = "the scored conversations"
    if released.by_users and first is not None:
        looked = f"about {count(first['users'])} users, counted with noise"
    elif first is not None and first["conversations"] is not None:
        looked = f"about {count(first['conversations'])} scored conversations"
    parts = [_flagged(released, label) for label in labels()]
    said = f"Of {looked}, {parts[0]}, and {parts[1]}."
    if manifest.baseline is None:
        return said
    changes = [f"{label_words(label)} is {_verdict(released.change(label))}" for label in labels()]
    return f"{said} Against {manifest.baseline}, {changes[0]}, and {changes[1]}."


def _flagged(released: Released, label: str) -> str:
    row = released.rate(label)
    if row is None or not shown(row) or row["rate"] is None:
        return f"the share with {label_words(label)} is suppressed ({reason_words(row)})"
    flagged = "had a conversation flagged" if released.by_users else "were flagged"
    return f"{rate_words(row)} {flagged} for {label_words(label)}"


def _verdict(row: Row | None) -> str:
    """A verdict as it follows `is`."""
    verdict = "not comparable" if row is None else row["verdict"]
    return "not seen to differ" if verdict == "no difference seen" else str(verdict)


def turn_words(released: Released, label: str, baseline: str | None) -> str:
    """Of the turns that the model wrote, the share flagged for `label`: raw, corrected, and the baseline's."""
    row, before = released.turn_rate(label), released.turn_rate(label, before=True)
    said = f"{sentence(label_words(label))}: {rate_words(row)}"
    if shown(row):
        said += f"; corrected {corrected_words(row)}"
    if baseline is not None:
        said += f"; in {baseline} {rate_words(before) if shown(before) else 'not shown'}"
    return said


def change_sentence(released: Released, label: str, baseline: str) -> str:
    """How the raw rate of `label` over the whole trial compares with the baseline, in full."""
    row = released.change(label)
    name = sentence(label_words(label))
    if row is not None and row["reason"] == NOT_UNDER_DP:
        return f"{name}: not compared with {baseline}: under dp only counts of users leave, which are like no others."
    if row is None or row["difference"] is None or row["verdict"] == "not comparable":
        return f"{name}: not comparable, as the rate of {baseline} or of this release is suppressed."
    figures = f"{percent(row['rate'])} against {percent(row['baseline_rate'])}: " + points_with_interval(
        row["difference"], row["difference_low"], row["difference_high"], f"95{SPACE}% interval "
    )
    if row["verdict"] in ("higher", "lower"):
        return f"{name}: {row['verdict']} than in {baseline}. {figures}."
    return f"{name}: no difference seen. {figures}{missed(row)}."


def missed(row: Row) -> str:
    """What a row of a comparison in which no difference was seen may have missed; empty for others."""
    if row["verdict"] != "no difference seen" or row["detectable"] is None:
        return ""
    return f"; one under {points(row['detectable'], signed=False)} may well have been missed"


def changed_parts(released: Released, label: str) -> list[str]:
    """One sentence on the triggers of `label`, one on its splits: which are higher, lower, the same, not comparable."""
    out = []
    triggers = released.changes(label, "trigger")
    if triggers:
        out.append(f"Triggers, as shares of what was flagged: {_changed(triggers)}.")
    splits = [row for dimension in SPLITS for row in released.changes(label, dimension)]
    if splits:
        out.append(f"Rates by surface, language, situation and length: {_changed(splits)}.")
    return out


def _changed(rows: list[Row]) -> str:
    parts = []
    for verdict in ("higher", "lower"):
        found = [f"{_named(row)} ({points(row['difference'])})" for row in rows if row["verdict"] == verdict]
        if found:
            parts.append(f"{verdict} for {', '.join(found)}")
    same = sum(row["verdict"] == "no difference seen" for row in rows)
    not_comparable = sum(row["verdict"] == "not comparable" for row in rows)
    if same:
        parts.append(f"no difference seen in {same}")
    if not_comparable:
        parts.append(f"{not_comparable} not comparable, as one side is not shown")
    return "; ".join(parts)


def _named(row: Row) -> str:
    if row["dimension"] == "trigger":
        return value_words("trigger", row["value"])
    value = value_words(row["dimension"], row["value"])
    return value if row["dimension"] in ("length", "language") else f"{row['dimension']} {value}"


def top_triggers(released: Released, label: str, most: int = 3) -> list[str]:
    """The largest shown triggers of `label`, as `abuse of the model (31.0 %)`; a tie keeps the order of names."""
    rows = [row for row in released.triggers(label) if shown(row) and row["share"] is not None]
    return [f"{value_words('trigger', row['trigger'])} ({percent(row['share'])})" for row in rows[:most]]


def suppressed_counts(released: Released) -> list[tuple[str, int, dict[str, int]]]:
    """(table, rows in all, hidden rows by reason) of every table that can hide rows."""
    out = []
    for name in released.tables:
        rows = released.rows(name)
        if rows and "status" in rows[0]:
            hidden = [row["reason"] for row in rows if row["status"] == "suppressed"]
            out.append((name, len(rows), {reason: hidden.count(reason) for reason in sorted(set(hidden))}))
    return out


def estimable(released: Released, label: str) -> bool:
    """True where the corrected rate of the whole trial is estimated."""
    row = released.rate(label)
    return row is not None and shown(row) and interval(row, "corrected") is not None
