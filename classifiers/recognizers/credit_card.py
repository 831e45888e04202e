"""Payment card numbers, also with a wrong check digit, spaced, split or masked in part."""

from __future__ import annotations

import re

from classifiers.recognizers.checksums import luhn
from classifiers.recognizers.rule import Form, Rule
from classifiers.recognizers.traits import every, with_digits, with_number, with_words

_SEP = r"[ \t.\-_/]"
_CARD = rf"(?<![\w.,+-])(?:[2-6]\d{{3}})(?:{_SEP}{{0,3}}\d){{9,15}}+(?![\w])"


class CreditCard(Rule):
    """13 to 19 digits that begin as card numbers do. Valid check digit: sure. Else: grouped in fours, or
    15 or 16 digits."""

    ENTITY = "CREDIT_CARD"
    FORMS = (
        Form("card", _CARD, 0.3, with_number, r"(?<![\w.,+-])[2-6]\d{3}"),
        Form("split",
            rf"(?<![\w.,+-])\d{{4}}(?:(?:{_SEP}{{1,3}}|\s{{0,3}}\n\s{{0,3}})\d{{4}}){{3}}(?![\w])", 0.5,
             with_number, r"(?<![\w.,+-])\d{4}(?!\d)"),
        Form("code",
            r"\b(?:cvv2?|cvc2?|security code)\b[^\w\n]{0,3}(?:(?:is|code|"
            r"number)[^\w\n]{1,3}){0,2}(?P<pii>\d{3,4})\b",
             0.6, every(with_digits, with_words(" cvv", " cvc", "security"))),
        Form("tail",
            r"\b(?:card|visa|mastercard|amex)\b[^\d\n]{0,24}\b(?:ending|ends)(?: in| with)? (?P<pii>\d{4})\b",
            0.5,
             every(with_digits, with_words("ending", "ends"))),
    )  # fmt: skip
    CONTEXT = r"\b(?:card|credit|debit|visa|master ?card|amex|maestro|discover|karte|carte|tarjeta|cart[aã]o)\b"

    def judge(self, value: str, match: re.Match[str], form: str) -> float | None:
        if form != "card":
            return None
        digits = "".join(char for char in value if char.isdigit())
        if luhn(digits) and len(set(digits)) > 2:
            return 1.0
        groups = [len(group) for group in re.split(r"\D+", value) if group]
        if groups in ([4, 4, 4, 4], [4, 6, 5], [4, 6, 4], [15], [16]) and len(set(digits)) > 2:
            return 0.5
        return None
