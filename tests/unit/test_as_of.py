"""A row changes only when its change clears the floors against every release that took it; until then it stands."""

from __future__ import annotations

import random

import pytest

from pipelines.as_of_state import Past, State
from schemas.policy import DisclosurePolicy
from tests.privacy.trial import Row
from tests.privacy.trial_history import Trial, history
from tests.unit.test_disclosure_plan import Part, trial

POLICY = DisclosurePolicy()
CHAT: Row = {"surface": "chat"}
CODE: Row = {"surface": "coding_agent"}
VOICE: Row = {"surface": "voice"}
BASE: list[Part] = [(150, CHAT, None), (60, CHAT, {}), (100, CODE, None), (40, CODE, {})]


def rate(tables: dict[str, list[Row]], value: str, dimension: str = "surface") -> Row | None:
    rows = tables["released_rates"]
    return next((r for r in rows if (r["label"], r["dimension"], r["value"]) == ("distress", dimension, value)), None)


def seen(tables: dict[str, list[Row]], value: str, dimension: str = "surface") -> tuple[int | None, int | None, str]:
    row = rate(tables, value, dimension)
    assert row is not None
    return row["conversations"], row["flagged"], row["as_of"]


def one_after_the_other(*steps: list[Part], policy: DisclosurePolicy = POLICY) -> list[dict[str, list[Row]]]:
    """The released rows of a trial to which each step adds."""
    made, parts, out = Trial(policy), list[Part](), []
    for step in steps:
        parts = parts + step
        out.append(made.release(trial(parts))[2])
    return out


def test_all_rows_of_the_first_release_are_its_own() -> None:
    (tables,) = one_after_the_other(BASE)
    marked = [row["as_of"] for rows in tables.values() for row in rows if "as_of" in row]
    assert set(marked) == {""}
    assert seen(tables, "chat") == (210, 60, "")


def test_growth_that_clears_the_floors_is_taken_and_the_rest_stands() -> None:
    _, after = one_after_the_other(BASE, [(40, CHAT, None), (20, CHAT, {})])
    assert seen(after, "all", "all") == (410, 120, "")
    assert seen(after, "chat") == (270, 80, "")
    assert seen(after, "coding_agent") == (140, 40, "2026-01-01")


@pytest.mark.parametrize("flagged", [0, 1, 14])
def test_growth_under_the_floors_shows_nothing(flagged: int) -> None:
    more: list[Part] = [(40, CHAT, None), *([(flagged, CHAT, {})] if flagged else [])]
    before, after = one_after_the_other(BASE, more)
    for name in before.keys() - {
        "released_coverage",
        "released_quality",
    }:  # these did change
        assert {row["as_of"] for row in after[name] if "as_of" in row} <= {"2026-01-01"}
        assert [row | {"as_of": ""} for row in after[name]] == [row | {"as_of": ""} for row in before[name]]


def test_small_growth_adds_up_until_it_clears_the_floors() -> None:
    night: list[Part] = [(10, CHAT, None), (6, CHAT, {})]
    releases = one_after_the_other(BASE, night, night, night, night)
    assert [seen(tables, "chat")[1:] for tables in releases] == [
        (60, ""), (60, "2026-01-01"), (60, "2026-01-01"), (80, ""), (80, "2026-01-04"),
    ]  # fmt: skip


def test_a_count_is_held_against_every_release_that_took_it() -> None:
    made, base = Trial(POLICY), trial(BASE)
    more = [*base, *trial([*BASE, (40, CHAT, None), (40, CHAT, {})])[len(base) :]]
    sizes = []
    for rows in (base, more, [*base, *more[len(base) + 40 : len(base) + 45]]):
        sizes.append(seen(made.release(rows)[2], "chat")[1:])
    assert sizes == [(60, ""), (100, ""), (100, "2026-01-02")], "five more than in the first release: not told"
    assert seen(made.release(base)[2], "chat")[1:] == (60, ""), "no other than in the first release"


def test_a_hidden_row_is_shown_when_its_change_clears_the_floors() -> None:
    small: list[Part] = [*BASE, (60, VOICE, None), (13, VOICE, {})]
    little: list[Part] = [(20, CHAT, None), (20, CHAT, {}), (3, VOICE, {})]
    much: list[Part] = [(20, VOICE, None), (20, VOICE, {}), (20, CHAT, None), (20, CHAT, {})]
    first, second, third = one_after_the_other(small, little, much)
    assert [seen(tables, "voice")[1] for tables in (first, second)] == [None, None]
    assert seen(third, "voice")[1:] == (35, "")


def test_a_value_that_pooled_gets_no_row_for_one_conversation_more() -> None:
    pooled: list[Part] = [*BASE, (14, VOICE, None), (16, {"surface": "other"}, None)]
    first, second = one_after_the_other(pooled, [(1, VOICE, None), (40, CHAT, None), (20, CHAT, {})])
    assert rate(first, "voice") is None
    assert rate(second, "voice") is None
    assert seen(second, "other")[2] == "2026-01-01"


def test_a_new_value_that_clears_the_floors_gets_a_row() -> None:
    _, after = one_after_the_other(BASE, [(40, VOICE, None), (20, VOICE, {})])
    assert seen(after, "voice") == (60, 20, "")


def test_what_the_others_leave_of_the_whole_trial_is_held_too() -> None:
    """Beside the whole trial and the other surface, three conversations more would follow."""
    _, after = one_after_the_other(BASE, [(40, CHAT, None), (20, CHAT, {}), (3, CODE, {})])
    assert seen(after, "all", "all")[2] == ""
    assert seen(after, "chat")[2] == seen(after, "coding_agent")[2] == "2026-01-01"


def test_the_same_trial_again_is_the_same_release_whatever_the_order() -> None:
    made, rows = Trial(POLICY), trial(BASE)
    first = made.release(rows)[2]
    random.Random(1).shuffle(rows)
    assert made.release(rows)[2] == first
    assert len(made.states) == 1


def test_an_erased_user_is_not_told_by_a_recount() -> None:
    made, rows = Trial(POLICY), trial(BASE)
    first = made.release(rows)[2]
    (state,) = made.states
    left = [row for row in rows if row["user_key"] != "u170"]
    units = history(left, POLICY)
    made.states = [State(state.stamp, units, state.named, state.told, state.denominators, state.tables, whole=False)]
    after = made.release(left)[2]
    assert seen(after, "chat") == (*seen(first, "chat")[:2], "2026-01-01")


def test_a_stricter_policy_hides_what_it_would_not_show() -> None:
    made = Trial(POLICY)
    made.release(trial(BASE))
    made.policy = DisclosurePolicy(min_conversations=50)
    after = made.release(trial([*BASE, (1, CHAT, None)]))[2]
    assert seen(after, "chat")[1] == 60
    row = rate(after, "coding_agent")
    assert row is not None
    assert (row["status"], row["reason"], row["flagged"]) == ("suppressed", "floor", None)


def test_counts_of_records_change_by_the_floor_at_once_or_not_at_all() -> None:
    state = State("2026-01-01", history([], POLICY), {}, frozenset(), frozenset(), {}, counts={"malformed_records": 40})
    said = []
    for exact in (40, 41, 54, 55):
        past = Past([state], "2026-01-02", State("", state.units, {}, frozenset(), frozenset(), {}))
        said.append((past.count("malformed_records", exact, POLICY), past.made and past.made.counts))
    assert said == [(40, {}), (40, {}), (40, {}), (55, {"malformed_records": 55})]
