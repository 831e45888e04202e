"""Payment card numbers, also with a wrong check digit, spaced, split or masked in part."""

from __future__ import annotations

import re

from classifiers.recognizers.checksums import luhn
from classifiers.recognizers.form import Form
from classifiers.recognizers.labelled import LabelledRule, labelled
from classifiers.recognizers.needs import every, with_digits, with_number, with_words

_SEP = r"[ .\-_/]"
_LEFT = r"(?<![\w+])(?<!\d[.-])(?<![.,]\d)(?<!\.)"
_CARD = rf"{_LEFT}[2-9](?:{_SEP}{{0,3}}\d){{11,22}}+(?!\w)"
_LABELS = (
    "card number", "card no", "card", "cards", "credit", "credit card", "debit", "debit card", "visa", "mastercard",
    "master card", "amex", "american express", "maestro", "discover", "cc", "pan", "karte", "kreditkarte",
    "kartennummer",
    "kreditkartennummer", "carte", "carte bancaire", "tarjeta", "carta di credito", "carta", "cartão", "cartao",
    "kaart",
    "karta", "karty", "kort", "карт", "карта", "карты", "kart", "卡号", "カード",
)  # fmt: skip
_CONTEXT = (
    r"\b(?:cards?|credit|debit|visa|master ?card|amex|maestro|discover|\w{0,8}karten?\w*|carte|tarjeta|carta|cart[aã]o|"
    r"kaart|karty|kort|карт\w*|cc (?:no|number|num)|cc|card ?number|pan)\b|卡号|カード"
)
_SURE = re.compile(r"number|num|nummer|n[ºo°r]\b|[:=#]", re.IGNORECASE)
_MAESTRO = re.compile(r"5[0678]|6")
_DECIMAL = re.compile(r"\d{1,3}\.\d+")
_GROUPS = ([4, 4, 4, 4], [4, 6, 5], [4, 6, 4], [15], [16], [6, 13])


class CreditCard(LabelledRule):
    """12 to 19 digits that begin as card numbers do. Valid check digit: sure. Else: grouped in fours, or
    15 or 16 digits, or with a word for it."""

    ENTITY = "CREDIT_CARD"
    FEW = 8
    FORMS = (
        Form("card", _CARD, 0.3, with_number, rf"{_LEFT}[2-9](?:{_SEP}{{0,3}}\d){{6}}"),
        Form("split",
            rf"(?<![\w+-])(?<!\d[.,])\d{{4}}(?:(?:{_SEP}{{1,3}}|\s{{0,3}}\n\s{{0,3}})\d{{4}}){{3}}(?![\w])", 0.5,
             with_number, r"(?<![\w+-])(?<!\d[.,])\d{4}(?!\d)"),
        Form("code",
            r"\b(?:cvv2?|cvc2?|security code)\b[^\w\n]{0,3}(?:(?:is|code|"
            r"number)[^\w\n]{1,3}){0,2}(?P<pii>\d{3,4})\b",
             0.6, every(with_digits, with_words(" cvv", " cvc", "security"))),
        Form("tail",
            r"\b(?:card|visa|mastercard|amex)\b[^\d\n]{0,24}\b(?:ending|ends)(?: in| with)? (?P<pii>\d{4})\b",
            0.5,
             every(with_digits, with_words("ending", "ends"))),
        *labelled(_LABELS, _CONTEXT, stems=("karte",)),
    )  # fmt: skip
    CONTEXT = _CONTEXT

    def judge(self, value: str, match: re.Match[str], form: str) -> float | None:
        if form == "told":
            # Less than half a number may be anything that a card has or does.
            sure = _SURE.search(match.group()[: match.start("pii") - match.start()]) is not None
            # At the end of a turn it goes on in the next.
            open_end = match.end() == len(match.string)
            return None if sum(map(str.isdigit, value)) >= (4 if sure or open_end else 6) else 0.0
        if form != "card":
            return super().judge(value, match, form)
        digits = "".join(char for char in value if char.isdigit())
        if _DECIMAL.fullmatch(value):
            return 0.0
        if len(set(digits)) <= 2:
            return None
        groups = [len(group) for group in re.split(r"\D+", value) if group]
        if 13 <= len(digits) <= 19 and luhn(digits) and (digits[0] in "23456" or len(digits) == 16):
            return 1.0
        if len(digits) == 12:
            # The shortest are Maestro's.
            return 0.5 if luhn(digits) and _MAESTRO.match(digits) else 0.0
        if groups in _GROUPS and digits[0] in "23456":
            return 0.5
        return 0.7 if _within(value, groups) else None


def _within(value: str, groups: list[int]) -> bool:
    """Whether some of the groups together, which begin as card numbers do, have a valid check digit: another number may
    stand before or behind."""
    runs = re.findall(r"\d+", value)
    for first in range(len(groups)):
        for last in range(first + 1, len(groups) + 1):
            size = sum(groups[first:last])
            whole = (first, last) == (0, len(groups))
            if 14 <= size <= 19 and not whole and min(groups[first:last]) > 2 and luhn("".join(runs[first:last])):
                return True
    return False
