"""How many terms one user counts behind: by the bound, whatever the order, and on that user's own rows alone."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.contribution import Counted, bounded_terms
from schemas.row_level import CLUSTER_TERMS

Row = dict[str, Any]
LABELS, WORDS = ("distress", "joy"), ("poem", "story", "music", "error", "bread")
KEYS = [f"c{number}" for number in range(24)]


@st.composite
def trials(draw: st.DrawFn) -> tuple[Counted, list[Row]]:
    """Where 24 conversations of at most five users count, some in none, and CLUSTER_TERMS whose holders are any."""
    counted: Counted = {}
    for label in LABELS:
        for key in KEYS:
            if draw(st.booleans()):
                counted[label, key] = (f"u{int(key[1:]) % 5}", draw(st.integers(-1, 2)))
    rows = [
        {"label": label, "cluster": cluster, "term": word, "weight": 1.0, "users": 99,
         "holders": draw(st.lists(st.sampled_from(KEYS), unique=True))}
        for label in LABELS for cluster in range(3) for word in WORDS if draw(st.booleans())
    ]  # fmt: skip
    return counted, rows


def found(counted: Counted, rows: list[Row], most: int) -> dict[tuple[str, int, str], set[str]]:
    """The users behind each term."""
    out = bounded_terms(counted, pa.Table.from_pylist(rows, schema=CLUSTER_TERMS.arrow), most)
    users = {}
    for row in CLUSTER_TERMS.conform(out).to_pylist():
        there = {counted[row["label"], key][0] for key in row["holders"]}
        assert row["users"] == len(there)
        users[row["label"], row["cluster"], row["term"]] = there
    return users


def standing(users: dict[tuple[str, int, str], set[str]]) -> dict[str, int]:
    """By user, the terms that the user counts behind."""
    return {who: sum(who in there for there in users.values()) for who in set().union(*users.values())}


@settings(max_examples=150, deadline=None)
@given(trials(), st.integers(1, 6), st.randoms(use_true_random=False))
def test_no_user_counts_behind_more_terms_and_the_order_decides_nothing(
    trial: tuple[Counted, list[Row]], most: int, dice: Any
) -> None:
    counted, rows = trial
    users, unbounded = found(counted, rows, most), found(counted, rows, 1000)
    assert standing(users) == {who: min(most, held) for who, held in standing(unbounded).items()}
    assert all(users[term] <= unbounded[term] for term in users)
    shuffled = [row | {"holders": dice.sample(row["holders"], len(row["holders"]))} for row in rows]
    dice.shuffle(shuffled)
    assert found(counted, shuffled, most) == users


@settings(max_examples=150, deadline=None)
@given(trials(), st.integers(1, 6), st.integers(0, 4))
def test_without_one_user_no_other_counts_otherwise(trial: tuple[Counted, list[Row]], most: int, target: int) -> None:
    counted, rows = trial
    users = found(counted, rows, most)
    without = found({at: there for at, there in counted.items() if there[0] != f"u{target}"}, rows, most)
    assert without == {term: there - {f"u{target}"} for term, there in users.items()}
    assert sum(without[term] != there for term, there in users.items()) <= most


@settings(max_examples=100, deadline=None)
@given(trials())
def test_a_conversation_counts_for_the_terms_of_its_own_cluster_alone(trial: tuple[Counted, list[Row]]) -> None:
    counted, rows = trial
    for row, kept in zip(rows, bounded_terms(counted, pa.Table.from_pylist(rows, schema=CLUSTER_TERMS.arrow), 1000)
                         .to_pylist(), strict=True):  # fmt: skip
        there = [key for key in row["holders"] if counted.get((row["label"], key), ("", None))[1] == row["cluster"]]
        assert kept["holders"] == there
