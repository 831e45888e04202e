"""Which conversations count in a release, and under which names.

1. At most so many conversations of a user, chosen by a keyed hash: nobody weighs more than that in any table. And at
   most so many of the triggers, clusters and terms, which are many: see pipelines/contribution.py.
2. Every way of splitting the trial (surface, week, language, length, ...) gets names that clear the floors. What does
   not clear them pools in one value. A pool that does not clear them either is left out of *every* table: denominators
   then sum exactly to their totals, and no subtraction finds what was left out, since no total holds it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import pyarrow as pa

from pipelines.aggregate_users import counted_rows
from pipelines.contribution import Counted, bounded_terms
from pipelines.disclosure import Support, clears
from pipelines.disclosure_words import OTHER, OTHER_LANGUAGES
from pipelines.worker import map_rows
from schemas.labels import LABELS
from schemas.policy import DisclosurePolicy
from schemas.row_level_history import COUNTED

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame

POOLS = {
    "surface": OTHER,
    "week": OTHER,
    "language": OTHER_LANGUAGES,
    "length": OTHER,
    "unscored_language": OTHER_LANGUAGES,
    "reason": OTHER,
    "user_id": OTHER,
}
"""The splits, and the name under which each pools what is too small. The first four split the scored conversations."""


@dataclass(frozen=True)
class Population:
    """The conversations that count.

    frame: COUNTED; all rows of a user stand in one partition, one after the other. named: values of each split that
    stand by themselves. pooled: whether the split has a pool.
    cached: what `frame` is made from; whoever made the population unpersists it. raw: `frame` before small values pool.
    """

    frame: DataFrame
    cached: DataFrame
    named: dict[str, tuple[str, ...]]
    pooled: dict[str, bool]
    raw: DataFrame


def bounded(clustered: DataFrame, most: int, before: pa.Table | None = None) -> DataFrame:
    """`clustered` (CLUSTERED) with at most `most` conversations of a user: the first by a hash of their pseudonyms.

    before: HISTORY of the trial's last release. What that counted comes first: else each new conversation of a user who
    has many would put another one out, and a few that go out hold up every count that holds them.
    """
    from pyspark.sql import Window
    from pyspark.sql import functions as F

    draw = F.sha2(F.concat(F.lit("contribution "), F.col("conversation_key")), 256)
    order = Window.partitionBy("user_key").orderBy(F.col("_before").desc(), draw, "conversation_key")
    if before is None:
        marked = clustered.withColumn("_before", F.lit(False))
    else:
        keys = clustered.sparkSession.createDataFrame(before.select(["conversation_key"]))
        known = keys.select(F.col("conversation_key").alias("_key"), F.lit(True).alias("_known"))
        marked = clustered.join(known, F.col("conversation_key") == F.col("_key"), "left")
        marked = marked.withColumn("_before", F.coalesce("_known", F.lit(False)))
    ranked = marked.withColumn("_rank", F.row_number().over(order)).where(F.col("_rank") <= most)
    return ranked.select(*clustered.columns)


def populate(
    clustered: DataFrame, policy: DisclosurePolicy, before: pa.Table | None = None,
    known: Mapping[str, Collection[str]] | None = None,
) -> Population:  # fmt: skip
    """The population of a release from CLUSTERED.

    before, known: HISTORY of the trial's last release and, by split, the values that stood by themselves in it; None
    for the first. A value that comes to clear the floors stays in its pool as long as what else is in it would be left
    out: these few would go out of every total.
    """
    mine = bounded(clustered, policy.max_conversations_per_user, before).sortWithinPartitions("user_key")
    counted = map_rows(mine, COUNTED, "aggregate", lambda: partial(counted_rows, policy=policy), whole="user_key")
    frame = kept = counted.persist()
    while True:
        values = _supports(kept, {})
        failing = {split: _failing(split, values, policy) for split in POOLS}
        pools, out = _pools(kept, failing, policy)
        late = {split: _late(split, values, failing[split], known) for split in out}
        if any(late.values()):
            failing |= {split: sorted({*failing[split], *more}) for split, more in late.items()}
            pools, out = _pools(kept, failing, policy)
        if not out:
            break
        for split in out:
            kept = kept.where(_column(split).isNull() | ~_column(split).isin(failing[split]))
    named = {s: tuple(sorted(v for t, v in values if t == s and v not in failing[s])) for s in POOLS}
    pooled = {split: pool.conversations > 0 for split, pool in pools.items()}
    return Population(_renamed(kept, failing), frame, named, pooled, kept)


def _pools(
    kept: DataFrame, failing: dict[str, list[str]], policy: DisclosurePolicy
) -> tuple[dict[str, Support], list[str]]:
    """(the pool of each split, the splits whose pool holds something and does not clear the floors)."""
    pools = {split: Support() for split in POOLS}
    if any(failing.values()):
        found = _supports(kept, failing)
        pools |= {split: found.get((split, POOLS[split]), Support()) for split, small in failing.items() if small}
    return pools, [split for split, pool in pools.items() if pool.conversations and not clears(pool, policy)]


def _late(
    split: str, values: Iterable[tuple[str, str]], failing: list[str], known: Mapping[str, Collection[str]] | None
) -> set[str]:
    """The values that stand by themselves and did not in the last release."""
    if known is None:
        return set()
    return {value for name, value in values if name == split and value not in failing and value not in known[split]}


def terms_of(population: Population, terms: pa.Table, most: int) -> pa.Table:
    """CLUSTER_TERMS with the users behind each term counted among the conversations of `population` alone, and no user
    in more than `most` terms; holders: those that count.

    What no other table counts must not release a term either. terms: exact, of all flagged conversations.
    """
    from pyspark.sql import functions as F

    counted: Counted = {}
    for label in map(str, LABELS):
        kept = population.frame.where(F.col(label)["flagged"])
        for row in kept.select("conversation_key", "user_key", F.col(f"{label}_cluster").alias("cluster")).collect():
            counted[label, row["conversation_key"]] = (row["user_key"], row["cluster"])
    return bounded_terms(counted, terms, most)


def _failing(split: str, values: dict[tuple[str, str], Support], policy: DisclosurePolicy) -> list[str]:
    """The values of a split that go into its pool."""
    small = [v for (s, v), support in values.items() if s == split and not clears(support, policy)]
    genuine = [POOLS[split]] if (split, POOLS[split]) in values else []
    return sorted({*small, *genuine})


def _column(name: str) -> Column:
    from pyspark.sql import functions as F

    return F.col(name)


def _renamed(frame: DataFrame, failing: dict[str, list[str]]) -> DataFrame:
    """`frame` with the failing values of every split under the name of its pool."""
    from pyspark.sql import functions as F

    for split, small in failing.items():
        if small:
            name = F.when(F.col(split).isin(small), F.lit(POOLS[split])).otherwise(F.col(split))
            frame = frame.withColumn(split, name)
    return frame


def _supports(frame: DataFrame, failing: dict[str, list[str]]) -> dict[tuple[str, str], Support]:
    """(split, value) to its support; with `failing`, of the pools alone."""
    from pyspark.sql import functions as F

    splits = [split for split in POOLS if not failing or failing[split]]
    pairs = [F.struct(F.lit(split).alias("split"), F.col(split).alias("value")) for split in splits]
    rows = (
        _renamed(frame, failing)
        .select("user_key", F.explode(F.array(*pairs)).alias("cell"))
        .where(F.col("cell.value").isNotNull())
        .groupBy("cell.split", "cell.value", "user_key")
        .count()
        .groupBy("split", "value")
        .agg(F.sum("count").alias("conversations"), F.count("*").alias("users"), F.max("count").alias("top"))
        .collect()
    )
    found = {(row["split"], row["value"]): Support(row["conversations"], row["users"], row["top"]) for row in rows}
    return {key: support for key, support in found.items() if not failing or key[1] == POOLS[key[0]]}
