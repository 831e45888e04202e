"""The rows of HISTORY: the conversations that a release counts, as they are kept to compare the next one with."""

from __future__ import annotations

from collections import defaultdict

import pyarrow as pa

from pipelines.aggregate_population import POOLS, Population
from pipelines.as_of_units import Named
from schemas.labels import LABELS
from schemas.row_level_history import HISTORY


def named_of(population: Population) -> Named:
    """By split, the values that stand by themselves."""
    return {split: frozenset(population.named[split]) for split in POOLS}


def history_rows(population: Population, terms: pa.Table) -> pa.Table:
    """HISTORY of a population. terms: CLUSTER_TERMS with the holders that count."""
    from pyspark.sql import functions as F

    of_digest = F.to_json(F.struct("user_key", *POOLS, "codes", "behaviours", "turns", *map(str, LABELS)))
    found = population.raw.withColumn("digest", F.sha2(of_digest, 256)).toArrow()
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
