"""Ways in which a value is hidden, by accident or on purpose: spacing, words for digits, invisible and odd characters.

Each function takes a value and a seeded generator and returns the value as it then stands in a text, or the empty
string where it cannot be so written.
"""

from __future__ import annotations

import random
from collections.abc import Callable

from classifiers.scrub_form_dates import ONES

_INVISIBLE = "\u200b\u200b\u200c\u200d\u2060\ufeff"
# Latin letter: letters of other scripts that look like it.
_LOOKS = {
    "a": "аα", "c": "сϲ", "d": "ԁ", "e": "е", "g": "ɡ", "h": "һ", "i": "іι", "j": "ј", "k": "кκ", "l": "ӏ", "m": "м",
    "n": "ո", "o": "оοօ", "p": "рρ", "q": "ԛ", "s": "ѕ", "t": "т", "u": "υ", "v": "νѵ", "w": "ԝ", "x": "хχ", "y": "у",
    "A": "АΑ", "B": "ВΒ", "C": "С", "E": "ЕΕ", "H": "НΗ", "I": "ІΙ", "J": "Ј", "K": "КΚ", "M": "МΜ", "N": "Ν",
    "O": "ОΟ",
    "P": "РΡ", "S": "Ѕ", "T": "ТΤ", "X": "ХΧ", "Y": "ΥҮ", "Z": "Ζ",
}  # fmt: skip
_ZEROES = "\u0660\u06f0\u0966\u09e6\u0a66\u0ae6\u0be6\u0c66\u0ce6\u0d66\u0e50\u0ed0\u1040\u17e0"
_WORDS = {
    "en": ONES[:10],
    "de": "null eins zwei drei vier fünf sechs sieben acht neun".split(),
    "fr": "zéro un deux trois quatre cinq six sept huit neuf".split(),
    "es": "cero uno dos tres cuatro cinco seis siete ocho nueve".split(),
}
_MARKS = {
    "en": {".": "dot", "-": "dash", "+": "plus", "/": "slash"},
    "de": {".": "punkt", "+": "plus"},
    "fr": {".": "point", "+": "plus"},
    "es": {".": "punto", "+": "más"},
}
Disguise = Callable[[str, random.Random], str]


def core(value: str) -> str:
    """Letters, digits and a leading plus of a value."""
    return ("+" if value[:2] in ("+", "(+") or value[:1] == "+" else "") + "".join(filter(str.isalnum, value))


def spaced(value: str, rng: random.Random) -> str:
    """One mark between all letters and digits; empty where there are too many for somebody to do so."""
    plus = value[:1] if value[:1] == "+" else ""
    return plus + rng.choice((" ", " ", "-", ".")).join(value.lstrip("+")) if len(value) < 32 else ""


def in_groups(value: str, rng: random.Random, gaps: str) -> str:
    """A value cut into groups of two to five, with one of `gaps` between them; empty where it is very long."""
    rest, parts = core(value) if len(core(value)) < 32 else "", []
    while rest:
        size = rng.randint(2, 5)
        parts.append(rest[:size])
        rest = rest[size:]
    return rng.choice(gaps).join(parts)


def within(value: str, rng: random.Random, signs: str, most: int) -> str:
    """A value with one to `most` of `signs` put between its characters."""
    for _ in range(rng.randint(1, most)):
        at = rng.randint(1, len(value) - 1)
        value = value[:at] + rng.choice(signs) + value[at:]
    return value


def looks_alike(value: str, rng: random.Random) -> str:
    """One to three letters replaced by such as look like them; empty where there is no such letter."""
    places = [at for at, char in enumerate(value) if char in _LOOKS]
    if not places or (value.isupper() is False and not any(char.isascii() and char.isalpha() for char in value)):
        return ""
    chars = list(value)
    for at in rng.sample(places, min(len(places), rng.randint(1, 3))):
        chars[at] = rng.choice(_LOOKS[chars[at]])
    # A word of another script alone is no disguise.
    return "".join(chars) if any(char.isascii() and char.isalpha() for char in chars) else ""


def full_width(value: str, rng: random.Random) -> str:
    """Every visible ASCII character in its full-width form."""
    return "".join(chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char for char in value)


def styled(value: str, rng: random.Random) -> str:
    """Letters and digits in one of the mathematical styles."""
    upper, lower, digit = rng.choice(
        ((0x1D400, 0x1D41A, 0x1D7CE), (0x1D5D4, 0x1D5EE, 0x1D7EC), (0x1D670, 0x1D68A, 0x1D7F6))
    )

    def turned(char: str) -> str:
        if not char.isascii() or not char.isalnum():
            return char
        start, base = (digit, "0") if char.isdigit() else (upper, "A") if char.isupper() else (lower, "a")
        return chr(start + ord(char) - ord(base))

    return "".join(map(turned, value))


def other_digits(value: str, rng: random.Random) -> str:
    """Digits of another script; empty where the value has none."""
    zero = ord(rng.choice(_ZEROES))
    out = "".join(chr(zero + int(char)) if char in "0123456789" else char for char in value)
    return out if out != value else ""


def spoken(value: str, rng: random.Random, language: str) -> str:
    """A value said character by character; "double" and "oh" in English."""
    words: list[str] = []
    if ":" in value or "[" in value:
        return ""
    marks = _MARKS[language] if "." in value and value.count(".") == 3 else {"+": _MARKS[language]["+"]}
    chars = value if "." in marks else core(value)
    at = 0
    while at < len(chars):
        char = chars[at]
        if not char.isdigit():
            words += [marks.get(char, char)] if char.isalnum() or char in marks else []
        elif language == "en" and chars[at : at + 2] == char * 2 and rng.random() < 0.5:
            words += ["double", ONES[int(char)]]
            at += 1
        else:
            words.append(
                "oh" if char == "0" and language == "en" and rng.random() < 0.3 else _WORDS[language][int(char)]
            )
        at += 1
    if not any(char.isdigit() for char in chars):
        return ""
    return rng.choice((" ", " ", ", ", " ")).join(words)


DISGUISES: dict[str, Disguise] = {
    "spaced": lambda value, rng: spaced(core(value), rng),
    "grouped": lambda value, rng: in_groups(value, rng, " "),
    "dashed": lambda value, rng: in_groups(value, rng, "-"),
    "dotted": lambda value, rng: in_groups(value, rng, "."),
    "spoken": lambda value, rng: spoken(value, rng, "en"),
    "spoken_de": lambda value, rng: spoken(value, rng, "de"),
    "spoken_fr": lambda value, rng: spoken(value, rng, "fr"),
    "spoken_es": lambda value, rng: spoken(value, rng, "es"),
    "zero_width": lambda value, rng: within(value, rng, _INVISIBLE, 4),
    "soft_hyphen": lambda value, rng: within(value, rng, "\u00ad", 3),
    "homoglyph": looks_alike,
    "full_width": full_width,
    "styled": styled,
    "other_digits": other_digits,
}
FORMLESS = frozenset(("spaced", "grouped", "dashed", "dotted", "spoken", "spoken_de", "spoken_fr", "spoken_es"))
"""Disguises that leave a value no form by which it could be known without a word before it."""
