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
from typing import TYPE_CHECKING

import pyarrow as pa

from pipelines.contribution import Counted, bounded_cells, bounded_terms
from pipelines.disclosure import Support, clears
from pipelines.disclosure_words import OTHER, OTHER_LANGUAGES, UNKNOWN
from schemas.labels import LABELS
from schemas.policy import DisclosurePolicy
from schemas.released import LENGTHS

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

    frame: one row a conversation with conversation_key, user_key, the columns of POOLS (null where a split does not
    concern it), codes, behaviours, distress, joy; turns, and distress_turns and joy_turns of them flagged, as they
    count. named: values of each split that stand by themselves. pooled: whether the split has a pool.
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


def _counted(frame: DataFrame, most: int) -> DataFrame:
    """`frame` with turns, at most `most` a conversation, and the flagged ones of each label in the same proportion.

    A part of a turn counts as a whole one or as none, by a draw from the pseudonym: as often as the part is large.
    """
    from pyspark.sql import functions as F

    turns, draw = F.col("model_turns"), F.sha2(F.concat(F.lit("turns "), F.col("conversation_key")), 256)
    place = F.conv(F.substring(draw, 1, 8), 16, 10).cast("bigint")
    for label in LABELS:
        scaled = F.col(label)["turns"].cast("bigint") * most
        part = F.floor(scaled / turns) + (place % turns < scaled % turns).cast("bigint")
        frame = frame.withColumn(f"{label}_turns", F.when(turns > most, part).otherwise(F.col(label)["turns"]))
    return frame.withColumn("turns", F.least(turns, F.lit(most)))


def populate(
    clustered: DataFrame, policy: DisclosurePolicy, before: pa.Table | None = None,
    known: Mapping[str, Collection[str]] | None = None,
) -> Population:  # fmt: skip
    """The population of a release from CLUSTERED.

    before, known: HISTORY of the trial's last release and, by split, the values that stood by themselves in it; None
    for the first. A value that comes to clear the floors stays in its pool as long as what else is in it would be left
    out: these few would go out of every total.
    """
    kept = bounded(clustered, policy.max_conversations_per_user, before)
    kept = _counted(kept, policy.max_turns_per_conversation)
    frame = bounded_cells(_splits(kept), policy.max_cells_per_user).persist()
    kept = frame
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
        for row in kept.select("conversation_key", "user_key", F.col(label)["cluster"].alias("cluster")).collect():
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


def _splits(frame: DataFrame) -> DataFrame:
    from pyspark.sql import functions as F

    scored = F.col("not_scored") == ""
    day, turns = F.col("day"), F.col("model_turns")
    year, number = F.extract(F.lit("YEAROFWEEK"), day), F.weekofyear(day)  # both by ISO 8601
    week = F.concat(year.cast("string"), F.lit("-W"), F.lpad(number.cast("string"), 2, "0"))
    length = F.lit(LENGTHS[-1])
    for least, name in ((16, LENGTHS[3]), (8, LENGTHS[2]), (4, LENGTHS[1]), (2, LENGTHS[0])):
        length = F.when(turns < least, F.lit(name)).otherwise(length)
    unknown_language = F.col("not_scored") == "language"
    return frame.select(
        "conversation_key",
        "user_key",
        F.when(scored, F.col("surface")).alias("surface"),
        F.when(scored, F.coalesce(week, F.lit(UNKNOWN))).alias("week"),
        F.when(scored, F.col("language")).alias("language"),
        F.when(scored, length).alias("length"),
        F.when(unknown_language, F.col("language")).alias("unscored_language"),
        F.when(~scored & ~unknown_language, F.col("not_scored")).alias("reason"),
        F.when(F.col("has_user"), F.lit("present")).otherwise(F.lit("missing")).alias("user_id"),
        "codes",
        "behaviours",
        "distress",
        "joy",
        "turns",
        "distress_turns",
        "joy_turns",
    )


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
