"""Banks that are broken are refused, with the scene, the rule and a way out; the banks that ship are whole."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from jobs.sample.assemble import Conversation
from jobs.sample.banks import Banks, load_banks
from jobs.sample.dice import Dice
from jobs.sample.people import User
from jobs.sample.plan import PLANS, Kind
from jobs.sample.scene_format import HARD_NEGATIVES, SURFACES
from schemas.errors import ContractError
from schemas.labels import SITUATIONS, Trigger

SCENE = """
[[scene]]
id = "one"
trigger = "abuse"
situations = ["abuse"]
label = "distress"
affect = -1
hard_negative = ""
surfaces = ["chat"]
turns = [
  { role = "user", text = ["{you|thou} <<noun>>", "second"] },
  { role = "assistant", text = ["that stings", "that hurts"], expresses = true },
]
"""


def banks(folder: Path, scene: str = SCENE, slots: str = 'noun = ["lamp", "jug"]') -> Banks:
    (folder / "slots.toml").write_text(slots)
    (folder / "scenes.toml").write_text(scene)
    return Banks(folder)


def test_a_whole_bank_is_read(tmp_path: Path) -> None:
    read = banks(tmp_path)
    assert [s.id for s in read.scenes_for(Kind("distress", "abuse"), "chat")] == ["one"]
    assert read.scenes_for(Kind("distress", "abuse"), "coding_agent") == []


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("<<noun>>", "<<verb>>", "Scene one: <<verb>> has no slot list"),
        ("<<noun>>", "<<pii_shoe_size>>", "<<pii_shoe_size>> is no personal slot. Known: pii_person"),
        ("<<noun>>", "<<noun.colour>>", "asks for a field"),
        ("{you|thou}", "{you|thou", "scene one, turn 0, `text`: A '{' without its '}'"),
        ('label = "distress"', 'label = "anger"', "`label` must be one of: distress, joy, none"),
        ("affect = -1", "affect = 1", "`affect` does not fit `label`"),
        ("affect = -1", "affect = -3", "whole number from -2 to 2"),
        ('trigger = "abuse"', 'trigger = "weather"', "`trigger` must be one of"),
        ('situations = ["abuse"]', 'situations = ["weather"]', "`situations` must be among the triggers"),
        ('hard_negative = ""', 'hard_negative = "fiction"', "for label none only"),
        (", expresses = true", "", "`expresses` belongs to label"),
        ('role = "user"', 'role = "user", expresses = true', "`expresses` is for assistant turns only"),
        ('["chat"]', '["fax"]', "`surfaces` must be among"),
        ('role = "user"', 'role = "narrator"', "`role` must be one of: system, user, assistant, tool"),
        ("expresses = true", "expresses = true, follow = true", "not known: follow"),
        ('["that stings", "that hurts"]', '["that hurts"]', None),
        ('"that hurts"], expresses = true', '"that hurts", "ow"], expresses = true, follows = true', "as many texts"),
        ('["that stings", "that hurts"]', "[]", "at least one text"),
        ('["that stings", "that hurts"]', '["  "]', "not blank"),
        ('"that hurts"], expresses', '"that hurts"], pool = ["x"], pool_max = 2, expresses', "within the pool"),
        ("turns = [", 'mood = "grim"\nturns = [', "these keys are not known: mood"),
        ('surfaces = ["chat"]', "", "these keys are missing: surfaces"),
        ("turns = [", "turns = 3\nother = [", "not known: other"),
        ('id = "one"', "id = one", "scenes.toml is not valid TOML"),
        ("[[scene]]", "[[scenery]]", "only scene, exchange, frame and carrier"),
    ],
)  # fmt: skip
def test_a_broken_scene_is_refused_with_its_rule(tmp_path: Path, old: str, new: str, message: str | None) -> None:
    assert old in SCENE
    broken = SCENE.replace(old, new)
    if message is None:
        banks(tmp_path, broken)
        return
    with pytest.raises(ContractError) as caught:
        banks(tmp_path, broken)
    assert message in str(caught.value)


def test_two_scenes_of_one_id_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match="Scene one stands twice"):
        banks(tmp_path, SCENE + SCENE)


@pytest.mark.parametrize(
    ("slots", "message"),
    [
        ("noun = []", "must hold words, or records"),
        ('noun = "lamp"', "must hold words, or records"),
        ('noun = ["lamp", {a = "b"}]', "must hold words, or records"),
        ('noun = [{a = "b"}, {c = "d"}]', "differ in their fields"),
    ],
)
def test_a_broken_slot_list_is_refused(tmp_path: Path, slots: str, message: str) -> None:
    with pytest.raises(ContractError, match=message):
        banks(tmp_path, slots=slots)


def test_a_slot_list_that_stands_in_two_files_is_refused(tmp_path: Path) -> None:
    (tmp_path / "slots_more.toml").write_text('noun = ["vase"]')
    with pytest.raises(ContractError, match="noun stands twice"):
        banks(tmp_path)


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match="holds no TOML file"):
        Banks(tmp_path)


def test_a_carrier_without_a_personal_slot_is_refused(tmp_path: Path) -> None:
    (tmp_path / "more.toml").write_text('[[carrier]]\nplace = "user_end"\ntext = ["hello"]')
    with pytest.raises(ContractError, match=r"must hold a <<pii_\.\.\.>> slot"):
        banks(tmp_path)


def test_an_exchange_may_not_express_affect(tmp_path: Path) -> None:
    turn = '{ role = "assistant", text = ["x"], expresses = true }'
    (tmp_path / "more.toml").write_text(f'[[exchange]]\ntopic = "x"\nturns = [{turn}]')
    with pytest.raises(ContractError, match="holds no `expresses`"):
        banks(tmp_path)


def test_a_plan_that_the_banks_cannot_fill_is_refused(tmp_path: Path) -> None:
    read = banks(tmp_path)
    plan = replace(
        PLANS["sample-1"], other_languages=0.0, distress={"abuse": 99.0}, joy={}, calm={}, other_negatives={}
    )
    with pytest.raises(ContractError, match="hold none: none en"):
        read.require(plan)
    read.require(replace(plan, distress={"abuse": 100.0}))


def test_the_banks_that_ship_fill_both_plans() -> None:
    shipped = load_banks()
    for plan in PLANS.values():
        shipped.require(plan)
        assert sum(share for _, share in plan.shares()) == pytest.approx(100)
    assert {s.hard_negative for s in shipped.scenes} == {"", *HARD_NEGATIVES}
    calm = {s.trigger for s in shipped.scenes if s.hard_negative == "calm_situation"}
    assert calm >= set(SITUATIONS)
    distress = {s.trigger for s in shipped.scenes if s.label == "distress" and s.affect == -2}
    assert distress >= {Trigger.ABUSE, Trigger.TASK_FAILURE, Trigger.HARMFUL_REQUEST}


def test_there_are_benign_scenes_of_many_topics_on_both_surfaces() -> None:
    shipped = load_banks()
    benign = {surface: shipped.scenes_for(Kind(), surface) for surface in SURFACES}
    assert len({s.id for scenes in benign.values() for s in scenes}) >= 55
    assert len({s.topic for s in benign["chat"]}) >= 15
    assert len(benign["coding_agent"]) >= 12
    for surface, scenes in benign.items():
        lacking = [s.topic for s in scenes if not any(surface in e.surfaces for e in shipped.exchanges[s.topic, "en"])]
        assert not lacking


PAIRED = """
[[scene]]
id = "paired"
surfaces = ["chat"]
turns = [
  { role = "user", text = ["sea?", "hill?", "town?"] },
  { role = "assistant", text = ["salt <<pool>>", "grass <<pool>>", "brick <<pool>>"], follows = true, pool = ["1. a", "2. b", "3. c"], pool_min = 2, pool_max = 2, keep_first = true },
  { role = "tool", text = ["<<pool>>"], pool = ["<<clock>> line"], pool_min = 3, pool_max = 5, repeat = true },
]
"""  # noqa: E501


def test_an_answer_follows_its_question_and_pools_fill_as_asked(tmp_path: Path) -> None:
    read = banks(tmp_path, PAIRED)
    (scene,) = read.scenes
    user = User("u", "en", "en_US", "tidy", "")
    seen = set()
    for i in range(60):
        talk = Conversation(read, Dice("paired", i), user, "chat", "en", 1)
        talk.add(scene, is_scene=True)
        question, answer, log = (draft.text for draft in talk.drafts)
        word, pieces = answer.split(" ", 1)
        assert word == {"sea?": "salt", "hill?": "grass", "town?": "brick"}[question]
        assert pieces in ("1. a\n2. b", "1. a\n2. c")
        lines = log.split("\n")
        assert 3 <= len(lines) <= 5
        assert lines == sorted(lines)
        seen.add(question)
    assert len(seen) == 3
