"""How people type: lower case, missing apostrophes and stops, slips of the fingers. For English user turns only.

Only the first paragraph of a turn is changed: what follows a blank line is mostly pasted.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from jobs.sample.dice import Dice

_NEXT = {"a": "s", "e": "r", "i": "o", "o": "p", "t": "y", "n": "m", "s": "d", "r": "t", "h": "j", "l": "k"}
_SHORT = {"you": "u", "please": "pls", "because": "bc", "your": "ur", "though": "tho", "people": "ppl", "to": "2",
          "really": "rly", "thanks": "thx", "with": "w", "okay": "k", "something": "smth", "about": "abt"}  # fmt: skip
_WORD = re.compile(r"(?<![\w@/.\\'-])[A-Za-z]{4,}(?![\w@/\\'-]|\.\w)")
_SHORT_WORD = re.compile(r"\b(" + "|".join(_SHORT) + r")\b(?=[ ,.?!\n]|$)")


def _slip(word: str, dice: Dice) -> str:
    at, kind = 1 + dice.below(len(word) - 2), dice.below(5)
    if kind == 0:
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    if kind == 1:
        return word[:at] + word[at + 1 :]
    if kind == 2:
        return word[:at] + word[at] + word[at:]
    if kind == 3:
        return word[:at] + _NEXT.get(word[at], word[at]) + word[at + 1 :]
    return word[:-1] if dice.chance(0.5) else word[:at] + word[at + 1] + word[at] + word[at + 2 :]


def _slips(text: str, dice: Dice, share: float) -> str:
    return _WORD.sub(lambda m: _slip(m[0], dice) if dice.chance(share) else m[0], text)


def _lower(text: str, dice: Dice) -> str:
    text = text.lower()
    return text[:-1] if text.endswith(".") and dice.chance(0.7) else text


def _sloppy(text: str, dice: Dice) -> str:
    text = re.sub(r"(\w)['’](\w)", r"\1\2", _lower(text, dice))
    text = _SHORT_WORD.sub(lambda m: _SHORT[m[0]] if dice.chance(0.3) else m[0], text)
    text = re.sub(r", ", lambda m: " " if dice.chance(0.5) else m[0], text)
    return _slips(text, dice, 0.035)


def _no_stops(text: str, dice: Dice) -> str:
    return re.sub(r"[.,;!](?=\s|$)", "", text.lower()) if dice.chance(0.8) else text


_HABITS: dict[str, Callable[[str, Dice], str]] = {
    "tidy": lambda text, dice: text,
    "lower": _lower,
    "sloppy": _sloppy,
    "slips": lambda text, dice: _slips(text, dice, 0.02),
    "shout": lambda text, dice: text.upper() if dice.chance(0.6) else text,
    "no_stops": _no_stops,
}


def typed(text: str, habit: str, dice: Dice) -> str:
    """The text as a user of that habit types it; code, commands and text in capitals stay as they are."""
    head, gap, pasted = text.partition("\n\n")
    letters = sum(c.isalpha() for c in head)
    if "`" in head or "://" in head or sum(c.isupper() for c in head) * 2 > letters:
        return text
    return _HABITS[habit](head, dice) + gap + pasted


def lowers(habit: str) -> bool:
    """True where names are written without capitals too."""
    return habit in ("lower", "sloppy", "no_stops")
