"""Cases of the recogniser in classifiers/recognizers/iban_code.py: a text, and what is masked of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from classifiers.recognizers.iban_code import IbanCode

CASES = [
    ("IBAN DE89 3704 0044 0532 0130 00 bitte", ["DE89 3704 0044 0532 0130 00"]),
    ("DE89370400440532013000", ["DE89370400440532013000"]),
    ("de89370400440532013000", ["de89370400440532013000"]),
    ("GB33BUKB20201555555555.", ["GB33BUKB20201555555555"]),
    ("typo: DE88370400440532013000", ["DE88370400440532013000"]),
    ("DE89 3704 0044", []),
    ("de 2012 et elle serait donc venue", []),
    ("AB12 code words only here and there", []),
    ("D E 8 9 3 7 0 4 0 0 4 4 0 5 3 2 0 1 3 0 0 0", ["D E 8 9 3 7 0 4 0 0 4 4 0 5 3 2 0 1 3 0 0 0"]),
    ("DE8.93704.0044.0532.013.000", ["DE8.93704.0044.0532.013.000"]),
    ("my iban is GB29 NWBK 6016", ["GB29 NWBK 6016"]),
    ("account GB29NWBK601613", ["GB29NWBK601613"]),
    ("GB29NWBK6016133192681 short of one", ["GB29NWBK6016133192681"]),
    ("my account has 12000 followers", []),
]


@pytest.mark.parametrize(("text", "masked"), CASES)
def test_it_masks_exactly(text: str, masked: list[str], found: Callable[..., list[str]]) -> None:
    assert found(IbanCode(), text) == masked
