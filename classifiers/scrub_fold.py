"""Folds the ways in which text hides its characters: full width, styled letters, other digits, look-alikes,
invisibles.

Recognisers read the folded text; spans are carried back to the text as it stands.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

# Zero width, soft hyphen, direction marks, byte order mark, variation selectors: nothing that a reader sees.
_INVISIBLE = re.compile("[\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufe00-\ufe0f\ufeff]+")
_MARKS = {
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2043\ufe58\ufe63\uff0d", "-"),
    **dict.fromkeys(
        "\u2018\u2019\u201b\u02bc\u2032\uff07", "'"), **dict.fromkeys("\u201c\u201d\u201f\u2033\uff02", '"'),
    "\u2024": ".", "\u3002": ".", "\uff0e": ".", "\uff61": ".", "\u2044": "/", "\u2215": "/", "\ufe55": ":",
    "\u2236": ":",
}  # fmt: skip
# Cyrillic and Greek letters that look like Latin ones, in that order.
_LOOKS = dict(
    zip(
        "аеорсухіјѕԁһӏԛԝвАВЕКМНОРСТУХІЈЅԌαοντρυκικΑΒΕΖΗΙΚΜΝΟΡΤΥΧ",
        "aeopcyxijsdhlqwbABEKMHOPCTYXIJSGaovtpukikABEZHIKMNOPTYX",
        strict=True,
    )
)
_LIGATURE = re.compile("[\ufb00-\ufb06\u0132\u0133\u01c4-\u01cc\u2100-\u2103\u2116\u2120-\u2122\u3371-\u33ff]")
_MIXABLE = re.compile("[\u0370-\u04ff\u0500-\u052f]")
_WORD = re.compile(r"[\w@.+%-]{2,512}")


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
    """A folded text, and for each of its characters where it stood; None where nothing moved."""

    text: str
    places: Sequence[int] | None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """A span (start < end) of the folded text as one of the text as it stands."""
        if self.places is None:
            return start, end
        return self.places[start], self.places[end - 1] + 1


def fold(text: str) -> Folded:
    """The text as a reader sees it. Plain ASCII is returned as it is; the length changes only by invisible
    characters."""
    if text.isascii():
        return Folded(text, None)
    places: list[int] | None = None
    folded = text
    if _INVISIBLE.search(text):
        places, kept = [], []
        at = 0
        for match in _INVISIBLE.finditer(text):
            kept.append(text[at : match.start()])
            places.extend(range(at, match.start()))
            at = match.end()
        kept.append(text[at:])
        places.extend(range(at, len(text)))
        folded = "".join(kept)
    if _LIGATURE.search(folded):
        folded, places = _spread(folded, places)
    folded = folded.translate(_TABLE)
    if _MIXABLE.search(folded):
        folded = _WORD.sub(_unmix, folded)
    return Folded(folded, places)


def _spread(text: str, places: list[int] | None) -> tuple[str, list[int]]:
    """Text with ligatures as separate letters; both letters stand where the ligature did."""
    parts = [unicodedata.normalize("NFKC", char) if _LIGATURE.match(char) else char for char in text]
    origin = range(len(text)) if places is None else places
    return "".join(parts), [place for place, part in zip(origin, parts, strict=True) for _ in part]


def _unmix(match: re.Match[str]) -> str:
    """A word that mixes Latin letters with look-alikes of another script is meant to be read as Latin."""
    word = match.group()
    if not _MIXABLE.search(word) or not any(char.isascii() and char.isalpha() for char in word):
        return word
    return "".join(_LOOKS.get(char, char) for char in word)
