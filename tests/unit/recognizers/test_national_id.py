"""Cases of the recogniser in classifiers/recognizers/national_id.py: a text, and what is masked of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from classifiers.recognizers.national_id import NationalId

CASES = [
    ("DNI 12345678Z", ["12345678Z"]),
    ("NIE X1234567L", ["X1234567L"]),
    ("codice fiscale RSSMRA85T10A562S", ["RSSMRA85T10A562S"]),
    ("1 85 05 78 006 084 91", ["1 85 05 78 006 084 91"]),
    ("Aadhaar 2341 2341 2346", ["2341 2341 2346"]),
    ("PAN ABCPE1234F", ["ABCPE1234F"]),
    ("CPF 529.982.247-25", ["529.982.247-25"]),
    ("11010519491231002X", ["11010519491231002X"]),
    ("900101-1234567", ["900101-1234567"]),
    ("756.9217.0769.85", ["756.9217.0769.85"]),
    ("my national id is 8837261", ["8837261"]),
    ("id number AB8837261", ["AB8837261"]),
    ("Steuer-ID 86 095 742 719", ["86 095 742 719"]),
    ("44051401359", ["44051401359"]),
    ("in 2019 we sold 1200 units", []),
    ("error 8837261", []),
    ("medicare 2980 83444 2", ["2980 83444 2"]),
    ("curp WFXY860513HHLBVUX08", ["WFXY860513HHLBVUX08"]),
    ("HKID A123456(7)", ["A123456(7)"]),
    ("Ghana card GHA-123456789-0", ["GHA-123456789-0"]),
    ('"national_id": "85.07.30-033.28"', ["85.07.30-033.28"]),
    ("mein Personalausweis ist L01X00T47", ["L01X00T47"]),
    ("身份证号110105194912310021", ["110105194912310021"]),
    ("my pesel is 4 4 0 5 1 4 0 1 3 5 9", ["4 4 0 5 1 4 0 1 3 5 9"]),
    ("СНИЛС 112-233-445 95", ["112-233-445 95"]),
    ("H V N P N seven nine nine nine P is my PAN card", ["H V N P N seven nine nine nine P"]),
    ("id,cpf\n17,52998224725", ["52998224725"]),
    ("RFC 2616 and RFC 7231 say so", []),
    ("sin duda 300 veces", []),
]


@pytest.mark.parametrize(("text", "masked"), CASES)
def test_it_masks_exactly(text: str, masked: list[str], found: Callable[..., list[str]]) -> None:
    assert found(NationalId(), text) == masked
