"""United Kingdom national insurance and health service numbers."""

from __future__ import annotations

import re

from classifiers.recognizers.checksums import weighted
from classifiers.recognizers.rule import Form, Rule
from classifiers.recognizers.traits import with_number

_NINO = (
    r"(?<![A-Z0-9])(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2}[ -]?\d{2}[ -]?\d{2}[ "
    r"-]?[A-D](?![A-Z0-9])"
)


class UkNino(Rule):
    """Two letters, six digits, A to D; ten digits that pass the NHS check (modulus 11), near a word for
    it."""

    ENTITY = "UK_NINO"
    FORMS = (
        Form("nino", _NINO, 0.7, with_number, r"\d{2}[ -]?\d{2}[ -]?\d{2}[ -]?[A-D]", 6, 4),
        Form(
            "loose",
                r"(?<![A-Z0-9])[A-Z]{2} ?\d{2}[ -]?\d{2}[ -]?\d{2}[ -]?[A-D](?![A-Z0-9])", 0.2, with_number,
            r"\d{2}[ -]?\d{2}[ -]?\d{2}[ -]?[A-D]", 6, 4,
        ),
        Form("nhs",
            r"(?<![\w.-])\d{3}[ -]?\d{3}[ -]?\d{4}(?![\w.-])",
            0.2, with_number, r"(?<![\w.-])\d{3}[ -]?\d{3}[ -]?\d{4}"),
    )  # fmt: skip
    CONTEXT = r"\b(?:nhs|national health|national insurance|nino|ni (?:no|number))\b"

    def judge(self, value: str, match: re.Match[str], form: str) -> float | None:
        if form != "nhs":
            return None
        digits = "".join(char for char in value if char.isdigit())
        check = 11 - weighted(digits[:9], range(10, 1, -1), 11)
        return None if check % 11 == int(digits[9]) else 0.0
