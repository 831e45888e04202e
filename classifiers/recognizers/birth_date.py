"""Dates of birth: a date in any usual form next to a word for being born."""

from __future__ import annotations

import re

from classifiers.recognizers.dates import COMPACT, MONTH, MONTHS, SAID, WRITTEN, plausible
from classifiers.recognizers.form import Form
from classifiers.recognizers.needs import either, every, lead_before, with_any, with_digits, with_lead, with_words
from classifiers.recognizers.rule import Rule

_BORN = (
    r"(?:(?<![a-z])(?:born|date[ _-]?of[ _-]?birth|birth[ _-]?da(?:y|te)s?|dob|(?:my|his|her|of) birth|"
    r"into the world|my details|b-?day|geboren|"
    r"geburtsdatum|geburtstag|geb\.|n[ée]e? le|naissance|anniversaire|nacid[oa]|nac[ií]|nacimiento|cumplea[ñn]os|"
    r"nat[oa] (?:il|a)|"
    r"nascita|compleanno|nascid[oa]|nasci|nascimento|anivers[áa]rio|geboortedatum|geboren op|verjaardag|jarig|"
    r"urodz\w{1,8}|"
    r"f[öo]dd|f[øo]dt|f[öo]delse\w{0,8}|f[øo]dsels\w{0,8}|syntynyt|syntym[äa]\w{0,8}|narozen\w{0,3}|született|"
    r"születés\w{0,6}|"
    r"n[ăa]scut[ăa]?|rođen\w{0,2})(?![a-z])|(?-i:\b[dD]\.[oO]\.[bB])\.?|рожд\w{1,8}|родил\w{1,4}|народ\w{1,8}|"
    r"出生|生年月日|誕生日|生日|생년월일|do[ğg]um\w{0,8})"
)
_LEADS = (
    "into the world", "my details",
    "born", "birth", "dob", "d.o.b", "bday", "b-day", "gebor", "geburt", "geb.", "né le", "née le", "ne le", "nee le",
    "naissance", "anniversaire", "nacid", "naci", "nací", "cumplea", "nato ", "nata ", "nascita", "compleanno",
    "nascid", "nasci",
    "anivers", "geboorte", "verjaardag", "jarig", "urodz", "född", "fodd", "født", "fodt", "födelse", "fodelse",
    "fødsels",
    "fodsels", "syntynyt", "syntym", "narozen", "szület", "născut", "nascut", "rođen", "рожд", "родил", "народ", "出生",
    "生年月日", "誕生日", "生日", "생년월일", "doğum", "dogum",
)  # fmt: skip
_HERE = either(with_lead(*_LEADS), lead_before(*_LEADS))
# What is between the word and the date: no digit, and at most one line end.
_BETWEEN = r"[^\n\d]{0,40}?(?:\n[^\n\d]{0,4})?"
_DIGITAL = rf"(?:{WRITTEN}|{COMPACT}(?![^\W_]))"
_START = r"(?<![^\W_])(?<!\d[.-])"
_THEN = (
    r"(?:geboren|born|birthday|doğumlu\w{0,3}|született\w{0,4}|urodz\w{1,8}|née?|nacid[oa]|nat[oa]|född|født|"
    r"syntynyt)(?![a-z])"
)
# Words between a date and what says that it is a birthday.
_BY = r"(?:(?:i|was|bin|am|is when i was|ben ik|my|mein|as|as my|as the) )?"
_MONTH_WORD = rf"(?<![^\W\d_]){MONTH}"


class BirthDate(Rule):
    """A date within some words after (or asked for by) "born", "date of birth" and the like; a bare year
    near "born in"."""

    ENTITY = "BIRTH_DATE"
    FORMS = (
        Form("told", rf"{_BORN}{_BETWEEN}{_START}(?P<pii>{_DIGITAL})", 0.8,
             every(with_digits, with_lead(*_LEADS)), "", 4, 170, _LEADS, True),
        Form("before", rf"{_START}(?P<pii>{_DIGITAL})[ ,]{{1,3}}{_BY}{_THEN}", 0.8,
             every(with_digits, with_lead(*_LEADS)), "", 120, 20, _LEADS),
        Form("said_before", rf"{_START}(?P<pii>{SAID})[ ,]{{1,3}}{_BY}{_THEN}", 0.8,
             every(with_any(MONTHS), with_lead(*_LEADS)), "", 220, 20, _LEADS),
        Form("year",
            r"\bborn (?:in|back in|around) (?P<pii>(?:19|20)\d\d|'\d\d)\b",
            0.5, every(with_digits, with_words("born"))),
        Form("said", rf"{_BORN}{_BETWEEN}{_START}(?P<pii>{SAID})", 0.8, every(with_any(MONTHS), with_lead(*_LEADS)),
            "", 4, 320, _LEADS),
        Form("candidate", rf"{_START}{_DIGITAL}", 0.2, every(with_digits, _HERE), r"\d{1,4}", 32, 56),
        Form("spoken", rf"{_START}{SAID}", 0.2, every(with_any(MONTHS), _HERE), _MONTH_WORD, 40, 200),
    )  # fmt: skip
    CONTEXT = _BORN

    def judge(self, value: str, match: re.Match[str], form: str) -> float | None:
        return None if form in ("year", "said", "said_before", "spoken") or plausible(value) else 0.0
