from __future__ import annotations

import random
from collections import Counter
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest

from pipelines.aggregate import aggregate, looked_at, tabulate
from pipelines.aggregate_population import populate
from pipelines.aggregate_records import user_counts
from pipelines.aggregate_users import of_users
from pipelines.worker import spark_schema
from schemas.errors import ContractError
from schemas.labels import LABELS
from schemas.policy import DisclosurePolicy
from schemas.quality import Counts, LabelQuality, Quality
from schemas.released import BEHAVIOUR, CLUSTERS, COVERAGE, DYNAMICS, QUALITY, RATES, TERMS, TRIGGERS, TURN_RATES
from schemas.row_level import CLUSTER_TERMS, CLUSTERED
from tests.privacy.trial import Exact, Row, bounded, make_rows

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

pytestmark = pytest.mark.usefixtures("few_partitions")
POLICY = DisclosurePolicy()
QUALITY_OF = Quality({str(label): LabelQuality(0.5, (Counts(200, 180, 2000, 2),)) for label in LABELS})
Tables = dict[str, pa.Table]
SEED = 14
TABLES = (RATES, TURN_RATES, TRIGGERS, CLUSTERS, TERMS, DYNAMICS, BEHAVIOUR, COVERAGE, QUALITY)
TERM_ROWS: list[Row] = [
    {"label": label, "cluster": cluster, "term": term, "weight": weight, "users": users, "holders": []}
    for label in ("distress", "joy")
    for cluster in (0, 1, 2, 3)
    for term, weight, users in (
        ("error", 0.9, 12),
        ("poem", 0.8, 4),
        ("story", 0.7, 5),
        ("music", 0.6, 14),
        ("bread", 0.5, 7),
    )
]


def frame(spark: SparkSession, rows: list[Row], partitions: int = 2) -> DataFrame:
    """The rows as CLUSTERED."""
    values = [tuple(row[name] for name in CLUSTERED.names) for row in rows]
    return spark.createDataFrame(values, spark_schema(CLUSTERED.arrow)).repartition(partitions)


def terms(rows: list[Row]) -> pa.Table:
    """The rows as CLUSTER_TERMS."""
    return pa.Table.from_pylist(rows, schema=CLUSTER_TERMS.arrow)


def held(rows: list[Row]) -> list[Row]:
    """TERM_ROWS with the conversations that hold each term: of as many users as the row says among those that count in
    the cluster, who are in few others first (nobody is then behind more terms than count), and all that no release
    counts."""
    counts = Exact(rows, POLICY).kept
    places = Counter(row["user_key"] for row in counts for label in LABELS if row[str(label)]["flagged"])
    kept = {row["conversation_key"] for row in counts}
    out = [row["conversation_key"] for row in rows if is_flagged(row) and row["conversation_key"] not in kept]
    found = []
    for term in TERM_ROWS:
        there = [row for row in counts if row[term["label"]]["flagged"]]
        there = [row for row in there if row[term["label"]]["cluster"] == term["cluster"]]
        there.sort(key=lambda row: places[row["user_key"]])
        one_each = list({row["user_key"]: row["conversation_key"] for row in there}.values())
        found.append(term | {"users": len(rows), "holders": sorted([*one_each[: term["users"]], *out])})
    return found


def is_flagged(row: Row) -> bool:
    return any(row[str(label)]["flagged"] for label in LABELS)


def run(spark: SparkSession, rows: list[Row], partitions: int = 2) -> Tables:
    """The released tables of the rows."""
    return aggregate(
        frame(spark, rows, partitions), terms(held(rows)), "r-1", POLICY, QUALITY_OF, 0.25, sampled_share=0.3
    )


@pytest.fixture(scope="module")
def trial() -> list[Row]:
    """A made-up trial that shows and hides something in every table."""
    return make_rows(SEED, 700, 180)


@pytest.fixture(scope="module")
def found(spark: SparkSession, trial: list[Row]) -> Tables:
    """Its released tables."""
    return run(spark, trial)


