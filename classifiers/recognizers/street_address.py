"""Street addresses: a house number with a street word, in several languages; post codes; post boxes."""

from __future__ import annotations

import re

from classifiers.recognizers.form import Form
from classifiers.recognizers.needs import every, with_any, with_digits, with_match, with_number, with_words
from classifiers.recognizers.rule import Rule

_NAME = r"(?:[^\W\d_][\w'.-]{0,24})"
_NO = r"\d{1,5}(?:[ -]?[a-h])?(?:[/-]\d{1,4}[a-h]?)?"
_EN = (
    r"(?:street|st|avenue|ave|road|rd|lane|ln|drive|dr|court|ct|boulevard|blvd|way|place|pl|square|sq|"
    r"terrace|ter|close|crescent|cres|"
    r"grove|gardens|park|row|mews|hill|highway|hwy|parkway|pkwy|circle|cir|trail|trl|alley|loop|walk|plaza|"
    r"route|turnpike|pike|"
    r"quay|rise|vale|view|green|heights|crossing|bypass|ridge|cove|run|point|path)"
)
_STREET = every(with_digits, with_any(frozenset(re.findall(r"[a-z]+", _EN))))
_SURE = "street|avenue|ave|road|rd|lane|drive|boulevard|blvd|terrace|crescent|highway|parkway"
_UNIT = r"(?:[,\s]{1,3}(?:apt|apartment|suite|ste|unit|flat|floor|room|rm|#)\.?[ #]{0,2}[\w-]{1,6})?"
_TOWN = r"(?:,\s{0,2}(?-i:[A-Z])[\w'.-]{1,24}(?: (?-i:[A-Z])[\w'.-]{1,24}){0,3}){0,2}"
_ZIP = r"(?:,?\s{1,2}(?-i:[A-Z]{2}))?(?:,?\s{1,2}\d{5}(?:-\d{4})?(?!\d))?"
_UK = r"(?-i:[A-Z]{1,2}\d[A-Z\d]? ?\d[ABD-HJLNP-UW-Z]{2})"
# British and Canadian codes hold a capital with a digit right behind it, as few texts do.
_POSTCODE = every(with_digits, with_match(re.compile(r"[A-Z]\d")))
_DE = (
    r"(?:[^\W\d_][\w-]{1,28}(?:stra(?:ß|ss)e|str\.|weg|platz|allee|gasse|ring|damm|ufer|straat|laan|plein|"
    r"gracht|kade|gatan|vägen|veien|gata|vej|gade|katu|tie)|(?:[^\W\d_][\w-]{1,20}[ -]){1,2}(?:stra(?:ß|"
    r"ss)e|str\.|weg|platz|allee|gasse|utca|út|ulica|caddesi|sokak))"
)
_HEAD = (
    r"(?:rue|avenue|av\.|boulevard|bd\.?|impasse|chemin|all[ée]e|calle|c/|avenida|avda\.?|paseo|viale|"
    r"piazza|vicolo|rua|travessa|"
    r"pra[çc]a|estrada|alameda|ul\.|os\.|ulica|jalan|jl\.|bulevardul|ул\.|улица|проспект|пр\.|вул\.|οδός)"
)
# These are words of other kinds too; names after them must be capitalised.
_WEAK_HEAD = r"(?:via|corso|largo|strada|place|quai|plaza|camino|carrera|al\.|av)"
_CAPITAL = r"(?:(?-i:[A-ZÀ-ÝŁŚŻ])[\w'.-]{0,24}|de|la|le|del|du|des|di|della|do|da|dos|das|den)"
_TAIL = r"(?:n[.ºo°]?\s?)?" + _NO + r"(?!\w)(?:,?\s{1,2}\d{4,5}(?:-\d{3})?\s(?-i:[A-ZÀ-Ý])[\w-]{1,24})?"


_DE_ENDS = (
    "straße", "strasse", "str ", "weg ", "platz ", "allee", "gasse", "ring ", "damm ", "ufer ", "straat",
    "laan ", "plein ", "gracht",
    "kade ", "gatan ", "vägen ", "veien ", "gata ", "vej ", "gade ", "katu ", "tie ", " utca", " út ",
    " ulica", "caddesi", "sokak",
)  # fmt: skip
_HEADS = (
    " rue ", " avenue ", " av ", "boulevard", " bd ", "impasse", "chemin", " place ", " allée ", " allee ",
    " quai ", "calle", " c ",
    "avenida", "avda", "plaza", "paseo", "camino", "carrera", " via ", "viale", "piazza", "corso", "vicolo",
    "largo", "strada", " rua ",
    "travessa", "praça", "praca", "estrada", "alameda", " ul ", " al ", " os ", "ulica", "jalan", " jl ",
    "bulevardul", "ул", "проспект",
    " пр ", "вул", "οδός",
)  # fmt: skip

_HEADED = every(with_digits, with_words(*_HEADS))


