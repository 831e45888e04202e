"""Cases of the recogniser in classifiers/recognizers/phone_number.py: a text, and what is masked of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from classifiers.recognizers.phone_number import PhoneNumber

CASES = [
    ("call me at +49 171 5550123", ["+49 171 5550123"]),
    ("+1 (212) 555-0187", ["+1 (212) 555-0187"]),
    ("my cell: (212) 555-0187 ext. 45", ["(212) 555-0187 ext. 45"]),
    ("212-555-0187", ["212-555-0187"]),
    ("212.555.0187", ["212.555.0187"]),
    ("0171/5550123", ["0171/5550123"]),
    ("06 12 34 56 78", ["06 12 34 56 78"]),
    ("20-32-85-26", ["20-32-85-26"]),
    ("07700 900123", ["07700 900123"]),
    ("phone 2125550187 thanks", ["2125550187"]),
    ("my number is 5550187", ["5550187"]),
    ("five five five oh one eight seven three", ["five five five oh one eight seven three"]),
    ("call me on 555-0187", ["555-0187"]),
    ("00441632960961", ["00441632960961"]),
    ("on 2024-05-17 or 17.05.2024", []),
    ("from 2019-2023", []),
    ("it costs $1234567", []),
    ("chapters 1, 2, 3, 4, 5, 6, 7, 8", []),
    ("pi is 3.14159265358979", []),
    ("one two three go", []),
    ("x = 1000000000", []),
    ("zap (11) 90235-9457", ["(11) 90235-9457"]),
    ("我叫王丽，电话15948431113", ["15948431113"]),
    ("телефон 89739110034", ["89739110034"]),
    ("questions to Ana (7375550105).", ["(7375550105"]),
    ("one, two, three, four, five, six, seven, go", []),
    ("ts 1700000000", []),
    ("zero seven double five oh one eight two three", ["zero seven double five oh one eight two three"]),
    ("appelle le zéro six un deux trois cinq six sept huit neuf", ["zéro six un deux trois cinq six sept huit neuf"]),
    ("+49 (0) 171 / 555 01 23", ["+49 (0) 171 / 555 01 23"]),
    ("011 44 7700 900123 from the US", ["011 44 7700 900123"]),
    ("(0043) 664-1234567 x12", ["(0043) 664-1234567 x12"]),
    ("my number is 612 345 678", ["612 345 678"]),
    ("call me on 5-5-5-0-1-8-7-2", ["5-5-5-0-1-8-7-2"]),
    ("name,phone,plan\nana,612 345 678,pro", ["612 345 678"]),
    ("2021 0171 5550123", ["0171 5550123"]),
    ("Tel.: 091.284.7705 Durchwahl 12", ["091.284.7705 Durchwahl 12"]),
    ("> (0171) 5550123", ["(0171) 5550123"]),
    ("555 018 72 is my mobile number", ["555 018 72"]),
    ("it's 707-555-0260", ["707-555-0260"]),
    ("my phone has 128 GB and cost 799", []),
    ("17,212 345,90 in the bank", []),
    ("lottery numbers 4 8 15 16 23 42", []),
    ("a show (2013-2019)", []),
]


@pytest.mark.parametrize(("text", "masked"), CASES)
def test_it_masks_exactly(text: str, masked: list[str], found: Callable[..., list[str]]) -> None:
    assert found(PhoneNumber(), text) == masked
