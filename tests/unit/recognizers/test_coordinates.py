"""Cases of the recogniser in classifiers/recognizers/coordinates.py: a text, and what is masked of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from classifiers.recognizers.coordinates import Coordinates

CASES = [
    ("at 47.07071, 15.43950 near", ["47.07071, 15.43950"]),
    ("40°26'46\"N 79°58'56\"W", ["40°26'46\"N 79°58'56\"W"]),
    ("lat: 47.0707", ["47.0707"]),
    ("0.25, 0.75", []),
    ("from 1.5 to 2.5", []),
]


@pytest.mark.parametrize(("text", "masked"), CASES)
def test_it_masks_exactly(text: str, masked: list[str], found: Callable[..., list[str]]) -> None:
    assert found(Coordinates(), text) == masked
