"""International bank account numbers (ISO 13616)."""

from __future__ import annotations

import re

from classifiers.recognizers.checksums import mod97
from classifiers.recognizers.rule import Form, Rule
from classifiers.recognizers.traits import with_number

LENGTHS = {
    "AD": 24, "AE": 23, "AL": 28, "AT": 20, "AZ": 28, "BA": 20, "BE": 16, "BG": 22, "BH": 22, "BR": 29,
    "BY": 28,
    "CH": 21, "CR": 22, "CY": 28, "CZ": 24, "DE": 22, "DK": 18, "DO": 28, "EE": 20, "EG": 29, "ES": 24,
    "FI": 18,
    "FO": 18, "FR": 27, "GB": 22, "GE": 22, "GI": 23, "GL": 18, "GR": 27, "GT": 28, "HR": 21, "HU": 28,
    "IE": 22,
    "IL": 23, "IQ": 23, "IS": 26, "IT": 27, "JO": 30, "KW": 30, "KZ": 20, "LB": 28, "LI": 21, "LT": 20,
    "LU": 20,
    "LV": 21, "LY": 25, "MC": 27, "MD": 24, "ME": 22, "MK": 19, "MR": 27, "MT": 31, "MU": 30, "NL": 18,
    "NO": 15,
    "PK": 24, "PL": 28, "PS": 29, "PT": 25, "QA": 29, "RO": 24, "RS": 22, "SA": 24, "SC": 31, "SE": 24,
    "SI": 19,
    "SK": 24, "SM": 27, "SV": 28, "TN": 24, "TR": 26, "UA": 29, "VA": 22, "VG": 24, "XK": 20,
}  # fmt: skip
_IBAN = r"(?<![A-Z0-9])[A-Z]{2}[ -]?\d{2}(?:[ -]{0,2}[A-Z0-9]){11,30}+"


class IbanCode(Rule):
    """A country code and as many characters as that country's numbers have; a wrong checksum only lowers
    the score."""

    ENTITY = "IBAN_CODE"
    FORMS = (Form("iban", _IBAN, 0.6, with_number, r"(?<![A-Z0-9])[A-Z]{2}[ -]?\d{2}"),)

    def trim(self, value: str, match: re.Match[str], form: str) -> int:
        """The run of letters and digits may go on with the next word: the country's length says where it
        ends."""
        length = LENGTHS.get(value[:2].upper(), 99)
        kept = [at for at, char in enumerate(value) if char not in " -"]
        if len(kept) < length:
            return 0
        end = kept[length - 1] + 1
        # Digits do not stand five together in every run of words that is as long.
        digits = sum(char.isdigit() for char in value[:end])
        return end if value[end : end + 1] in ("", " ", "-") and digits >= 10 else 0

    def judge(self, value: str, match: re.Match[str], form: str) -> float | None:
        return 1.0 if mod97("".join(char for char in value if char.isalnum()).upper()) else None
