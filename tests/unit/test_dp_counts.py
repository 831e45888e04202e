"""Exact counts under dp: over fixed lists of cells, and with one user adding no more than the noise is made for."""

from __future__ import annotations

import math

from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.disclosure_words import TRIGGERS
from pipelines.dp_counts import bounded, cells, count
from pipelines.dp_noise import apart
from schemas.labels import LABELS
from schemas.policy_dp import QUERIES, SHARES, DpPolicy
from tests.privacy.dp_trial import User, counts_of, frame_of

FRAME = frame_of(3)
CONVERSATION = st.tuples(
    st.sampled_from([str(label) for label in LABELS]),
    st.sampled_from(TRIGGERS),
    st.integers(-1, 4),  # 3 and 4 are not in the frame
    st.frozensets(st.sampled_from(("poem", "story", "music", "unheard")), max_size=4),
)


@st.composite
def users(draw: st.DrawFn) -> list[User]:
    made = []
    for number in range(draw(st.integers(1, 6))):
        flagged = tuple(draw(st.lists(CONVERSATION, max_size=12)))
        scored = bool(flagged) or draw(st.booleans())
        made.append(User(f"u{number}", draw(st.booleans()), scored, flagged))
    return made


@settings(max_examples=200, deadline=None)
@given(users(), st.integers(1, 5), st.integers(1, 5), st.data())
def test_one_user_moves_the_counts_no_further_than_the_noise_is_made_for(
    trial: list[User], most_cells: int, most_terms: int, data: st.DataObject
) -> None:
    policy = DpPolicy(user_cells=most_cells, user_terms=most_terms)
    target = data.draw(st.sampled_from(trial))
    with_target = counts_of(trial, FRAME, policy)
    without = counts_of([user for user in trial if user is not target], FRAME, policy)
    for query in QUERIES:
        moved = [with_target[query][cell] - without[query][cell] for cell in with_target[query]]
        assert set(moved) <= {0, 1}
        assert sum(moved) <= policy.most(query)
        assert math.sqrt(sum(step * step for step in moved)) <= apart(query, policy)


@settings(max_examples=50, deadline=None)
@given(users())
def test_which_cells_there_are_hangs_on_the_frame_alone(trial: list[User]) -> None:
    found = counts_of(trial, FRAME, DpPolicy())
    assert {query: tuple(counts) for query, counts in found.items()} == cells(FRAME)


def test_a_user_counts_once_in_a_cell_however_many_conversations() -> None:
    many = User("u", flagged=tuple([("distress", "abuse", 1, frozenset({"poem"}))] * 500))
    found = counts_of([many], FRAME, DpPolicy())
    assert found["triggers"]["distress/abuse"] == found["totals"]["distress"] == found["totals"]["with_id"] == 1
    assert found["clusters"]["distress/1"] == found["terms"]["distress/1/poem"] == 1


def test_totals_part_the_users_by_id_and_by_whether_anything_was_scored() -> None:
    people = [User("a"), User("b", has_user=False), User("c", scored=False), User("d", has_user=False, scored=False)]
    assert counts_of(people, FRAME, DpPolicy())["totals"] == {
        "with_id": 1, "without_id": 1, "not_scored": 2, "distress": 0, "joy": 0,
    }  # fmt: skip


@given(st.sets(st.text(min_size=1), max_size=20), st.integers(1, 5), st.text())
def test_which_cells_of_a_user_count_hangs_on_these_alone(held: set[str], most: int, who: str) -> None:
    kept = bounded(held, who, most)
    assert set(kept) <= held and len(kept) == len(set(kept)) == min(most, len(held))
    assert set(bounded(sorted(held, reverse=True), who, most)) == set(kept)


def test_cells_that_are_not_listed_take_no_place_from_those_that_are() -> None:
    mine = {"u": {f"unlisted {number}" for number in range(50)} | {"listed"}}
    assert count(mine, ["listed"], 1) == {"listed": 1}


def test_the_hash_that_chooses_favours_no_cell() -> None:
    held = {str(number) for number in range(6)}
    found = count({f"u{number}": held for number in range(6000)}, sorted(held), 3)
    # 3,000 each; a standard deviation is 39, so this fails by chance once in 10^10.
    assert all(abs(users - 3000) < 6.7 * 39 for users in found.values()) and sum(found.values()) == 18_000


def test_the_queries_spend_all_of_rho_and_no_more() -> None:
    assert set(SHARES) == set(QUERIES) and math.isclose(sum(SHARES.values()), 1.0)
    assert sum(DpPolicy(rho=0.3).spends(query) for query in QUERIES) <= 0.3 * (1 + 1e-12)
