"""Releases of one trial side by side: a rerun tells nothing new, and a conversation more draws nothing anew.

Else the one release shows a count that the other hides, and the totals of both tell the hidden one; or the mean of many
reruns tells what the rounding of each hides.
"""

from __future__ import annotations

import random

import pyarrow as pa
import pytest

from pipelines.aggregate import tabulate
from pipelines.aggregate_records import SPLITS
from pipelines.disclosure_plan import Plan, make_plan
from schemas.policy import DisclosurePolicy
from schemas.row_level import CLUSTER_TERMS
from tests.privacy.test_subtraction import QUALITY
from tests.privacy.trial import Exact, Row, make_rows

POLICY = DisclosurePolicy()


def planned(rows: list[Row], secret: str | None) -> Plan:
    exact = Exact(rows, POLICY)
    return make_plan(exact.cells, {name: exact.splits[name] for name in SPLITS}, exact.unions, POLICY, secret)


@pytest.mark.parametrize("seed", range(4))
def test_one_conversation_more_changes_nothing_of_what_is_hidden(seed: int) -> None:
    rows = make_rows(seed, 500, 150)
    more = [*rows, rows[3] | {"conversation_key": "another", "user_key": rows[9]["user_key"]}]
    before, after = planned(rows, "of the trial"), planned(more, "of the trial")
    assert before.numerators, "a plan that hides everything would tell nothing here"
    assert before == after
    assert planned(rows, None) != planned(more, None), "the seed made of the counts draws anew: the test can fail"


def made(rows: list[Row], secret: str) -> dict[str, pa.Table]:
    """The released tables of one run."""
    exact = Exact(rows, POLICY)
    terms = CLUSTER_TERMS.arrow.empty_table()
    return tabulate(
        exact.cells, exact.splits, exact.named, exact.unions, terms, "made-up", POLICY, QUALITY, 0.25, secret=secret
    )


@pytest.mark.parametrize(("seed", "size", "users", "reruns"), [(5, 300, 90, 100), (0, 250, 60, 3)])
def test_a_hundred_reruns_are_one_and_the_same_release(seed: int, size: int, users: int, reruns: int) -> None:
    """The rows in another order each time, as another cluster would read them. What is hidden in the second trial is
    drawn; drawing takes a while, hence few reruns."""
    rows, dice = make_rows(seed, size, users), random.Random(seed)
    first = made(rows, "of the trial")
    assert sum(row["status"] == "suppressed" for row in first["released_rates"].to_pylist()) > 5
    for _ in range(reruns - 1):
        dice.shuffle(rows)
        again = made(rows, "of the trial")
        assert all(again[name].equals(table) for name, table in first.items())
    if seed == 0:
        other = made(rows, "another")
        assert any(not other[name].equals(table) for name, table in first.items()), "nothing is drawn: no test"
