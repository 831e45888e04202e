"""Which strings a released table may hold: a closed list or a narrow form for every string column."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable

import pyarrow as pa

from schemas.labels import LABELS, SITUATIONS, Trigger
from schemas.policy_gate import GATE_NAMES, GATE_REASONS, OUTCOMES
from schemas.release import RELEASE_NAME
from schemas.released import (
    CLUSTERS,
    COMPARISON,
    COVERAGE,
    DIMENSIONS,
    GATES,
    LENGTHS,
    MEASURES,
    ONSETS,
    REASONS,
    STATUSES,
    TURN_DIMENSIONS,
    TURN_RATES,
)
from schemas.released_adjusted import ADJUSTED, ADJUSTED_FOR, BASES, VERDICTS, WARNINGS
from schemas.released_clusters import CHANGES, MATCHES
from schemas.released_runs import AMONG, BEHAVIOURS, PEAKS, REFUSALS, SLOPES
from schemas.row_level import NOT_SCORED
from schemas.table import Table

OTHER = "other"
OTHER_LANGUAGES = "other languages"
UNKNOWN = "unknown"
UNCLUSTERED = "unclustered, or in a cluster too small to show"
MIXED = "mixed"
"""First word of a cluster's name whose trigger cannot be told."""
NOT_VALIDATED = "not_validated"
"""Basis of a figure that nobody measured: of a model by others, or at another threshold than the validated one."""
TRIGGERS = tuple(str(trigger) for trigger in Trigger if trigger is not Trigger.NONE)
QUALITY_MEASURES = (
    "threshold",
    "recall",
    "recall_new_source",
    "false_positive_rate",
    "false_positive_rate_new_source",
    "precision",
    "average_precision",
    "screen_missed",
    "reader_precision",
    "reader_recall",
    "reader_agreement",
    "second_reader_agreement",
    "second_reader_answered",
    "cluster_min_size",
    "cluster_redraws",
    "cluster_agreement",
    "cluster_sizes",
)
SURFACE = re.compile(r"[a-z][a-z0-9_]{0,31}")
AS_OF_STAMP = re.compile(r"\d{4}-\d{2}-\d{2}(\.[1-9]\d{0,3})?")
"""Date of a release, and its number where a trial has several of one date."""
_LANGUAGE = re.compile(r"[a-z]{2,3}")
_WEEK = re.compile(r"\d{4}-W\d{2}")

Test = Callable[[str], bool]


def _listed(words: Iterable[str]) -> Test:
    allowed = frozenset(str(word) for word in words)
    return lambda word: word in allowed


_VALUES: dict[str, Test] = {
    "all": _listed(("all",)),
    "surface": lambda word: bool(SURFACE.fullmatch(word)),
    "week": lambda word: word in (OTHER, UNKNOWN) or bool(_WEEK.fullmatch(word)),
    "language": lambda word: word == OTHER_LANGUAGES or bool(_LANGUAGE.fullmatch(word)),
    "situation": _listed(SITUATIONS),
    "length": _listed(LENGTHS),
    "trigger": _listed(TRIGGERS),
    "onset": _listed(ONSETS),
    "strength": _listed(("mild", "strong")),
    "slope": _listed(SLOPES),
    "peak": _listed(PEAKS),
    "recovered": _listed(("yes", "no")),
    "refusal": _listed(REFUSALS),
    "mirrored": _listed(("yes", "no")),
    "ended_by": _listed(("model", "otherwise")),
    "not_scored": _listed(word for word in NOT_SCORED if word),
    "user_id": _listed(("present", "missing")),
}
"""The values of each dimension (of rates and comparisons) and measure (of dynamics and coverage)."""


def _release_name(word: str) -> bool:
    return bool(RELEASE_NAME.fullmatch(word))


@functools.cache
def _public() -> frozenset[str]:
    from classifiers.public_words import public_words

    return frozenset(public_words())


def _cluster_name(name: str) -> bool:
    head, colon, rest = name.partition(": ")
    known = head in (*TRIGGERS, MIXED) and (not colon or all(word in _public() for word in rest.split(", ")))
    return name == UNCLUSTERED or known


_COLUMNS: dict[str, Test] = {
    "release": _release_name,
    "baseline": _release_name,
    "label": _listed(LABELS),
    "trigger": _listed(TRIGGERS),
    "name": _cluster_name,
    "baseline_name": lambda name: not name or _cluster_name(name),
    "change": _listed(CHANGES),
    "matched_by": _listed(MATCHES),
    "term": lambda word: word in _public(),
    "status": _listed(STATUSES),
    "reason": _listed(REASONS),
    "corrected_status": _listed(("estimated", "adjudicated", "not estimable", "suppressed")),
    "verdict": _listed(("higher", "lower", "no difference seen", "not comparable")),
    "basis": _listed(("validation", "this_trial", NOT_VALIDATED, "not_measured", *filter(None, REASONS))),
    "adjusted_for": _listed(ADJUSTED_FOR),
    "warning": _listed(WARNINGS),
    "as_of": lambda word: not word or bool(AS_OF_STAMP.fullmatch(word)),
    "gate": _listed(GATE_NAMES),
    "outcome": _listed(OUTCOMES),
    "dimension": _listed(DIMENSIONS),
    "behaviour": _listed(BEHAVIOURS),
    "among": _listed(AMONG),
}
_COLUMNS_OF: dict[tuple[str, str], Test] = {
    (TURN_RATES.name, "dimension"): _listed(TURN_DIMENSIONS),
    (CLUSTERS.name, "trigger"): _listed(Trigger),
    ("released_cluster_changes", "name"): lambda name: not name or _cluster_name(name),
    (COMPARISON.name, "dimension"): _listed((*DIMENSIONS, "trigger")),
    (ADJUSTED.name, "basis"): _listed(BASES),
    (ADJUSTED.name, "verdict"): _listed(VERDICTS),
    (GATES.name, "reason"): _listed(GATE_REASONS),
    (COVERAGE.name, "measure"): _listed(("language", "not_scored", "user_id")),
    ("released_dynamics", "measure"): _listed(MEASURES),
    ("released_quality", "measure"): _listed(QUALITY_MEASURES),
}


def misspelt(table: Table, column: str, data: pa.Table) -> int:
    """How many cells of a string column lie outside its vocabulary; all of them where none is declared."""
    words = data.column(column).to_pylist()
    if column == "value":
        split = "dimension" if "dimension" in table.names else "measure"
        tests = [_VALUES.get(kind) for kind in data.column(split).to_pylist()]
        return sum(test is None or not test(word) for test, word in zip(tests, words, strict=True))
    test = _COLUMNS_OF.get((table.name, column)) or _COLUMNS.get(column)
    return len(words) if test is None else sum(not test(word) for word in words)
