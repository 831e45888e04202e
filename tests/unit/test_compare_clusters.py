from __future__ import annotations

import functools
from typing import Any

import pyarrow as pa
import pytest

from pipelines.compare_clusters import cluster_rate, compare_clusters
from pipelines.disclosure import hide, release
from pipelines.disclosure_words import UNCLUSTERED
from pipelines.intervals import effective_size
from pipelines.match_clusters import Match, matches
from schemas.policy import DisclosurePolicy
from schemas.released import CLUSTERS, RATES, TERMS
from tests.benchmarks.planted_clusters import Trial
from tests.benchmarks.release_changes import pair, told
from tests.unit.test_compare import rate

POLICY = DisclosurePolicy()
Row = dict[str, Any]
NAMES = {0: "abuse: error", 1: "identity: poem", 2: "mixed", 3: "creative: story", 5: "abuse: night", -1: UNCLUSTERED}


def cluster(name: str, number: int, flagged: int, total: int, effect: float = 1.0) -> Row:
    """A row of released_clusters for distress."""
    trigger = "none" if number in (-1, 2) else NAMES[number].split(":")[0]
    row = hide({"release": name, "label": "distress", "cluster": number, "trigger": trigger, "name": NAMES[number]},
               CLUSTERS)  # fmt: skip
    figures = {"share": round(flagged / total, 6), "share_low": 0.0, "share_high": 1.0, "design_effect": effect}
    return row | figures | {"flagged": flagged, "users": flagged, "status": "shown", "reason": ""}


def tables(
    name: str, sizes: dict[int, int], *, flagged: int = 400, total: int = 5000, effect: float = 1.0,
    terms: dict[int, list[str]] | None = None,
) -> dict[str, pa.Table]:  # fmt: skip
    """Released tables of one release, through the gate. sizes: flagged conversations by cluster."""
    clusters = [cluster(name, number, size, flagged, effect) for number, size in sizes.items()]
    words = [
        {"release": name, "label": "distress", "cluster": number, "rank": rank, "term": term, "users": 10}
        for number, listed in (terms or {}).items() for rank, term in enumerate(listed, 1)
    ]  # fmt: skip
    rates = [rate(name, "all", "all", flagged, total)]
    return {table.name: release(table, rows, POLICY)
            for table, rows in ((RATES, rates), (CLUSTERS, clusters), (TERMS, words))}  # fmt: skip


def changes(now: dict[str, pa.Table], before: dict[str, pa.Table], match: Match | None) -> dict[tuple[int, int], Row]:
    """Rows of the distress label by (cluster, baseline cluster)."""
    found = compare_clusters(now, before, None if match is None else {"distress": match, "joy": Match("frame")})
    return {(r["cluster"], r["baseline_cluster"]): r for r in found.to_pylist() if r["label"] == "distress"}


def moved(pairs: tuple[tuple[int, int], ...]) -> Match:
    """A match of pairs in which other numbers of passages fall into every cluster of the baseline."""
    return Match("frame", pairs, fewer=frozenset(range(4)), more=frozenset(range(4)))


@pytest.mark.parametrize(
    ("now", "before", "expected"), [(120, 60, "grown"), (60, 120, "shrunk"), (80, 75, "same"), (95, 70, "same")]
)
def test_a_pair_is_grown_only_where_the_interval_of_the_difference_excludes_none(
    now: int, before: int, expected: str
) -> None:
    match = moved(((0, 0),))
    row = changes(tables("r-2", {0: now, -1: 200}), tables("r-1", {0: before, -1: 200}), match)[0, 0]
    assert row["change"] == expected and row["matched_by"] == "frame"
    assert row["rate"] == now / 5000 and row["baseline_rate"] == before / 5000
    excludes = row["difference_low"] > 0 or row["difference_high"] < 0
    assert excludes or expected == "same"
    assert row["difference_low"] < row["difference"] < row["difference_high"]


def test_few_users_behind_a_cluster_make_the_same_growth_uncertain() -> None:
    match = moved(((0, 0),))
    found = changes(tables("r-2", {0: 120}, effect=10.0), tables("r-1", {0: 60}, effect=10.0), match)
    assert found[0, 0]["change"] == "same"


def test_a_rate_that_changed_though_as_many_fall_there_is_only_grouped_otherwise() -> None:
    found = changes(tables("r-2", {0: 120}), tables("r-1", {0: 60}), Match("frame", ((0, 0),)))
    assert found[0, 0]["change"] == "regrouped"


def test_many_pairs_need_more_to_be_told_apart() -> None:
    """A difference that one pair alone shows is none among many: Holm's correction."""
    alone = changes(tables("r-2", {0: 90}), tables("r-1", {0: 60}), moved(((0, 0),)))
    assert alone[0, 0]["change"] == "grown"
    sizes = {0: 60, 1: 60, 2: 60, 3: 60}
    match = moved(tuple((n, n) for n in sizes))
    among = changes(tables("r-2", sizes | {0: 90}), tables("r-1", sizes), match)
    assert among[0, 0]["change"] == "same" and among[0, 0]["difference_low"] > 0


