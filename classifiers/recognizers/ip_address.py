"""IP addresses, versions 4 and 6."""

from __future__ import annotations

import ipaddress
import re

from classifiers.recognizers.form import Form
from classifiers.recognizers.needs import either, every, with_chars, with_count, with_digits, with_text, with_words
from classifiers.recognizers.rule import Rule

_OCTET = r"(?:25[0-5]|2[0-4]\d|1?\d?\d)"
_IDENTIFIES_NOBODY = ("127.", "0.0.0.0", "255.255.")
_VERSION_BEFORE = re.compile(r"(?:\bv|versions?|release|build|[\w-]==)\s{0,3}$", re.IGNORECASE)
_HIDDEN = r"(?:[\[(] ?(?:\.|dot) ?[\])]|%5b\.%5d)"
# A port may follow, and a colon of the sentence.
_V6 = (
    r"(?<![\w:.])(?:[0-9a-f]{0,4}:){2,7}(?:[0-9a-f]{1,4}|(?:\d{1,3}\.){3}\d{1,3})?"
    r"(?!\w)(?!:(?!\d{0,5}:?(?![\w:])))"
)


class IpAddress(Rule):
    """Four octets, or what the standard library reads as version 6. Loopback, masks and version numbers
    stay."""

    ENTITY = "IP_ADDRESS"
    FORMS = (
        Form("v4",
            rf"(?<![\w.])(?:{_OCTET}\.){{3}}{_OCTET}(?![\w]|\.\d)", 0.8, every(with_digits, with_count(".", 3)),
             r"\.\d{1,3}\.\d", 8, 8),
        Form("v6", _V6, 0.8, with_count(":", 2), r":[0-9a-fA-F]{0,4}:", 48, 48),
        Form("defanged",
            rf"(?<![\w.])(?:{_OCTET}{_HIDDEN}){{1,3}}(?:{_OCTET}(?:\.|{_HIDDEN})){{0,2}}{_OCTET}(?![\w])", 0.6,
             with_chars("[(%"), _HIDDEN, 40, 60),
        Form("spaced", rf"(?<![\w.]){_OCTET}(?P<gap> \. | (?:dot|punkt|point|punto) "
            rf")(?:{_OCTET}(?P=gap)){{2}}{_OCTET}(?!\w)",
             0.6, every(with_digits, either(with_text(" . "), with_words(" dot ", " punkt ", " point ", " punto "))),
             r"\d (?:\.|dot|punkt|point|punto) \d", 24, 40),
        Form("spaced_v6", r"(?<![\w:.])(?:[0-9a-f]{1,4} : ){7}[0-9a-f]{1,4}(?!\w)", 0.6, every(with_digits,
            with_text(" : ")),
             r"[0-9a-f] : [0-9a-f]{1,4} : ", 60, 60),
        Form("encoded_v6", r"(?<![\w:.])(?:[0-9a-f]{0,4}%3a){2,7}[0-9a-f]{0,4}(?!\w)", 0.5, every(with_digits,
            with_chars("%")),
             "%3a", 60, 60),
    )  # fmt: skip

    def judge(self, value: str, match: re.Match[str], form: str) -> float | None:
        if form == "v4":
            if value.startswith(_IDENTIFIES_NOBODY):
                return 0.0
            before = match.string[max(0, match.start() - 12) : match.start()]
            return 0.0 if _VERSION_BEFORE.search(before) else None
        if form in ("defanged", "spaced", "spaced_v6"):
            return None
        value = value.lower().replace("%3a", ":")
        try:
            ipaddress.IPv6Address(value)
        except ValueError:
            return 0.0
        # "a::b" is a scope in C++ as well; an address has digits or several groups.
        groups = [group for group in value.split(":") if group]
        return None if len(groups) >= 3 or (len(groups) == 2 and any(c.isdigit() for c in value)) else 0.0
