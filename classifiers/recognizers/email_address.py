"""E-mail addresses: plain, spaced, spelled out ("name at domain dot com"), percent-encoded."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from classifiers.recognizers.form import FLAGS, Form
from classifiers.recognizers.needs import either, every, with_any, with_chars, with_match, with_text, with_words
from classifiers.recognizers.rule import Rule

_LOCAL = r"(?<![\w.+%-])[\w.+%-]{1,256}+"
_LABEL = r"[\w-]{1,63}"
_HOST = rf"{_LABEL}(?:\.{_LABEL}){{1,6}}"
_MAILERS = r"(?:gmail|g\s?mail|googlemail|hotmail|outlook|yahoo|icloud|proton(?:mail)?|aol|gmx|yandex|zoho)"
_OPEN, _CLOSE = r"\s{0,2}[(\[{<_]\s?", r"\s?[)\]}>_]\s{0,2}"
_AT_WORDS = r"at|ät|aet|arroba|arob+ase|chiocciola|apenstaartje|snabel-?a|kukac|małpa|собака"
_DOT_WORDS = r"dot|punkt|punto|ponto|point|punt|kropka|tečka|piste|точка|nokta"
_AT = rf"(?:\s{{1,2}}(?:{_AT_WORDS}|chez)\s{{1,2}}|{_OPEN}(?:{_AT_WORDS}|@){_CLOSE})"
_SURE_AT = rf"(?:\s{{1,2}}arob+ase?\s{{1,2}}|{_OPEN}(?:{_AT_WORDS}|@){_CLOSE})"
_DOT = rf"(?:\s{{1,2}}(?:{_DOT_WORDS})\s{{1,2}}|{_OPEN}(?:{_DOT_WORDS}|\.){_CLOSE}|\s{{1,2}}\.\s{{1,2}})"
_JOINT = (
    rf"(?:\.|\s_\s|\s-\s|{_DOT}|\s{{1,2}}(?:underscore|dash|hyphen|minus|unterstrich|bindestrich|guion|tiret|"
    rf"plus)\s{{1,2}})"
)
_SPOKEN = (
    rf"(?<![\w.+-])(?!(?:me|us|you|him|her|them|is|it|at|address|"
    rf"e?mail)\s)(?:[\w+-]{{1,40}}{_JOINT}){{0,4}}[\w+-]{{1,40}}?"
)
# A bare "at" needs a word for the dot as well.
_MORE = rf"(?:(?:{_DOT}|\.){_LABEL})"
_TAIL_DOT = rf"(?:{_SURE_AT}{_LABEL}{_MORE}{{1,4}}|{_AT}{_LABEL}(?:\.{_LABEL}){{0,3}}{_DOT}{_LABEL}{_MORE}{{0,3}})"
_MARKED = rf"(?<![\w.+-])(?=[a-z]{{0,40}}[\d._+-])[\w.+-]{{2,80}}+\s{{1,2}}at\s{{1,2}}{_HOST}"
_TAIL_MAILER = rf"{_AT}{_MAILERS}(?:(?:{_DOT}|\.){_LABEL}){{1,2}}"
_SPACED_TAIL = rf" {{0,2}}@ {{0,2}}{_LABEL}(?: {{0,2}}\. {{0,2}}{_LABEL}){{1,4}}"
_SINGLE = r"(?<!\w)(?:[\w.+-] ){2,64}@(?: [\w.-]){4,64}(?!\w)"

_BRACKETED = re.compile(rf"[(\[{{<_]\s?(?:{_AT_WORDS}|@|\.|{_DOT_WORDS})\s?[)\]}}>_]", FLAGS)
_AT_HOST = re.compile(r"\sat\s{1,2}[\w-]{1,63}\.\w", FLAGS)
_AT_RE = re.compile(_AT, FLAGS)
_DOT_RE = re.compile(_DOT, FLAGS)
_NUMBER = re.compile(r"[\d.]+")
# Words before "at" and after it that belong to a sentence.
_TALK_TEXT = (
    "the this that these those a an my your his her its our their each every one it which what look looks looking "
    "looked arrive arrived stop stopped meet meeting laugh laughing stare staring all not here there is was are be "
    "same first "
    "last next point end start top bottom center centre left right red black blue"
)
_TALK = frozenset(_TALK_TEXT.split())
# Endings of domains that are words as well: behind spaces they may be a sentence.
_WORD_ENDS = frozenset("in it is at me us to so be no my am by do as or and the on if of an".split())


@lru_cache(maxsize=1)
def offline_extractor() -> Any:
    """tldextract with the suffix list that its package carries: no download, no cache on disk."""
    import tldextract

    return tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None, fallback_to_snapshot=True)


class EmailAddress(Rule):
    """A host name with a dot behind an @. A public suffix makes it sure; spelled-out forms need one."""

    ENTITY = "EMAIL_ADDRESS"
    FORMS = (
        # A run of these characters starts only once (lookbehind), so a long run without @ does not cost its
        # square.
        Form("plain", rf"{_LOCAL}@{_HOST}", 0.5, with_chars("@"), "@", 320, 450),
        Form("quoted", rf"\"[^\"\s@]{{1,64}}\"@{_HOST}", 0.6, with_chars("@"), "\"@", 320, 450),
        Form("encoded", rf"(?<![\w.+%-])[\w.+%-]{{1,256}}?%40{_HOST}", 0.6, with_text("%40"), "%40", 320, 450),
        Form("spaced",
            rf"(?:(?<![\w.+%-])[\w.+%-]{{1,64}} \. ){{0,3}}{_LOCAL}{_SPACED_TAIL}", 0.6, with_chars("@"), "@", 480,
            480),
        Form("single", _SINGLE, 0.7, with_text(" @ "), " @ ", 130, 130),
        Form("spelled", _SPOKEN + _TAIL_DOT, 0.6,
             every(either(with_any(frozenset(_DOT_WORDS.split("|"))), with_words("arob"), every(with_chars("[({<_"),
             with_match(_BRACKETED)), with_text(" . ")),
                   with_match(re.compile(_TAIL_DOT, FLAGS))), _TAIL_DOT, 260),
        Form("marked", _MARKED, 0.6, every(with_words(" at "), with_match(_AT_HOST)), r"\sat\s", 90, 450),
        Form("mailer", _SPOKEN + _TAIL_MAILER, 0.6,
             every(with_words("mail", "outlook", "yahoo", "icloud", "proton", "aol", "gmx", "yandex", "zoho"),
                   with_match(re.compile(_TAIL_MAILER, FLAGS))), _TAIL_MAILER, 260),
    )  # fmt: skip

    def judge(self, value: str, match: re.Match[str], form: str) -> float | None:
        if form in ("quoted", "encoded", "single", "mailer"):
            return None
        if form == "plain":
            host = value.rsplit("@", 1)[1]
            if _NUMBER.fullmatch(host):
                # A version, as in "react@18.2.0"; an address of four numbers has a recogniser of its own.
                return 0.0
            return 1.0 if offline_extractor()(host).suffix else None
        return _spelled(value, form)


def _spelled(value: str, form: str) -> float:
    """0.6 where what stands for the @ and the dots joins to an address with a public suffix, else 0."""
    at = re.search(r"@", value) if form == "spaced" else _AT_RE.search(value)
    if at is None:
        return 0.0
    host = _DOT_RE.sub(".", value[at.end() :]).replace(" ", "").lower()
    if not offline_extractor()(host).suffix or host.count(".") == 0:
        return 0.0
    if form == "spaced":
        # "bye @ noon. it was": a sentence that ends; "a @ x . com" has its spaces on both sides.
        sentence = re.search(r"\w\. +\w+$", value) is not None
        return 0.0 if sentence and host.rsplit(".", 1)[1] in _WORD_ENDS else 0.6
    local = value[: at.start()].split()[-1].lower()
    label, ending = host.split(".")[0], host.rsplit(".", 1)[1]
    if at.group().strip().lower() in ("at", "chez", "aet", "ät"):
        if local in _TALK or label in _TALK:
            return 0.0
        said = _DOT_RE.search(value[at.end() :])
        if (
            host.count(".") == 1
            and ending in _WORD_ENDS
            and said is not None
            and said.group().strip().lower() in ("point", "punt", ".")
        ):
            return 0.0
    return 0.6
