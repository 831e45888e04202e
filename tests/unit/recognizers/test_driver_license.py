"""Cases of the recogniser in classifiers/recognizers/driver_license.py: a text, and what is masked of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from classifiers.recognizers.driver_license import DriverLicense

CASES = [
    ("driver's license D1234567", ["D1234567"]),
    ("driving licence number MORGA657054SM9IJ", ["MORGA657054SM9IJ"]),
    ("license plate 7ABC123", ["7ABC123"]),
    ("Kennzeichen B-AK 4821", ["B-AK 4821"]),
    ("VIN 1HGCM82633A004352", ["1HGCM82633A004352"]),
    ("the MIT license of 2021", []),
    ("license to kill", []),
    ("my licence 70278235 if that matters", ["70278235"]),
    ("licence MORGA657054SM9IJ", ["MORGA657054SM9IJ"]),
    ("number plate AB12 CDE", ["AB12 CDE"]),
    ("mein Kennzeichen ist B-AB 1234", ["B-AB 1234"]),
    ("driving licence MORGA 657054 SM9IJ", ["MORGA 657054 SM9IJ"]),
    ("license_plate: W 735 CG", ["W 735 CG"]),
    ("AS-844-BI is my license plate", ["AS-844-BI"]),
    ("targa L A B four seven nine", ["L A B four seven nine"]),
    ("my license costs 300 a year", []),
]


@pytest.mark.parametrize(("text", "masked"), CASES)
def test_it_masks_exactly(text: str, masked: list[str], found: Callable[..., list[str]]) -> None:
    assert found(DriverLicense(), text) == masked
