"""Numbers that states give to people, beyond the United States and the United Kingdom: a table of forms
and checks."""

from __future__ import annotations

import re
from collections.abc import Callable

from classifiers.recognizers.checksums import luhn, verhoeff, weighted
from classifiers.recognizers.rule import Form, Rule
from classifiers.recognizers.traits import with_digits

_L = r"(?<![\w.,+-])"
_R = r"(?![\w]|[.,-]\d)"


def _mod11_tail(digits: str, first: range, second: range) -> bool:
    """Two check digits, each eleven minus the weighted sum, ten and above as 0 (Brazil)."""
    base = len(digits) - 2
    one = 11 - weighted(digits[:base], first, 11)
    two = 11 - weighted(digits[: base + 1], second, 11)
    return digits[-2:] == f"{one if one < 10 else 0}{two if two < 10 else 0}" and len(set(digits)) > 1


def _spain(value: str) -> bool:
    """The letter is the number modulo 23; X, Y, Z of foreigners stand for 0, 1, 2."""
    number = value[:-1].translate(str.maketrans("XYZ", "012"))
    return "TRWAGMYFPDXBNJZSQVHLCKE"[int(number) % 23] == value[-1]


def _france(value: str) -> bool:
    """97 minus the number modulo 97; Corsica's A and B count as 0 with a million or two taken off."""
    body = value[:13]
    less = 1_000_000 if "A" in body else 2_000_000 if "B" in body else 0
    return 97 - (int(body.replace("A", "0").replace("B", "0")) - less) % 97 == int(value[13:])


def _china(value: str) -> bool:
    """ISO 7064 modulo 11, 10 written as X."""
    rest = sum(int(char) * (2 ** (17 - at) % 11) for at, char in enumerate(value[:17])) % 11
    return "10X98765432"[rest] == value[17]


def _germany(value: str) -> bool:
    """ISO 7064 modulo 11, 10 (tax number of eleven digits)."""
    product = 10
    for char in value[:10]:
        total = (int(char) + product) % 10 or 10
        product = total * 2 % 11
    return (11 - product) % 10 == int(value[10])


def _pesel(value: str) -> bool:
    return (10 - weighted(value[:10], (1, 3, 7, 9, 1, 3, 7, 9, 1, 3), 10)) % 10 == int(value[10])


def _dutch(value: str) -> bool:
    return (weighted(value[:8], range(9, 1, -1), 11) - int(value[8])) % 11 == 0


def _portugal(value: str) -> bool:
    check = 11 - weighted(value[:8], range(9, 1, -1), 11)
    return (check if check < 10 else 0) == int(value[8])


def _turkey(value: str) -> bool:
    odd, even = sum(map(int, value[0:9:2])), sum(map(int, value[1:8:2]))
    return (odd * 7 - even) % 10 == int(value[9]) and sum(map(int, value[:10])) % 10 == int(value[10])


