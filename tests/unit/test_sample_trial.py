"""The sample trial holds what its plan and its truth say."""

from __future__ import annotations

import re
from collections import Counter
from itertools import islice
from math import sqrt
from typing import Any

import pytest

from jobs.sample.generate import generate
from jobs.sample.pii import PERSONAL_SLOTS
from jobs.sample.plan import LANGUAGES, PLANS, Kind
from jobs.sample.scene_format import HARD_NEGATIVES, SURFACES
from schemas.conversation import ENDED_BY, ROLES
from schemas.labels import SITUATIONS, Trigger

Pair = tuple[dict[str, Any], dict[str, Any]]
SIZE = 1500


@pytest.fixture(scope="module", params=sorted(PLANS))
def trial(request: pytest.FixtureRequest) -> tuple[str, list[Pair]]:
    """A release and its conversations with their truth."""
    return request.param, list(generate(request.param, SIZE))


def text_of(record: dict[str, Any]) -> str:
    return "\n".join(f"{m['content']}\n{m.get('thinking', '')}" for m in record["messages"])


def test_a_record_has_the_documented_fields(trial: tuple[str, list[Pair]]) -> None:
    release, pairs = trial
    keys = ["conversation_id", "user_id", "release", "surface", "started_at", "ended_by", "messages"]
    for record, _ in pairs:
        assert list(record) == keys
        assert record["release"] == release
        assert record["surface"] in SURFACES
        assert record["ended_by"] in ENDED_BY
        assert re.fullmatch(r"2026-\d\d-\d\dT\d\d:\d\d:\d\dZ", record["started_at"])
        for i, message in enumerate(record["messages"]):
            assert message["role"] in ROLES
            assert (message["role"] == "system") <= (i == 0)
            assert message["content"].strip()
            assert ("thinking" in message) <= (message["role"] == "assistant")


def test_ids_and_conversations_are_distinct(trial: tuple[str, list[Pair]]) -> None:
    _, pairs = trial
    assert len({record["conversation_id"] for record, _ in pairs}) == SIZE
    assert len({text_of(record) for record, _ in pairs}) == SIZE


def test_nothing_of_the_grammar_is_left_in_a_text(trial: tuple[str, list[Pair]]) -> None:
    left = re.compile(r"<<[A-Za-z_.~0-9]+>>|[\x00-\x08\ue000-\uf8ff]")
    assert not [record["conversation_id"] for record, _ in trial[1] if left.search(text_of(record))]


def test_shares_are_near_the_plan(trial: tuple[str, list[Pair]]) -> None:
    release, pairs = trial
    plan = PLANS[release]
    found = Counter(_planned_kind(truth) for _, truth in pairs)
    for kind, share in plan.shares():
        p = share / 100
        bound = 4 * sqrt(SIZE * p * (1 - p)) + 1
        # The kinds are laid out evenly, so they keep far closer than a draw would; the benign kind takes the rest.
        assert abs(found[kind] - SIZE * p) <= min(bound, 3)
    strong = [truth["affect"] == -2 for _, truth in pairs if truth["label"] == ["distress"]]
    assert abs(sum(strong) - plan.strong * len(strong)) < 4 * sqrt(len(strong) * plan.strong * (1 - plan.strong))


def _planned_kind(truth: dict[str, Any]) -> Kind:
    if truth["language"] != "en":
        return Kind(language=truth["language"])
    if truth["label"]:
        return Kind(truth["label"][0], truth["trigger"])
    calm = truth["hard_negative"] == "calm_situation"
    return Kind("none", CALM_TRIGGER[truth["scene"]] if calm else "", truth["hard_negative"] or "")


def _calm_triggers() -> dict[str, str]:
    from jobs.sample.banks import load_banks

    return {s.id: s.trigger for s in load_banks().scenes if s.hard_negative == "calm_situation"}


CALM_TRIGGER = _calm_triggers()


def test_truth_agrees_with_itself_and_with_the_record(trial: tuple[str, list[Pair]]) -> None:
    for record, truth in trial[1]:
        assert truth["conversation_id"] == record["conversation_id"]
        assert truth["user_id"] == record["user_id"]
        assert truth["ended_by"] == record["ended_by"]
        assert truth["language"] in ("en", *LANGUAGES)
        assert set(truth["situations"]) <= set(Trigger)
        assert truth["hard_negative"] in (None, *HARD_NEGATIVES)
        if truth["label"]:
            assert record["messages"][truth["onset_turn"]]["role"] == "assistant"
            assert truth["affect"] in ((-2, -1) if truth["label"] == ["distress"] else (2,))
            assert truth["trigger"] in truth["situations"]
            assert truth["hard_negative"] is None
        else:
            assert truth["onset_turn"] is None
            assert truth["affect"] in (0, 1)
            assert (truth["trigger"] == "none") >= (truth["affect"] == 0)


