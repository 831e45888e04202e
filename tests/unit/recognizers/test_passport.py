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
]


@pytest.mark.parametrize(("text", "masked"), CASES)
def test_it_masks_exactly(text: str, masked: list[str], found: Callable[..., list[str]]) -> None:
    assert found(Passport(), text) == masked
