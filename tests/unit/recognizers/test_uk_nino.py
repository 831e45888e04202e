"""Cases of the recogniser in classifiers/recognizers/uk_nino.py: a text, and what is masked of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from classifiers.recognizers.uk_nino import UkNino

CASES = [
    ("QQ123456C is made up, AB123456C is not", ["AB123456C"]),
    ("ab 12 34 56 c", ["ab 12 34 56 c"]),
    ("NHS 943 476 5919", ["943 476 5919"]),
    ("943 476 5918 for the NHS", []),
    ("GB123456A", []),
    ("my ni number is QQ 28 30 47 A", ["QQ 28 30 47 A"]),
    ("NI number A-B-1-2-3-4-5-6-C", ["A-B-1-2-3-4-5-6-C"]),
    ("my NINO is AB1.234.56C", ["AB1.234.56C"]),
    ("national insurance L M double one two three four five C", ["L M double one two three four five C"]),
]


@pytest.mark.parametrize(("text", "masked"), CASES)
def test_it_masks_exactly(text: str, masked: list[str], found: Callable[..., list[str]]) -> None:
    assert found(UkNino(), text) == masked
