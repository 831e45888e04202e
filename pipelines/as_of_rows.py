"""The rows of HISTORY: the conversations that a release counts, as they are kept to compare the next one with."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import pyarrow as pa

from pipelines.aggregate_population import POOLS, Population
from pipelines.as_of_units import Named
from schemas.labels import LABELS, Label
from schemas.released import ONSETS
from schemas.row_level_history import HELD_LABEL, HISTORY

if TYPE_CHECKING:
    from pyspark.sql import Column


def named_of(population: Population) -> Named:
    """By split, the values that stand by themselves."""
    return {split: frozenset(population.named[split]) for split in POOLS}


def history_rows(population: Population, terms: pa.Table) -> pa.Table:
    """HISTORY of a population. terms: CLUSTER_TERMS with the holders that count."""
    from pyspark.sql import functions as F

    counted = [*POOLS, "codes", "behaviours", F.col("turns").cast("bigint").alias("turns")]
    labels = [_label(label).alias(str(label)) for label in LABELS]
    said = population.raw.select("conversation_key", "user_key", *counted, *labels)
    of_digest = F.to_json(F.struct("user_key", *POOLS, "codes", "behaviours", "turns", *map(str, LABELS)))
    clusters = [F.col(label)["cluster"].alias(f"{label}_cluster") for label in LABELS]
    drawn = [(~F.col(label)["flagged"] & F.col(label)["sampled"]).alias(f"{label}_drawn") for label in LABELS]
    beside = population.raw.select(F.col("conversation_key").alias("_key"), *clusters, *drawn)
    rows = said.withColumn("digest", F.sha2(of_digest, 256)).join(beside, F.col("conversation_key") == F.col("_key"))
    found = rows.drop("_key").toArrow()
    for label in map(str, LABELS):
        words = _words(terms, label)
        held = [words.get(key, []) for key in found.column("conversation_key").to_pylist()]
        found = found.append_column(f"{label}_terms", pa.array(held, HISTORY.arrow.field(f"{label}_terms").type))
    return HISTORY.conform(found)


def _words(terms: pa.Table, label: str) -> dict[str, list[str]]:
    """The candidate terms that each conversation holds."""
    words: dict[str, list[str]] = defaultdict(list)
    for row in terms.to_pylist():
        if row["label"] == label:
            for key in row["holders"]:
                words[key].append(row["term"])
    return {key: sorted(listed) for key, listed in words.items()}


def _label(label: Label) -> Column:
    """What a conversation counts in for a label, by the same rules as aggregate_records."""
    from pyspark.sql import functions as F

    column = F.col(label)
    onset = column["onset"]
    onsets = F.when(onset <= 1, ONSETS[0]).when(onset <= 3, ONSETS[1]).when(onset <= 7, ONSETS[2]).otherwise(ONSETS[3])
    flagged = {
        "onset": onsets,
        "slope": column["course"],
        "peak": column["peak_at"],
        "recovered": F.when(column["recovered"], "yes").otherwise("no"),
        "refusal": column["refusal"],
        "strength": F.when(column["strong"], "strong").otherwise("mild"),
        "trigger": F.when(column["trigger"] == "none", "other").otherwise(column["trigger"]),
    }
    parts = {name: F.when(column["flagged"], value).otherwise("") for name, value in flagged.items()}
    parts |= {"flagged": column["flagged"], "turns": F.col(f"{label}_turns").cast("bigint")}
    parts["missed"] = ~column["flagged"] & (column["missed"] > 0)
    return F.struct(*(parts[field.name].alias(field.name) for field in HELD_LABEL))
