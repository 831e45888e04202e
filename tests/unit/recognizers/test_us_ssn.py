"""Cases of the recogniser in classifiers/recognizers/us_ssn.py: a text, and what is masked of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from classifiers.recognizers.us_ssn import UsSsn

CASES = [
    ("ssn 519-44-0821", ["519-44-0821"]),
    ("519 44 0821", ["519 44 0821"]),
    ("my social security number is 519440821", ["519440821"]),
    ("last four of my ssn: 0821", ["0821"]),
    ("666-12-3456", []),
    ("519440821", []),
    ("12-519-44-0821", []),
]


@pytest.mark.parametrize(("text", "masked"), CASES)
def test_it_masks_exactly(text: str, masked: list[str], found: Callable[..., list[str]]) -> None:
    assert found(UsSsn(), text) == masked
