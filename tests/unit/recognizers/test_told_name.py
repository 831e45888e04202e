"""Cases of the recogniser in classifiers/recognizers/told_name.py: a text, and what is masked of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from classifiers.recognizers.told_name import ToldName

CASES = [
    ("my name is ana kovac and i teach", ["ana"]),
    ("My name is Ana Kovač.", ["Ana Kovač"]),
    ("call me Zed please", ["Zed"]),
    ("Ich heiße Jürgen Klinke", ["Jürgen Klinke"]),
    ("je m'appelle Élodie", ["Élodie"]),
    ("меня зовут Ирина", ["Ирина"]),
    ("我叫王小明", ["王小明"]),
    ("my name is not important", []),
    ("call me later", []),
    ("the file name is wrong", []),
]


@pytest.mark.parametrize(("text", "masked"), CASES)
def test_it_masks_exactly(text: str, masked: list[str], found: Callable[..., list[str]]) -> None:
    assert found(ToldName(), text) == masked
