"""United States social security numbers."""

from __future__ import annotations

import re

from classifiers.recognizers.form import Form
from classifiers.recognizers.labelled import LabelledRule, labelled
from classifiers.recognizers.needs import every, with_digits, with_number, with_words

_LABELS = (
    "ssn", "ssns", "social security number", "social security no", "social security", "social insurance number",
    "social",
    "soc sec", "socials", "itin", "tin", "taxpayer id", "taxpayer", "seguro social", "seguridad social",
)  # fmt: skip
_CONTEXT = r"\b(?:ssns?|social security|social|soc(?:ial)? sec|taxpayer|itin|segur\w+ social)\b"
# A common word, unless more is said.
_WEAK = re.compile(r"(?:social(?! ?sec| ?ins)|taxpayer|tin)\b(?!\W{0,3}[:=#])", re.IGNORECASE)


class UsSsn(LabelledRule):
    """3-2-4 digits with hyphens, points or spaces. Any other nine digits need a context word, fewer a label
    or a question."""

    ENTITY = "US_SSN"
    LEAST = 3
    FORMS = (
        Form("hyphens",
            r"(?<![\w-])(?!000|666)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\w]|-\d)",
            0.85, with_number, r"\d{3}-\d\d-", 4, 8),
        Form("spaces",
            r"(?<![\w.,-])(?!000|666)\d{3}([ .])(?!00)\d{2}\1(?!0000)\d{4}(?![\w]|[.,-]\d)", 0.5, with_number,
             r"\d{3}[ .]\d\d[ .]", 4, 8),
        Form("bare", r"(?<![\w.-])\d{9}(?![\w]|[.-]\d)", 0.2, with_number, r"\d{9}", 4, 4),
        Form("tail", r"\b(?:ssn|social security)\b[^\d\n]{0,30}(?<!\w)(?P<pii>\d{4})\b", 0.5,
             every(with_digits, with_words("ssn", "social"))),
        *labelled(_LABELS, _CONTEXT, stems=("segur",)),
    )  # fmt: skip
    CONTEXT = _CONTEXT

    def judge(self, value: str, match: re.Match[str], form: str) -> float | None:
        if form == "bare":
            return 0.0 if value.startswith(("000", "666")) else None
        if form == "told" and sum(map(str.isdigit, value)) < 9 and _WEAK.match(match.group()):
            return 0.0
        return super().judge(value, match, form)