def test_spark_finds_what_plain_python_finds(found: Tables, trial: list[Row]) -> None:
    exact = Exact(trial, POLICY)
    expected = tabulate(
        exact.cells, exact.splits, exact.named, exact.unions, terms(TERM_ROWS), "r-1", POLICY, QUALITY_OF, 0.25,
        sampled_share=0.3,
    )  # fmt: skip
    assert list(found) == [table.name for table in TABLES]
    for name, table in expected.items():
        assert found[name].to_pylist() == table.to_pylist(), name
    for table in (RATES, TURN_RATES, TRIGGERS, DYNAMICS, BEHAVIOUR, COVERAGE):
        states = set(found[table.name].column("status").to_pylist())
        assert states == {"shown", "suppressed"}, f"{table.name} must show and hide something, or this compares nothing"
    assert found[TERMS.name].num_rows > 3
    assert any(row["lift"] is not None for row in found[CLUSTERS.name].to_pylist())


def test_order_and_partitioning_change_nothing(spark: SparkSession, found: Tables, trial: list[Row]) -> None:
    shuffled = list(trial)
    random.Random(1).shuffle(shuffled)
    for partitions in (1, 5):
        again = run(spark, shuffled, partitions)
        assert all(again[name].equals(found[name]) for name in found)


def counts(spark: SparkSession, rows: list[Row], policy: DisclosurePolicy) -> dict[tuple[str, ...], tuple[int, int]]:
    """(n, y) by cell and user of the conversations that count."""
    population = populate(frame(spark, rows), policy)
    units = [row.asDict(recursive=True) for row in population.frame.collect()]
    population.cached.unpersist()
    found = [(user_counts(mine), mine[0]["user_key"]) for mine in of_users(units)]
    assert len({user for _, user in found}) == len(found), "the rows of a user stand together"
    return {(*key, user): (n, y) for cells, user in found for key, (n, y, _) in cells.items()}


def test_nobody_counts_more_often_than_the_bound(spark: SparkSession, trial: list[Row]) -> None:
    greedy = [row | {"conversation_key": f"extra-{i}", "user_key": "u0"} for i, row in enumerate(trial[:300])]
    found = counts(spark, trial + greedy, DisclosurePolicy(max_conversations_per_user=10))
    assert max(n for key, (n, _) in found.items() if key[0] != "turns") == 10


def test_turns_count_as_plain_python_counts_them_and_no_more_than_the_bound(
    spark: SparkSession, trial: list[Row]
) -> None:
    for most in (3, 20):
        policy = DisclosurePolicy(max_turns_per_conversation=most)
        found = {key: pair for key, pair in counts(spark, trial, policy).items() if key[0] in ("turns", "again")}
        exact = Exact(trial, policy).counts
        wanted = {(*key, user): pair[:2] for key, users in exact.items() for user, pair in users.items()}
        assert found == {key: pair for key, pair in wanted.items() if key[0] in ("turns", "again")}
        assert any(n > y > 0 for key, (n, y) in found.items() if key[0] == "turns")
    assert max(n for key, (n, _) in found.items() if key[0] == "turns") <= policy.max_conversations_per_user * most


def test_one_user_with_five_hundred_conversations_hides_no_cell_and_makes_none(
    spark: SparkSession, trial: list[Row]
) -> None:
    flood = [
        row | {"conversation_key": f"flood-{i}", "user_key": "flood", "has_user": True, "surface": "api"}
        for i, row in enumerate(trial[:500])
    ]
    rows = run(spark, trial + flood)[RATES.name].to_pylist()
    assert "api" not in {row["value"] for row in rows if row["dimension"] == "surface"}
    assert next(row for row in rows if row["dimension"] == "all")["status"] == "shown"


