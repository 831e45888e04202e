"""Cases of the recogniser in classifiers/recognizers/passport.py: a text, and what is masked of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from classifiers.recognizers.passport import Passport

CASES = [
    ("passport number X1234567", ["X1234567"]),
    ("My passport no. is 533401209, issued 2019", ["533401209"]),
    ("Reisepassnummer C01X00T47", ["C01X00T47"]),
    ("pasaporte: AAB123456", ["AAB123456"]),
    ("P<UTOKOVAC<<ANA<MARIA<<<<<<<<<<<<<<<<<<<<<<<", ["P<UTOKOVAC<<ANA<MARIA<<<<<<<<<<<<<<<<<<<<<<<"]),
    ("my passport expired last year", []),
    ("a passport photo costs 12", []),
    ("533401209", []),
    ("my passport number is X 1 2 3 4 5 6 7", ["X 1 2 3 4 5 6 7"]),
    ("passport_no='AB 1234567'", ["AB 1234567"]),
    ("<b>Passport:</b> 45 04 123456", ["45 04 123456"]),
    ("паспорт 45 04 123456", ["45 04 123456"]),
    ("护照号E12345678", ["E12345678"]),
    ("C01X00T47 is my passport number", ["C01X00T47"]),
    ("passport five zero Z Q two one oh five", ["five zero Z Q two one oh five"]),
    ("the passport costs 82.50", []),
    ("a passport from 2019", []),
]


@pytest.mark.parametrize(("text", "masked"), CASES)
def test_it_masks_exactly(text: str, masked: list[str], found: Callable[..., list[str]]) -> None:
    assert found(Passport(), text) == masked