class StreetAddress(Rule):
    """House number and street, with flat, town and post code where they follow; British and Canadian codes
    alone."""

    ENTITY = "ADDRESS"
    FORMS = (
        Form("english",
            rf"(?<![\w.,$£€-]){_NO}\s{{1,2}}(?:(?:north|south|east|west|[nsew])\.? "
            rf")?(?:{_NAME}\s){{1,4}}?{_EN}\b\.?{_UNIT}{_TOWN}{_ZIP}",
             0.6, _STREET, r"(?<![\w.,$£€-])\d{1,5}[a-h/\d -]{0,9}\s{1,2}[^\W\d_]"),
        Form("numbered",
            rf"(?<![\w.,$£€-]){_NO}\s{{1,2}}(?:[nsew]\.? )?\d{{1,3}}(?:st|nd|rd|"
            rf"th)\s{_EN}\b\.?{_UNIT}{_TOWN}{_ZIP}", 0.7,
             _STREET, r"\d(?:st|nd|rd|th)\s", 24, 100),
        Form("germanic",
            rf"(?<!\w){_DE}\s{{1,2}}{_NO}(?!\w)(?:,?\s{{1,2}}\d{{4,5}}\s(?-i:[A-ZÄÖÜ])[\w-]{{1,24}})?", 0.6,
             every(with_digits, with_words(*_DE_ENDS)), r"[^\W\d_]\.?\s{1,2}\d", 80, 50),
        Form("romance",
            rf"(?:(?<![\w.,]){_NO},?\s{{1,2}}(?:bis |ter )?)?(?<!\w){_HEAD}\s{{1,2}}(?:{_NAME}[ "
            rf",]\s{{0,2}}){{1,5}}{_TAIL}", 0.6,
             _HEADED, r"[ ,]\s{0,2}(?:n[.ºo°]?\s?)?\d", 180, 50),
        Form("weak", rf"(?<!\w){_WEAK_HEAD}\s{{1,2}}(?:{_CAPITAL}[ ,]\s{{0,2}}){{1,5}}{_TAIL}", 0.6,
             _HEADED, r"[ ,]\s{0,2}(?:n[.ºo°]?\s?)?\d", 180, 50),
        Form("french",
            rf"(?<![\w.,]){_NO},?\s{{1,2}}(?:bis |ter )?(?:rue|avenue|boulevard|impasse|chemin|place|"
            rf"all[ée]e|quai)\s(?:{_NAME}[ ]?){{1,5}}(?:,?\s{{1,2}}\d{{5}}\s(?-i:[A-ZÀ-Ý])[\w-]{{1,24}})?",
             0.6,
             every(with_digits,
             with_words("rue", "avenue", "boulevard", "impasse", "chemin", "place", "allée", "allee",
             "quai")),
             r"(?<![\w.,])\d{1,5}[a-h/\d -]{0,9},?\s{1,2}[^\W\d_]"),
        Form("box", r"\b(?:p\.? ?o\.? ?box|postfach|apartado|casella postale)\s{0,2}\d{1,7}\b", 0.7,
             every(with_digits, with_words("box", "postfach", "apartado", "casella"))),
        Form("uk", rf"(?<!\w){_UK}(?!\w)", 0.5, _POSTCODE, r"\d[A-Z]{2}(?!\w)", 8, 0),
        Form("canada",
            r"(?<!\w)(?-i:[ABCEGHJ-NPRSTVXY]\d[A-Z]) ?\d(?-i:[A-Z])\d(?!\w)",
            0.5, _POSTCODE, r"\d[A-Z]\d(?!\w)", 5, 0),
        Form("state",
            r"(?<!\w)(?-i:[A-Z])[\w'.-]{1,24}(?: (?-i:[A-Z])[\w'.-]{1,24}){0,2}, (?-i:[A-Z]{2}) "
            r"\d{5}(?:-\d{4})?(?!\d)", 0.7,
             with_number, r", [A-Z]{2} \d{5}", 80, 6),
        Form("unit",
            r"\b(?:apt|apartment|suite|ste|unit|flat|wohnung|appartement)\.? ?(?:no\.? ?|"
            r"#)?(?:\d{1,5}[a-h]?|[a-h]\d{1,4})\b", 0.4,
             every(with_digits,
             with_words(" apt", "apartment", "suite", " ste ", "unit", "flat", "wohnung", "appartement"))),
    )  # fmt: skip

    def judge(self, value: str, match: re.Match[str], form: str) -> float | None:
        if form == "english":
            return _english(value)
        return None


_STREET_WORD = re.compile(rf"\b(?:{_SURE})\b", re.IGNORECASE)
_QUANTITY = re.compile(
    r"\b(?:the|a|an|to|of|in|on|is|are|was|people|minutes?|hours?|days?|weeks?|months?|years?|percent|"
    r"miles?|km|more|different|other|"
    r"times|and|or|for|my|your|way|things|tips|steps|points|reasons|per|with|from|by|that|this|those|"
    r"these)\b",
    re.IGNORECASE,
)


def _english(value: str) -> float | None:
    """ "5 minutes way" is no address: common words between number and street word drop it; weak street
    words need capitals."""
    words = value.split(",")[0].split()
    inner = " ".join(words[1:-1])
    if _QUANTITY.search(inner):
        return 0.0
    if _STREET_WORD.search(value):
        return None
    return None if all(word[:1].isupper() for word in words[1:] if word[:1].isalpha()) else 0.0
