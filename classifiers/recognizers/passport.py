"""Passport numbers, by the words around them, and the machine-readable lines of a passport."""

from __future__ import annotations

import re

from classifiers.recognizers.form import Form
from classifiers.recognizers.labelled import LabelledRule, labelled
from classifiers.recognizers.needs import with_chars

_WORDS = (
    "passport", "passports", "passport number", "passeport", "pasaporte", "passaporto", "passaporte", "reisepass",
    "reisepassnummer", "passnummer", "pass nr", "paspoort", "paspoortnummer", "paszport", "paszportu", "pasaport",
    "passi",
    "pasport", "útlevél", "pașaport", "pasoš", "паспорт", "паспорта", "загранпаспорт", "护照", "护照号", "護照",
    "パスポート",
    "旅券", "여권", "hộ chiếu", "paspor", "جواز", "דרכון",
)  # fmt: skip
_NAME = (
    r"\b(?:passports?|passeports?|pasaportes?|passaport[oe]|reisepass\w*|passnummer|pass nr|paspoort\w*|paszport\w*|"
    r"pasaport\w*|"
    r"pasport|paspor|útlevél\w*|pașaport|pasoš|(?:загран)?паспорт\w*)\b|"
    r"护照|護照|パスポート|旅券|여권|hộ chiếu|جواز|דרכון"
)


class Passport(LabelledRule):
    """Letters and digits, three digits at least, after a word for passport."""

    ENTITY = "PASSPORT"
    LEAST = 3
    FORMS = (
        Form("machine",
            r"P[A-Z<][A-Z]{3}[A-Z<]{30,39}(?:\s{1,2}[A-Z0-9<]{28,44})?",
            0.95, with_chars("<"), r"<<", 44, 90),
        *labelled(_WORDS, _NAME, 0.8, stems=("reisepass", "paspoort", "paszport", "pasaport", "útlevél", "passaport",
        "passeport")),
    )  # fmt: skip
    CONTEXT = _NAME

    def judge(self, value: str, match: re.Match[str], form: str) -> float | None:
        if form == "told" and _YEAR.fullmatch(value):
            return 0.0
        return super().judge(value, match, form)


_YEAR = re.compile(r"(?:19|20)\d\d")
