"""The grammar of the banks: what a template expands to, and what is refused."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.sample.dice import Dice, Weighted
from jobs.sample.grammar import Filler, SlotLists, expand, parse
from jobs.sample.typing_habits import lowers, typed
from schemas.errors import ContractError

LISTS: SlotLists = {
    "tool": ["saw", "file", "plane"],
    "town": [{"name": "Porto", "river": "Douro"}, {"name": "Vienna", "river": "Danube"}],
}


def forms(source: str, draws: int = 200) -> set[str]:
    template = parse(source)
    return {expand(template, Filler(Dice(source, i), LISTS, lambda slot, which: "<p>")) for i in range(draws)}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("{a|b}", {"a", "b"}),
        ("{a|{b|c} d}", {"a", "b d", "c d"}),
        ("x{ y|}", {"x", "x y"}),
        ("a {very |}good {one|}.", {"a good one.", "a very good one.", "a good.", "a very good."}),
        ("{Well, |}the end. {So |}it goes", {"Well, the end. So it goes", "The end. So it goes",
                                                      "Well, the end. It goes", "The end. It goes"}),
        ("a | b", {"a | b"}),
        (r"f\{x\|y\}", {"f{x|y}"}),
        ("{No.} Yes{}", {"No. Yes{}"}),
        ("cout << x << y;", {"cout << x << y;"}),
        ("Author <<<pii_email>>>", {"Author <<p>>"}),
    ],
)  # fmt: skip
def test_a_template_expands_to_exactly_its_surface_forms(source: str, expected: set[str]) -> None:
    assert forms(source) == expected


def test_a_slot_keeps_its_value_and_a_second_one_differs() -> None:
    for text in forms("<<tool>> <<tool>> <<tool~2>> <<Tool>>"):
        first, again, other, capital = text.split()
        assert first == again
        assert first != other
        assert capital == first.capitalize()


def test_the_fields_of_a_record_stand_together() -> None:
    assert forms("<<town.name>>/<<town.river>>") == {"Porto/Douro", "Vienna/Danube"}


def test_numbers_are_kept_or_fresh_as_asked_and_within_their_range() -> None:
    kept = [text.split() for text in forms("<<k=3-9>> <<k=3-9>>")]
    assert all(a == b and 3 <= int(a) <= 9 for a, b in kept)
    fresh = [text.split() for text in forms("<<n:3-9>> <<n:3-9>>")]
    assert any(a != b for a, b in fresh)
    assert {int(x) for pair in fresh for x in pair} == set(range(3, 10))
    assert all(re.fullmatch("[0-9a-f]{7}", text) for text in forms("<<hex:7>>"))


def test_the_clock_moves_on() -> None:
    template = parse("<<clock>>")
    filler = Filler(Dice("clock"), LISTS, lambda slot, which: "")
    first, second = expand(template, filler), expand(template, filler)
    assert re.fullmatch(r"\d\d:\d\d:\d\d", first)
    assert first <= second


@pytest.mark.parametrize("source", ["{a|b", "a}", "{a|{b}", "<<no slot!>> <<bad-form>>"])
def test_broken_templates_are_refused_with_a_way_out(source: str) -> None:
    with pytest.raises(ContractError, match=r"for a literal brace|forms of slots"):
        parse(source)


@given(st.text(alphabet=st.characters(exclude_characters="{}\\<|", exclude_categories=("Cs", "Cc")), max_size=60))
def test_plain_text_expands_to_itself(text: str) -> None:
    assert expand(parse(text), Filler(Dice(1), LISTS, lambda slot, which: "")) == text


@given(st.recursive(st.sampled_from(["a", "bc", "d e"]), lambda s: st.lists(s, min_size=2, max_size=4), max_leaves=12))
def test_nested_alternations_expand_to_one_of_their_leaves(tree: object) -> None:
    def source(node: object) -> str:
        return "{" + "|".join(map(source, node)) + "}" if isinstance(node, list) else str(node)

    text = expand(parse(source(tree)), Filler(Dice("tree"), LISTS, lambda slot, which: ""))
    assert text in ("a", "bc", "d e")


def test_dice_give_the_same_draws_for_the_same_seed_only() -> None:
    def draws(*seed: object) -> list[float]:
        dice = Dice(*seed)
        return [dice.unit() for _ in range(5)]

    assert draws("a", 1) == draws("a", 1)
    assert draws("a", 1) != draws("a1")
    # The same on every machine and build, or a seed would not name one trial.
    assert draws("a", 1)[0] == 0.5001116694173939


def test_weighted_draws_follow_the_weights() -> None:
    dice, weighted = Dice("w"), Weighted([("a", 3.0), ("b", 1.0), ("never", 0.0)])
    drawn = [weighted.draw(dice) for _ in range(4000)]
    assert set(drawn) == {"a", "b"}
    assert 2850 < drawn.count("a") < 3150


def test_some_takes_different_items() -> None:
    for i in range(50):
        drawn = Dice(i).some(range(10), 6)
        assert len(set(drawn)) == 6
    assert sorted(Dice(1).some("abc", 9)) == ["a", "b", "c"]


@pytest.mark.parametrize("habit", ["tidy", "lower", "sloppy", "slips", "shout", "no_stops"])
def test_typing_habits_leave_code_pasted_text_and_values_alone(habit: str) -> None:
    mark = "\ue003"
    text = f"Could you please look at what {mark} wrote? I don't understand it.\n\nPasted TEXT, as it was."
    for i in range(40):
        head, pasted = typed(text, habit, Dice(habit, i)).split("\n\n")
        assert pasted == "Pasted TEXT, as it was."
        assert mark in head
    assert typed("run `Make All` please", habit, Dice(1)) == "run `Make All` please"


def test_a_habit_changes_text_as_its_name_says() -> None:
    text = "Could you Please explain what the second paragraph means, because I don't see it."
    assert typed(text, "tidy", Dice(1)) == text
    assert typed(text, "lower", Dice(1)).islower()
    sloppy = {typed(text, "sloppy", Dice(i)) for i in range(30)}
    assert len(sloppy) > 10
    assert all("'" not in s for s in sloppy)
    habits = ("tidy", "lower", "sloppy", "slips", "shout", "no_stops")
    assert [h for h in habits if lowers(h)] == ["lower", "sloppy", "no_stops"]
