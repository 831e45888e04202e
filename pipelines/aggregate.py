"""aggregate: from one row a conversation to released tables. Everything that leaves passes pipelines/disclosure.py."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import pyarrow as pa

from pipelines.adjudicate import Adjudication
from pipelines.aggregate_behaviour import behaviour_rows
from pipelines.aggregate_cells import Cell, Key, Split
from pipelines.aggregate_clusters import cluster_tables
from pipelines.aggregate_population import POOLS, populate, terms_of
from pipelines.aggregate_quality import quality_rows
from pipelines.aggregate_rates import Material, rate_rows
from pipelines.aggregate_records import SPLITS
from pipelines.aggregate_reduce import reduce_cells, reduce_unions
from pipelines.aggregate_shares import coverage_rows, dynamics_rows, trigger_rows
from pipelines.aggregate_stability import held_by, stability_rows
from pipelines.aggregate_turns import turn_rows
from pipelines.as_of import Hold
from pipelines.as_of_rows import history_rows, named_of
from pipelines.as_of_state import Past
from pipelines.disclosure import clears
from pipelines.disclosure import release as let_out
from pipelines.disclosure_plan import Unions, make_plan
from pipelines.second_reader import SecondReading
from pipelines.worker import conformed
from schemas.policy import DisclosurePolicy
from schemas.quality import Quality
from schemas.release import check_release_name
from schemas.released import BEHAVIOUR, CLUSTERS, COVERAGE, DYNAMICS, QUALITY, RATES, TERMS, TRIGGERS, TURN_RATES
from schemas.row_level import CLUSTER_TERMS, CLUSTERED

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


def aggregate(
    clustered: DataFrame,
    terms: pa.Table,
    release: str,
    policy: DisclosurePolicy,
    quality: Quality,
    screen_share: float | None = None,
    read: Adjudication | None = None,
    second: SecondReading | None = None,
    stability: pa.Table | None = None,
    sampled_share: float | None = None,
    numbers: dict[tuple[str, int], int] | None = None,
    secret: str | None = None,
    past: Past | None = None,
) -> dict[str, pa.Table]:
    """The released tables of one release, by table name: all but the comparison and the gates.

    clustered: CLUSTERED. terms: CLUSTER_TERMS. screen_share: share (0 to 1) of the conversations whose screened-out
    turns were scored all the same, None where it is not known; without it nothing bounds what the screen lost.
    read: what readers found in a sample of this trial; the rates of the whole trial then rest on it. second: what a
    second reader said of some flagged conversations; no rate rests on it. stability: CLUSTER_STABILITY, exact.
    sampled_share: share of the conversations whose passage was drawn for the lift of clusters, None where it is not
    known. numbers: filled with the released number of each shown cluster by (label, number in CLUSTERED). secret: of
    the trial's draws, see make_plan. past: earlier releases of the trial, which this one is held against; its `made` is
    filled.
    The result does not depend on the order or the partitioning of the rows. Raises ContractError where an input breaks
    its table, DisclosureError where a rule would be broken; nothing is released then.
    """
    last = past.states[-1] if past is not None and past.states else None
    before, known = (None, None) if last is None else (last.units, last.named)
    population = populate(conformed(clustered, CLUSTERED), policy, before, known)
    try:
        cells = reduce_cells(population.frame)
        words = terms_of(population, CLUSTER_TERMS.conform(terms), policy.max_terms_per_user)
        splits = {name: _values(population.named[name], population.pooled[name], name) for name in SPLITS}

        def unions(wanted: Mapping[Split, Iterable[str]]) -> Mapping[Split, Cell]:
            return reduce_unions(population.frame, wanted)

        named = named_of(population)
        hold = Hold()
        if past is not None:
            hold = Hold(past.states, history_rows(population, words), named, policy, secret or "")
        tables = tabulate(
            cells, splits, population.named, unions, words,
            check_release_name(release), policy, quality, screen_share, read, second, stability, sampled_share, numbers,
            secret, hold,
        )  # fmt: skip
        if past is not None:
            past.made, past.same = hold.made(tables, past.stamp), hold.same
            past.clusters_stand = not hold.clusters.taken
        return tables
    finally:
        population.cached.unpersist()


def looked_at(tables: Mapping[str, pa.Table]) -> dict[str, int | None]:
    """Conversations that the tables rest on, and those with a user id, for the manifest: from released counts alone."""
    rows = tables[COVERAGE.name].to_pylist()
    found = {row["value"]: row["conversations"] for row in rows if row["measure"] == "user_id"}
    shown = [count for count in found.values() if count is not None]
    return {"conversations": sum(shown) if shown else None, "conversations_with_user": found.get("present")}


def _values(named: tuple[str, ...], pooled: bool, split: str) -> tuple[str, ...]:
    return (*named, POOLS[split]) if pooled else named


def tabulate(
    cells: Mapping[Key, Cell],
    splits: Mapping[str, tuple[str, ...]],
    named: Mapping[str, tuple[str, ...]],
    unions: Unions,
    terms: pa.Table,
    release: str,
    policy: DisclosurePolicy,
    quality: Quality,
    screen_share: float | None,
    read: Adjudication | None = None,
    second: SecondReading | None = None,
    stability: pa.Table | None = None,
    sampled_share: float | None = None,
    numbers: dict[tuple[str, int], int] | None = None,
    secret: str | None = None,
    hold: Hold | None = None,
) -> dict[str, pa.Table]:
    """The released tables from exact cells: no Spark here.

    splits: by dimension (surface, week, language, length), the values that occur, pools included. named: by split of
    the population, the values that stand by themselves. unions: cells of unions of values. hold: what earlier releases
    of the trial hold of this one; nothing where None.
    """
    hold = hold or Hold()
    plan = make_plan(cells, splits, unions, policy, secret, hold.held)
    covered = (key for key, cell in cells.items() if key[0] == "coverage" and clears(cell.whole, policy))
    plan = hold.settle(plan, covered)
    cells = {**cells, **hold.cells(cells)}
    material = Material(release, cells, splits, plan, policy, quality, screen_share, read, second, sampled_share, hold)
    rates = rate_rows(material)
    by_cell = {(row["label"], row["dimension"], row["value"]): row for row in rates}
    held = held_by(stability)
    clusters, words = cluster_tables(material, by_cell, terms, unions, held, {} if numbers is None else numbers)
    rows = (
        (RATES, rates),
        (TURN_RATES, turn_rows(material, rates)),
        (TRIGGERS, trigger_rows(material, by_cell)),
        (CLUSTERS, clusters),
        (TERMS, words),
        (DYNAMICS, dynamics_rows(material, by_cell)),
        (BEHAVIOUR, behaviour_rows(material, by_cell)),
        (COVERAGE, coverage_rows(material, named)),
        (QUALITY, hold.beside_clusters([*quality_rows(material, rates)], stability_rows(release, held, clusters))),
    )
    return {table.name: let_out(table, list(found), policy) for table, found in rows}
