"""The report's plain tables: what was looked at, what is hidden, how good the scorer is, policies, files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipelines.report_numbers import SPACE, count, percent, plain_figure, with_interval
from pipelines.report_rates import SUPPRESSED
from pipelines.report_result import sentence, suppressed_counts
from pipelines.report_rows import Released, Row, shown
from pipelines.report_words import (
    BASIS_WORDS,
    COUNT_WORDS,
    MEASURE_WORDS,
    QUALITY_WORDS,
    REASON_SENTENCES,
    REASON_WORDS,
    TABLE_WORDS,
    label_words,
    labels,
    value_words,
)
from schemas.release import ReleaseManifest
from schemas.released import RELEASED
from schemas.released_columns import AS_OF

NOT_MEASURED = "not measured"
_SHARES = (
    "recall",
    "recall_new_source",
    "precision",
    "false_positive_rate",
    "false_positive_rate_new_source",
    "screen_missed",
    "reader_precision",
    "reader_recall",
    "second_reader_agreement",
    "second_reader_answered",
)
_SECOND_READER = ("second_reader_agreement", "second_reader_answered")
_BY_READERS = ("reader_precision", "reader_recall", "reader_agreement", *_SECOND_READER)


@dataclass(frozen=True, slots=True)
class Grid:
    """A table of words: caption, column heads, rows; the first cell of a row is its head."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def looked_at(released: Released, manifest: ReleaseManifest) -> Grid:
    """What was read and scored: the manifest's gated counts, then the denominators of the rates."""
    rows = [
        (COUNT_WORDS.get(name, sentence(name.replace("_", " "))), SUPPRESSED if number is None else count(number))
        for name, number in manifest.counts.items()
    ]
    first = released.rate(labels()[0])
    if first is not None:
        found = [("Conversations scored", "conversations"), ("Users behind those", "users")]
        for words, name in found if manifest.unit == "user" else found[:1]:
            rows.append((words, SUPPRESSED if first[name] is None else count(first[name])))
    return Grid("What was read and scored", ("What", "Number, rounded"), tuple(rows))


def coverage_grids(released: Released) -> list[Grid]:
    """Languages, what was not scored and why, user ids: conversations of each."""
    out = []
    for measure in ("not_scored", "language", "user_id"):
        rows = released.coverage(measure)
        if rows:
            cells = tuple((sentence(value_words(measure, row["value"])), _conversations(row)) for row in rows)
            out.append(Grid(MEASURE_WORDS[measure], ("Value", "Conversations, rounded"), cells))
    return out


def _conversations(row: Row) -> str:
    if not shown(row) or row["conversations"] is None:
        return f"{SUPPRESSED} ({REASON_WORDS.get(row['reason'], 'hidden')})"
    return count(row["conversations"])


def not_scored_words(released: Released) -> str:
    """One sentence on what was not scored because of its language."""
    row = next((r for r in released.coverage("not_scored") if r["value"] == "language"), None)
    if row is None:
        return "No conversation was left out for its language."
    if not shown(row) or row["conversations"] is None:
        return "How many conversations were in a language that the scorer does not know is suppressed."
    return f"About {count(row['conversations'])} conversations were in a language that the scorer does not know."


def hidden_grid(released: Released) -> Grid:
    """Counts of hidden rows by table and reason."""
    rows = []
    for name, total, reasons in suppressed_counts(released):
        said = ", ".join(f"{REASON_WORDS[reason]}: {number}" for reason, number in reasons.items())
        rows.append((TABLE_WORDS.get(name, name), count(total), count(sum(reasons.values())), said or "none"))
    return Grid("Rows that are hidden", ("Table", "Rows", "Hidden", "Why"), tuple(rows))


def standing_words(released: Released) -> str:
    """One sentence on the rows that stand as of earlier releases; nothing where there are none."""
    rows = [row for table in RELEASED if AS_OF.name in table.names for row in released.rows(table.name)]
    dates = sorted({row[AS_OF.name] for row in rows} - {""})
    if not dates:
        return ""
    old = sum(row[AS_OF.name] != "" for row in rows)
    since = dates[0] if len(dates) == 1 else f"{dates[0]} to {dates[-1]}"
    return f"In this release {count(old)} of {count(len(rows))} rows stand as of earlier ones ({since})."


def reasons_met(released: Released) -> list[tuple[str, str]]:
    """(reason in words, what it means) of every reason that hides a row here."""
    met = {reason for _, _, reasons in suppressed_counts(released) for reason in reasons}
    return [(REASON_WORDS[reason], REASON_SENTENCES[reason]) for reason in REASON_SENTENCES if reason in met]


