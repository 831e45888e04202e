"""Fills the scrubber's model card from what was measured."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from classifiers.scrub_evaluate import GROUPED_BY
from classifiers.scrub_fill import TEMPLATES

FRAME = TEMPLATES / "card.md"
_CORPORA = {"presidio": "presidio-research", "wnut": "WNUT17 dev", "tweets": "Broad Twitter, a fifth"}


def card(run: Mapping[str, Any], figures: Mapping[str, Any]) -> str:
    """The model card in Markdown, from what `train` returned and `measure` found."""
    made = (
        f"Made by `welfare train scrubber` with seed {run['seed']}: {run['words']:,} words in {run['steps']:,} steps,"
        f" {run['seconds']} s of one core. sha256 of the weights: `{run['sha256']}`."
    )
    frame = FRAME.read_text(encoding="utf-8")
    return frame.replace("{{run}}", made).replace("{{figures}}", tables(figures))


def tables(figures: Mapping[str, Any]) -> str:
    """Every figure that `measure` found, as tables in Markdown."""
    parts = [_gold(figures), _forms(figures)]
    if "presidio" in figures:
        parts += [_corpora(figures), _transcripts(figures["transcripts"])]
    return "\n\n".join(parts)


def report_lines(report: Mapping[str, Any]) -> str:
    """A report of `scrub_evaluate.evaluate` as lines for a terminal: all, then by casing and by source."""
    groups = {"all": report}
    for key in GROUPED_BY:
        groups |= {f"{key} {name}": part for name, part in report.get(f"by_{key}", {}).items()}
    lines = []
    for name, part in groups.items():
        lines.append(f"{name}: {part['items']:,} items, {part['characters']:,} characters")
        for measure in ("recall", "precision", "over_masked"):
            lines.append(f"  {measure.replace('_', ' '):24} {_share(part[measure])}")
        for kind, found in part["entities"].items():
            lines.append(f"  recall {kind:17} {_share(found['recall'])}  ({found['items']:,} items)")
    return "\n".join(lines)


def _gold(figures: Mapping[str, Any]) -> str:
    report = figures["gold"]
    lines = [
        f"Synthetic gold, {figures['seeds']} seeds, {report['items']:,} items; templates and values never trained on,"
        " and most templates written by authors of their own:\n",
        "| type | casing | items | recall |", "|---|---|---|---|",
    ]  # fmt: skip
    for casing, part in report["by_casing"].items():
        for kind, found in part["entities"].items():
            lines.append(f"| {kind} | {casing} | {found['items']:,} | {_share(found['recall'])} |")
    for casing, part in report["by_casing"].items():
        lines.append(f"| all | {casing} | {part['items']:,} | {_share(part['recall'])} |")
    lines.append(f"| all | all | {report['items']:,} | {_share(report['recall'])} |")
    worst = max(report["by_source"].items(), key=lambda item: item[1]["over_masked"]["value"])
    lines.append(
        f"\nPrecision {_share(report['precision'])}; of characters that are no personal data"
        f" {_share(report['over_masked'])} are masked, in the worst source ({worst[0]})"
        f" {_share(worst[1]['over_masked'])}."
    )
    return "\n".join(lines)


def _forms(figures: Mapping[str, Any]) -> str:
    report = figures["forms"]
    lines = [
        f"Identifiers in all the ways in which they are written, {figures['seeds']} seeds, {report['items']:,} items."
        " The forms share their author with the recognisers:\n",
        "| type | items | recall |", "|---|---|---|",
    ]  # fmt: skip
    for kind, found in report["entities"].items():
        lines.append(f"| {kind} | {found['items']:,} | {_share(found['recall'])} |")
    weak = {name: part["recall"] for name, part in report["by_source"].items() if part["recall"]["value"] < 0.98}
    if weak:
        lines.append("\nForms below .98: " + "; ".join(f"{name} {_share(found)}" for name, found in weak.items()) + ".")
    return "\n".join(lines)


def _corpora(figures: Mapping[str, Any]) -> str:
    lines = ["Corpora by others, parts never trained on:\n", "| corpus | type | recall |", "|---|---|---|"]
    for key, name in _CORPORA.items():
        for kind, found in figures[key]["entities"].items():
            lines.append(f"| {name} | {kind} | {_share(found['recall'])} |")
    lines.append(
        "\nDATE_TIME holds dates of every kind; the scrubber masks those of birth. MENTION: names behind an @."
        " Countries and well-known makers stay by intent, which costs recall on LOCATION and ORGANIZATION."
    )
    return "\n".join(lines)


def _transcripts(found: Mapping[str, Mapping[str, float]]) -> str:
    lines = ["Real transcripts, one core:\n", "| file | share of characters masked | KB/s |", "|---|---|---|"]
    lines += [f"| {name} | {100 * f['masked']:.1f} % | {f['kb_per_second']:.0f} |" for name, f in found.items()]
    return "\n".join(lines)


def _share(ratio: Mapping[str, Any]) -> str:
    if ratio["value"] is None:
        return f"not measured ({ratio['reason']})"
    return f"{ratio['value']:.3f} [{ratio['low']:.3f}, {ratio['high']:.3f}]"
