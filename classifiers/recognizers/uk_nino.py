"""United Kingdom national insurance and health service numbers."""

from __future__ import annotations

import re

from classifiers.recognizers.checksums import weighted
from classifiers.recognizers.form import Form
from classifiers.recognizers.labelled import LabelledRule, labelled
from classifiers.recognizers.needs import Leads, every, with_digits, with_number

_NINO = (
    r"(?<![A-Z0-9])(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2}[ -]?\d{2}[ -]?\d{2}[ "
    r"-]?[A-D](?![A-Z0-9])"
)
_LOOSE = r"(?<![A-Z0-9])[A-Z][ .-]?[A-Z](?:[ .-]{0,2}\d){6}[ .-]{0,2}[A-D](?![A-Z0-9])"
_CONTEXT = r"\b(?:nhs|national health|national insurance|nino|ni (?:no|number|num|nr))\b"
_LABELS = ("nhs number", "nhs no", "nhs", "national health", "national insurance number", "national insurance", "nino",
           "ni number", "ni no", "ni num", "ni nr", "ni")  # fmt: skip


class UkNino(LabelledRule):
    """Two letters, six digits, A to D; ten digits that pass the NHS check (modulus 11), near a word for
    it."""

    ENTITY = "UK_NINO"
    LEAST = 2
    FEW = 6
    FORMS = (
        Form("nino", _NINO, 0.7, with_number, r"\d{2}[ -]?\d{2}[ -]?\d{2}[ -]?[A-D]", 6, 4),
        Form("apart", _LOOSE, 0.2, every(with_digits, Leads(_LABELS).here_or_before),
            r"(?<![A-Z0-9])[A-Z][ .-]?[A-Z][ .-]{0,2}\d"),
        Form("nhs",
            r"(?<![\w.-])\d{3}[ -]?\d{3}[ -]?\d{4}(?![\w.-])",
            0.2, every(Leads(_LABELS).here_or_before, with_number), r"(?<![\w.-])\d{3}[ -]?\d{3}[ -]?\d{4}"),
        *labelled(_LABELS, _CONTEXT),
    )  # fmt: skip
    CONTEXT = _CONTEXT

    def judge(self, value: str, match: re.Match[str], form: str) -> float | None:
        if form != "nhs":
            return super().judge(value, match, form)
        digits = "".join(char for char in value if char.isdigit())
        check = 11 - weighted(digits[:9], range(10, 1, -1), 11)
        return None if check % 11 == int(digits[9]) else 0.0
