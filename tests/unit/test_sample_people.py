"""Trial users and their personal values."""

from __future__ import annotations

import re
from collections import Counter
from datetime import timedelta

import pytest

from jobs.sample.dice import Dice
from jobs.sample.identifiers import PHONES, card, iban, ip, luhn, mac, national_id, phone
from jobs.sample.people import Population, started_at
from jobs.sample.pii import PERSONAL_SLOTS, Person
from jobs.sample.plan import LANGUAGES, PLANS
from jobs.sample.planted import Planted

LOCALES = sorted(PHONES)


def users(position: int, count: int = 3000) -> Counter[str]:
    population = Population(position, count, seed=1)
    return Counter(population.draw(Dice("u", position, i), "en", "").user_id for i in range(count))


def test_users_come_with_a_heavy_tail_and_nobody_too_often() -> None:
    drawn = users(0)
    ranked = [n for _, n in drawn.most_common()]
    assert 500 < len(ranked) <= 750
    assert ranked[0] < 0.03 * sum(ranked)
    assert sum(ranked[:40]) > 0.3 * sum(ranked)
    assert ranked[len(ranked) // 2] <= 4


def test_the_two_releases_share_a_part_of_their_users() -> None:
    first, second = set(users(0)), set(users(1))
    assert 0.25 < len(first & second) / len(first) < 0.55


def test_users_who_lean_to_a_situation_come_more_often_with_it() -> None:
    population = Population(0, 2000, seed=1)
    leaning = [population.draw(Dice("l", i), "en", s).leaning == "abuse" for s in ("abuse", "") for i in range(1500)]
    assert sum(leaning[:1500]) > 2 * sum(leaning[1500:])


@pytest.mark.parametrize("language", LANGUAGES)
def test_users_of_a_language_write_it(language: str) -> None:
    population = Population(0, 1500, seed=1)
    drawn = {population.draw(Dice("l", i), language, "") for i in range(60)}
    assert {u.language for u in drawn} == {language}
    assert len(drawn) >= 4


def test_conversations_begin_within_four_weeks_and_in_order_of_days() -> None:
    for plan in PLANS.values():
        times = [started_at(plan, Dice(i), i, 400) for i in range(400)]
        days = [t.date() for t in times]
        assert days == sorted(days)
        assert days[0] == plan.first_day
        assert days[-1] == plan.first_day + timedelta(days=27)
        assert sum(d.weekday() >= 5 for d in days) < 0.25 * len(days)


@pytest.mark.parametrize("locale", LOCALES)
def test_a_person_has_every_value_and_always_the_same(locale: str) -> None:
    one, same, other = Person(locale, 1, "u"), Person(locale, 1, "u"), Person(locale, 1, "v")
    reverse = {slot: same.value(slot) for slot in reversed(PLAIN)}
    for slot in PLAIN:
        value = one.value(slot)
        assert value.strip() == value
        assert value
        assert value == reverse[slot]
    assert one.value("pii_email") != other.value("pii_email")


PLAIN = [slot for slot in PERSONAL_SLOTS if not slot.endswith(("_a", "_b"))]


@pytest.mark.parametrize("locale", LOCALES)
def test_numbers_have_the_form_and_the_check_digit_of_their_kind(locale: str) -> None:
    for i in range(60):
        dice = Dice(locale, i)
        number = re.sub(r"\s", "", iban(dice, locale))
        as_digits = "".join(str(int(c, 36)) for c in number[4:] + number[:4])
        assert int(as_digits) % 97 == 1
        assert 6 <= sum(c.isdigit() for c in phone(dice, locale)) <= 15
        name, value = national_id(dice, locale)
        assert name
        assert sum(c.isdigit() for c in value) >= 4


def test_published_check_digits_come_out() -> None:
    assert luhn("7992739871") == "3"
    assert luhn("411111111111111") == "1"


def test_most_cards_are_valid_and_a_few_are_mistyped() -> None:
    cards = [re.sub(r"\D", "", card(Dice(i), "en_US")) for i in range(400)]
    valid = sum(luhn(c[:-1]) == c[-1] for c in cards)
    assert 320 < valid < 380
    assert {len(c) for c in cards} == {16}


def test_addresses_of_machines_are_of_the_blocks_for_documentation() -> None:
    for i in range(100):
        assert ip(Dice(i), "").startswith(("192.0.2.", "198.51.100.", "203.0.113.", "2001:db8:"))
        assert re.sub("[:-]", "", mac(Dice(i), "")).lower().startswith("00005e0053")


def planted() -> Planted:
    return Planted(Dice("p"), "en_US", 1, "u")


def test_planted_values_are_recorded_as_they_are_written() -> None:
    values = planted()
    name, mail = values.mark("pii_person", ""), values.mark("pii_email", "")
    person = Person("en_US", 1, "u")
    assert values.fill(f"I am {name}") == f"I am {person.value('pii_person')}"
    assert (
        values.fill(f"{name} {mail}", lowered=True)
        == f"{person.value('pii_person').lower()} {person.value('pii_email')}"
    )
    assert [v["value"] for v in values.values()] == [
        person.value("pii_person"), person.value("pii_person").lower(), person.value("pii_email"),
    ]  # fmt: skip


def test_only_values_that_were_written_are_recorded() -> None:
    values = planted()
    values.mark("pii_iban", "")
    assert values.knows("pii_iban", "")
    assert not values.knows("pii_iban", "2")
    assert values.values() == []


def test_a_number_split_over_two_turns_is_one_value_with_its_parts() -> None:
    values = planted()
    first, second = values.fill(values.mark("pii_phone_a", "")), values.fill(values.mark("pii_phone_b", ""))
    (found,) = values.values()
    assert found["value"] == first + second == Person("en_US", 1, "u").value("pii_phone")
    assert found["split"] == [first.strip(), second.strip()]
