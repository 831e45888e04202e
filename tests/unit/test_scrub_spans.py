"""What is done with spans once found: joined, settled, carried over a conversation, numbered."""

from __future__ import annotations

import os
import subprocess
import sys

from classifiers.scrub_mask import Placeholders, masked
from classifiers.scrub_spans import Span, carried, join, settled
from tests.unit.cost import processor_seconds

COMMON = {"joy": 6, "will": 7, "the": 7, "said": 5}


def frequency(word: str) -> int:
    return COMMON.get(word, 0)


def where(text: str, value: str, kind: str = "PERSON", score: float = 0.95) -> Span:
    start = text.index(value)
    return Span(start, start + len(value), kind, score)


def carried_values(texts: list[str], found: list[list[Span]]) -> list[list[str]]:
    further = carried(texts, found, frequency)
    return [[text[s.start : s.end] for s in spans] for text, spans in zip(texts, further, strict=True)]


def test_overlaps_become_one_span_named_by_the_pattern() -> None:
    spans = [Span(0, 5, "PERSON", 0.99), Span(3, 9, "EMAIL_ADDRESS", 0.6), Span(20, 22, "PERSON", 0.4)]
    assert join(spans) == [Span(0, 9, "EMAIL_ADDRESS", 0.99), Span(20, 22, "PERSON", 0.4)]


def test_neighbours_that_only_touch_stay_apart() -> None:
    assert len(join([Span(0, 5, "PERSON", 0.9), Span(5, 9, "LOCATION", 0.9)])) == 2


def test_a_name_gives_way_to_a_pattern_within_it_and_keeps_its_rest() -> None:
    text = "Zdenka 0171 5550123 Horvat"
    spans = settled(text, [Span(0, len(text), "PERSON", 0.9), where(text, "0171 5550123", "PHONE_NUMBER", 0.6)])
    values = {(text[s.start : s.end].strip(), s.kind) for s in spans}
    assert values == {("Zdenka", "PERSON"), ("0171 5550123", "PHONE_NUMBER"), ("Horvat", "PERSON")}


def test_a_scrap_of_an_address_beside_a_pattern_is_dropped() -> None:
    text = "IBAN DE89370400440532013000"
    spans = settled(
        text, [Span(0, len(text), "ADDRESS", 0.99), where(text, "DE89370400440532013000", "IBAN_CODE", 1.0)]
    )
    assert [s.kind for s in spans] == ["IBAN_CODE"]


def test_a_sure_name_is_carried_in_any_case_and_by_its_parts() -> None:
    texts = ["I am Zdenka Horvat", "ZDENKA? and horvat too", "unrelated"]
    found = [[where(texts[0], "Zdenka Horvat")], [], []]
    assert carried_values(texts, found) == [[], ["ZDENKA", "horvat"], []]


def test_a_doubtful_name_is_not_carried() -> None:
    texts = ["maybe Zdenka", "zdenka again"]
    assert carried_values(texts, [[where(texts[0], "Zdenka", score=0.5)], []]) == [[], []]


def test_a_name_that_is_an_ordinary_word_is_carried_only_where_it_is_capitalised_within_a_sentence() -> None:
    texts = ["my name is Joy", "i feel joy. Joy fills me", "and then Joy said so"]
    assert carried_values(texts, [[where(texts[0], "Joy")], [], []]) == [[], [], ["Joy"]]


def test_a_word_that_was_passed_over_most_times_is_no_name() -> None:
    texts = ["Lambda here", "lambda " * 20]
    assert carried_values(texts, [[where(texts[0], "Lambda")], []]) == [[], []]


def test_a_short_number_is_not_carried_and_a_long_one_is() -> None:
    texts = ["pin 4821, order 88371920", "4821 of 88371920"]
    found = [[where(texts[0], "4821", "SECRET"), where(texts[0], "88371920", "ACCOUNT_ID")], []]
    assert carried_values(texts, found)[1] == ["88371920"]


def test_carrying_many_values_costs_what_their_text_costs() -> None:
    text = " ".join(f"+49 171 {number:07d}" for number in range(6000))
    spans = [Span(at * 16, at * 16 + 15, "PHONE_NUMBER", 0.8) for at in range(6000)]
    # Measured: 0.2 s. Comparing each place with each value would be a hundred times that.
    assert processor_seconds(lambda: carried([text, text], [spans, []], frequency), tries=1) < 4.0


def test_placeholders_link_people_and_count_each_kind() -> None:
    names = Placeholders()
    assert names.name("PERSON", "Zdenka") == "<PERSON_1>"
    assert names.name("PERSON", "Mr. zdenka HORVAT") == "<PERSON_1>"
    assert names.name("PERSON", "Zdenka Novak") == "<PERSON_2>"
    assert names.name("LOCATION", "Graz") == "<LOCATION_1>"
    assert names.name("PHONE_NUMBER", "0171 555") == "<PHONE_NUMBER_1>"
    assert names.name("ACCOUNT_ID", "0171-555") == "<PHONE_NUMBER_1>"


def test_masking_keeps_all_other_characters() -> None:
    text = "a Zdenka b Graz c"
    spans = [where(text, "Zdenka"), where(text, "Graz", "LOCATION")]
    assert masked(text, spans, Placeholders()) == "a <PERSON_1> b <LOCATION_1> c"


def test_numbers_of_people_do_not_depend_on_the_order_of_a_set() -> None:
    # Two people whose names meet in a third: which of them it is must be the same in every process.
    code = (
        "from classifiers.scrub_mask import Placeholders\n"
        "names = Placeholders()\n"
        "people = ['Ida Brandt', 'Noa Weiss', 'Ida Brandt Noa Weiss']\n"
        "print([names.name('PERSON', name) for name in people])\n"
    )
    told = {
        subprocess.run(
            [sys.executable, "-c", code], env=os.environ | {"PYTHONHASHSEED": seed}, capture_output=True, text=True,
            check=True,
        ).stdout
        for seed in "0123"
    }  # fmt: skip
    assert len(told) == 1
