"""The report as JSON: the result in words, and every released table row by row, for programs."""

from __future__ import annotations

import json

from pipelines.report_adjusted import adjusted_sentences
from pipelines.report_gates import gate_lines
from pipelines.report_result import change_sentence, headline, suppressed_counts
from pipelines.report_rows import Released
from pipelines.report_words import labels
from schemas.release import ReleaseManifest
from schemas.released import RELEASED

_FACTS = ("format", "note", "release", "baseline", "candidate", "unit", "gates_passed", "failed_gates", "run_key",
          "code_version", "policy_fingerprint", "privacy", "counts")  # fmt: skip


def render_json(released: Released, manifest: ReleaseManifest) -> str:
    """report.json: facts of the manifest, the result, counts of hidden rows, and `tables` by name.

    A suppressed figure is null, with `status` and `reason` beside it. Keys keep their order, so bytes are stable.
    """
    plain = manifest.plain()
    baseline = manifest.baseline
    content = {
        **{name: plain[name] for name in _FACTS},
        "result": headline(released, manifest),
        "changes": [] if baseline is None else [change_sentence(released, label, baseline) for label in labels()],
        "adjusted": [line for label in labels() for line in adjusted_sentences(released, label)],
        "gates": gate_lines(released),
        "suppressed": [
            {"table": name, "rows": rows, "hidden": sum(reasons.values()), "reasons": reasons}
            for name, rows, reasons in suppressed_counts(released)
        ],
        "tables": {
            table.name: {
                "meaning": table.doc,
                "columns": {column.name: column.doc for column in table.columns},
                "rows": released.rows(table.name),
            }
            for table in RELEASED
        },
    }
    return json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
