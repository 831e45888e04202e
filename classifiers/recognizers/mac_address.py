"""MAC addresses of network cards."""

from __future__ import annotations

import re

from classifiers.recognizers.form import Form
from classifiers.recognizers.needs import Leads, either, every, with_chars, with_count, with_digits
from classifiers.recognizers.rule import Rule

_PAIR = r"[0-9a-f]{2}"
_LEADS = Leads(("mac", "hwaddr", "bssid", "ethernet", "hardware address", "ether", "link ether"))


class MacAddress(Rule):
    """Six pairs of hexadecimal digits with colons or hyphens, or three groups of four with points; twelve digits alone
    near a word for it."""

    ENTITY = "MAC_ADDRESS"
    FORMS = (
        Form("pairs",
            rf"(?<![\w:-]){_PAIR}([:-])(?:{_PAIR}\1){{4}}{_PAIR}(?![\w]|[:-]\w)", 0.9,
             either(with_count(":", 5), with_count("-", 5)),
             rf"[:-]{_PAIR}[:-]{_PAIR}[:-]", 20, 20),
        Form("groups", r"(?<![\w.])[0-9a-f]{4}\.[0-9a-f]{4}\.[0-9a-f]{4}(?![\w]|\.\w)", 0.6,
             every(with_digits, with_count(".", 2)), r"\.[0-9a-f]{4}\.", 8, 8),
        Form("encoded", rf"(?<![\w%]){_PAIR}(?:%3a{_PAIR}){{5}}(?![\w%])", 0.9, with_chars("%"), "%3a", 20, 30),
        Form("bare", r"(?<![\w.-])[0-9a-f]{12}(?![\w-])", 0.2, every(with_digits, _LEADS.here_or_before),
            r"(?<![\w.-])[0-9a-f]{12}(?![\w-])"),
    )  # fmt: skip

    CONTEXT = r"\b(?:mac|hwaddr|bssid|ethernet|hardware address|link/ether|ether)\b"

    def judge(self, value: str, match: re.Match[str], form: str) -> float | None:
        # 1234.5678.9012 is a number with points as well; a card's address has letters and digits nearly
        # always.
        mixed = any(char.isalpha() for char in value) and any(char.isdigit() for char in value)
        if form == "encoded":
            return None
        if len(set(value) - set(":-.")) == 1:
            # All ones is everybody, all zeros nobody.
            return 0.0
        return 0.2 if form == "groups" and not mixed else None
