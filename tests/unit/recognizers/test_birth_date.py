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
    ("born on the fourth of may eighty nine", ["the fourth of may eighty nine"]),
    ("born May the fourth, nineteen eighty-nine", ["May the fourth, nineteen eighty-nine"]),
    ("geboren am vierten mai neunzehnhundertneunundachtzig", ["vierten mai neunzehnhundertneunundachtzig"]),
    ("née le quatre mai mille neuf cent quatre-vingt-neuf", ["quatre mai mille neuf cent quatre-vingt-neuf"]),
    ("nací el cuatro de mayo de mil novecientos ochenta", ["cuatro de mayo de mil novecientos ochenta"]),
    ("dob 04MAY1989", ["04MAY1989"]),
    ("DOB 19890504", ["19890504"]),
    ("dob: 4-May-89", ["4-May-89"]),
    ("born 4. 5. 1989", ["4. 5. 1989"]),
    ("dob 04 05 1989", ["04 05 1989"]),
    ("data urodzenia 4 maja 1989", ["4 maja 1989"]),
    ("дата рождения 4 мая 1989", ["4 мая 1989"]),
    ("ich bin am 4.5.1989 geboren", ["4.5.1989"]),
    ("4 May 1989 is my birthday", ["4 May 1989"]),
    ("id,dob,plan\n17,4 mei 1989,pro", ["4 mei 1989"]),
    ("she was born to run in may", []),
    ("dob 99999999", []),
]


@pytest.mark.parametrize(("text", "masked"), CASES)
def test_it_masks_exactly(text: str, masked: list[str], found: Callable[..., list[str]]) -> None:
    assert found(BirthDate(), text) == masked
