"""Which cells a conversation counts in: one record a conversation and cell, then one row a cell and user."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.labels import LABELS, SITUATIONS, Label
from schemas.released import ONSETS, TURN_DIMENSIONS

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame

NOT = "not "
"""Before a situation: the conversations that do not hold it. Never released, but it follows from what is."""


def user_counts(conversations: DataFrame) -> DataFrame:
    """One row a cell and user: table, label, dimension, value, user_key, n, y, b (whole numbers). Of the table `turns`,
    n and y count turns; of all others, conversations.

    conversations: the frame of a Population.
    """
    from pyspark.sql import Window
    from pyspark.sql import functions as F

    frame = conversations
    for label in LABELS:
        flagged = (F.col(label)["flagged"] & F.col("language").isNotNull()).cast("bigint")
        total = F.sum(flagged).over(Window.partitionBy("user_key"))
        frame = frame.withColumn(f"{label}_base", total)
    cells = [_coverage(), *(make(label) for label in LABELS for make in (_rates, _flagged, _turns))]
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
    """Records of a scored conversation: one for each way of splitting the trial; a situation held or not."""
    from pyspark.sql import functions as F

    hit, base = F.col(label)["flagged"], F.col(f"{label}_base")
    splits: list[tuple[str, Column]] = [("all", F.lit("all"))]
    splits += [(name, F.col(name)) for name in ("surface", "week", "language", "length")]
    for code in map(str, SITUATIONS):
        held = F.array_contains("codes", code)
        splits.append(("situation", F.when(held, F.lit(code)).otherwise(F.lit(NOT + code))))
    scored = F.col("language").isNotNull()
    return F.array(*(F.when(scored, _record("rates", label, name, value, hit, base)) for name, value in splits))


def _flagged(label: Label) -> Column:
    """Records of a flagged conversation: trigger, cluster, dynamics; and of one that only the screen's sample found."""
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
        ("dynamics", "recovered", F.when(column["recovered"], F.lit("yes")).otherwise(F.lit("no"))),
        ("dynamics", "ended_by", F.when(F.col("ended_by") == "model", F.lit("model")).otherwise(F.lit("otherwise"))),
    ]
    if label is Label.DISTRESS:  # joy is flagged only when strong
        values.append(("dynamics", "strength", F.when(column["strong"], F.lit("strong")).otherwise(F.lit("mild"))))
    scored = F.col("language").isNotNull()
    one = F.lit(1)
    records = [F.when(scored & column["flagged"], _record(t, label, d, v, one, base)) for t, d, v in values]
    lost = scored & ~column["flagged"] & (column["missed"] > 0)
    return F.array(*records, F.when(lost, _record("screen", label, "missed", "missed", one, base)))


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
