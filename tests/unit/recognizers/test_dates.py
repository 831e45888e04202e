"""Dates as people write and say them."""

from __future__ import annotations

import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers.recognizers.dates import COMPACT, SAID, WRITTEN, plausible
from classifiers.scrub_form_dates import birth_date

_ANY = re.compile(rf"(?:{WRITTEN}|{COMPACT}|{SAID})", re.IGNORECASE)


@given(st.integers(0, 10**9))
def test_every_form_of_a_date_is_read_whole(seed: int) -> None:
    text = birth_date(random.Random(seed))
    longest = max(_ANY.finditer(text), key=lambda match: len(match.group()), default=None)
    assert longest is not None
    whole = [re.compile(form, re.IGNORECASE).fullmatch(text) for form in (WRITTEN, COMPACT, SAID)]
    assert any(whole), text
    assert plausible(text)


@pytest.mark.parametrize("text", ["99.99.1989", "99999999", "13/13/13", "1989-13-01", "12345678"])
def test_numbers_that_can_be_no_date_are_none(text: str) -> None:
    assert not plausible(text)
