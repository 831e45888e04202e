"""E-mail addresses: plain, spaced, spelled out ("name at domain dot com"), percent-encoded."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from classifiers.recognizers.rule import FLAGS, Form, Rule
from classifiers.recognizers.traits import every, with_chars, with_match, with_text, with_words

_LOCAL = r"(?<![\w.+%-])[\w.+%-]{1,256}+"
_LABEL = r"[\w-]{1,63}"
_HOST = rf"{_LABEL}(?:\.{_LABEL}){{1,6}}"
_ENDS = r"(?:com|net|org|edu|gov|info|io|co|de|fr|es|it|uk|nl|ru|in|br|pl|ch|at|ca|au|us|me|eu|jp|mx)\b"
_MAILERS = r"(?:gmail|g\s?mail|googlemail|hotmail|outlook|yahoo|icloud|proton(?:mail)?|aol|gmx|yandex|zoho)"
_AT = r"(?:\s{1,2}(?:at|arroba|chez)\s{1,2}|\s{0,2}[(\[{<_](?:at|arroba)[)\]}>_]\s{0,2})"
_DOT = (
    r"(?:\s{1,2}(?:dot|punto|punkt|ponto|point)\s{1,2}|\s{0,2}[(\[{<_](?:dot|punto|punkt|"
    r"ponto)[)\]}>_]\s{0,2})"
)
_SPOKEN = (
    r"(?<![\w.+-])(?:[\w+-]{1,40}(?:\.| ?_ ?| ?- ?|\s(?:dot|punto|punkt|ponto|underscore|"
    r"dash)\s)){0,3}[\w+-]{1,40}+"
)
_TAIL_DOT = rf"{_AT}{_LABEL}(?:(?:{_DOT}|\.){_LABEL}){{0,2}}{_DOT}{_ENDS}"
_TAIL_MAILER = rf"{_AT}{_MAILERS}(?:(?:{_DOT}|\.){_LABEL}){{1,2}}"


@lru_cache(maxsize=1)
def offline_extractor() -> Any:
    """tldextract with the suffix list that its package carries: no download, no cache on disk."""
    import tldextract

    return tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None, fallback_to_snapshot=True)


class EmailAddress(Rule):
    """A host name with a dot behind an @. A public suffix makes it sure; spelled-out forms need a known
    ending."""

    ENTITY = "EMAIL_ADDRESS"
    FORMS = (
        # A run of these characters starts only once (lookbehind), so a long run without @ does not cost its
        # square.
        Form("plain", rf"{_LOCAL}@{_HOST}", 0.5, with_chars("@"), "@", 320, 450),
        Form("quoted", rf"\"[^\"\s@]{{1,64}}\"@{_HOST}", 0.6, with_chars("@"), "\"@", 320, 450),
        Form("encoded", rf"(?<![\w.+-])[\w.+-]{{1,256}}?%40{_HOST}", 0.6, with_text("%40"), "%40", 320, 450),
        Form("spaced",
            rf"{_LOCAL} {{0,2}}@ {{0,2}}{_LABEL}(?: {{0,2}}\. {{0,2}}{_LABEL}){{0,3}} {{0,2}}\. "
            rf"{{0,2}}{_ENDS}",
             0.6, with_chars("@"), "@", 320, 450),
        Form("spelled", _SPOKEN + _TAIL_DOT, 0.6,
             every(with_words("dot", "punto", "punkt", "ponto", "point"),
             with_match(re.compile(_TAIL_DOT, FLAGS))), _TAIL_DOT, 200),
        Form("mailer", _SPOKEN + _TAIL_MAILER, 0.6,
             every(with_words("mail", "outlook", "yahoo", "icloud", "proton", "aol", "gmx", "yandex", "zoho"),
                   with_match(re.compile(_TAIL_MAILER, FLAGS))), _TAIL_MAILER, 200),
    )  # fmt: skip

    def judge(self, value: str, match: re.Match[str], form: str) -> float | None:
        if form != "plain":
            return None
        return 1.0 if offline_extractor()(value.rsplit("@", 1)[1]).suffix else None