def quality_grid(released: Released) -> Grid:
    """How good the scorer is, one row a measure, one column a label."""
    rows = []
    for measure, words in QUALITY_WORDS.items():
        found = [released.quality(label, measure) for label in labels()]
        if measure in _BY_READERS and all(not _measured(row) for row in found):
            continue  # mostly nobody reads, and then nothing is missing
        bases = dict.fromkeys(BASIS_WORDS.get(row["basis"], row["basis"]) for row in found if row is not None)
        rows.append((words, *(_quality_words(measure, row) for row in found), "; ".join(filter(None, bases)) or "–"))
    heads = tuple(sentence(label_words(label)) for label in labels())
    return Grid("How good the scorer is", ("Measure", *heads, "Measured on"), tuple(rows))


def _measured(row: Row | None) -> bool:
    return row is not None and (row["figure"] is not None or row["low"] is not None)


def second_reader_allowed(manifest: ReleaseManifest) -> bool:
    """True where the run's policy let scrubbed passages be sent to a second reader."""
    policy = manifest.policies.get("second_reader", {})
    return bool(policy.get("url")) and bool(policy.get("allow_egress"))


def _quality_words(measure: str, row: Row | None) -> str:
    if row is not None and measure in _SECOND_READER and row["figure"] is None and row["low"] is not None:
        return f"at least {percent(row['low'])}"
    if row is None or row["figure"] is None:
        return NOT_MEASURED
    if measure in _SHARES:
        return percent(row["figure"]) if row["low"] is None else with_interval(row["figure"], row["low"], row["high"])
    if row["low"] is None or row["high"] is None:
        return plain_figure(row["figure"])
    return f"{row['figure']:.2f} ({row['low']:.2f}{SPACE}to{SPACE}{row['high']:.2f})"


def scorer_notes(manifest: ReleaseManifest) -> list[str]:
    """What the policy says of who scored, where that is not the project's scorer as it was validated."""
    score, flag, multilingual = (manifest.policies.get(name, {}) for name in ("score", "flag", "multilingual"))
    out = []
    if score.get("labels"):
        out.append(
            "A classifier by others scored this trial ([score] in the policy). It was not validated here, so nobody"
            " knows how often it errs: no rate is corrected for its errors. There was no screen, so none lost anything."
        )
    elif any(flag.get(f"{label}_threshold") is not None for label in labels()):
        out.append(
            "The policy sets thresholds ([flag]). What was measured at other thresholds is left out, and a label whose"
            " threshold was moved has no corrected rate."
        )
    if multilingual.get("model"):
        out.append(
            "A second model scored the conversations in languages that the scorer does not know ([multilingual] in the"
            " policy), at thresholds of its own. It was not validated here, and the figures below are not its own: only"
            " rates within one language of the scorer are corrected."
        )
    return out


def quality_sentences(released: Released, manifest: ReleaseManifest) -> list[str]:
    """Who scored, and recall and precision as numbers out of a hundred."""
    out = scorer_notes(manifest)
    for label in labels():
        recall, precision = released.quality(label, "recall"), released.quality(label, "precision")
        name = label_words(label)
        if recall is None or precision is None or recall["figure"] is None or precision["figure"] is None:
            out.append(f"For {name}, recall or precision was not measured.")
            continue
        out.append(
            f"Of 100 validation turns with {name}, about {100 * recall['figure']:.0f} are found; of 100 validation"
            f" turns flagged for it, about {100 * precision['figure']:.0f} truly hold it."
        )
    return out


def policy_grids(manifest: ReleaseManifest) -> list[Grid]:
    """Every policy as resolved, one table a section."""
    return [
        Grid(
            f"[{section}]",
            ("Field", "Value"),
            tuple((name, _policy_value(section, value)) for name, value in fields.items()),
        )
        for section, fields in manifest.policies.items()
    ]


def _policy_value(section: str, value: Any) -> str:
    if value is None:
        return "not set: the scorer's own" if section == "flag" else "not set"
    if isinstance(value, list | tuple):
        return ", ".join(str(item) for item in value) or "none"
    return str(value) if value != "" else "none"


def file_grid(digests: Mapping[str, str]) -> Grid:
    """SHA-256 of the files that were ready before this page."""
    return Grid("Files and their SHA-256", ("File", "SHA-256"), tuple(sorted(digests.items())))


def model_grid(manifest: ReleaseManifest) -> Grid:
    """Digest of every model that was used."""
    return Grid("Models", ("Model", "Digest"), tuple(sorted(manifest.models.items())))
