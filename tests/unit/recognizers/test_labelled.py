"""What recognisers of labelled numbers share: where a label may stand, and that the quick test knows every context."""

from __future__ import annotations

import itertools
import re
import re._constants as code  # type: ignore[import-not-found]
import re._parser as parser  # type: ignore[import-not-found]
from collections.abc import Callable
from typing import Any

import pytest

from classifiers.recognizers.account_id import AccountId
from classifiers.recognizers.credit_card import CreditCard
from classifiers.recognizers.labelled import LabelledRule
from classifiers.recognizers.national_id import NationalId
from classifiers.recognizers.passport import Passport
from classifiers.recognizers.phone_number import PhoneNumber
from classifiers.recognizers.rule import Rule
from classifiers.recognizers.traits import Traits, opened
from classifiers.recognizers.us_ssn import UsSsn
from classifiers.scrub_rules import make_rules


@pytest.mark.parametrize(
    ("rule", "before", "text", "masked"),
    [
        (AccountId(), "What is your order number?", "sure, 54369", ["54369"]),
        (AccountId(), "Quel est votre numéro de commande ?", "054369 merci", ["054369"]),
        (AccountId(), "case 0900 ok", "the rest is 4052 42", ["4052 42"]),
        (CreditCard(), "my card is 4111 1111 go on", "and 1111 1111", ["1111 1111"]),
        (UsSsn(), "my ssn is 519", "44-0821 thats it", ["44-0821"]),
        (PhoneNumber(), "mon numéro de téléphone est le 06 12 34", "56 78", ["56 78"]),
        (NationalId(), "¿Cuál es tu DNI?", "es 12345678", ["12345678"]),
        (Passport(), "Wie lautet Ihre Passnummer?", "C01X00T47", ["C01X00T47"]),
        (
            UsSsn(),
            "And the SSN?",
            "one five one seven two oh four four nine",
            ["one five one seven two oh four four nine"],
        ),
        (AccountId(), "What is your order number?", "I bought it in the sale, 3 of them, at 7:30 pm", []),
        (AccountId(), "How are you?", "sure, 54369", []),
        (PhoneNumber(), "What number can I call?", "there are 10 music shows at 12:45 pm", []),
    ],
)
def test_an_answer_and_the_second_half_of_a_number_are_found(
    rule: Rule, before: str, text: str, masked: list[str], found: Callable[..., list[str]]
) -> None:
    assert found(rule, text, before) == masked


@pytest.mark.parametrize(
    ("text", "head"),
    [
        ("a,b\n1,2", "b"),
        ("id;order_id\n17;X\n18;Y", "order_id"),
        ('"id","dob"\n"17","4"', "dob"),
        ("id\tphone\n17\t5", "phone"),
        ("| a | pin |\n|---|---|\n| 1 | 2 |", "pin"),
        ("Hello, you\nthere 2", ""),
        ("a,b\n\n1,2", "1"),
        ("one line, 2", ""),
    ],
)
def test_a_value_in_a_table_has_the_head_of_its_column(text: str, head: str) -> None:
    place = max(text.rfind(sign) for sign in "25XY4")
    cell = Traits(text).column_head(place).strip(' "')
    assert cell == head or (head == "1" and cell == "")


def test_names_of_fields_are_read_as_words() -> None:
    assert opened("order_id and orderId") == "order id and order Id"


def samples(tree: Any, most: int = 300) -> list[str]:
    """Texts that a parsed regular expression matches: every alternative, repeats once or not at all, no lookarounds."""
    outs = [""]
    for kind, value in tree:
        if kind is code.LITERAL:
            parts = [chr(value)]
        elif kind is code.BRANCH:
            parts = [text for branch in value[1] for text in samples(branch, most)]
        elif kind is code.SUBPATTERN:
            parts = samples(value[3], most)
        elif kind in (code.MAX_REPEAT, code.MIN_REPEAT, code.POSSESSIVE_REPEAT):
            least, highest, inner = value
            parts = [text * times for times in {least, min(highest, least + 1)} for text in samples(inner, 40)]
        elif kind is code.IN:
            signs = {code.CATEGORY_WORD: "x", code.CATEGORY_DIGIT: "1"}
            parts = [
                chr(item) if of is code.LITERAL else chr(item[0]) if of is code.RANGE else signs.get(item, " ")
                for of, item in value
                if of is not code.NEGATE
            ]
            parts = [" "] if value[0][0] is code.NEGATE else parts
        else:
            parts = ["x"] if kind is code.ANY else [""]
        outs = [out + part for out, part in itertools.islice(itertools.product(outs, dict.fromkeys(parts)), 20_000)]
        outs = outs[:: max(1, len(outs) // (most * 20))]
    return list(dict.fromkeys(outs))


@pytest.mark.parametrize(
    "rule", [rule for rule in make_rules() if isinstance(rule, LabelledRule)], ids=lambda r: r.name
)
def test_no_context_escapes_the_quick_test_of_the_forms_that_need_one(rule: LabelledRule) -> None:
    forms = {form.name: form for form in rule.FORMS}
    assert rule.near is not None
    tried = [text for text in samples(parser.parse(rule.CONTEXT, re.IGNORECASE)) if rule.near.search(text)]
    assert len(tried) > 5
    for text in tried:
        here, before = Traits(f"{text} one two 12345"), Traits("one two 12345", text)
        for name in ("loose", "spoken"):
            assert forms[name].need(here), (name, text)
            assert forms[name].need(before), (name, text)
        assert forms["part"].need(before), text
