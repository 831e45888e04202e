"""Passport numbers, by the words around them, and the machine-readable lines of a passport."""

from __future__ import annotations

import re

from classifiers.recognizers.rule import Form, Rule
from classifiers.recognizers.traits import every, with_chars, with_digits, with_lead, with_number

_WORDS = (
    "passport", "passeport", "pasaporte", "passaporto", "passaporte", "reisepass", "paspoort", "paszport",
    "pasaport",
    "паспорт", "护照", "パスポート",
)  # fmt: skip
_NAME = "|".join(_WORDS)
_FILL = (
    r"(?:[^\w\n]{0,3}(?:number|no|nr|num|id|is|was|it'?s|nummer|n[uú]mero|num[ée]ro|numero|code|ist|es|est|"
    r"the|my|expires?|номер)\b){0,4}"
)


class Passport(Rule):
    """Six to twelve letters and digits, a digit at least, after a word for passport."""

    ENTITY = "PASSPORT"
    FORMS = (
        Form("told",
            rf"(?:{_NAME})[nr]?{_FILL}[^\w\n]{{0,4}}(?P<pii>(?=[A-Z]{{0,3}}[ -]?\d)[A-Z0-9](?:[ "
            rf"-]?[A-Z0-9]){{5,11}})(?![\w])", 0.8,
             every(with_digits, with_lead(*_WORDS)), "", 4, 110, _WORDS, True),
        Form("machine",
            r"P[A-Z<][A-Z]{3}[A-Z<]{30,39}(?:\s{1,2}[A-Z0-9<]{28,44})?",
            0.95, with_chars("<"), r"<<", 44, 90),
        Form("candidate",
            r"(?<![\w.,-])[A-Z]{0,2}\d{6,9}[A-Z]?(?!\w)", 0.2, with_number, r"(?<![\w.,-])[A-Z]{0,2}\d{6}"),
    )  # fmt: skip
    CONTEXT = rf"(?:{_NAME})"

    def judge(self, value: str, match: re.Match[str], form: str) -> float | None:
        return 0.0 if form == "told" and not any(char.isdigit() for char in value) else None
