"""Addresses of cryptocurrency wallets."""

from __future__ import annotations

import re

from classifiers.recognizers.form import Form
from classifiers.recognizers.needs import every, with_digits, with_run
from classifiers.recognizers.rule import Rule


class Wallet(Rule):
    """Bitcoin (base58 and bech32), Ethereum and like forms."""

    ENTITY = "CRYPTO"
    FORMS = (
        Form("bech32",
            r"(?<!\w)(?:bc1|tb1|ltc1)[02-9ac-hj-np-z]{25,71}(?!\w)",
            0.9, with_run(28), r"(?<!\w)(?:bc1|tb1|ltc1)"),
        Form("hex", r"(?<!\w)0x[0-9a-f]{40}(?!\w)", 0.9, with_run(42), r"(?<!\w)0x"),
        Form("base58",
            r"(?<!\w)(?-i:[13LDM][1-9A-HJ-NP-Za-km-z]{25,34})(?!\w)",
            0.5, every(with_digits, with_run(26)), r"(?<!\w)[13LDM]\w{25}"),
    )  # fmt: skip

    def judge(self, value: str, match: re.Match[str], form: str) -> float | None:
        if form != "base58":
            return None
        mixed = any(c.islower() for c in value) and any(c.isupper() for c in value)
        return None if mixed and sum(c.isdigit() for c in value) >= 3 else 0.0