def test_every_planted_value_stands_in_the_conversation(trial: tuple[str, list[Pair]]) -> None:
    for record, truth in trial[1]:
        contents = [m["content"] for m in record["messages"]]
        for value in truth["pii"]:
            assert value["type"] in PERSONAL_SLOTS.values()
            if "split" in value:
                first, second = value["split"]
                begins = next(i for i, c in enumerate(contents) if first in c)
                assert any(second in c for c in contents[begins + 1 :])
            else:
                assert value["value"] in text_of(record)


def test_half_of_the_conversations_hold_personal_values_of_every_type(trial: tuple[str, list[Pair]]) -> None:
    holding = sum(bool(truth["pii"]) for _, truth in trial[1])
    assert 0.45 < holding / SIZE < 0.57
    types = Counter(value["type"] for _, truth in trial[1] for value in truth["pii"])
    assert min(types[t] for t in PERSONAL_SLOTS.values() if t) >= 15
    assert sum("split" in value for _, truth in trial[1] for value in truth["pii"]) >= 5


def test_a_name_comes_again_later_and_stands_in_turns_of_the_model_too(trial: tuple[str, list[Pair]]) -> None:
    again = model = tool = 0
    for record, truth in trial[1]:
        names = [value["value"] for value in truth["pii"] if value["type"] == "PERSON"]
        where = [i for i, m in enumerate(record["messages"]) if any(name in m["content"] for name in names)]
        again += len(where) > 1
        roles = {record["messages"][i]["role"] for i in where}
        model += "assistant" in roles
        tool += "tool" in roles
    assert again > 200
    assert model > 150
    assert tool > 30


def test_nobody_has_above_three_per_cent_and_some_users_come_in_both_releases(trial: tuple[str, list[Pair]]) -> None:
    release, pairs = trial
    users = Counter(record["user_id"] for record, _ in pairs)
    assert len(users) > 250
    assert max(users.values()) <= 0.03 * SIZE
    other = next(name for name in PLANS if name != release)
    both = users.keys() & {record["user_id"] for record, _ in islice(generate(other, SIZE), 700)}
    assert len(both) > 60


def test_every_situation_also_occurs_without_affect(trial: tuple[str, list[Pair]]) -> None:
    for situation in SITUATIONS:
        labels = [bool(truth["label"]) for _, truth in trial[1] if situation in truth["situations"]]
        assert 0.05 < sum(labels) / len(labels) < 0.75
    abuse = [truth["label"] == ["distress"] for _, truth in trial[1] if "abuse" in truth["situations"]]
    assert 0.2 < sum(abuse) / len(abuse) < 0.45


def test_the_model_ends_about_a_tenth_of_abusive_and_harmful_conversations(trial: tuple[str, list[Pair]]) -> None:
    kinds = [(_planned_kind(truth).trigger, truth["ended_by"]) for _, truth in trial[1]]
    ended = [how == "model" for trigger, how in kinds if trigger in ("abuse", "harmful_request")]
    assert 0.04 < sum(ended) / len(ended) < 0.2


def test_texts_vary(trial: tuple[str, list[Pair]]) -> None:
    turns = [m["content"] for record, _ in trial[1] for m in record["messages"] if m["role"] == "assistant"]
    long_turns = [turn for turn in turns if len(turn.split()) >= 8]
    grams = Counter(
        tuple(words[i : i + 5])
        for turn in turns
        if (words := re.findall(r"\w+", turn.lower()))
        for i in range(len(words) - 4)
    )
    # Measured on 1,500 conversations: 0.62 of all turns, 0.67 of the longer ones, 0.31 of the 5-grams are distinct.
    assert len(set(turns)) > 0.55 * len(turns)
    assert len(set(long_turns)) > 0.6 * len(long_turns)
    assert len(grams) > 0.26 * sum(grams.values())
    affected = [r["messages"][t["onset_turn"]]["content"] for r, t in trial[1] if t["label"]]
    assert len(set(affected)) > 0.85 * len(affected)


def test_lengths_have_a_heavy_tail(trial: tuple[str, list[Pair]]) -> None:
    turns = sorted(sum(m["role"] == "user" for m in record["messages"]) for record, _ in trial[1])
    assert turns[0] == 1
    assert turns[SIZE // 2] <= 5
    assert turns[-1] >= 12
    words = sorted(len(m["content"].split()) for r, _ in trial[1] for m in r["messages"] if m["role"] == "assistant")
    assert words[len(words) // 2] < 40
    assert words[-1] > 900
