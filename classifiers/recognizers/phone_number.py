"""Phone numbers: international, local, grouped in any usual way, with an extension, spoken digit by digit."""

from __future__ import annotations

import re

from classifiers.recognizers.form import Form
from classifiers.recognizers.labelled import FILL, LabelledRule, labelled
from classifiers.recognizers.needs import with_number
from classifiers.recognizers.spoken import AHEAD, BACK, SPOKEN, SPOKEN_ANCHOR, any_of, may_be_said, said
from classifiers.recognizers.traits import opened, traits_of

_SEP = r"[ ().\-/]"
_LETTER = r"A-Za-z_\u00c0-\u024f"
_DIGITS = rf"(?<![{_LETTER}\d+-])(?<!\d[./])(?:\(?\+[ (]{{0,2}}|\(|00)?\d(?:{_SEP}{{0,3}}\d){{6,18}}+"
_EXTENSION = r"(?:[ ,;]{0,2}(?:x|ext\.?|extension|durchwahl|dw|poste|anexo|ramal|toestel|#)[ .:]{0,2}\d{1,6})?"
_TAIL = re.compile(r"[ ,;]{0,2}(?:[a-z]|#)", re.IGNORECASE)
_END = rf"(?![{_LETTER}\d]|\.\d)"
_TRUNK = r"(?<![\w+./-])\(?0\d{1,4}\)?(?:[ /.-]{1,3}\d{2,8}){1,4}"
_TOLD = rf"(?:\(?\+[ (]{{0,2}}|\()?\d(?:{_SEP}{{0,3}}\d){{2,18}}+\)?{_EXTENSION}{_END}"
_DATE = re.compile(
    r"(?:(?:19|20)\d\d[-./ ](?:0?[1-9]|1[0-2])[-./ ](?:0?[1-9]|[12]\d|3[01])"
    r"|(?:0?[1-9]|[12]\d|3[01])[-./ ](?:0?[1-9]|[12]\d|3[01])[-./ ](?:19|20)\d\d)(?:[ T]\d{1,2})?$"
)
_YEAR = re.compile(r"(?:19|20)\d\d")
# The first digits of area and exchange are 2 to 9; a clock of seconds begins with 1.
_NORTH_AMERICAN = re.compile(r"^\(?[2-9]\d{2}[2-9]\d{6}\)?$")
_YEARS = re.compile(r"(?:19|20)\d\d(?:\s?[-/ ]\s?(?:19|20)\d\d)+$")
_PRICE_BEFORE = re.compile(r"[$€£¥]\s?$")
# A count, a comparison or a product; not the mark of a quoted line, of a tag or of bold type.
_TERM_BEFORE = re.compile(r"[#=^%]\s?$|[^\s*>][ ]?[*]\s?$|[^\s>\"'/a-z][<>]\s?$|[^\s>] [<>]\s?$", re.IGNORECASE)
_ASKED = (
    r"(?:电话|手机|手机号|電話番号|핸드폰|電話|携帯|전화)|\b(?:phone|telephone|tel|cell(?:phone)?|mobile|handy\w*|"
    r"fax|whats ?app|sms|dial|"
    r"hotline|(?:my|his|her|"
    r"their|our|your) number|"
    r"(?:call|ring|reach|text|contact|phone) (?:me|us|him|her|them|you)|answering|what number|which number|"
    r"number (?:to|can|should|do)|mob|cellphone|numara\w*|numer|nr tel|fono|fone|telefon\w*|rufnummer|"
    r"t[ée]l[ée]phone|portable|tel[ée]fono|"
    r"m[óo]vil|celular|telefone|cellulare|num[eé]ro|nummer|telefoon\w*|mobiel|телефон\w*|тел|моб|zap)\b"
)
_CALLS = tuple(
    f"{verb} {whom}" for verb in ("call", "ring", "reach", "text", "contact", "phone", "message", "dial")
    for whom in ("me", "us", "him", "her", "them")
)  # fmt: skip
_LABELS = (
    "phone number", "phone", "telephone", "tel", "cell number", "cell", "cellphone", "mobile number", "mobile",
    "mob", "handy",
    "handynummer", "telefonu", "telefonum", "telefon numaram", "fax", "whatsapp", "whats app", "sms", "dial",
    "hotline", "my number", "his number", "her number",
    "their number", "our number", "your number", "number is", "call", "text", "ring", "message", *_CALLS, "telefon",
    "telefonnummer", "rufnummer", "téléphone",
    "telephone", "portable", "teléfono", "telefono", "móvil", "movil", "celular", "telefone", "cellulare", "mon numéro",
    "mi número", "mi numero", "il mio numero", "meu número", "meine nummer", "mijn nummer", "telefoon",
    "telefoonnummer",
    "mobiel", "телефон", "тел", "моб", "zap", "电话", "手机", "手机号", "電話", "電話番号", "携帯", "전화",
    "핸드폰", "fono", "fone",
)  # fmt: skip
_ALSO = ("what number", "which number", "number to", "number can", "number should", "number do", "call you", "ring you",
         "reach you", "text you", "contact you", "phone you", "answering", "numer", "nr tel", "numero", "numéro",
         "nummer",
         "télephone", "teléphone")  # fmt: skip
