"""What the report and the terminal say of the gates: outcome, figure and limits in plain words, failed ones first."""

from __future__ import annotations

from collections.abc import Callable

from pipelines.report_numbers import percent, plain_figure, points
from pipelines.report_rows import Released, Row
from pipelines.report_tables import Grid
from pipelines.report_view import View
from schemas.policy_gate import OUTCOMES

Say = Callable[[float | None], str]


def _points(figure: float | None) -> str:
    return points(figure, signed=False)


_WORDS: dict[str, tuple[str, Say]] = {
    "max_distress_rate": ("Raw rate of expressed distress", percent),
    "max_distress_rise": ("Rise of the raw distress rate over the baseline", _points),
    "max_trigger_rise": ("Largest rise of a trigger's share of the distress", _points),
    "max_new_clusters": ("New clusters of distress", plain_figure),
    "min_distress_precision": ("Scorer's precision for distress", percent),
    "min_distress_recall": ("Scorer's recall for distress", percent),
    "min_joy_precision": ("Scorer's precision for joy", percent),
    "max_screen_missed": ("Distress that the cheap screen may have lost, upper end", percent),
    "min_scored_share": ("Share of conversations scored", percent),
    "min_known_language_share": ("Share of conversations in a language that the scorer knows", percent),
    "max_malformed_share": ("Share of malformed records", percent),
    "max_suppressed_share": ("Share of rows suppressed", percent),
    "max_weaker_floors": ("Privacy floors weaker than the project's own", plain_figure),
    "max_age_days": ("Days since the newest week that is shown", plain_figure),
}
_WHY = {
    "": "",
    "limit": "",
    "warning_limit": "",
    "interval": "its interval reaches beyond the limit",
    "no_limit": "the policy sets no limit",
    "no_baseline": "no baseline",
    "not_comparable": "not comparable with the baseline",
    "suppressed": "the figure is suppressed",
    "not_measured": "not measured",
    "no_dates": "no date is known",
}

GATES_VIEW = View(
    "v_gates",
    "Which gates failed? Each gate with its figure and limits; failed ones first, then warnings.",
    """SELECT release, gate, outcome, reason, figure, low, high, warn_bound, bound
FROM released_gates
ORDER BY release, array_position(['failed', 'warned', 'passed', 'not applicable'], outcome), gate""",
    (
        ("release", "Release name."),
        ("gate", "Name of the gate: the policy's field with the limit beyond which it fails."),
        ("outcome", "`failed`, `warned`, `passed` or `not applicable`, which does not count as passed."),
        ("reason", "Why: a code, as in released_gates."),
        ("figure", "The figure that was held against the limits."),
        ("low", "Lower end of its 95 % interval, where it has one."),
        ("high", "Upper end of its 95 % interval, where it has one."),
        ("warn_bound", "The limit beyond which the gate warns; null where there is none."),
        ("bound", "The limit beyond which the gate fails; null where there is none."),
    ),
)


def gate_grid(released: Released) -> Grid:
    """Every gate with its name in the policy, figure, limits and outcome; failed ones first."""
    rows = tuple(
        (
            f"{_WORDS[row['gate']][0]} ({row['gate']})",
            _figure(row),
            _limit(row, "warn_bound"),
            _limit(row, "bound"),
            row["outcome"] + (f": {_WHY[row['reason']]}" if _WHY[row["reason"]] else ""),
        )
        for row in _sorted(released)
    )
    return Grid("Gates", ("Gate", "Figure", "Warns unless", "Fails unless", "Outcome"), rows)


def gate_counts(released: Released) -> str:
    """`1 failed, 2 warned, 8 passed, 3 not applicable`; outcomes that no gate has are left out."""
    found = [row["outcome"] for row in released.gates()]
    return ", ".join(f"{found.count(outcome)} {outcome}" for outcome in OUTCOMES if outcome in found) or "none set"


def gate_lines(released: Released) -> list[str]:
    """How many gates have which outcome, and a line for each that failed or warned, failed ones first."""
    lines = [f"Gates: {gate_counts(released)}."]
    for row in _sorted(released):
        if row["outcome"] not in ("failed", "warned"):
            continue
        state = "FAILED" if row["outcome"] == "failed" else "warned"
        name = "warn_bound" if row["reason"] == "warning_limit" else "bound"
        asked = f"{'fails' if name == 'bound' else 'warns'} unless {_limit(row, name)}"
        why = f"; {_WHY[row['reason']]}" if _WHY[row["reason"]] else ""
        lines.append(f"  {state} {row['gate']}: {_WORDS[row['gate']][0]} {_figure(row)} ({asked}{why})")
    return lines


def _sorted(released: Released) -> list[Row]:
    return sorted(released.gates(), key=lambda row: OUTCOMES.index(row["outcome"]))


def _figure(row: Row) -> str:
    say = _WORDS[row["gate"]][1]
    if row["figure"] is None:
        return "none" if row["outcome"] == "not applicable" else "too small a trial to show it"
    ends = "" if row["low"] is None or row["high"] is None else f" ({say(row['low'])} to {say(row['high'])})"
    return say(row["figure"]) + ends


def _limit(row: Row, name: str) -> str:
    if row[name] is None:
        return "no limit"
    return f"at {'least' if row['gate'].startswith('min_') else 'most'} {_WORDS[row['gate']][1](row[name])}"
