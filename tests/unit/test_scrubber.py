"""The scrubber on whole conversations: what goes, what stays, bad input, cost, and that nothing gets out."""

from __future__ import annotations

import logging
import random
from typing import Any

import pytest

from classifiers.recognizers.email_address import offline_extractor
from classifiers.recognizers.form import Form
from classifiers.recognizers.rule import Rule
from classifiers.scrub_rules import all_forms, make_rules
from classifiers.scrubber import Scrubber, ScrubFailed, build_scrubber
from schemas.policy import ScrubPolicy
from tests.unit.cost import processor_seconds


@pytest.fixture(scope="module")
def scrubber() -> Scrubber:
    return build_scrubber(ScrubPolicy())


def test_a_name_told_once_is_gone_everywhere_under_one_placeholder(scrubber: Scrubber) -> None:
    texts = [
        "My name is Zdenka Horvat.",
        "Hello Zdenka, how can I help?",
        "tell them ZDENKA called, z. horvat too",
    ]
    out = scrubber.scrub(texts)
    assert all("zdenka" not in text.lower() and "horvat" not in text.lower() for text in out.texts)
    assert all("<PERSON_1>" in text for text in out.texts)
    assert out.counts["PERSON"] >= 3


def test_placeholders_are_numbered_anew_in_every_conversation(scrubber: Scrubber) -> None:
    first = scrubber.scrub(["I am Zdenka Horvat and my brother is Tomislav Horvatić."])
    second = scrubber.scrub(["My name is Tomislav Horvatić."])
    assert "<PERSON_2>" in first.texts[0]
    assert "<PERSON_1>" in second.texts[0]


def test_the_same_number_gets_the_same_placeholder_however_it_is_written(scrubber: Scrubber) -> None:
    out = scrubber.scrub(["IBAN DE89 3704 0044 0532 0130 00", "again: DE89370400440532013000"])
    assert out.texts == ("IBAN <IBAN_CODE_1>", "again: <IBAN_CODE_1>")


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("What is your date of birth?", "12/04/1988"),
        ("Can you give me your order number?", "88371920"),
        ("And your phone number?", "5550187"),
        ("What is your passport number?", "533401209"),
        ("my number is 0171 555", "0187"),
    ],
)
def test_the_question_is_context_for_the_answer(scrubber: Scrubber, question: str, answer: str) -> None:
    assert answer not in scrubber.scrub([question, answer]).texts[1]


@pytest.mark.parametrize(
    "text",
    [
        "I am a disgrace. I keep failing you, and I feel joy when it ends.",
        "Hope is all I have left. Grace, faith, love and bliss!",
        "please, I can't keep doing this",
        "Will it rain? May I go? Mark my words.",
        "def get_user_name(self, value):\n    return self.first_name + value",
        "for item in order_items:\n    total += item.price * 1.19  # add tax",
        "| Feature | Basic | Premium |\n|---|---|---|\n| Storage | 5 GB | 1 TB |",
        "The Second World War ended in 1945; water boils at 100 degrees.",
        "Hello <PERSON_1>, your order <ACCOUNT_ID_1> ships to <ADDRESS_1>.",
        "Use Python 3.11, Docker and https://docs.python.org/3/library/re.html",
        "",
        " \n\t ",
    ],
)
def test_plain_talk_feelings_and_code_stay(scrubber: Scrubber, text: str) -> None:
    assert scrubber.scrub([text]).texts == (text,)


@pytest.mark.parametrize(
    ("text", "gone"),
    [
        ("mail z\u200bdenka@exam\u200bple.com now", "denka"),
        ("ｚｄｅｎｋａ＠ｅｘａｍｐｌｅ．ｃｏｍ", "ｚｄｅｎｋａ"),
        ("write to zdenkа@examplе.com", "zdenk"),
        ("call +４９ １７１ ５５５０１８７", "５５５"),
        ("رقم +49 171 ٥٥٥٠١٨٧ هاتف", "٥٥٥٠"),
        ("\u202ezdenka@example.com\u202c", "zdenka"),
        ("token: emRlbmthQGV4YW1wbGUuY29t", "emRlbmth"),
        ("\ud800 zdenka@example.com \udfff", "zdenka"),
        ("\x00zdenka@example.com\x00", "zdenka"),
        ("שלום zdenka@example.com שלום", "zdenka"),
        ('2023-04-11 INFO login user="Zdenka Horvat" ip=84.112.7.19', "Horvat"),
        ('{"customer": "Zdenka Horvat", "plan": "pro"}', "Zdenka"),
        ("> On Monday, Zdenka Horvat wrote:\n> fine", "Horvat"),
    ],
)
def test_hidden_and_odd_forms_are_found(scrubber: Scrubber, text: str, gone: str) -> None:
    out = scrubber.scrub([text]).texts[0]
    assert gone not in out
    assert "<" in out