_PEOPLE = "me us him her them you mich uns ihn sie me nous lui at on under unter au al em via with wa of is"
_FILL = rf"(?:[^\w\n]{{0,3}}(?:{any_of(_PEOPLE.split())})(?![a-z])){{0,3}}{FILL}"
# "number 5" and "text 300" are about other things; a phone or a tel is not.
_SURE = re.compile(
    r"phone|tel|cell|mob|handy|fax|whats|sms|dial|hotline|m[óo]vil|тел|电|手|電|携|전|핸|(?:my|his|her|their|our|your) "
    r"number|"
    r"ruf|(?:call|ring|reach|text|contact|message) (?:me|us|him|her|them)\b",
    re.IGNORECASE,
)


class PhoneNumber(LabelledRule):
    """7 to 15 digits in groups that phone numbers have. Other digits need a word such as "call" before them."""

    ENTITY = "PHONE_NUMBER"
    FEW = 6
    FORMS = (
        Form("digits", _DIGITS + _EXTENSION + _END, 0.25, with_number, r"\d(?:[ ().\-/]{0,3}\d){6}", 6, 80),
        Form("trunk", _TRUNK + _EXTENSION + _END, 0.25, with_number, r"(?<![\w+./-])\(?0\d"),
        Form("said", SPOKEN, 0.6, may_be_said, SPOKEN_ANCHOR, BACK, AHEAD, shared=True),
        Form("short",
            r"(?<![\w.,/+-])\d{3}[ .-]\d{4}(?![\w]|[.,/-]\d)",
            0.25, with_number, r"(?<![\w.,/+-])\d{3}[ .-]\d"),
        *labelled(_LABELS, _ASKED, 0.6, _TOLD, _FILL, _ALSO, ("telefon", "telefoon", "numara", "handy")),
    )  # fmt: skip
    CONTEXT = _ASKED

    def trim(self, value: str, match: re.Match[str], form: str) -> int:
        return super().trim(value, match, "spoken" if form == "said" else form)

    def judge(self, value: str, match: re.Match[str], form: str) -> float | None:
        if form == "said":
            return None if len(said(value)) >= 7 else 0.0
        if form == "told":
            lead = match.group()[: match.start("pii") - match.start()]
            digits = sum(map(str.isdigit, value))
            # At the end of a turn it goes on in the next.
            least = 3 if match.end() == len(match.string) else 4
            least = 2 if value[0] == "+" else least if _SURE.search(lead) else 6
            return None if digits >= least and not _DATE.match(value) else 0.0
        if form == "short":
            return None
        if form not in ("digits", "trunk"):
            return 0.0 if _DATE.match(value) else super().judge(value, match, form)
        core = _TAIL.split(value)[0].strip(" .-/")
        digits = sum(char.isdigit() for char in core)
        groups = [len(group) for group in re.findall(r"\d+", core)]
        plain = core[:1] not in "+("
        abroad = 10 <= digits <= 18 and value.startswith(("00", "011 "))
        if digits < 7 or len(set(core) & set("0123456789")) < 2:
            return 0.0
        if "  " in core:
            return None
        if _DATE.match(core.lstrip("(")) or _YEARS.match(core.lstrip("(")):
            return 0.0
        if value.lstrip(" (").startswith("+") or abroad:
            return 0.8
        if _PRICE_BEFORE.search(match.string, max(0, match.start() - 2), match.start()) or self._amount(match, groups):
            return 0.0
        if _TERM_BEFORE.search(match.string, max(0, match.start() - 4), match.start()) or (plain and digits > 13):
            return None
        return 0.6 if _grouped(core, groups, digits) else None

    def _amount(self, match: re.Match[str], groups: list[int]) -> bool:
        """Whether a number goes on before or behind as amounts do: "17,212 345", "212 345,90". In a table with a column
        for it, that mark only parts the cells."""
        text, start = match.string, match.start()
        before = groups[0] == 3 and text[start - 1 : start] == "," and text[max(0, start - 2) : start - 1].isdigit()
        behind = re.match(r",\d{1,3}(?!\d)", text[match.end() : match.end() + 5]) is not None
        if not (before or behind) or match.group()[0] in "+(0":
            return False
        head = traits_of(text).column_head(start)
        return not head or self.near is None or self.near.search(opened(head)) is None


def _grouped(core: str, groups: list[int], digits: int) -> bool:
    """Whether groups of digits stand as in a phone number and not as in a list, a sum or a table."""
    if "." in core and "-" not in core and " " not in core and "(" not in core:
        local = core[0] == "0" and groups[0] > 1 and 9 <= digits <= 13
        return local or groups in ([3, 3, 4], [2, 2, 2, 2, 2], [2, 3, 4], [3, 4, 4])
    if not 9 <= digits <= 13 and not (core.startswith("0") and digits >= 8):
        bracketed = core.startswith("(") and digits >= 8
        return bracketed or (groups in ([2, 2, 2, 2], [3, 4]) and "-" in core)
    if len(groups) == 1:
        return (core.lstrip("(").startswith("0") and digits in (9, 10, 11)) or _NORTH_AMERICAN.search(core) is not None
    if len(groups) > 6 or max(groups) > 8 or min(groups) < 1:
        return False
    local = core.startswith(("0", "(")) or groups[:3] == [3, 3, 4] or groups[:4] == [1, 3, 3, 4]
    return local or (len(groups) >= 3 and groups.count(1) <= 1 and max(groups) <= 4)
