"""The released tables of a differentially private release, from counts with noise alone: no exact figure comes here.

A count is shown where it clears the floor of users and stands above what noise alone may be; it is rounded, and shares
and intervals follow from the rounded counts and the known spread of the noise.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from pipelines.aggregate_clusters import NAME_TERMS
from pipelines.disclosure import coarse, hide, rounded
from pipelines.disclosure import release as let_out
from pipelines.disclosure_words import MIXED, TRIGGERS, UNCLUSTERED
from pipelines.dp_counts import NOT_SCORED, WITH_ID, WITHOUT_ID
from pipelines.dp_hidden import dp_quality, hidden_rows
from pipelines.dp_noise import deviation
from pipelines.frames import UNCLUSTERED as NO_CLUSTER
from pipelines.frames import Frame
from pipelines.intervals import Z, wilson
from schemas.labels import LABELS, Trigger
from schemas.policy import DisclosurePolicy
from schemas.policy_dp import DpPolicy
from schemas.quality import Quality
from schemas.release import check_release_name
from schemas.released import CLUSTERS, QUALITY, RATES, TERMS
from schemas.released import TRIGGERS as TRIGGER_TABLE
from schemas.table import Table

Row = dict[str, Any]
ABOVE = 3.0
"""Standard deviations of the noise above which a count is shown: of 700 cells in which nobody is, one is shown."""


@dataclass(frozen=True)
class Noisy:
    """Counts of users with noise, by query and cell, and what they were made under."""

    counts: Mapping[str, Mapping[str, int]]
    floors: DisclosurePolicy
    policy: DpPolicy

    def shown(self, query: str, cell: str, spread: float = 1.0, least: int | None = None) -> int | None:
        """The count as it is released, None where it is hidden. spread: of its noise, as a multiple of the query's.
        least: floor of users, min_users where None."""
        return self._shown(self.counts[query][cell], query, spread, self.floors.min_users if least is None else least)

    def users(self) -> int | None:
        """Users with a scored conversation, as released."""
        totals = self.counts["totals"]
        return self._shown(totals[WITH_ID] + totals[WITHOUT_ID], "totals", math.sqrt(2), self.floors.min_users)

    def scored_share(self) -> float | None:
        """Of all users, the share with a scored conversation; None where too few are shown."""
        users, out = self.users(), self.shown("totals", NOT_SCORED)
        return None if users is None else users / (users + (out or 0))

    def variance(self, query: str) -> float:
        """Of a released count of `query` about the exact one: of the noise and of the rounding."""
        return deviation(query, self.policy) ** 2 + self.floors.round_to**2 / 12

    def _shown(self, count: int, query: str, spread: float, least: int) -> int | None:
        enough = count >= max(least, ABOVE * spread * deviation(query, self.policy))
        return rounded(count, self.floors) if enough else None


def share(part: int, part_variance: float, whole: int, whole_variance: float) -> tuple[float, float, float]:
    """part / whole with its 95 % interval, which allows for chance among users and for the noise of both counts.

    Each end is as far off as Wilson's and that of the noise (by the delta method) together, as independent errors add.
    Source: Zou and Donner 2008, Stat Med 27.
    """
    found = min(1.0, part / whole)
    noise = Z * math.sqrt(part_variance + found**2 * whole_variance) / whole
    low, high = wilson(found, whole)
    return found, max(0.0, found - math.hypot(found - low, noise)), min(1.0, found + math.hypot(high - found, noise))


def dp_tables(
    noisy: Noisy, release: str, frame: Frame, quality: Quality, baseline: str | None = None
) -> dict[str, pa.Table]:
    """The released tables by name: all but the gates. frame: whose cells were counted. quality: of the scorer's card.
    baseline: name of the release named for comparison, None without one.

    Raises DisclosureError where a rule would be broken; nothing is released then.
    """
    check_release_name(release)
    rates = [_rate(noisy, release, label) for label in map(str, LABELS)]
    whole: dict[str, int | None] = {row["label"]: row["flagged_users"] for row in rates}
    clusters, terms = _clusters(noisy, release, frame, whole)
    rows: dict[Table, list[Row]] = {
        RATES: rates,
        TRIGGER_TABLE: list(_triggers(noisy, release, whole)),
        CLUSTERS: clusters,
        TERMS: terms,
        QUALITY: dp_quality(release, quality),
    }
    for table, hidden in hidden_rows(release, baseline):
        rows[table] = [*rows.get(table, []), *hidden]
    return {table.name: let_out(table, found, noisy.floors) for table, found in rows.items()}


def _rate(noisy: Noisy, release: str, label: str) -> Row:
    row: Row = {"release": release, "label": label, "dimension": "all", "value": "all"}
    row = hide(row | {"corrected_status": "suppressed", "users": noisy.users()}, RATES, keep=("users",))
    flagged = noisy.shown("totals", label)
    if row["users"] is None or flagged is None:
        return row | {"conversations": None}
    variance = noisy.variance("totals")
    figures = share(flagged, variance, row["users"], 2 * variance)
    names = ("rate", "rate_low", "rate_high")
    ends = dict(zip(names, map(coarse, figures), strict=True))
    return row | {"conversations": None, "flagged_users": flagged, "status": "shown", "reason": ""} | ends


def _part(noisy: Noisy, query: str, cell: str, whole: int | None) -> Row:
    """users, share and status of a cell of the label's flagged users; nothing where it or these are hidden."""
    users = noisy.shown(query, cell)
    if users is None or whole is None:
        return {}
    figures = share(users, noisy.variance(query), whole, noisy.variance("totals"))
    ends = dict(zip(("share", "share_low", "share_high"), map(coarse, figures), strict=True))
    return {"users": users, "status": "shown", "reason": ""} | ends


