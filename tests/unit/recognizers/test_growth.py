"""Bait for the recognisers' own expressions: the cost of a text grows with its length and no faster."""

from __future__ import annotations

import pytest

from classifiers.recognizers.traits import traits_of
from classifiers.scrub_fold import fold
from classifiers.scrub_rules import make_rules
from tests.unit.cost import processor_seconds

SIZE = 40_000
BAITS = [
    "1234567890", "1 ", "1/", "1-", "1.", "+1 ", "(1", "::", "0:", "[[", "([{<", "a@", "a . ", "x at y dot ", "a[at]",
    "one two ", "A-1-", "A1 B2 ", "order number is the ", "card card 1 ", "ssn 1 ", "call me 1 ", "passport no A ",
    "plate A 1 ", "my id is a b c d e ", "123456 is my ", "born on the ", "the fourth of may nineteen ", "4 may ",
    "insta is x_", "the key is ", "-----BEGIN PRIVATE KEY-----", "&user=1", "slash x dot ", "4111-", "DE89 ", "x_",
    "id,1\n", "1,2,", "| 1 ", "1\n", "&#64;", "\\u0040", "\u0430a", "\u200bx", "QWxhZGRpbjpvcGVu",
]  # fmt: skip


def seconds(text: str) -> float:
    """Processor time that all recognisers take for a text."""
    return processor_seconds(lambda: recognise(text), tries=2)


def recognise(text: str) -> None:
    folded = fold(text).text
    traits_of(folded, "")
    for rule in make_rules():
        rule.enhance_using_context(folded, rule.analyze(folded, [rule.ENTITY]), [], None, None)


@pytest.fixture(scope="module")
def ordinary() -> float:
    sentence = "So I told my sister that we would call on 3 May, or write to her at home if that is better. "
    return seconds(sentence * (SIZE // len(sentence)))


@pytest.mark.parametrize("bait", BAITS)
def test_bait_costs_what_its_length_says(bait: str, ordinary: float) -> None:
    # Measured: up to 9 times ordinary talk of that length. A cost that grows with the square of the length would be
    # thousands of times.
    assert seconds(bait * (SIZE // len(bait))) < 100 * max(ordinary, 0.02)
