"""United States social security numbers."""

from __future__ import annotations

import re

from classifiers.recognizers.rule import Form, Rule
from classifiers.recognizers.traits import every, with_digits, with_number, with_words


class UsSsn(Rule):
    """3-2-4 digits with hyphens, points or spaces. A bare run of nine digits needs a context word."""

    ENTITY = "US_SSN"
    FORMS = (
        Form("hyphens",
            r"(?<![\w-])(?!000|666)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\w]|-\d)",
            0.85, with_number, r"\d{3}-\d\d-", 4, 8),
        Form("spaces",
            r"(?<![\w.,-])(?!000|666)\d{3}([ .])(?!00)\d{2}\1(?!0000)\d{4}(?![\w]|[.,-]\d)", 0.5, with_number,
             r"\d{3}[ .]\d\d[ .]", 4, 8),
        Form("bare", r"(?<![\w.,-])\d{9}(?![\w]|[.,-]\d)", 0.2, with_number, r"\d{9}", 4, 4),
        Form("tail", r"\b(?:ssn|social security)\b[^\d\n]{0,30}(?<!\w)(?P<pii>\d{4})\b", 0.5,
             every(with_digits, with_words("ssn", "social"))),
    )  # fmt: skip
    CONTEXT = r"\b(?:ssns?|social security|social|soc(?:ial)? sec|taxpayer|itin)\b"

    def judge(self, value: str, match: re.Match[str], form: str) -> float | None:
        return 0.0 if form == "bare" and value.startswith(("000", "666")) else None
