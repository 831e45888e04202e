"""Numbers that are said digit by digit."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers.recognizers.spoken import SPOKEN, VALUES, may_be_said, said, spoken_end
from classifiers.recognizers.traits import Traits

_RUN = re.compile(SPOKEN, re.IGNORECASE)


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("zero seven double five oh one", "075501"),
        ("null eins zwo drei vier null", "012340"),
        ("zéro six un deux trois", "06123"),
        ("cero dos uno nueve", "0219"),
        ("triple three, one - nine", "33319"),
        ("D E eight nine three seven", "8937"),
        ("one two three four five six", ""),
        ("nine eight seven six", ""),
        ("five five five", ""),
        ("A B C D one two", ""),
    ],
)
def test_the_digits_of_what_is_said(text: str, digits: str) -> None:
    assert said(text) == digits


def test_a_run_ends_with_its_last_digit() -> None:
    assert spoken_end("zero one nine dot") == len("zero one nine")
    assert spoken_end("zero one nine a") == len("zero one nine")
    assert spoken_end("ZERO ONE NINE A") == len("ZERO ONE NINE A")


@given(st.lists(st.sampled_from(sorted(VALUES)), min_size=4, max_size=20), st.sampled_from((" ", ", ", "-")))
def test_every_run_of_said_digits_is_read_whole(words: list[str], gap: str) -> None:
    text = f"it is {gap.join(words)} ok"
    match = _RUN.search(text)
    assert match is not None
    assert said(match.group(), 9) in ("", "".join(str(VALUES[word]) for word in words))
    assert match.group()[: spoken_end(match.group())] == gap.join(words)
    if len(set(words)) > 1:
        assert may_be_said(Traits(text))
