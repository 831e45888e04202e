"""Folds the ways in which text hides its characters: full width, styled letters, other digits, look-alikes,
invisibles, escapes.

Recognisers read the folded text; spans are carried back to the text as it stands.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

# Zero width, soft hyphen, direction marks, byte order mark, variation selectors: nothing that a reader sees.
_INVISIBLE = re.compile("[\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufe00-\ufe0f\ufeff]+")
_MARKS = {
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2043\ufe58\ufe63\uff0d", "-"),
    **dict.fromkeys(
        "\u2018\u2019\u201b\u02bc\u2032\uff07", "'"), **dict.fromkeys("\u201c\u201d\u201f\u2033\uff02", '"'),
    "\u2024": ".", "\u3002": ".", "\uff0e": ".", "\uff61": ".", "\u2044": "/", "\u2215": "/", "\ufe55": ":",
    "\u2236": ":",
}  # fmt: skip
# Letters of other scripts that look like Latin ones, and those, in the same order: Cyrillic, Greek, Armenian, others.
_LOOKS = dict(
    zip(
        "аеорсухіјѕԁһӏԛԝѵкмтгпвАВЕКМНОРСТУХІЈЅԌҮӀΖαονϲτρυκιχΑΒΕΖΗΙΚΜΝΟΡΤΥΧօոսհԱՕɡʟᴀᴇᴏ",
        "aeopcyxijsdhlqwvkmtrnbABEKMHOPCTYXIJSGYIZaovctpukixABEZHIKMNOPTYXonuhUOgLAEO",
        strict=True,
    )
)
_LIGATURE = re.compile("[\ufb00-\ufb06\u0132\u0133\u01c4-\u01cc\u2100-\u2103\u2116\u2120-\u2122\u3371-\u33ff]")
_MIXABLE = re.compile("[\u0261\u029f\u0370-\u058f\u1d00-\u1d0f]")
# Escapes of HTML and JSON that stand for one visible ASCII character or a space.
_ESCAPE = re.compile(r"&(?:#0{0,4}(\d{2,3})|#x0{0,4}([2-7][0-9a-f])|(commat|period|nbsp));|\\u00([2-7][0-9a-f])", re.I)
_NAMED = {"commat": "@", "period": ".", "nbsp": " "}
# Of those, the ones that nobody can tell apart.
_SAME = frozenset("аеорсухіјѕԁһӏԛԝАВЕКМНОРСТУХІЈЅοΑΒΕΖΗΙΚΜΝΟΡΤΥΧօ")
_WORD = re.compile(r"[\w@.+%-]{1,512}")
MOSTLY = 2
"""So many times as many Latin letters as of scripts that look like it make a text Latin."""


class _Table(dict[int, str | int]):
    """Translation by code point, worked out when first asked for: compatible form of one character, digits
    as ASCII."""

    def __missing__(self, code: int) -> str | int:
        char = chr(code)
        made: str | int = code
        if code > 127:
            folded = _MARKS.get(char) or unicodedata.normalize("NFKC", char)
            digit = unicodedata.digit(char, None)
            if digit is not None:
                made = str(digit)
            elif len(folded) == 1 and folded != char and len(folded.lower()) == 1:
                made = folded
            elif len(char.lower()) != 1:
                made = "I"
        self[code] = made
        return made


_TABLE = _Table()


@dataclass(frozen=True)
class Folded:
    """A folded text, and for each of its characters where it stood; None where nothing moved.

    `wide` holds, by its first place, the end of whatever of the text as it stands became one character.
    """

    text: str
    places: Sequence[int] | None
    wide: Mapping[int, int] = field(default_factory=dict)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """A span (start < end) of the folded text as one of the text as it stands."""
        if self.places is None:
            return start, end
        last = self.places[end - 1]
        return self.places[start], self.wide.get(last, last + 1)


def fold(text: str) -> Folded:
    """The text as a reader sees it. Plain ASCII is returned as it is; the length changes only by invisible
    characters."""
    places: list[int] | None = None
    folded = text
    wide: dict[int, int] = {}
    if ("&" in text or "\\u00" in text) and _ESCAPE.search(text):
        folded, places, wide = _unescaped(text)
    if folded.isascii():
        return Folded(folded, places, wide)
    if _INVISIBLE.search(folded):
        folded, places = _without_invisible(folded, places)
    if _LIGATURE.search(folded):
        folded, places = _spread(folded, places)
    folded = folded.translate(_TABLE)
    if _MIXABLE.search(folded):
        letters = sum(char.isascii() and char.isalpha() for char in folded)
        mixable = _MIXABLE.findall(folded)
        # Nothing but letters that look the same, and few of them, is no text of that script.
        latin = letters > MOSTLY * len(mixable) or (letters > 0 and _SAME.issuperset(mixable))
        folded = _WORD.sub(lambda match: _unmix(match.group(), latin), folded)
    return Folded(folded, places, wide)


def _unescaped(text: str) -> tuple[str, list[int], dict[int, int]]:
    """Text with each escape as the character it stands for, where its characters stood, and where escapes end."""
    parts: list[str] = []
    places: list[int] = []
    wide: dict[int, int] = {}
    at = 0
    for match in _ESCAPE.finditer(text):
        number, code, name, short = match.groups()
        char = _NAMED[name.lower()] if name else chr(int(number) if number else int(code or short, 16))
        if not " " <= char <= "~":
            continue
        parts += (text[at : match.start()], char)
        places += (*range(at, match.start()), match.start())
        wide[match.start()] = at = match.end()
    parts.append(text[at:])
    places.extend(range(at, len(text)))
    return "".join(parts), places, wide


def _without_invisible(text: str, places: Sequence[int] | None) -> tuple[str, list[int]]:
    """Text without what no reader sees, and where its characters stood."""
    origin = range(len(text)) if places is None else places
    kept: list[str] = []
    left: list[int] = []
    at = 0
    for match in _INVISIBLE.finditer(text):
        kept.append(text[at : match.start()])
        left.extend(origin[at : match.start()])
        at = match.end()
    kept.append(text[at:])
    left.extend(origin[at:])
    return "".join(kept), left


def _spread(text: str, places: list[int] | None) -> tuple[str, list[int]]:
    """Text with ligatures as separate letters; both letters stand where the ligature did."""
    parts = [unicodedata.normalize("NFKC", char) if _LIGATURE.match(char) else char for char in text]
    origin = range(len(text)) if places is None else places
    return "".join(parts), [place for place, part in zip(origin, parts, strict=True) for _ in part]


def _unmix(word: str, latin: bool) -> str:
    """A word that mixes Latin letters with look-alikes of another script is meant to be read as Latin; in a text
    that is Latin for the most part (`latin`), so are a few letters that look like nothing else, and in any text where
    digits are with them."""
    if not _MIXABLE.search(word):
        return word
    letters = [char for char in word if char.isalpha()]
    code = len(letters) <= 4 and (latin or any(map(str.isdigit, word))) and all(char in _SAME for char in letters)
    if code or any(map(str.isascii, letters)):
        return "".join(_LOOKS.get(char, char) for char in word)
    return word