def test_no_texts_give_no_texts(scrubber: Scrubber) -> None:
    out = scrubber.scrub([])
    assert (out.texts, out.counts) == ((), {})


def test_the_policy_chooses_entities_and_floor() -> None:
    only = Scrubber(ScrubPolicy(entities=("EMAIL_ADDRESS",)))
    assert only.scrub(["Zdenka Horvat, z@example.com"]).texts == ("Zdenka Horvat, <EMAIL_ADDRESS_1>",)
    strict = Scrubber(ScrubPolicy(min_score=1.0))
    assert strict.scrub(["call (212) 555-0187, z@example.com"]).texts == ("call (212) 555-0187, <EMAIL_ADDRESS_1>",)


def test_the_digest_follows_the_policy_and_a_scrubber_is_built_once(scrubber: Scrubber) -> None:
    assert scrubber.digest == Scrubber(ScrubPolicy()).digest
    assert scrubber.digest != Scrubber(ScrubPolicy(min_score=0.5)).digest
    assert build_scrubber(ScrubPolicy()) is scrubber


class Broken(Rule):
    """Fails on every text, with the text in its message, as a careless recogniser would."""

    ENTITY = "EMAIL_ADDRESS"
    FORMS = (Form("any", r"\S+", 0.5, lambda traits: True),)

    def judge(self, value: str, match: Any, form: str) -> float | None:
        raise ValueError(f"cannot read {value}")


def test_a_failing_recogniser_fails_the_conversation_and_tells_no_text() -> None:
    broken = Scrubber(ScrubPolicy())
    broken.forms = all_forms([*make_rules(), Broken()])
    with pytest.raises(ScrubFailed) as failed:
        broken.scrub(["hush zdenka@example.com"])
    assert "zdenka" not in str(failed.value)
    assert failed.value.__cause__ is None
    assert failed.value.__context__ is None


def test_no_socket_is_opened_and_nothing_is_logged(no_network: None, caplog: pytest.LogCaptureFixture) -> None:
    offline_extractor.cache_clear()
    caplog.set_level(logging.DEBUG)
    out = Scrubber(ScrubPolicy()).scrub(
        ["Zdenka Horvat, zdenka@horvat.co.uk, https://zdenka.example.de, +44 7700 900123"]
    )
    assert "orvat" not in out.texts[0]
    assert "orvat" not in caplog.text


BAIT = [
    "a", "1", "1 ", "(1", "a@", "@", ".", "a.", "::", "0:", "-", "1-", "http://", "www.", "my name is ",
    "password: ", "eyJ", "A1", "x" * 63 + ".", "1/", "one ", "##", '"k":"v",', "Aa Bb ", "12 Main ", "é",
    "王", "\u200b", "```\n",
]  # fmt: skip


@pytest.mark.parametrize("bait", BAIT)
def test_bait_for_regular_expressions_costs_what_its_length_says(scrubber: Scrubber, bait: str) -> None:
    text = bait * (40_000 // len(bait))
    # Measured: under 0.3 s. A cost that grows with the square of the length would be minutes.
    assert processor_seconds(lambda: scrubber.scrub([text]), tries=1) < 4.0


def test_cost_grows_with_length_and_no_faster(scrubber: Scrubber) -> None:
    rng = random.Random(5)
    words = [
        "Zdenka Horvat",
        "call",
        "212-555-0187",
        "the",
        "order",
        "#4402817",
        "joy",
        "z@example.com",
        "is",
        "in",
        "Graz",
    ]

    def cost(size: int) -> float:
        text = " ".join(rng.choice(words) + rng.choice(("", "", str(rng.randrange(10**6)))) for _ in range(size))
        return processor_seconds(lambda: scrubber.scrub([text]))

    cost(500)
    assert cost(8_000) < 4 * 4 * max(cost(2_000), 0.02)


def test_a_value_that_spans_two_pieces_of_a_long_turn_is_masked_whole(scrubber: Scrubber) -> None:
    for shift in (32_750, 32_760, 30_700):
        text = "x " * (shift // 2) + "zdenka.horvat@example.com" + " y" * 4000
        out = scrubber.scrub([text]).texts[0]
        assert "zdenka" not in out
        assert "example" not in out


def test_people_of_public_life_stay_where_the_policy_says_so() -> None:
    text = "Was Albert Einstein a better violinist than Zdenka Horvat? Einstein's own letters say no."
    kept = Scrubber(ScrubPolicy(keep_public_figures=True))
    assert kept.scrub([text]).texts == (text.replace("Zdenka Horvat", "<PERSON_1>"),)
    assert "Einstein" not in build_scrubber(ScrubPolicy()).scrub([text]).texts[0]
    assert "Einstein" not in kept.scrub(["My name is Einstein."]).texts[0]
