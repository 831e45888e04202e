"""Cells: what every released figure is made of, reduced by Spark to one row a cell.

Spark counts per (cell, user) first, so that users, the largest user and the variance between users are exact. All sums
are of whole numbers: the result does not depend on the order or the partitioning of the rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from pipelines.disclosure import Support

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

Key = tuple[str, str, str, str]
"""(table, label, dimension, value)."""
Split = tuple[str, str, str]
"""(table, label, dimension)."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell. For a user with n conversations in it, y of them flagged, and b flagged in the whole trial:

    conversations, users, top: sum, number and largest n. flagged, flagged_users, flagged_top: the same of y.
    rest_users, rest_top: of n - y. total_squares, products, squares, base_products: sums of n * n, n * y, y * y, y * b.
    """

    conversations: int = 0
    users: int = 0
    top: int = 0
    flagged: int = 0
    flagged_users: int = 0
    flagged_top: int = 0
    rest_users: int = 0
    rest_top: int = 0
    total_squares: int = 0
    products: int = 0
    squares: int = 0
    base_products: int = 0

    @property
    def whole(self) -> Support:
        """Behind the denominator."""
        return Support(self.conversations, self.users, self.top)

    @property
    def hits(self) -> Support:
        """Behind the numerator."""
        return Support(self.flagged, self.flagged_users, self.flagged_top)

    @property
    def rest(self) -> Support:
        """Behind denominator - numerator."""
        return Support(self.conversations - self.flagged, self.rest_users, self.rest_top)


def reduce_users(counts: Iterable[tuple[int, int, int]]) -> Cell:
    """The Cell of (n, y, b) of every user; what Spark computes, in plain Python."""
    rows = list(counts)
    return Cell(
        sum(n for n, _, _ in rows),
        len(rows),
        max((n for n, _, _ in rows), default=0),
        sum(y for _, y, _ in rows),
        sum(y > 0 for _, y, _ in rows),
        max((y for _, y, _ in rows), default=0),
        sum(n > y for n, y, _ in rows),
        max((n - y for n, y, _ in rows), default=0),
        sum(n * n for n, _, _ in rows),
        sum(n * y for n, y, _ in rows),
        sum(y * y for _, y, _ in rows),
        sum(y * b for _, y, b in rows),
    )


def reduce_cells(counts: DataFrame) -> dict[Key, Cell]:
    """Every cell, from the rows of user_counts."""
    from pyspark.sql import functions as F

    n, y, b = F.col("n"), F.col("y"), F.col("b")
    exact = {
        "conversations": F.sum(n),
        "users": F.count("*"),
        "top": F.max(n),
        "flagged": F.sum(y),
        "flagged_users": F.sum((y > 0).cast("bigint")),
        "flagged_top": F.max(y),
        "rest_users": F.sum((n > y).cast("bigint")),
        "rest_top": F.max(n - y),
        "total_squares": F.sum(n * n),
        "products": F.sum(n * y),
        "squares": F.sum(y * y),
        "base_products": F.sum(y * b),
    }
    names = [field.name for field in fields(Cell)]
    by = ("table", "label", "dimension", "value")
    rows = counts.groupBy(*by).agg(*(exact[name].alias(name) for name in names)).collect()
    return {(row[0], row[1], row[2], row[3]): Cell(*(int(row[name]) for name in names)) for row in rows}


def reduce_unions(counts: DataFrame, unions: Mapping[Split, Iterable[str]]) -> dict[Split, Cell]:
    """One Cell for each union of values of a split: a user in several of them counts once."""
    from pyspark.sql import functions as F

    wanted = ["\t".join((*split, value)) for split, values in unions.items() for value in values]
    if not wanted:
        return dict.fromkeys(unions, Cell())
    split = ("table", "label", "dimension")
    merged = (
        counts.where(F.concat_ws("\t", *split, "value").isin(wanted))
        .groupBy(*split, "user_key")
        .agg(F.sum("n").alias("n"), F.sum("y").alias("y"), F.max("b").alias("b"))
        .withColumn("value", F.lit(""))
    )
    found = {key[:3]: cell for key, cell in reduce_cells(merged).items()}
    return {split: found.get(split, Cell()) for split in unions}
