"""What a release leaves for the next one, by Spark, and several releases of one trial one after the other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from pipelines.aggregate import aggregate
from pipelines.aggregate_population import bounded, populate
from pipelines.as_of_rows import history_rows, named_of
from pipelines.as_of_state import Past, State
from schemas.policy import DisclosurePolicy
from tests.privacy.trial import Exact, Row, make_rows
from tests.privacy.trial import bounded as bounded_in_python
from tests.privacy.trial_history import history
from tests.spark.test_aggregate import QUALITY_OF, Tables, frame, is_flagged, terms

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

POLICY = DisclosurePolicy()


@pytest.fixture(autouse=True, scope="module")
def few_partitions(spark: SparkSession) -> Iterator[None]:
    """A shuffle of a small trial into two partitions."""
    before = spark.conf.get("spark.sql.shuffle.partitions")
    spark.conf.set("spark.sql.shuffle.partitions", "2")
    yield
    spark.conf.set("spark.sql.shuffle.partitions", str(before))


@pytest.fixture(scope="module")
def trial() -> list[Row]:
    return make_rows(14, 900, 220)


def test_spark_keeps_the_rows_that_plain_python_keeps(spark: SparkSession, trial: list[Row]) -> None:
    exact = Exact(trial, POLICY)
    holders = [row["conversation_key"] for row in exact.kept if is_flagged(row)][:3]
    term: Row = {"label": "joy", "cluster": 0, "term": "poem", "weight": 1.0, "users": 3, "holders": [*holders, "gone"]}
    population = populate(frame(spark, trial), POLICY)
    try:
        found = history_rows(population, terms([term])).to_pylist()
        assert named_of(population) == {split: frozenset(values) for split, values in exact.named.items()}
    finally:
        population.cached.unpersist()
    expected = history(exact.kept, POLICY).sort_by("conversation_key").to_pylist()
    held = {row["conversation_key"] for row in found if row["joy_terms"] == ["poem"]}
    assert held == set(holders)
    digests = [(row.pop("digest"), other.pop("digest")) for row, other in zip(found, expected, strict=True)]
    assert len(set(digests)) == len({one for one, _ in digests}) == len({other for _, other in digests})
    assert [row | {"joy_terms": []} for row in found] == expected


def test_what_the_last_release_counted_of_a_user_comes_first(spark: SparkSession, trial: list[Row]) -> None:
    most = 4
    before = history(bounded_in_python(trial[:600], most), POLICY)
    found = bounded(frame(spark, trial), most, before).select("conversation_key").collect()
    first = set(before.column("conversation_key").to_pylist())
    expected = {row["conversation_key"] for row in bounded_in_python(trial, most, first)}
    assert {row[0] for row in found} == expected
    assert first < expected
    assert expected != {row["conversation_key"] for row in bounded_in_python(trial, most)}, "the test tells nothing"


def test_releases_one_after_the_other(spark: SparkSession) -> None:
    trial = make_rows(3, 1000, 300)
    states: list[State] = []
    out: list[Tables] = []
    for number, rows in enumerate((trial[:600], trial[:600], trial[:601], trial), start=1):
        past = Past(states, f"2026-01-{number:02d}")
        out.append(aggregate(frame(spark, rows), terms([]), "r-1", POLICY, QUALITY_OF, 0.25, secret="trial", past=past))
        assert past.made is not None
        if past.made.taken:
            states = [*(states[:-1] if past.same else states), past.made]
    first, again, more, grown = ({name: table.to_pylist() for name, table in tables.items()} for tables in out)
    assert first == again
    assert {r["as_of"] for r in more["released_rates"]} == {"2026-01-01"}
    assert [r | {"as_of": ""} for r in more["released_rates"]] == first["released_rates"]
    assert "" in {r["as_of"] for r in grown["released_rates"]}
    assert len(states) == 2