def test_what_no_other_table_counts_releases_no_term_either(trial: list[Row], found: Tables) -> None:
    left_out = {key for row in held(trial) for key in row["holders"]} - {
        row["conversation_key"] for row in Exact(trial, POLICY).kept
    }
    assert len(left_out) > POLICY.min_term_users, "else a term of those alone would be hidden anyway"
    assert "poem" not in found[TERMS.name].column("term").to_pylist()


def test_terms_need_users_of_their_own_and_clusters_are_named_by_them(found: Tables) -> None:
    clusters = [row for row in found[CLUSTERS.name].to_pylist() if row["cluster"] >= 0]
    assert clusters
    for row in clusters:
        assert row["name"] in (f"{row['trigger']}: error, story, music", "mixed: error, story, music")
        listed = [
            t for t in found[TERMS.name].to_pylist() if (t["label"], t["cluster"]) == (row["label"], row["cluster"])
        ]
        assert [(t["rank"], t["term"], t["users"]) for t in listed] == [
            (1, "error", 10), (2, "story", 5), (3, "music", 15), (4, "bread", 5)
        ]  # fmt: skip
    assert {(t["label"], t["cluster"]) for t in found[TERMS.name].to_pylist()} == {
        (row["label"], row["cluster"]) for row in clusters
    }


def test_without_clusters_one_row_says_why(spark: SparkSession, trial: list[Row]) -> None:
    def unclustered(label: Any) -> Any:
        return label | {"cluster": -1 if label["flagged"] else -2}

    rows = [row | {str(label): unclustered(row[label]) for label in LABELS} for row in trial]
    listed = run(spark, rows)[CLUSTERS.name].to_pylist()
    assert [(row["label"], row["cluster"], row["reason"]) for row in listed] == [
        ("distress", -1, "too_few_passages"), ("joy", -1, "too_few_passages")
    ]  # fmt: skip


@pytest.mark.parametrize("size", [0, 12])
def test_a_trial_under_the_floors_shows_nothing(spark: SparkSession, trial: list[Row], size: int) -> None:
    small = run(spark, trial[:size])
    for table in (RATES, TURN_RATES, TRIGGERS, CLUSTERS, DYNAMICS, BEHAVIOUR, COVERAGE):
        assert set(small[table.name].column("status").to_pylist()) == {"suppressed"}
    assert small[TERMS.name].num_rows == 0
    assert looked_at(small) == {"conversations": None, "conversations_with_user": None}


def test_conversations_without_users_are_their_own_unit(spark: SparkSession, trial: list[Row]) -> None:
    rows = [row | {"user_key": row["conversation_key"], "has_user": False} for row in trial]
    alone = run(spark, rows)
    whole = next(row for row in alone[RATES.name].to_pylist() if row["dimension"] == "all")
    assert whole["users"] == whole["conversations"]
    assert whole["design_effect"] <= 1.1
    listed = {row["value"]: row["status"] for row in alone[COVERAGE.name].to_pylist() if row["measure"] == "user_id"}
    assert listed == {"missing": "shown", "present": "suppressed"}
    assert looked_at(alone)["conversations_with_user"] is None


def test_rates_agree_with_what_was_planted(found: Tables, trial: list[Row]) -> None:
    scored = [row for row in bounded(trial, POLICY.max_conversations_per_user) if not row["not_scored"]]
    rows = found[RATES.name].to_pylist()
    for label in map(str, LABELS):
        truth = sum(row[label]["flagged"] for row in scored) / len(scored)
        whole = next(row for row in rows if (row["label"], row["dimension"]) == (label, "all"))
        assert whole["rate_low"] < truth < whole["rate_high"]
        assert abs(whole["conversations"] - len(scored)) < 0.05 * len(scored), "what is left out is little"


def test_a_frame_of_another_shape_is_refused(spark: SparkSession, trial: list[Row]) -> None:
    with pytest.raises(ContractError, match="clustered"):
        aggregate(frame(spark, trial[:5]).drop("codes"), terms([]), "r-1", POLICY, QUALITY_OF)
