"""Driving licences, number plates and vehicle numbers, by the words around them."""

from __future__ import annotations

import re

from classifiers.recognizers.rule import Form, Rule
from classifiers.recognizers.traits import every, with_digits, with_lead, with_number, with_run

_WORDS = (
    "licen", "führerschein", "permis", "carnet de", "patente", "cnh", "rijbewijs", "prawo jazdy", "dl",
    "plate", "registration",
    "kennzeichen", "immatriculation", "targa", "vin",
)  # fmt: skip
_TOLD = (
    r"\b(?:driv(?:ers?|er'?s|ing)[ -]{1,2}licen[cs]e|licen[cs]e plate|number plate|plate|führerschein\w{0,8}|"
    r"permis(?: de conduire)?|carnet de conducir|licencia de conducir|patente(?: di guida)?|cnh|rijbewijs|"
    r"prawo jazdy|dl|"
    r"registration(?: (?:plate|number))?|kennzeichen|immatriculation|targa|vin|licen[cs]e)"
    r"(?:[^\w\n]{0,3}(?:number|no|nr|num|id|is|was|it'?s|nummer|n[uú]mero|num[ée]ro|numero|ist|es|"
    r"est)\b){0,3}"
    r"[^\w\n]{0,4}(?P<pii>(?:[A-Z]{1,3}[ -]{1,2}){0,2}[A-Z]{0,8}\d[A-Z0-9]{0,19}"
    r"(?:[ -]{1,2}[A-Z]{0,3}\d[A-Z0-9]{0,9}){0,3})(?![\w])"
)

_BARE = re.compile(r"licen[cs]e\W{1,4}(?!plate|number|no\b|nr\b|id\b)", re.IGNORECASE)


class DriverLicense(Rule):
    """Four to twenty letters and digits, three digits at least, after a word for a licence, plate or
    vehicle number."""

    ENTITY = "DRIVER_LICENSE"
    FORMS = (
        Form("told", _TOLD, 0.7, every(with_digits, with_lead(*_WORDS)), "", 24, 90, _WORDS, True),
        Form("candidate",
            r"(?<![\w.,-])[A-Z]{1,3}[ -]?\d{3,4}[ -]?\d{2,4}(?:[ -]?\d{3,4}){0,2}(?!\w)", 0.2, with_number,
             r"(?<![\w.,-])[A-Z]{1,3}[ -]?\d{3}"),
        Form("vehicle",
            r"(?<![\w-])(?=[A-Z0-9]{0,16}\d)[A-HJ-NPR-Z0-9]{11}\d[A-HJ-NPR-Z0-9]\d{4}(?![\w-])", 0.5,
             every(with_number, with_run(17)), r"\d[A-HJ-NPR-Z0-9]\d{4}(?![\w-])", 12, 0),
    )  # fmt: skip
    CONTEXT = r"\b(?:driv(?:ers?|er'?s|ing)[ -]{1,2}licen[cs]e|license (?:number|no|id)|dl)\b"

    def judge(self, value: str, match: re.Match[str], form: str) -> float | None:
        digits = sum(char.isdigit() for char in value)
        if form == "vehicle":
            return None if any(char.isalpha() for char in value) else 0.0
        # "License" is a word of software too, and a year may follow it.
        bare = _BARE.match(match.group()) is not None
        return 0.0 if digits < (5 if bare else 3) else None
