"""Cases of the recogniser in classifiers/recognizers/street_address.py: a text, and what is masked of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from classifiers.recognizers.street_address import StreetAddress

CASES = [
    ("I live at 42 Elm Street, Springfield", ["42 Elm Street, Springfield"]),
    ("1600 pennsylvania avenue", ["1600 pennsylvania avenue"]),
    ("221b Baker St", ["221b Baker St"]),
    ("7 W 34th St, New York, NY 10001", ["7 W 34th St, New York, NY 10001"]),
    ("Hauptstraße 12, 10115 Berlin", ["Hauptstraße 12, 10115 Berlin"]),
    ("Am Alten Weg 3", ["Am Alten Weg 3"]),
    ("12, rue de la Paix", ["12, rue de la Paix"]),
    ("calle Mayor, 15", ["calle Mayor, 15"]),
    ("via Garibaldi 8", ["via Garibaldi 8"]),
    ("Rua das Flores 120", ["Rua das Flores 120"]),
    ("ul. Długa 7", ["ul. Długa 7"]),
    ("Keizersgracht 174", ["Keizersgracht 174"]),
    ("P.O. Box 1142", ["P.O. Box 1142"]),
    ("SW1A 1AA", ["SW1A 1AA"]),
    ("K1A 0B1", ["K1A 0B1"]),
    ("apt 4b", ["apt 4b"]),
    ("a 5 minute walk that way", []),
    ("the 3 best ways to drive", []),
    ("took place in 1995", []),
    ("2 people on the road", []),
]


@pytest.mark.parametrize(("text", "masked"), CASES)
def test_it_masks_exactly(text: str, masked: list[str], found: Callable[..., list[str]]) -> None:
    assert found(StreetAddress(), text) == masked
