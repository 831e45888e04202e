"""Driving licences, number plates and vehicle numbers, by the words around them."""

from __future__ import annotations

import re

from classifiers.recognizers.form import Form
from classifiers.recognizers.labelled import (
    CODE,
    SEPARATOR,
    SINGLES,
    STOPS,
    LabelledRule,
    labelled,
)
from classifiers.recognizers.needs import Leads, every, with_digits, with_number, with_run
from classifiers.recognizers.spoken import any_of

_WORDS = (
    "driver's license", "driver's licence", "drivers license", "drivers licence", "driver license", "driver licence",
    "driving license", "driving licence", "license number", "licence number", "license no", "licence no", "license id",
    "license", "licence", "dl", "dl number", "license plate", "licence plate", "number plate", "plate",
    "plate number", "plates",
    "registration", "registration number", "registration plate", "reg no", "rego", "führerschein", "führerscheinnummer",
    "fuehrerschein", "kennzeichen", "kfz kennzeichen", "permis", "permis de conduire", "immatriculation", "plaque",
    "carnet de conducir", "licencia de conducir", "permiso de conducir", "matrícula", "matricula", "patente",
    "patente di guida",
    "targa", "carta de condução", "carteira de motorista", "cnh", "placa", "rijbewijs", "rijbewijsnummer", "kenteken",
    "prawo jazdy", "prawa jazdy", "rejestracja", "körkort", "registreringsnummer", "førerkort", "kørekort", "ajokortti",
    "ehliyet", "plaka", "водительское", "водительских прав", "номер машины", "госномер", "vin", "vin number",
    "fahrgestellnummer",
    "vehicle number",
)  # fmt: skip
_CONTEXT = (
    r"\b(?:driv(?:ers?|er'?s|ing)[ -]{1,2}licen[cs]e|licen[cs]e (?:number|no|id|plate)|number plate|plate (?:number|"
    r"no)|dl|reg no|"
    r"rego|registration (?:number|plate)|f[üu]e?hrerschein\w*|kennzeichen|permis de conduire|immatriculation|"
    r"(?:carnet|licencia|permiso) de conducir|matr[íi]cula|patente di guida|targa|cnh|placa|rijbewijs\w*|kenteken|"
    r"praw[oa] jazdy|"
    r"k[öo]rkort|f[øo]rerkort|kørekort|ajokortti|ehliyet|plaka|(?:my|the|car'?s|our|his|her) (?:registration|plates?|"
    r"licen[cs]e)|"
    r"водительск\w+|госномер|vin)\b"
)
# A plate may end with letters, and hold no digit among the last of them.
_LETTERS = rf"(?:(?-i:[A-Z]{{1,3}})|(?!(?:{any_of(STOPS)})\b)[A-Z]{{1,3}})(?![\w'’])"
_UPPER = r"(?-i:(?!(?:IS|MY|THE|AND|WAS)\b)[A-Z]{1,3})"
_DIGITS = r"\d{1,4}"
_PARTS = (
    rf"(?:[\u4e00-\u9fff]?(?:{_UPPER}[ -]){{0,2}}{_UPPER}[ •·-]?{_DIGITS}\d?|{_DIGITS}[ -]?{_UPPER})"
    rf"(?:[ •·-]?(?:{_UPPER}|{_DIGITS})){{0,3}}(?!\w|{SEPARATOR}[A-Z]{{0,9}}\d)"
)
_BRITISH = r"[A-Z]{5} ?\d{6} ?[A-Z0-9]{5}(?!\w)"
_BRITISH_WHOLE = re.compile(_BRITISH, re.IGNORECASE)
_PLATE = rf"(?:{SINGLES}(?!\w)|{_BRITISH}|{_PARTS}|{CODE}{SEPARATOR}{_LETTERS}|{CODE})"
_BARE = re.compile(
    r"(?:licen[cs]e|plates?|registration|permis|vin|patente|placa)\W{1,4}(?!plate|number|no\b|nr\b|id\b|is\b)", re.I
)
_ALSO = ("korkort", "forerkort", "my plate", "the plates", "car registration")
_STEMS = ("licens", "licenc", "hrerschein", "rijbewijs", "plate", "registration", "водительск")
_PLATED = re.compile(r"(?-i:[A-Z0-9]{1,3}(?:[ -][A-Z0-9]{1,4}){1,2})")
_YEAR = re.compile(r"(?:19|20)\d\d")


class DriverLicense(LabelledRule):
    """Letters and digits, two digits at least, after a word for a licence, plate or vehicle number."""

    ENTITY = "DRIVER_LICENSE"
    LEAST = 2
    FORMS = (
        *labelled(_WORDS, _CONTEXT, 0.7, _PLATE, also=_ALSO, stems=_STEMS),
        Form("plate", rf"(?<![\w+-]){_PARTS}", 0.2, every(with_digits, Leads((*_WORDS, *_ALSO), _STEMS).here_or_before),
             r"(?<![\w+-])(?=[\u4e00-\u9fff]?(?-i:[A-Z]{1,3})[ -]?(?-i:[A-Z]|\d)|\d{1,4}[ -]?(?-i:[A-Z]))"),
        Form("vehicle",
            r"(?<![\w-])(?=[A-Z0-9]{0,16}\d)[A-HJ-NPR-Z0-9]{11}\d[A-HJ-NPR-Z0-9]\d{4}(?![\w-])", 0.5,
             every(with_number, with_run(17)), r"\d[A-HJ-NPR-Z0-9]\d{4}(?![\w-])", 12, 0),
    )  # fmt: skip
    CONTEXT = _CONTEXT

    def skip(self, value: str, match: re.Match[str], form: str) -> int:
        return 0 if _BRITISH_WHOLE.fullmatch(value) else super().skip(value, match, form)

    def judge(self, value: str, match: re.Match[str], form: str) -> float | None:
        if form == "vehicle":
            return None if any(char.isalpha() for char in value) else 0.0
        if form == "plate":
            return None if sum(map(str.isdigit, value)) >= 2 and not _YEAR.fullmatch(value) else 0.0
        if form == "told":
            # "License" is a word of software too, and a year may follow it.
            digits = sum(map(str.isdigit, value))
            letters = any(map(str.isalpha, value))
            bare = _BARE.match(match.group()) is not None
            if not bare and digits == 1 and _PLATED.fullmatch(value):
                return None
            if _YEAR.fullmatch(value) or (bare and digits < 5 and not (letters and digits > 1)):
                return 0.0
            least = 3 if match.end() == len(match.string) else 4
            return None if digits >= (2 if letters else least) else 0.0
        return super().judge(value, match, form)
