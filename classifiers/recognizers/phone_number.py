"""Phone numbers: international, local, grouped in any usual way, with an extension, spoken digit by digit."""

from __future__ import annotations

import re

from classifiers.recognizers.rule import FLAGS, Form, Rule
from classifiers.recognizers.traits import Traits, with_number, with_words

_SEP = r"[ \t().\-/]"
_DIGITS = rf"(?<![A-Za-z\d_\u00c0-\u024f,+-])(?<!\d[./])(?:\(?\+[ (]{{0,2}}|\(|00)?\d(?:{_SEP}{{0,3}}\d){{6,15}}+"
_EXTENSION = r"(?:[ ,;]{0,2}(?:x|ext\.?|extension|durchwahl|poste)[ .:]{0,2}\d{1,6})?"
_SPOKEN_DIGIT = r"(?:zero|oh|one|two|three|four|five|six|seven|eight|nine|double|triple)"
_SPOKEN = rf"\b{_SPOKEN_DIGIT}(?:[\s,.-]{{1,3}}{_SPOKEN_DIGIT}){{6,20}}+\b"
# Counting up is no number.
_COUNTING = re.compile(r"one\W+two\W+three\W+four\W+five", re.IGNORECASE)
_DATE = re.compile(
    r"(?:(?:19|20)\d\d[-./ ](?:0?[1-9]|1[0-2])[-./ ](?:0?[1-9]|[12]\d|3[01])"
    r"|(?:0?[1-9]|[12]\d|3[01])[-./ ](?:0?[1-9]|[12]\d|3[01])[-./ ](?:19|20)\d\d)(?:[ T]\d{1,2})?$"
)
_YEAR = re.compile(r"(?:19|20)\d\d")
# The first digits of area and exchange are 2 to 9; a clock of seconds begins with 1.
_NORTH_AMERICAN = re.compile(r"^\(?[2-9]\d{2}[2-9]\d{6}\)?$")
_YEARS = re.compile(r"(?:19|20)\d\d(?:\s?[-/ ]\s?(?:19|20)\d\d)+$")
_PRICE_BEFORE = re.compile(r"[$€£¥#=*^<>%]\s?$")
_ASKED = (
    r"(?:电话|手机|手机号|電話|携帯|전화)|\b(?:phone|telephone|tel|cell(?:phone)?|mobile|handy|"
    r"fax|whats ?app|sms|dial|"
    r"hotline|(?:my|his|her|"
    r"their|our|your) number|"
    r"(?:call|ring|reach|text|contact|phone) (?:me|us|him|her|them|you)|answering|what number|which number|"
    r"number (?:to|can|should|do)|telefon\w*|rufnummer|t[ée]l[ée]phone|portable|tel[ée]fono|"
    r"m[óo]vil|celular|telefone|cellulare|num[eé]ro|nummer|telefoon|mobiel|телефон\w*|тел|моб|zap)\b"
)
_WORDS = (
    "phone", " tel", "cell", "mobil", "handy", "fax", "app ", "sms", "dial", "hotline", "number", "call",
    "ring", "reach", "text",
    "телефон", "тел", "моб", "电", "手", "電", "携", "전화", "zap",
    "contact", "answer", "nummer", "phone", "fono",
    "portable", "móvil", "movil", "celular", "telefone",
    "cellulare", "num", "telefoon",
)  # fmt: skip
_DIGIT_WORDS = tuple(f" {word} " for word in _SPOKEN_DIGIT[3:-1].split("|"))
_ASKED_RE = re.compile(_ASKED, FLAGS)


def _told(traits: Traits) -> bool:
    """Digits, and a word for phoning here or at the end of the turns before."""
    return traits.digits and (traits.has_any(_WORDS) or _ASKED_RE.search(traits.before) is not None)


class PhoneNumber(Rule):
    """7 to 15 digits in groups that phone numbers have. A bare run of digits needs a word such as "call"
    before it."""

    ENTITY = "PHONE_NUMBER"
    FORMS = (
        Form("digits", _DIGITS + _EXTENSION + r"(?![\w]|[.,]\d)", 0.25, with_number,
            r"\d(?:[ \t().\-/]{0,3}\d){6}", 6, 64),
        Form("spoken", _SPOKEN, 0.6, with_words(*_DIGIT_WORDS),
            rf"{_SPOKEN_DIGIT}[\s,.-]{{1,3}}{_SPOKEN_DIGIT}[\s,.-]{{1,3}}{_SPOKEN_DIGIT}", 20, 250),
        Form("short",
            r"(?<![\w.,/+-])\d{3}[ .-]\d{4}(?![\w]|[.,/-]\d)",
            0.25, with_number, r"(?<![\w.,/+-])\d{3}[ .-]\d"),
        Form("part", r"(?<![\w.,/+$€£-])\d{3,8}(?:[ .-]\d{2,4}){0,2}(?![\w%]|[.,/:-]\d)", 0.2, _told),
    )  # fmt: skip
    CONTEXT = _ASKED

    def judge(self, value: str, match: re.Match[str], form: str) -> float | None:
        if form == "part":
            return 0.0 if _YEAR.fullmatch(value) else None
        if form == "spoken":
            return 0.0 if _COUNTING.search(value) else None
        if form != "digits":
            return None
        core = value.strip(" \t.-/")
        digits = sum(char.isdigit() for char in core)
        groups = [len(group) for group in re.findall(r"\d+", core)]
        plain = core[:1] not in "+("
        abroad = value.startswith("00") and 10 <= digits <= 17
        if digits < 7 or (plain and digits > 13 and not abroad) or len(set(core) & set("0123456789")) < 2:
            return 0.0
        if "  " in core or "\t" in core:
            return None
        if _DATE.match(core) or _YEARS.match(core):
            return 0.0
        if value.lstrip(" (").startswith("+") or abroad:
            return 0.8
        if _PRICE_BEFORE.search(match.string, max(0, match.start() - 2), match.start()):
            return 0.0
        return 0.6 if _grouped(core, groups, digits) else None


def _grouped(core: str, groups: list[int], digits: int) -> bool:
    """Whether groups of digits stand as in a phone number and not as in a list, a sum or a table."""
    if "." in core and "-" not in core and " " not in core and "(" not in core:
        return groups in ([3, 3, 4], [2, 2, 2, 2, 2], [2, 3, 4], [3, 4, 4])
    if not 9 <= digits <= 13 and not (core.startswith("0") and digits >= 8):
        bracketed = core.startswith("(") and digits >= 8
        return bracketed or (groups in ([2, 2, 2, 2], [3, 4]) and "-" in core)
    if len(groups) == 1:
        return (core.startswith("0") and digits in (10, 11)) or _NORTH_AMERICAN.search(core) is not None
    if len(groups) > 6 or max(groups) > 8 or min(groups) < 1:
        return False
    local = core.startswith(("0", "(")) or groups[:3] == [3, 3, 4] or groups[:4] == [1, 3, 3, 4]
    return local or (len(groups) >= 3 and groups.count(1) <= 1 and max(groups) <= 4)
