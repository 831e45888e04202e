"""What a differentially private release does not tell: rows of every other table, over lists that no trial decides."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

from pipelines.aggregate_quality import quality_figures
from pipelines.aggregate_rates import Row
from pipelines.disclosure import hide
from pipelines.disclosure_plan import DYNAMICS_VALUES, measures
from pipelines.disclosure_words import OTHER, OTHER_LANGUAGES, QUALITY_MEASURES
from schemas.labels import LABELS, SITUATIONS
from schemas.quality import Quality
from schemas.released import (
    ADJUSTED,
    BEHAVIOUR,
    CLUSTER_CHANGES,
    COMPARISON,
    COVERAGE,
    DYNAMICS,
    LENGTHS,
    NOT_UNDER_DP,
    RATES,
    TURN_RATES,
)
from schemas.released_adjusted import ADJUSTED_FOR
from schemas.released_runs import AMONG, BEHAVIOURS
from schemas.row_level import NOT_SCORED
from schemas.table import Table

_LABELS = tuple(map(str, LABELS))
_SPLITS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("surface", (OTHER,)),
    ("week", (OTHER,)),
    ("language", (OTHER_LANGUAGES,)),
    ("situation", tuple(map(str, SITUATIONS))),
    ("length", LENGTHS),
)
"""Of splits whose values a trial decides, one row stands for all."""


def hidden_rows(release: str, baseline: str | None) -> list[tuple[Table, list[Row]]]:
    """(table, rows), every row hidden: of RATES those of the splits, of the others all. QUALITY and GATES are apart."""
    splits = [(name, value) for name, values in _SPLITS for value in values]
    turns = [("all", "all"), *((name, value) for name, value in splits if name in ("surface", "length"))]
    course = [(x, name, value) for x in _LABELS for name in measures(x) for value in DYNAMICS_VALUES[name]]
    seen = [("language", OTHER_LANGUAGES), *(("not_scored", reason) for reason in NOT_SCORED if reason)]
    seen += [("user_id", "present"), ("user_id", "missing")]
    by_split = ("label", "dimension", "value")
    made: list[tuple[Table, tuple[str, ...], Any]] = [
        (RATES, by_split, [(x, *split) for x, split in product(_LABELS, splits)]),
        (TURN_RATES, by_split, [(x, *split) for x, split in product(_LABELS, turns)]),
        (DYNAMICS, ("label", "measure", "value"), course),
        (BEHAVIOUR, ("behaviour", "among"), product(BEHAVIOURS, AMONG)),
        (COVERAGE, ("measure", "value"), seen),
    ]
    out = []
    for table, key, listed in made:
        out.append((table, [_hidden(table, release, dict(zip(key, values, strict=True))) for values in listed]))
    return [*out, *_against(release, baseline)]


def _hidden(table: Table, release: str, row: Row) -> Row:
    status = {"corrected_status": "suppressed"} if "corrected_status" in table.names else {}
    return hide({"release": release, **row, **status}, table, reason=NOT_UNDER_DP)


def _against(release: str, baseline: str | None) -> Iterator[tuple[Table, list[Row]]]:
    """Tables against a baseline: empty without one, and else a row a label that says that nothing is compared."""
    labels = _LABELS if baseline is not None else ()
    nothing: Row = {"baseline": baseline, "change": "not comparable", "matched_by": "none", "verdict": "not comparable"}
    nothing |= {"dimension": "all", "value": "all", "cluster": -1, "baseline_cluster": -1, "name": ""}
    nothing |= {"baseline_name": ""}
    nothing |= {"warning": "", "basis": "released"}
    for table in (COMPARISON, ADJUSTED, CLUSTER_CHANGES):
        kept = {name: value for name, value in nothing.items() if name in table.names}
        splits = [{"adjusted_for": name} for name in ADJUSTED_FOR] if table is ADJUSTED else [{}]
        yield (
            table,
            [_hidden(table, release, {"label": label, **kept, **split}) for label in labels for split in splits],
        )


def dp_quality(release: str, quality: Quality) -> list[Row]:
    """Rows of QUALITY: what the scorer's card says; what this trial would say is not released."""
    rows: list[Row] = []
    for label in _LABELS:
        told = list(quality_figures(release, label, quality))
        left = set(QUALITY_MEASURES) - {row["measure"] for row in told}
        nothing: Row = {"release": release, "label": label, "figure": None, "low": None, "high": None}
        rows += [*told, *(nothing | {"measure": name, "basis": NOT_UNDER_DP} for name in sorted(left))]
    return rows
