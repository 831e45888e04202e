"""The result of a release in about a dozen plain lines, for the terminal."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

from pipelines.report_gates import gate_lines
from pipelines.report_numbers import count, for_terminal
from pipelines.report_result import (
    change_sentence,
    corrected_kind,
    corrected_words,
    rate_words,
    sentence,
    suppressed_counts,
    top_triggers,
)
from pipelines.report_rows import Released
from pipelines.report_words import label_words, labels
from schemas.release import ReleaseManifest


def summary(tables: Mapping[str, pa.Table], manifest: ReleaseManifest) -> str:
    """Both rates, the change against the baseline, top triggers, what is suppressed, and the gates; 95 % intervals.

    tables: released tables by name. Lines may be longer than a terminal is wide; the caller adds paths.
    """
    released = Released(tables)
    first = released.rate(labels()[0])
    conversations, users = (None, None) if first is None else (first["conversations"], first["users"])
    looked = "a suppressed number of" if conversations is None else f"about {count(conversations)}"
    if released.by_users:
        looked = "an untold number of"
    people = "" if users is None or manifest.unit != "user" else f" from about {count(users)} users"
    against = "no baseline" if manifest.baseline is None else f"baseline {manifest.baseline}"
    noise = ", counted with noise" if released.by_users else ""
    lines = [f"Release {manifest.release}, {against}: {looked} conversations scored{people}{noise}.", ""]
    for label in labels():
        row = released.rate(label)
        name = sentence(label_words(label))
        lines.append(f"{name}: raw rate {rate_words(row)}; {corrected_kind(row)} {corrected_words(row)}")
    lines.append("In brackets: 95 % intervals.")
    if manifest.baseline is not None:
        lines += ["", *(change_sentence(released, label, manifest.baseline) for label in labels())]
    lines.append("")
    for label in labels():
        top = top_triggers(released, label)
        lines.append(f"Triggers of {label_words(label)}: {', '.join(top) if top else 'none can be shown'}")
    lines += ["", _hidden(released), *gate_lines(released), manifest.note]
    return for_terminal("\n".join(lines))


def _hidden(released: Released) -> str:
    counts = suppressed_counts(released)
    hidden = sum(sum(reasons.values()) for _, _, reasons in counts)
    rows = sum(total for _, total, _ in counts)
    return f"Suppressed: {count(hidden)} of {count(rows)} rows; each says why. Suppressed does not mean zero."
