"""International bank account numbers (ISO 13616)."""

from __future__ import annotations

import re

from classifiers.recognizers.checksums import mod97
from classifiers.recognizers.form import FLAGS, Form
from classifiers.recognizers.labelled import CODE, SEPARATOR, LabelledRule, labelled
from classifiers.recognizers.needs import with_number

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
    "PK": 24, "PL": 28, "BI": 27, "DJ": 27, "FK": 18, "LC": 32, "MN": 20, "NI": 28, "OM": 23, "RU": 33, "SD": 18,
    "SO": 23, "ST": 25, "TL": 23,
    "YE": 30, "PS": 29, "PT": 25, "QA": 29, "RO": 24, "RS": 22, "SA": 24, "SC": 31, "SE": 24,
    "SI": 19,
    "SK": 24, "SM": 27, "SV": 28, "TN": 24, "TR": 26, "UA": 29, "VA": 22, "VG": 24, "XK": 20,
}  # fmt: skip
_S = r"[ .\-/]{0,2}"
_IBAN = rf"(?<![A-Z0-9])[A-Z]{_S}[A-Z]{_S}\d{_S}\d(?:{_S}[A-Z0-9]){{11,30}}+"
_ANCHOR = rf"(?<![A-Z0-9])[A-Z]{_S}[A-Z]{_S}\d{_S}\d"
_PARTIAL = (
    rf"(?:[A-Z]{{2}}[ -]?\d{{1,2}}(?![a-z])(?:{SEPARATOR}?(?:\d[A-Z0-9]{{0,23}}|"
    rf"(?-i:[A-Z]{{4}}\d{{0,20}}(?![A-Z])))){{0,10}}+(?!\w)|"
    rf"{CODE})"
)
_USUAL = re.compile(r"[A-Z]{2}[ -]?\d{2}(?: ?[A-Z0-9]{4}| ?-?[A-Z0-9]+)+", FLAGS)
_TYPED = re.compile(r"[A-Z]{2}\d\d[A-Z0-9]{11,30}(?![A-Z0-9])", FLAGS)
_LABELS = ("iban", "ibans", "bank account", "account", "bank details", "konto", "kontonummer", "bankverbindung",
"compte",
           "cuenta", "conto", "conta", "rekening", "rekeningnummer", "konta", "creditor", "debtor")  # fmt: skip
_CONTEXT = (
    r"\b(?:ibans?|bank (?:account|details)|account (?:number|no|iban)|konto\w*|bankverbindung|compte|cuenta|conto|"
    r"conta|"
    r"rekening\w*|creditor|debtor)\b"
)


class IbanCode(LabelledRule):
    """A country code and as many characters as that country's numbers have. A wrong checksum only lowers the score;
    with odd marks between the characters it needs a context word."""

    ENTITY = "IBAN_CODE"
    FEW = 6
    FORMS = (
        Form("iban", _IBAN, 0.6, with_number, _ANCHOR),
        *labelled(_LABELS, _CONTEXT, code=_PARTIAL, stems=("konto", "rekening")),
    )
    CONTEXT = _CONTEXT

    def trim(self, value: str, match: re.Match[str], form: str) -> int:
        """The run of letters and digits may go on with the next word: the country's length says where it
        ends."""
        if form != "iban":
            return super().trim(value, match, form)
        kept = [at for at, char in enumerate(value) if char.isalnum()]
        country = value[kept[0]] + value[kept[1]]
        length = LENGTHS.get(country.upper(), 99)
        end = kept[length - 1] + 1 if len(kept) >= length else len(value) + 1
        # Digits do not stand five together in every run of words that is as long.
        digits = sum(char.isdigit() for char in value[:end])
        if end <= len(value) and not value[end : end + 1].isalnum():
            return end if digits >= 10 or (digits >= 6 and mod97(_plain(value[:end]))) else 0
        # One character too many or too few, as typed from memory.
        typed = _TYPED.match(value) if length < 99 else None
        return typed.end() if typed is not None and sum(map(str.isdigit, typed.group())) >= 10 else 0

    def judge(self, value: str, match: re.Match[str], form: str) -> float | None:
        if form == "told":
            sure = "iban" in match.group().lower()
            return None if sum(map(str.isdigit, value)) >= (2 if sure else 5) and (sure or value[:2].isalpha()) else 0.0
        if form != "iban":
            return super().judge(value, match, form)
        if mod97(_plain(value)):
            return 1.0
        return None if _USUAL.fullmatch(value) else 0.2


def _plain(value: str) -> str:
    return "".join(char for char in value if char.isalnum()).upper()
