"""Which cells a conversation counts in: one record a conversation and cell, then one row a cell and user."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.labels import LABELS, SITUATIONS, Label
from schemas.released import ONSETS, TURN_DIMENSIONS
from schemas.released_runs import BEHAVIOURS

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame

NOT = "not "
"""Before a situation or behaviour: the conversations that do not hold it. It follows from what is released."""


def user_counts(conversations: DataFrame) -> DataFrame:
    """One row a cell and user: table, label, dimension, value, user_key, n, y, b (whole numbers). Of the table `turns`,
    n and y count turns; of all others, conversations.

    conversations: the frame of a Population.
    """
    from pyspark.sql import Window
    from pyspark.sql import functions as F

    scored = F.col("language").isNotNull().cast("bigint")
    frame = conversations.withColumn("base", F.sum(scored).over(Window.partitionBy("user_key")))
    for label in LABELS:
        flagged = (F.col(label)["flagged"] & F.col("language").isNotNull()).cast("bigint")
        total = F.sum(flagged).over(Window.partitionBy("user_key"))
        frame = frame.withColumn(f"{label}_base", total)
    cells = [_coverage(), _behaviours(), *(make(label) for label in LABELS for make in (_rates, _flagged, _turns))]
    records = F.explode(F.filter(F.concat(*cells), lambda record: record.isNotNull())).alias("cell")
    by = ["cell.table", "cell.label", "cell.dimension", "cell.value", "user_key"]
    return (
        frame.select("user_key", records)
        .groupBy(*by)
        .agg(F.sum("cell.size").alias("n"), F.sum("cell.hit").alias("y"), F.max("cell.base").alias("b"))
    )


def _record(
    table: str, label: str, dimension: str | Column, value: str | Column, hit: Column, base: Column,
    size: Column | None = None,
) -> Column:  # fmt: skip
    """size: what the record counts as, 1 where None."""
    from pyspark.sql import functions as F

    def text(part: str | Column) -> Column:
        return F.lit(part) if isinstance(part, str) else part

    return F.struct(
        F.lit(table).alias("table"),
        F.lit(label).alias("label"),
        text(dimension).alias("dimension"),
        text(value).alias("value"),
        (F.lit(1) if size is None else size).cast("bigint").alias("size"),
        hit.cast("bigint").alias("hit"),
        base.alias("base"),
    )


def _rates(label: Label) -> Column:
    """Records of a scored conversation: one for each way of splitting the trial; a situation or behaviour held or
    not."""
    from pyspark.sql import functions as F

    hit, base = F.col(label)["flagged"], F.col(f"{label}_base")
    splits: list[tuple[str, Column]] = [("all", F.lit("all"))]
    splits += [(name, F.col(name)) for name in ("surface", "week", "language", "length")]
    held = [("situation", "codes", str(code)) for code in SITUATIONS]
    for name, column, code in (*held, *(("behaviour", "behaviours", each) for each in BEHAVIOURS)):
        there = F.array_contains(column, code)
        splits.append((name, F.when(there, F.lit(code)).otherwise(F.lit(NOT + code))))
    scored = F.col("language").isNotNull()
    return F.array(*(F.when(scored, _record("rates", label, name, value, hit, base)) for name, value in splits))


def _flagged(label: Label) -> Column:
    """Records of a flagged conversation: trigger, cluster, dynamics; of one that only the screen's sample found;
    and of a drawn unflagged one that lies in a cluster."""
    from pyspark.sql import functions as F

    column, base = F.col(label), F.col(f"{label}_base")
    onset = column["onset"]
    cluster = F.greatest(column["cluster"], F.lit(-1)).cast("string")
    trigger = F.when(column["trigger"] == "none", F.lit("other")).otherwise(column["trigger"])
    onsets = F.when(onset <= 1, ONSETS[0]).when(onset <= 3, ONSETS[1]).when(onset <= 7, ONSETS[2]).otherwise(ONSETS[3])
    values: list[tuple[str, str | Column, str | Column]] = [
        ("triggers", "trigger", trigger),
        ("clusters", "cluster", cluster),
        ("cluster_triggers", cluster, trigger),
        ("dynamics", "onset", onsets),
        ("dynamics", "slope", column["course"]),
        ("dynamics", "peak", column["peak_at"]),
        ("dynamics", "recovered", F.when(column["recovered"], F.lit("yes")).otherwise(F.lit("no"))),
        ("dynamics", "refusal", column["refusal"]),
    ]
    if label is Label.DISTRESS:  # joy is flagged only when strong
        values.append(("dynamics", "strength", F.when(column["strong"], F.lit("strong")).otherwise(F.lit("mild"))))
    scored = F.col("language").isNotNull()
    one = F.lit(1)
    records = [F.when(scored & column["flagged"], _record(t, label, d, v, one, base)) for t, d, v in values]
    lost = scored & ~column["flagged"] & (column["missed"] > 0)
    drawn = scored & ~column["flagged"] & column["sampled"] & (column["cluster"] >= 0)
    return F.array(
        *records,
        F.when(lost, _record("screen", label, "missed", "missed", one, base)),
        F.when(drawn, _record("kinds", label, "cluster", cluster, one, base)),
    )


def _turns(label: Label) -> Column:
    """Records of the turns of a scored conversation, and of a flagged one: whether more than one turn is flagged."""
    from pyspark.sql import functions as F

    base, scored, flagged = F.col(f"{label}_base"), F.col("language").isNotNull(), F.col(label)["flagged"]
    records = []
    for name in TURN_DIMENSIONS:
        value = F.lit("all") if name == "all" else F.col(name)
        turns = _record("turns", label, name, value, F.col(f"{label}_turns"), base, F.col("turns"))
        again = _record("again", label, name, value, F.col(label)["turns"] > 1, base)
        records += [F.when(scored, turns), F.when(scored & flagged, again)]
    return F.array(*records)


def _behaviours() -> Column:
    """Records of what a scored conversation shows, among all of them and among those not flagged for distress."""
    from pyspark.sql import functions as F

    one, calm = F.lit(1), ~F.col(Label.DISTRESS)["flagged"]
    left = F.col("base") - F.col(f"{Label.DISTRESS}_base")
    records = []
    for name in BEHAVIOURS:
        there = F.col("language").isNotNull() & F.array_contains("behaviours", name)
        records.append(F.when(there, _record("behaviour", "", "all", name, one, F.col("base"))))
        records.append(F.when(there & calm, _record("behaviour", "", "no_distress", name, one, left)))
    return F.array(*records)


def _coverage() -> Column:
    """Records of every conversation, scored or not."""
    from pyspark.sql import functions as F

    none = F.lit(0).cast("bigint")
    values = [
        ("language", F.coalesce(F.col("language"), F.col("unscored_language"))),
        ("not_scored", F.coalesce(F.when(F.col("unscored_language").isNotNull(), F.lit("language")), F.col("reason"))),
        ("user_id", F.col("user_id")),
    ]
    return F.array(
        *(F.when(value.isNotNull(), _record("coverage", "", name, value, F.lit(0), none)) for name, value in values)
    )
