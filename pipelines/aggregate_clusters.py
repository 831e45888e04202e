"""Rows of released_clusters and released_terms.

A cluster too small to show is not listed: it goes into the row of what is in no cluster, so that neither the number of
small clusters nor the size of one is released. Where that row is too small itself, the smallest cluster joins it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pyarrow as pa

from pipelines.aggregate_cells import Cell
from pipelines.aggregate_lift import NOTHING, lift_figures
from pipelines.aggregate_rates import Material, Row
from pipelines.aggregate_shares import Rates, share_figures
from pipelines.aggregate_stability import Held, no_cluster_reason, of_cluster
from pipelines.disclosure import clears, hide
from pipelines.disclosure_plan import Unions
from pipelines.disclosure_words import MIXED, TRIGGERS, UNCLUSTERED
from schemas.labels import LABELS, Trigger
from schemas.released import CLUSTERS, TERMS

NAME_TERMS = 3
"""Most terms in a cluster's name."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A cluster that is shown: its number in the row-level table, the released one, its cell, trigger and terms, with
    the users and as_of of each."""

    source: int
    number: int
    cell: Cell
    trigger: str
    terms: tuple[tuple[str, Row], ...]


def cluster_tables(
    material: Material, rates: Rates, terms: pa.Table, unions: Unions, held: Held,
    numbers_out: dict[tuple[str, int], int],
) -> tuple[list[Row], list[Row]]:  # fmt: skip
    """(rows of released_clusters, rows of released_terms). terms: CLUSTER_TERMS, exact. held: how far they hold.
    numbers_out: filled with the released number of each shown cluster by (label, number in CLUSTERED)."""
    hold = material.hold
    folded = {label: _fold(material, label, numbers, unions) for label, numbers in _numbers(material).items()}
    if not hold.clusters.take({label: kept for label, (kept, _) in folded.items()}):
        return hold.old_clusters(CLUSTERS), hold.old_clusters(TERMS)
    clusters: list[Row] = []
    words: list[Row] = []
    for label in map(str, LABELS):
        base: Row = {"release": material.release, "label": label}
        rest: Row = base | {"cluster": -1, "trigger": str(Trigger.NONE), "name": UNCLUSTERED}
        rest |= {"overlap": None, "found_again": None}
        if not material.shows("rates", label, "all", "all"):
            clusters.append(hide(rest, CLUSTERS))
            continue
        if label not in folded:
            clusters.append(hide(rest, CLUSTERS, reason=no_cluster_reason(held, label)))
            continue
        kept, cell = folded[label]
        clusters.append(rest | NOTHING | share_figures(material, rates, label, cell))
        for shown in _describe(material, label, kept, terms):
            names = [term for term, _ in shown.terms[:NAME_TERMS]]
            head = MIXED if shown.trigger == Trigger.NONE else shown.trigger
            name = f"{head}: {', '.join(names)}" if names else head
            row = base | {"cluster": shown.number, "trigger": shown.trigger, "name": name}
            row |= NOTHING
            if hold.clusters.tells_drawn(label, shown.source):
                row |= lift_figures(material, rates[label, "all", "all"], label, shown.source, shown.cell)
            stable = of_cluster(held, label, shown.source)
            clusters.append(row | share_figures(material, rates, label, shown.cell) | stable)
            numbers_out[label, shown.source] = shown.number
            for rank, (term, users) in enumerate(shown.terms, start=1):
                words.append(base | {"cluster": shown.number, "rank": rank, "term": term} | users)
    return clusters, words


def _numbers(material: Material) -> dict[str, list[int]]:
    """The numbers in CLUSTERED of each label's clusters, -1 among them; nothing of a label that shows none."""
    found = {str(label): [int(k[3]) for k in material.cells if k[:2] == ("clusters", str(label))] for label in LABELS}
    shown = {label for label in found if material.shows("rates", label, "all", "all")}
    return {label: numbers for label, numbers in found.items() if label in shown and max(numbers, default=-1) >= 0}


def _fold(material: Material, label: str, numbers: list[int], unions: Unions) -> tuple[list[int], Cell]:
    """(clusters to show, the cell of the rest): all clear the floors. With no cluster left, the rest is the total."""
    cells = {number: material.cell("clusters", label, "cluster", str(number)) for number in numbers}
    kept = [number for number in numbers if number >= 0 and clears(cells[number].hits, material.policy)]
    kept.sort(key=lambda number: (-cells[number].flagged, number))
    split = ("clusters", label, "cluster")
    while True:
        rest = unions({split: [str(number) for number in numbers if number not in kept]})[split]
        if not kept or clears(rest.hits, material.policy):
            return kept, rest
        kept.pop()


def _describe(material: Material, label: str, kept: list[int], terms: pa.Table) -> Iterator[Shown]:
    policy = material.policy
    found: dict[int, list[tuple[float, str, int]]] = {}
    for row in terms.to_pylist():
        if row["label"] == label and row["users"] >= policy.min_term_users:
            found.setdefault(row["cluster"], []).append((-row["weight"], row["term"], row["users"]))
    for number, source in enumerate(kept):
        cell = material.cell("clusters", label, "cluster", str(source))
        made = ({"term": term, "users": material.round(users)} for _, term, users in sorted(found.get(source, [])))
        told = [row for row in (material.hold.clusters.term(label, source, row) for row in made) if row is not None]
        words = tuple((row["term"], {"users": row["users"], "as_of": row.get("as_of", "")}) for row in told)
        yield Shown(source, number, cell, _trigger(material, label, source), words)


def _trigger(material: Material, label: str, source: int) -> str:
    """The most common trigger of a cluster; `none` unless released_triggers shows it and enough users stand behind."""
    cells = {trigger: material.cell("cluster_triggers", label, str(source), trigger) for trigger in TRIGGERS}
    best = max(TRIGGERS, key=lambda trigger: cells[trigger].flagged)
    support, policy = cells[best].hits, material.policy
    enough = support.users >= policy.min_users and support.top <= policy.max_user_share * support.conversations
    return best if enough and material.shows("triggers", label, "trigger", best) else str(Trigger.NONE)