def test_one_side_only_is_new_or_gone_or_near_the_floor() -> None:
    match = Match("frame", new=(0,), near=(1,), gone=(2, 3), fewer=frozenset({2}))
    found = changes(tables("r-2", {0: 60, 1: 15, 5: 20}), tables("r-1", {2: 60, 3: 60}), match)
    assert {key: row["change"] for key, row in found.items()} == {
        (0, -1): "new", (1, -1): "near the floor", (5, -1): "not comparable",
        (-1, 2): "gone", (-1, 3): "near the floor",
    }  # fmt: skip
    assert (found[0, -1]["name"], found[0, -1]["baseline_name"]) == (NAMES[0], "")
    assert (found[-1, 2]["name"], found[-1, 2]["baseline_name"]) == ("", NAMES[2])
    assert found[0, -1]["baseline_rate"] is None and found[-1, 2]["rate"] is None


def test_among_many_clusters_one_must_be_larger_to_be_gone() -> None:
    """One of fifty is often far rarer than before by chance, so that intervals must hold at once."""
    match = Match("frame", gone=(0,), fewer=frozenset({0}))
    now = tables("r-2", {0: 60})
    assert changes(now, tables("r-1", {0: 25}, effect=1.2), match)[-1, 0]["change"] == "gone"
    others = tables("r-1", {0: 25, 1: 60, 2: 60, 3: 60}, effect=1.2)
    assert changes(now, others, match)[-1, 0]["change"] == "near the floor"


def test_a_small_trial_cannot_show_that_a_cluster_is_gone() -> None:
    match = Match("frame", ((1, 1),), gone=(0,), fewer=frozenset({0}))
    sides = tables("r-2", {1: 20}, flagged=40, total=400), tables("r-1", {0: 60, 1: 60})
    assert changes(*sides, match)[-1, 0]["change"] == "near the floor"


def test_splits_and_merges_carry_both_rates_and_no_difference() -> None:
    match = Match("frame", split=((0, 0), (1, 0)), merged=((3, 1), (3, 2)))
    found = changes(tables("r-2", {0: 40, 1: 30, 3: 60}), tables("r-1", {0: 70, 1: 30, 2: 30}), match)
    assert [row["change"] for row in found.values()] == ["split", "split", "merged", "merged"]
    assert all(row["difference"] is None and row["rate"] and row["baseline_rate"] for row in found.values())


def test_by_terms_alone_what_is_in_no_pair_is_not_comparable() -> None:
    now = tables("r-2", {0: 60, 1: 60}, terms={0: ["poem", "verse"], 1: ["bread"]})
    before = tables("r-1", {1: 65, 2: 60}, terms={1: ["poem", "verse"], 2: ["music"]})
    found = changes(now, before, None)
    assert {key: (row["change"], row["matched_by"]) for key, row in found.items()} == {
        (0, 1): ("same", "terms"), (1, -1): ("not comparable", "terms"), (-1, 2): ("not comparable", "terms")
    }  # fmt: skip


def test_without_clusters_on_a_side_one_row_says_so_and_shows_nothing() -> None:
    found = changes(tables("r-2", {0: 60}), tables("r-1", {-1: 200}), Match("frame", new=(0,)))
    (row,) = found.values()
    assert (row["change"], row["status"], row["reason"]) == ("not comparable", "suppressed", "too_few_passages")
    assert row["rate"] is None and row["name"] == ""


def test_clusters_that_are_not_shown_are_never_named() -> None:
    match = Match("frame", ((0, 0), (7, 1)), new=(8,), gone=(9,), split=((6, 0), (5, 0)))
    found = changes(tables("r-2", {0: 60}), tables("r-1", {0: 60, 1: 60}), match)
    assert set(found) == {(0, 0), (-1, 1)}


def test_the_effective_size_of_a_cluster_is_that_of_the_trial_where_conversations_are_independent() -> None:
    whole = rate("r-1", "all", "all", 400, 5000)
    found = cluster_rate(cluster("r-1", 0, 60, 400), whole)
    assert found[0] == 60 / 5000
    assert found[1] == pytest.approx(effective_size(5000, 1.0, whole["users"]), rel=0.05)


@functools.cache
def planted(before: float, now: float) -> tuple[Trial, Trial]:
    """Two planted releases with twelve groups each; the share of the last one in each."""
    return pair(3, before, now, 0.0)


def test_a_planted_new_group_is_called_new_and_nothing_else_is() -> None:
    assert [change for change, of_planted in told(*planted(0.0, 0.06)) if of_planted] == ["new"]
    assert {change for change, of_planted in told(*planted(0.0, 0.06)) if not of_planted} == {"same"}


def test_where_nothing_is_planted_nothing_is_new_or_gone() -> None:
    assert {change for change, _ in told(*planted(0.06, 0.06))} == {"same"}
    assert {change for change, _ in told(*planted(0.06, 0.06), by_frame=False)} == {"same"}


def test_every_figure_follows_from_the_released_tables_of_both_sides() -> None:
    """The rates of the planted trials, whose exact counts differ from the rounded ones."""
    first, second = planted(0.0, 0.06)
    found = matches(second.rows, second.numbers, first.frame, POLICY)
    rows = compare_clusters(second.tables, first.tables, found, POLICY).to_pylist()
    by_number = {r["cluster"]: r for r in second.tables[CLUSTERS.name].to_pylist() if r["label"] == "distress"}
    whole = next(r for r in second.tables[RATES.name].to_pylist() if r["label"] == "distress")
    for row in rows:
        if row["label"] == "distress" and row["cluster"] >= 0:
            assert row["rate"] == round(by_number[row["cluster"]]["flagged"] / whole["conversations"], 6)
