"""The figures of `welfare evaluate scorer` as text for a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from classifiers.metrics import Figure
from classifiers.scorer_figures import LEAST
from schemas.labels import AFFECTS, LABELS

ROWS = (
    ("average precision", "average_precision"),
    ("recall: of turns with it, flagged", "recall"),
    ("precision: of flagged turns, with it", "precision"),
    ("F1", "f1"),
    ("false positives, all other turns", "false_positive_rate"),
    ("false positives, neutral turns", "false_positive_rate_neutral"),
    ("mirrored or performed taken as own", "borrowed_affect_as_own"),
)
LEVELS = {str(a): a.name.lower().replace("_", " ") for a in AFFECTS}
"""Names of the levels of affect, by their numbers -2 to 2."""
_SLICE_COLUMNS = {"recall": 2, "precision": 2, "average_precision": 2, "false_positive_rate": 3}
"""Columns of the slices, and their decimals."""
_MOST_SLICES = 25
_MOST_CHARS = 26


def report_text(found: Mapping[str, Any]) -> str:
    """Everything of `scorer_evaluate.figures` but the curves, in tables."""
    parts = [
        f"{found['n']:,} turns of {found['conversations']:,} conversations. In brackets: 95 % intervals; turns of one"
        " conversation hang together.",
        label_table(found, found["thresholds"]),
        _reliability(found),
        _confusion("Levels of affect: a row is the gold's level, a column the predicted one.", found, "affect", LEVELS),
        _confusion("Voices: a row is the gold's voice, a column the predicted one.", found, "voice", {}),
        *(_slices(found, str(label)) for label in LABELS),
        "--json gives all this in full, with the reason for every figure that is missing, and the figures at other"
        " thresholds.",
    ]
    return "\n\n".join(parts)


def label_table(found: Mapping[str, Any], thresholds: Mapping[str, float]) -> str:
    """The main figures, a column a label. found: figures by label."""
    values = [found[str(label)] for label in LABELS]
    rows = [
        ["turns with it", *(f"{v['n_positive']:,}" for v in values)],
        ["turns without it", *(f"{v['n_negative']:,}" for v in values)],
        ["flagged", *(f"{v['flagged']:,}" for v in values)],
    ]
    if thresholds:
        rows.append(["flagged from this probability on", *(f"{thresholds[label]:g}" for label in LABELS)])
    rows += [[title, *(measured_text(v, name) for v in values)] for title, name in ROWS]
    errors = [number_text(v, "calibration_error") for v in values]
    return _table(["", *LABELS], [*rows, ["calibration error, ten bins", *errors]])


def figure_text(figure: Figure, places: int = 3) -> str:
    """`0.514 [0.388, 0.630]`; a dash for what is null."""
    value, *ends = figure
    if value is None:
        return "–"
    return f"{value:.{places}f} [{'–' if None in ends else ', '.join(f'{end:.{places}f}' for end in ends)}]"


def _short(figure: Figure, places: int = 2) -> str:
    """`.51 [.39, .63]`."""
    return figure_text(figure, places).replace("0.", ".")


def measured_text(found: Mapping[str, Any], name: str) -> str:
    """A figure of `found`, or why it was not measured."""
    return f"not measured: {found['reasons'][name]}" if found[name][0] is None else figure_text(found[name])


def number_text(found: Mapping[str, Any], name: str) -> str:
    """A number without interval, or why it was not measured."""
    if found[name] is not None:
        return f"{found[name]:.3f}"
    return f"not measured: {found['reasons'][name]}" if "reasons" in found else "–"


def bin_text(row: Mapping[str, Any]) -> str:
    """The ends of a bin of predicted probability."""
    return f"{row['low']:.1f}–{row['high']:.1f}"


def _reliability(found: Mapping[str, Any]) -> str:
    head, rows = ["predicted"], [[bin_text(row)] for row in found[LABELS[0]]["reliability"]]
    for label in LABELS:
        head += [f"{label}: turns", "mean predicted", "share with it"]
        for cells, row in zip(rows, found[label]["reliability"], strict=True):
            cells += [f"{row['n']:,}", number_text(row, "mean_predicted"), _short(row["observed"])]
    title = "How often a probability comes true. A turn that the screen rejects counts as predicted 0."
    return f"{title}\n{_table(head, rows)}"


def _confusion(title: str, found: Mapping[str, Any], kind: str, names: Mapping[str, str]) -> str:
    counts, classes = found[f"{kind}_confusion"], found[f"{kind}_classes"]
    head = ["", *(names.get(value, value) for value in counts), "turns", "recall", "precision"]
    rows = []
    for value, row in counts.items():
        numbers = ["–"] * len(counts) if row is None else [f"{number:,}" for number in row.values()]
        own = classes[value]
        shares = [_short(own[name]) for name in ("recall", "precision")]
        rows.append([names.get(value, value), *numbers, f"{own['n']:,}", *shares])
    agreed = f"Agreement with the gold: {figure_text(found[f'{kind}_agreement'])}."
    return f"{title} {agreed}\n{_table(head, rows)}"


def _slices(found: Mapping[str, Any], label: str) -> str:
    head = ["", "turns", "with it", "flagged", "recall", "precision", "avg. precision", "false positives"]
    rows: list[list[str]] = []
    for name, parts in found["slices"].items():
        held = {value: part[label] for value, part in parts.items() if part[label]["n"]}
        told = [value for value, part in held.items() if any(part[c][0] is not None for c in _SLICE_COLUMNS)]
        largest = sorted(told, key=lambda value: -held[value]["n"])[:_MOST_SLICES]
        left = "" if len(largest) == len(told) else f", the largest {_MOST_SLICES} of {len(told)}"
        rows.append([f"by {name}{left}"])
        for value in (value for value in told if value in largest):
            counts = [f"{held[value][key]:,}" for key in ("n", "n_positive", "flagged")]
            shares = [_short(held[value][column], places) for column, places in _SLICE_COLUMNS.items()]
            rows.append([f"  {_plain(value)}", *counts, *shares])
        few = [f"{_plain(value)} {part['n']}" for value, part in held.items() if value not in told]
        rows += [[f"  too few turns: {', '.join(few[:_MOST_SLICES])}"]] if few else []
        empty = [value for value in parts if value not in held]
        rows += [[f"  no turn: {', '.join(empty)}"]] if empty else []
    title = (
        f"{label.capitalize()} by slice. –: fewer than {LEAST} turns to measure that on. [–]: no interval, as fewer"
        f" than {LEAST} conversations\nhold such turns, or all of them rank first."
    )
    return f"{title}\n{_table(head, rows)}"


def _plain(value: str) -> str:
    """A name from a gold file, without control characters and not too long."""
    shown = "".join(c if c.isprintable() else "?" for c in value)
    return shown if len(shown) <= _MOST_CHARS else f"{shown[: _MOST_CHARS - 1]}…"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Aligned columns, the first to the left and the others to the right; a row of one cell may be as long as it is."""
    full = [head, *(row for row in rows if len(row) > 1)]
    widths = [max(len(row[n]) for row in full) for n in range(len(head))]
    lines = []
    for row in [head, *rows]:
        cells = [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=False)]
        lines.append("  ".join([row[0].ljust(widths[0]), *cells]).rstrip())
    return "\n".join(lines)