# name: (form, check on the value without marks, score where the check holds, score where it does not)
_FORMS: dict[str, tuple[str, Callable[[str], bool] | None, float, float]] = {
    "es": (rf"{_L}(?:\d{{8}}|[XYZ][ -]?\d{{7}})[ -]?[A-Z](?![A-Z0-9])", _spain, 0.9, 0.3),
    "it": (rf"{_L}[A-Z]{{6}} ?\d\d[A-EHLMPRST]\d\d ?[A-Z]\d{{3}}[A-Z](?!\w)", None, 0.9, 0.9),
    "fr": (rf"{_L}[12] ?\d\d ?[01]\d ?(?:\d\d|2[AB]) ?\d{{3}} ?\d{{3}} ?\d\d{_R}", _france, 0.9, 0.5),
    "de": (rf"{_L}\d{{2}} ?\d{{3}} ?\d{{3}} ?\d{{3}}{_R}", _germany, 0.4, 0.2),
    "in_aadhaar": (rf"{_L}[2-9]\d{{3}}([ -]?)\d{{4}}\1\d{{4}}{_R}", verhoeff, 0.8, 0.3),
    "in_pan": (rf"{_L}[A-Z]{{3}}[ABCFGHLJPT][A-Z]\d{{4}}[A-Z](?!\w)", None, 0.8, 0.8),
    "br_cpf": (rf"{_L}\d{{3}}\.?\d{{3}}\.?\d{{3}}[-/]?\d{{2}}{_R}",
               lambda v: _mod11_tail(v, range(10, 1, -1), range(11, 1, -1)), 0.9, 0.3),
    "br_cpf_marked": (rf"{_L}\d{{3}}\.\d{{3}}\.\d{{3}}-\d{{2}}{_R}", None, 0.7, 0.7),
    "cn": (rf"{_L}[1-8]\d{{5}}(?:19|20)\d\d[01]\d[0-3]\d{{4}}[\dX](?!\w)", _china, 0.95, 0.5),
    "kr": (rf"{_L}\d\d[01]\d[0-3]\d-[1-8]\d{{6}}(?!\w)", None, 0.8, 0.8),
    "se": (rf"{_L}(?:19|20)?\d\d[01]\d[0-3]\d[-+]\d{{4}}(?!\w)", None, 0.6, 0.6),
    "dk": (rf"{_L}[0-3]\d[01]\d\d\d-\d{{4}}(?!\w)", None, 0.6, 0.6),
    "fi": (rf"{_L}[0-3]\d[01]\d\d\d[-+A]\d{{3}}[0-9A-FHJ-NPR-Y](?!\w)", None, 0.8, 0.8),
    "cz_sk": (rf"{_L}\d\d[0156]\d[0-3]\d/\d{{3,4}}(?!\w)", None, 0.6, 0.6),
    "pl": (rf"{_L}\d{{11}}{_R}", _pesel, 0.4, 0.2),
    "tr": (rf"{_L}[1-9]\d{{10}}{_R}", _turkey, 0.5, 0.2),
    "nl": (rf"{_L}\d{{9}}{_R}", _dutch, 0.3, 0.2),
    "pt": (rf"{_L}[1-3]\d{{2}} ?\d{{3}} ?\d{{3}}{_R}", _portugal, 0.3, 0.2),
    "ca": (rf"{_L}\d{{3}}[ -]\d{{3}}[ -]\d{{3}}{_R}", luhn, 0.6, 0.3),
    "ch": (rf"{_L}756\.?\d{{4}}\.?\d{{4}}\.?\d{{2}}{_R}", None, 0.9, 0.9),
    "mx": (rf"{_L}[A-Z]{{4}}\d\d[01]\d[0-3]\d[HMX][A-Z]{{5,6}}[A-Z0-9]\d(?!\w)", None, 0.9, 0.9),
    "sg": (rf"{_L}[STFGM]\d{{7}}[A-Z](?!\w)", None, 0.8, 0.8),
    "za": (rf"{_L}\d\d[01]\d[0-3]\d ?\d{{4}} ?[01]\d ?\d{_R}", luhn, 0.6, 0.2),
    "au_medicare": (rf"{_L}[2-6]\d{{3}} \d{{5}} \d{_R}", None, 0.5, 0.5),
    "no": (rf"{_L}[0-3]\d[01]\d\d\d ?\d{{5}}{_R}", None, 0.2, 0.2),
    "other": (rf"{_L}[A-Z]{{0,3}}\d{{6,14}}[A-Z]{{0,2}}(?!\w)", None, 0.2, 0.2),
}  # fmt: skip


# Where a number can begin: a few letters or none, then four digits, or six with marks or single letters
# between them.
_ANCHOR = r"(?<![\w.,+-])(?=[A-Z]{0,6}+ ?+(?:\d{4}|\d(?:[ .\-/A-Z]{0,2}\d){5}))"


class NationalId(Rule):
    """Forms of some two dozen states. Where a form is also a plain number, its check digit or a context
    word decides."""

    ENTITY = "NATIONAL_ID"
    FORMS = tuple(Form(name, form, good, with_digits, _ANCHOR) for name, (form, _, good, _) in _FORMS.items())
    CONTEXT = (
        r"\b(?:national id\w*|id (?:number|no|card)|identity (?:card|number)|citizen|aadhaa?r|uidai|pan "
        r"(?:card|no|number)|cpf|"
        r"cnpj|dni|nie|nif|nik|nin|bvn|bsn|burgerservicenummer|steuer-?id\w*|steuernummer|"
        r"personalausweis\w*|ausweis\w*|"
        r"s[ée]curit[ée] sociale|insee|codice fiscale|pesel|personnummer|cpr|henkil[öo]tunnus|rodn[ée] "
        r"[čc][íi]slo|"
        r"t\.?c\.? kimlik\w*|kimlik|curp|rfc|nric|sin|tfn|medicare|ahv|avs|rut|c[ée]dula|rg|id nummer|tax "
        r"id|hkid|emirates id)\b"
    )

    def judge(self, value: str, match: re.Match[str], form: str) -> float | None:
        _, check, good, bad = _FORMS[form]
        if check is None:
            return None
        core = "".join(char for char in value if char.isalnum()).upper()
        return good if check(core) else bad
