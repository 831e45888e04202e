"""MAC addresses of network cards."""

from __future__ import annotations

import re

from classifiers.recognizers.rule import Form, Rule
from classifiers.recognizers.traits import every, with_chars, with_digits

_PAIR = r"[0-9a-f]{2}"


class MacAddress(Rule):
    """Six pairs of hexadecimal digits with colons or hyphens, or three groups of four with points."""

    ENTITY = "MAC_ADDRESS"
    FORMS = (
        Form("pairs",
            rf"(?<![\w:-]){_PAIR}([:-])(?:{_PAIR}\1){{4}}{_PAIR}(?![\w]|[:-]\w)", 0.9, with_chars(":-"),
             rf"[:-]{_PAIR}[:-]{_PAIR}[:-]", 20, 20),
        Form("groups", r"(?<![\w.])[0-9a-f]{4}\.[0-9a-f]{4}\.[0-9a-f]{4}(?![\w]|\.\w)", 0.6,
             every(with_digits, with_chars(".")), r"\.[0-9a-f]{4}\.", 8, 8),
    )  # fmt: skip

    def judge(self, value: str, match: re.Match[str], form: str) -> float | None:
        # 1234.5678.9012 is a number with points as well; a card's address has letters and digits nearly
        # always.
        mixed = any(char.isalpha() for char in value) and any(char.isdigit() for char in value)
        if len(set(value) - set(":-.")) == 1:
            # All ones is everybody, all zeros nobody.
            return 0.0
        return 0.0 if form == "groups" and not mixed else None
