"""Rows of the released tables as the report asks for them, beside those of the baseline."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from schemas.released import (
    ADJUSTED,
    CLUSTER_CHANGES,
    CLUSTERS,
    COMPARISON,
    COVERAGE,
    DYNAMICS,
    GATES,
    QUALITY,
    RATES,
    TERMS,
    TRIGGERS,
    TURN_RATES,
)
from schemas.released_adjusted import ADJUSTED_FOR

Row = dict[str, Any]
Interval = tuple[float, float | None, float | None]
"""(figure, lower end, upper end); the ends are None where only the figure is known."""


def shown(row: Row | None) -> bool:
    """True where the row's figures may be read."""
    return row is not None and row["status"] == "shown"


def interval(row: Row, name: str) -> Interval | None:
    """The figure `name` of `row` with its ends, None where it is null."""
    return None if row[name] is None else (row[name], row[f"{name}_low"], row[f"{name}_high"])


def as_of_words(row: Row | None) -> str:
    """What stands behind a figure that is an earlier release's; nothing behind one of this release."""
    return f", as of {row['as_of']}" if row is not None and row.get("as_of") else ""


def counts_users(tables: Mapping[str, pa.Table]) -> bool:
    """True where the figures of a release count users and no conversations."""
    rows = tables[RATES.name].to_pylist() if RATES.name in tables else []
    known = [row for row in rows if row["users"] is not None]
    return bool(known) and all(row["conversations"] is None for row in known)


@dataclass(frozen=True)
class Released:
    """tables: of this release, by name. baseline: those of the release compared with, where they are at hand."""

    tables: Mapping[str, pa.Table]
    baseline: Mapping[str, pa.Table] | None = None
    _rows: dict[tuple[bool, str], list[Row]] = field(default_factory=dict, repr=False)

    @property
    def by_users(self) -> bool:
        """True where figures count users and no conversations, as under the policy `dp`."""
        return counts_users(self.tables)

    def rows(self, name: str, *, before: bool = False) -> list[Row]:
        """Rows of table `name`, in the order of its key; of the baseline with `before` (empty where not at hand, and
        where the one counts users and the other conversations)."""
        source = self.baseline if before else self.tables
        if before and source is not None and counts_users(source) != self.by_users:
            source = None
        if (before, name) not in self._rows:
            self._rows[before, name] = [] if source is None or name not in source else source[name].to_pylist()
        return self._rows[before, name]

    def rate(self, label: str, dimension: str = "all", value: str = "all", *, before: bool = False) -> Row | None:
        """The row of released_rates, None where there is none."""
        wanted = (label, dimension, value)
        rows = self.rows(RATES.name, before=before)
        return next((r for r in rows if (r["label"], r["dimension"], r["value"]) == wanted), None)

    def rates(self, label: str, dimension: str) -> list[Row]:
        """Rows of released_rates of one label and dimension."""
        return [r for r in self.rows(RATES.name) if r["label"] == label and r["dimension"] == dimension]

    def turn_rate(self, label: str, *, before: bool = False) -> Row | None:
        """The whole trial's row of released_turn_rates, None where there is none."""
        rows = self.rows(TURN_RATES.name, before=before)
        return next((r for r in rows if (r["label"], r["dimension"]) == (label, "all")), None)

    def of_label(self, name: str, label: str) -> list[Row]:
        """Rows of table `name` of one label."""
        return [r for r in self.rows(name) if r["label"] == label]

    def triggers(self, label: str) -> list[Row]:
        """Rows of released_triggers, the largest share first, hidden ones last by name."""
        return sorted(self.of_label(TRIGGERS.name, label), key=lambda r: (-(r["share"] or -1.0), r["trigger"]))

    def clusters(self, label: str) -> list[Row]:
        """Rows of released_clusters, the largest first, the unclustered row and hidden ones last."""
        order = self.of_label(CLUSTERS.name, label)
        return sorted(
            order, key=lambda r: (r["status"] != "shown", r["cluster"] < 0, -(r["share"] or 0.0), r["cluster"])
        )

    def terms(self, label: str, cluster: int) -> list[Row]:
        """Rows of released_terms of one cluster, the most typical first."""
        return [r for r in self.of_label(TERMS.name, label) if r["cluster"] == cluster]

    def change(self, label: str, dimension: str = "all", value: str = "all") -> Row | None:
        """The row of released_comparison, None where there is none."""
        wanted = (label, dimension, value)
        rows = self.rows(COMPARISON.name)
        return next((r for r in rows if (r["label"], r["dimension"], r["value"]) == wanted), None)

    def changes(self, label: str, dimension: str) -> list[Row]:
        """Rows of released_comparison of one label and dimension."""
        return [r for r in self.rows(COMPARISON.name) if r["label"] == label and r["dimension"] == dimension]

    def adjusted(self, label: str) -> list[Row]:
        """Rows of released_adjusted of one label, in the order of ADJUSTED_FOR."""
        return sorted(self.of_label(ADJUSTED.name, label), key=lambda r: ADJUSTED_FOR.index(r["adjusted_for"]))

    def cluster_changes(self, label: str) -> list[Row]:
        """Rows of released_cluster_changes of one label."""
        return self.of_label(CLUSTER_CHANGES.name, label)

    def rate_before(self, label: str, dimension: str = "all", value: str = "all") -> Interval | None:
        """The baseline's raw rate: with its interval from its own tables, else bare from the comparison."""
        row = self.rate(label, dimension, value, before=True)
        if row is not None and shown(row):
            return interval(row, "rate")
        return self._bare(label, dimension, value)

    def share_before(self, label: str, trigger: str) -> Interval | None:
        """The baseline's share of one trigger, like rate_before."""
        for row in self.rows(TRIGGERS.name, before=True):
            if (row["label"], row["trigger"]) == (label, trigger) and shown(row):
                return interval(row, "share")
        return self._bare(label, "trigger", trigger)

    def dynamics_before(self, label: str, measure: str, value: str) -> Interval | None:
        """The baseline's share of one value of a measure; None where its tables are not at hand."""
        for row in self.rows(DYNAMICS.name, before=True):
            if (row["label"], row["measure"], row["value"]) == (label, measure, value) and shown(row):
                return interval(row, "share")
        return None

    def _bare(self, label: str, dimension: str, value: str) -> Interval | None:
        row = self.change(label, dimension, value)
        if row is None or row["baseline_rate"] is None or row["status"] != "shown":
            return None
        return row["baseline_rate"], None, None

    def coverage(self, measure: str) -> list[Row]:
        """Rows of released_coverage of one measure, the most conversations first, hidden ones last."""
        rows = [r for r in self.rows(COVERAGE.name) if r["measure"] == measure]
        return sorted(rows, key=lambda r: (r["status"] != "shown", -(r["conversations"] or 0), r["value"]))

    def quality(self, label: str, measure: str) -> Row | None:
        """The row of released_quality, None where there is none."""
        return next((r for r in self.of_label(QUALITY.name, label) if r["measure"] == measure), None)

    def gates(self) -> list[Row]:
        """Rows of released_gates."""
        return self.rows(GATES.name)
