"""What one user may count in, behind floors: at most so many cells of triggers and clusters, and so many terms.

In every other split of the trial a conversation has one place, and the places are few: a bound there would bend rates.
Clusters and their terms may be hundreds, and one user's many conversations could stand in any number of them. What lies
beyond the bound still counts, as another trigger (`other`) or in no cluster (-1): so counts still sum to their totals.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection
from typing import TYPE_CHECKING

import pyarrow as pa

from schemas.labels import LABELS, Label

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame

REST = {"trigger": "other", "cluster": "-1"}
"""By kind of cell, where what lies beyond the bound counts."""
Counted = dict[tuple[str, str], tuple[str, int]]
"""By (label, conversation): the user and the cluster that it counts in."""


def bounded(held: Collection[str], who: str, most: int) -> list[str]:
    """At most `most` of a user's cells: the first by a hash of the user's pseudonym, which is keyed, and the cell."""
    if len(held) <= most:
        return list(held)
    return sorted(held, key=lambda cell: hashlib.sha256(f"cell\0{who}\0{cell}".encode()).digest())[:most]


def bounded_cells(frame: DataFrame, most: int) -> DataFrame:
    """`frame` with no user in more than `most` cells, those of triggers and clusters of both labels taken together.

    frame: user_key, language (null where not scored), and the columns of LABELS as in CLUSTERED. A cell is a trigger or
    cluster that a flagged conversation has, or the cluster of an unflagged one that was drawn for the lift. Of users
    who have more, the first by the hash of `bounded` stand; the others count in REST, for which room is left. What is
    chosen depends on the user's own rows alone, and not on their order.
    """
    from pyspark.sql import Window
    from pyspark.sql import functions as F

    everywhere = F.flatten(F.collect_list(F.array_compact(_cells())).over(Window.partitionBy("user_key")))
    frame = frame.withColumn("_held", F.array_distinct(everywhere))
    rest = F.array(*(F.lit(_name(label, kind, REST[kind])) for label in LABELS for kind in REST))
    kinds = F.transform("_held", lambda cell: F.regexp_extract(cell, "^[^/]+/[^/]+/", 0))
    room = F.lit(most) - F.size(F.array_distinct(kinds))
    hashed = F.transform(
        F.array_except("_held", rest),
        lambda cell: F.struct(
            F.sha2(F.concat(F.lit("cell\0"), "user_key", F.lit("\0"), cell), 256), cell.alias("cell")
        ),
    )
    first = F.slice(F.transform(F.array_sort(hashed), lambda pair: pair["cell"]), F.lit(1), room)
    frame = frame.withColumn("_kept", F.when(F.size("_held") <= most, F.col("_held")).otherwise(first))
    for label in LABELS:
        cells = {kind: _cell(label, kind) for kind in REST}
        stands = {kind: cell.isNull() | F.array_contains("_kept", cell) for kind, cell in cells.items()}
        column = F.col(label)
        trigger = F.when(stands["trigger"], column["trigger"]).otherwise(F.lit(REST["trigger"]))
        cluster = F.when(stands["cluster"], column["cluster"]).otherwise(F.lit(int(REST["cluster"])))
        frame = frame.withColumn(label, column.withField("trigger", trigger).withField("cluster", cluster))
    return frame.drop("_held", "_kept")


def _name(label: Label, kind: str, value: str) -> str:
    return f"{label}/{kind}/{value}"


def _cells() -> Column:
    """The cells of a conversation, with a null for each that it is not in."""
    from pyspark.sql import functions as F

    return F.array(*(_cell(label, kind) for label in LABELS for kind in REST))


def _cell(label: Label, kind: str) -> Column:
    """The conversation's cell of this kind and label, as `distress/cluster/3`; null where it has none."""
    from pyspark.sql import functions as F

    column, scored = F.col(label), F.col("language").isNotNull()
    if kind == "trigger":
        value = F.when(column["trigger"] == "none", F.lit(REST[kind])).otherwise(column["trigger"])
        there = scored & column["flagged"]
    else:
        value = F.greatest(column["cluster"], F.lit(-1)).cast("string")
        there = scored & (column["flagged"] | (column["sampled"] & (column["cluster"] >= 0)))
    return F.when(there, F.concat(F.lit(_name(label, kind, "")), value))


def bounded_terms(counted: Counted, terms: pa.Table, most: int) -> pa.Table:
    """CLUSTER_TERMS, its users and holders those that count: of no user more than `most` terms.

    A conversation counts for the terms of the cluster that it counts in. Which terms of a user stand is decided as
    `bounded` does, over the clusters of both labels.
    """
    rows = terms.to_pylist()
    held: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        row["holders"] = [key for key in row["holders"] if _there(row, key, counted)]
        for key in row["holders"]:
            held[counted[row["label"], key][0]].add(_term(row))
    kept = {who: frozenset(bounded(cells, who, most)) for who, cells in held.items()}
    for row in rows:
        who_of = {key: counted[row["label"], key][0] for key in row["holders"]}
        row["holders"] = [key for key, who in who_of.items() if _term(row) in kept[who]]
        row["users"] = len({who_of[key] for key in row["holders"]})
    return pa.Table.from_pylist(rows, schema=terms.schema)


def _there(row: dict[str, object], key: str, counted: Counted) -> bool:
    found = counted.get((str(row["label"]), key))
    return found is not None and found[1] == row["cluster"]


def _term(row: dict[str, object]) -> str:
    return f"{row['label']}/{row['cluster']}/{row['term']}"
