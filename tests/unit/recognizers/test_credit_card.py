"""Cases of the recogniser in classifiers/recognizers/credit_card.py: a text, and what is masked of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from classifiers.recognizers.credit_card import CreditCard

CASES = [
    ("4111 1111 1111 1111", ["4111 1111 1111 1111"]),
    ("card 4111111111111111 exp 04/29", ["4111111111111111"]),
    ("4111-1111-1111-1112", ["4111-1111-1111-1112"]),
    ("5500.0000.0000.0004", ["5500.0000.0000.0004"]),
    ("3782 822463 10005", ["3782 822463 10005"]),
    ("4111 1111\n1111 1111", ["4111 1111\n1111 1111"]),
    ("cvv is 913", ["913"]),
    ("my visa ending in 4421", ["4421"]),
    ("0.4111111111111111", []),
    ("2024", []),
    ("4444 4444 4444 4444", ["4444 4444 4444 4444"]),
    ("4 0 1 2 8 8 8 8 8 8 8 8 1 8 8 1", ["4 0 1 2 8 8 8 8 8 8 8 8 1 8 8 1"]),
    ("my card is 41111 11.111 111 113", ["41111 11.111 111 113"]),
    ("id,card,n\n17,4111111111111111,4", ["4111111111111111"]),
    ("27 4111 1111 1111 1111 03", ["27 4111 1111 1111 1111 03"]),
    ("4222-2222-2222-2 is my card number", ["4222-2222-2222-2"]),
    ("meine Kreditkartennummer ist 3782 8224", ["3782 8224"]),
    ("card number: 4111 11", ["4111 11"]),
    ("maestro 501803672544", ["501803672544"]),
    ("e is 2.718281828459045", []),
    ("my card limit is 5000 a month", []),
]


@pytest.mark.parametrize(("text", "masked"), CASES)
def test_it_masks_exactly(text: str, masked: list[str], found: Callable[..., list[str]]) -> None:
    assert found(CreditCard(), text) == masked
