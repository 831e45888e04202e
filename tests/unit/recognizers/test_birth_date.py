"""Cases of the recogniser in classifiers/recognizers/birth_date.py: a text, and what is masked of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from classifiers.recognizers.birth_date import BirthDate

CASES = [
    ("I was born on 12 March 1988 in a barn", ["12 March 1988"]),
    ("dob: 03/12/1988", ["03/12/1988"]),
    ("D.O.B. 3.12.88", ["3.12.88"]),
    ("my birthday is March 12th", ["March 12th"]),
    ("geboren am 12.03.1988", ["12.03.1988"]),
    ("né le 12 mars 1988", ["12 mars 1988"]),
    ('"birth_date": "1988-03-12"', ["1988-03-12"]),
    ("born in 1988", ["1988"]),
    ("the meeting is on 12 March 2024", []),
    ("born to run", []),
    ("nací el 09/10/1948", ["09/10/1948"]),
    ("nasci em 19.12.1985", ["19.12.1985"]),
]


@pytest.mark.parametrize(("text", "masked"), CASES)
def test_it_masks_exactly(text: str, masked: list[str], found: Callable[..., list[str]]) -> None:
    assert found(BirthDate(), text) == masked
