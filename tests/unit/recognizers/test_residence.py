"""Cases of the recogniser in classifiers/recognizers/residence.py: a text, and what is masked of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from classifiers.recognizers.residence import Residence

CASES = [
    ("I live in Graz now", ["Graz"]),
    ("i'm from Novi Sad, Serbia", ["Novi Sad, Serbia"]),
    ("We moved to Stratford upon Avon", ["Stratford upon Avon"]),
    ("my hometown is Leeds", ["Leeds"]),
    ("Ich wohne in Köln", ["Köln"]),
    ("vivo en Sevilla", ["Sevilla"]),
    ("I live in fear", []),
    ("I was born in March", []),
    ("we live in a society", []),
]


@pytest.mark.parametrize(("text", "masked"), CASES)
def test_it_masks_exactly(text: str, masked: list[str], found: Callable[..., list[str]]) -> None:
    assert found(Residence(), text) == masked