def _triggers(noisy: Noisy, release: str, whole: Mapping[str, int | None]) -> Iterator[Row]:
    for label in map(str, LABELS):
        for trigger in TRIGGERS:
            row: Row = {"release": release, "label": label, "trigger": trigger}
            yield hide(row, TRIGGER_TABLE) | _part(noisy, "triggers", f"{label}/{trigger}", whole[label])


def _clusters(noisy: Noisy, release: str, frame: Frame, whole: Mapping[str, int | None]) -> tuple[list[Row], list[Row]]:
    """(rows of released_clusters, rows of released_terms): every cluster of the frame has a row, under its number."""
    rows: list[Row] = []
    words: list[Row] = []
    for label in map(str, LABELS):
        base: Row = {"release": release, "label": label, "trigger": str(Trigger.NONE)}
        listed = [(NO_CLUSTER, UNCLUSTERED, ())] + [(c.number, _name(c.terms), c.terms) for c in frame.of(label)]
        for number, name, terms in listed:
            part = _part(noisy, "clusters", f"{label}/{number}", whole[label])
            rows.append(hide(base | {"cluster": number, "name": name}, CLUSTERS) | part)
            if part:
                words += _terms(noisy, {"release": release, "label": label, "cluster": number}, terms)
    return rows, words


def _terms(noisy: Noisy, base: Row, terms: tuple[str, ...]) -> Iterator[Row]:
    """Terms of a shown cluster that enough users hold, in the frame's order."""
    rank = 0
    for term in dict.fromkeys(terms):
        cell = f"{base['label']}/{base['cluster']}/{term}"
        users = noisy.shown("terms", cell, least=noisy.floors.min_term_users)
        if users is not None:
            rank += 1
            yield base | {"rank": rank, "term": term, "users": users}


def _name(terms: tuple[str, ...]) -> str:
    """A cluster's name by the frame's words: its trigger is not counted here."""
    return f"{MIXED}: {', '.join(terms[:NAME_TERMS])}" if terms else MIXED
