"""Dates of birth: a date in any usual form next to a word for being born."""

from __future__ import annotations

import re

from classifiers.recognizers.rule import FLAGS, Form, Rule
from classifiers.recognizers.traits import Traits, every, with_digits, with_words

_MONTH = (
    r"(?:jan(?:uary|uar|vier|eiro)?|feb(?:ruary|ruar)?|f[ée]v(?:rier|ereiro)?|m[aä]r(?:ch|z|s|ço|zo)?|"
    r"apr(?:il|ile)?|avr(?:il)?|"
    r"abr(?:il)?|ma[iyj]o?|mei|june?|juni|juin|junio|junho|giugno|july?|juli|juillet|julio|julho|luglio|"
    r"aug(?:ust|ustus)?|ao[uû]t|"
    r"agosto|sep(?:t(?:ember|embre|iembre)?)?|setembro|settembre|o[ckt]t(?:ober|obre|ubre|ubro)?|outubro|"
    r"ottobre|"
    r"nov(?:ember|embre|iembre|embro)?|de[cz](?:ember|embre)?|d[ée]c(?:embre)?|diciembre|dezembro|dicembre|"
    r"enero|febrero|"
    r"gennaio|febbraio|maggio)\.?"
)
_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_YEAR = r"(?:19|20)\d\d"
_DATE = (
    rf"(?:{_YEAR}[-./]\d{{1,2}}[-./]\d{{1,2}}|\d{{1,2}}[-./]\d{{1,2}}[-./](?:{_YEAR}|\d\d)|"
    rf"{_DAY}(?:st|nd|rd|th|\.)?(?: of| de)? {_MONTH}(?:,? (?:de )?{_YEAR}|,? '?\d\d\b)?|"
    rf"{_MONTH} {_DAY}(?:st|nd|rd|th)?(?:,? {_YEAR}|,? '\d\d\b)?|{_MONTH},? {_YEAR}|"
    rf"{_YEAR}年\d{{1,2}}月\d{{1,2}}日)"
)
_BORN = (
    r"(?:\bborn\b|birth ?da(?:y|te)|\bdate[ _]of[ _]birth|\bdob\b|(?-i:\b[dD]\.[oO]\.[bB])|\bbirth_?date|"
    r"\bbday\b|geboren|geburtsdatum|geburtstag|"
    r"\bgeb\.|\bn[ée]e? le\b|naissance|nacid[oa]|\bnac[ií]\b|\bnasci\b|nacimiento|\bnat[oa] (?:il|a)\b|"
    r"nascita|nascid[oa]|"
    r"nascimento|geboortedatum|"
    r"urodz\w+|född|født|syntynyt|рожд\w+|родил\w+|出生|生年月日|doğum)"
)
_WORDS = (
    "born", "birth", "dob", "bday", "gebor", "geburt", " geb ", "né ", "née ", " ne ", " nee ", "naiss",
    "nacid", "naci", "nací", "nasci ", "nacim", "nato ",
    "nata ", "nasc", "geboorte", "urodz", "född", "født", "syntynyt", "рожд", "родил", "出", "生", "doğum",
)  # fmt: skip
_LEADS = (
    "born", "birth", "dob", "d.o.b", "bday", "gebor", "geburt", "geb.", "né le", "née le", "ne le", "nee le",
    "naissance", "nacid",
    "nacimiento", "nato ", "nata ", "nascita", "nascid", "nascimento", "geboorte", "urodz", "född", "født",
    "syntynyt", "рожд", "родил",
    "出生", "生年月日", "doğum",
)  # fmt: skip
_BORN_RE = re.compile(_BORN, FLAGS)


def _asked(traits: Traits) -> bool:
    """A digit, and a word for being born here or at the end of the turns before."""
    return traits.digits and (_told(traits) or _BORN_RE.search(traits.before) is not None)


def _told(traits: Traits) -> bool:
    return traits.digits and (traits.has_any(_WORDS) or "d.o.b" in traits.low)


class BirthDate(Rule):
    """A date within some words after (or asked for by) "born", "date of birth" and the like; a bare year
    near "born in"."""

    ENTITY = "BIRTH_DATE"
    FORMS = (
        Form("told", rf"{_BORN}[^\n\d]{{0,40}}?(?P<pii>{_DATE})(?!\w)", 0.8, _told, "", 4, 110, _LEADS, True),
        Form("year",
            r"\bborn (?:in|back in|around) (?P<pii>(?:19|20)\d\d)\b",
            0.5, every(with_digits, with_words("born"))),
        Form("candidate", rf"(?<!\w){_DATE}(?!\w)", 0.2, _asked, r"\d{1,4}", 24, 30),
    )  # fmt: skip
    CONTEXT = _BORN
