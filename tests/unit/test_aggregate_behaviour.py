"""Behaviour behind the gate: shown like a situation, and the same counts under two names shown or hidden together."""

from __future__ import annotations

from pipelines.intervals import effective_size, wilson
from schemas.released import BEHAVIOUR, DYNAMICS, RATES
from tests.privacy.trial import Row
from tests.unit.test_disclosure_plan import Part, released, trial

LOOP, ENDED = {"behaviours": ["reversion_loop"]}, {"behaviours": ["ended_by_model"]}


def behaviour(parts: list[Part]) -> dict[tuple[str, str], Row]:
    """Rows by (behaviour, among); each conversation is of a user of its own."""
    rows = released(trial(parts))[BEHAVIOUR.name].to_pylist()
    return {(row["behaviour"], row["among"]): row for row in rows}


def test_shares_of_all_of_the_flagged_and_of_the_others() -> None:
    found = behaviour([(400, {}, None), (40, LOOP, None), (60, {}, {}), (20, LOOP, {})])
    counts = {among: found["reversion_loop", among]["conversations"] for among in ("all", "distress", "no_distress")}
    assert counts == {"all": 60, "distress": 20, "no_distress": 40}
    for among, share, total in (("all", 60 / 520, 520), ("distress", 0.25, 80), ("no_distress", 40 / 440, 440)):
        row = found["reversion_loop", among]
        assert row["share"] == round(share, 6)
        users = total if among == "distress" else 520
        low, high = wilson(share, effective_size(total, row["design_effect"], users))
        assert (row["share_low"], row["share_high"]) == (round(low, 6), round(high, 6))
    assert found["reversion_loop", "joy"]["status"] == "suppressed", "nothing is flagged for joy"


def test_few_flagged_ones_hide_both_sides_but_not_the_whole() -> None:
    found = behaviour([(400, {}, None), (40, LOOP, None), (60, {}, {}), (5, LOOP, {})])
    states = {among: found["reversion_loop", among]["status"] for among in ("all", "distress", "no_distress")}
    assert states == {"all": "shown", "distress": "suppressed", "no_distress": "suppressed"}


def test_a_behaviour_of_few_or_of_nearly_all_is_hidden_everywhere() -> None:
    few: list[Part] = [(400, {}, None), (9, LOOP, None), (60, {}, {})]
    most: list[Part] = [(400, LOOP, None), (9, {}, None), (60, LOOP, {})]
    for parts in (few, most):
        found = behaviour(parts)
        assert {row["status"] for row in found.values()} == {"suppressed"}


def test_the_same_rows_whatever_occurs() -> None:
    assert behaviour([(400, {}, None), (60, {}, {})]).keys() == behaviour([(400, LOOP, None), (60, ENDED, {})]).keys()


def dynamics(parts: list[Part]) -> dict[tuple[str, str], int | None]:
    """Flagged conversations by (measure, value), for distress."""
    rows = released(trial(parts))[DYNAMICS.name].to_pylist()
    return {(row["measure"], row["value"]): row["flagged"] for row in rows if row["label"] == "distress"}


def test_a_mirrored_user_and_an_end_by_the_model_are_the_counts_of_other_tables() -> None:
    sad = {"codes": ["user_distress"]}
    parts: list[Part] = [(400, {}, None), (60, {}, {}), (30, sad, None), (20, sad, {}), (30, ENDED, None)]
    shown = dynamics([*parts, (20, ENDED, {})])
    assert (shown["mirrored", "yes"], shown["mirrored", "no"]) == (20, 80)
    assert (shown["ended_by", "model"], shown["ended_by", "otherwise"]) == (20, 80)
    hidden = [*parts, (7, ENDED, {})]
    found = dynamics(hidden)
    assert (found["ended_by", "model"], found["ended_by", "otherwise"]) == (None, None)
    assert behaviour(hidden)["ended_by_model", "distress"]["status"] == "suppressed"
    rates = [r for r in released(trial(hidden))[RATES.name].to_pylist() if r["value"] == "user_distress"]
    assert next(r["flagged"] for r in rates if r["label"] == "distress") == found["mirrored", "yes"] == 20


def test_a_hidden_slope_takes_a_second_one_along() -> None:
    parts: list[Part] = [(500, {}, None), (40, {}, {"course": "level"}), (60, {}, {"course": "falling"})]
    found = dynamics([*parts, (6, {}, {"course": "rising"})])
    assert found["slope", "rising"] is None
    assert None in (found["slope", "level"], found["slope", "falling"]), "or the rising ones would follow"
