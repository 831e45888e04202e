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
    ("my ssn is 5 1 9 4 4 0 8 2 1", ["5 1 9 4 4 0 8 2 1"]),
    ("social security number 51.94.40.821", ["51.94.40.821"]),
    ("519440821 is my social security number", ["519440821"]),
    ("id,ssn,plan\n17,519.44.0821,pro", ["519.44.0821"]),
    ("ssn five one nine four four oh eight two one", ["five one nine four four oh eight two one"]),
    ("my ssn is 519", ["519"]),
    ("social media grew by 1200 in 2019", []),
]


@pytest.mark.parametrize(("text", "masked"), CASES)
def test_it_masks_exactly(text: str, masked: list[str], found: Callable[..., list[str]]) -> None:
    assert found(UsSsn(), text) == masked
