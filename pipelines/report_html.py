"""The report as one HTML page: no script, nothing remote, the same bytes for the same tables."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pipelines.report_adjusted import adjusted_sentences
from pipelines.report_behaviour import behaviour_picture, calm_words
from pipelines.report_causes import cluster_pictures, dynamics_pictures, trigger_pictures
from pipelines.report_clusters import cluster_changes
from pipelines.report_gates import gate_counts, gate_grid
from pipelines.report_rates import change_pictures, headline_picture, split_pictures
from pipelines.report_result import (
    change_sentence,
    changed_parts,
    corrected_kind,
    estimable,
    headline,
    sentence,
    top_triggers,
    turn_words,
)
from pipelines.report_rows import Released
from pipelines.report_stability import holding
from pipelines.report_tables import (
    coverage_grids,
    file_grid,
    hidden_grid,
    looked_at,
    model_grid,
    not_scored_words,
    policy_grids,
    quality_grid,
    quality_sentences,
    reasons_met,
    second_reader_allowed,
    standing_words,
)
from pipelines.report_words import TRIGGER_WORDS, label_words, labels
from schemas.release import ReleaseManifest
from schemas.taxonomy import TAXONOMY

TEMPLATES = Path(__file__).parent / "templates"
POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
"""Content-Security-Policy of the page: it may style itself, and load or send nothing."""


def render_html(released: Released, manifest: ReleaseManifest, digests: Mapping[str, str]) -> str:
    """The page. digests: SHA-256 by relative path of the files whose bytes follow from the tables alone."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    template = environment.get_template("report.html")
    return template.render(**_context(released, manifest, digests))


def _context(released: Released, manifest: ReleaseManifest, digests: Mapping[str, str]) -> dict[str, Any]:
    baseline = manifest.baseline
    triggers = trigger_pictures(released, baseline)
    clusters = cluster_pictures(released)
    return {
        "content_policy": POLICY,
        "manifest": manifest,
        "headline": headline(released, manifest),
        "labels": [
            {
                "name": sentence(label_words(label)),
                "id": label,
                "top": top_triggers(released, label),
                "change": None if baseline is None else change_sentence(released, label, baseline),
                "adjusted": adjusted_sentences(released, label),
                "changed": changed_parts(released, label) + cluster_changes(released, label),
                "estimable": estimable(released, label),
                "triggers": triggers[label],
                "clusters": clusters[label],
                "holding": holding(released, label),
            }
            for label in labels()
        ],
        "meanings": [(TRIGGER_WORDS[trigger], definition.means) for trigger, definition in TAXONOMY.items()],
        "looked_at": looked_at(released, manifest),
        "not_scored": not_scored_words(released),
        "coverage": coverage_grids(released),
        "rates": headline_picture(released, baseline),
        "turns": [turn_words(released, label, baseline) for label in labels()],
        "by_readers": any(corrected_kind(released.rate(label)) != "corrected" for label in labels()),
        "changes": change_pictures(released),
        "dynamics": dynamics_pictures(released, baseline),
        "behaviour": behaviour_picture(released, baseline),
        "calm": calm_words(released),
        "splits": split_pictures(released, baseline),
        "hidden": hidden_grid(released),
        "reasons": reasons_met(released),
        "standing": standing_words(released),
        "quality": quality_grid(released),
        "quality_sentences": quality_sentences(released, manifest),
        "second_reader": second_reader_allowed(manifest),
        "private": manifest.privacy if manifest.privacy["policy"] == "dp" else None,
        "disclosure": manifest.policies.get("disclosure", {}),
        "gates": gate_grid(released),
        "gate_counts": gate_counts(released),
        "failed_gates": sum(row["outcome"] == "failed" for row in released.gates()),
        "policies": policy_grids(manifest),
        "models": model_grid(manifest),
        "files": file_grid(digests),
    }
