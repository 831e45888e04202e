"""Numbers said digit by digit, in eleven languages: "zero seven double five"."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise

from classifiers.recognizers.traits import Traits

_SAID = (
    "zero oh nought one two three four five six seven eight nine",
    "null eins zwei drei vier fünf sechs sieben acht neun",
    "zéro un deux trois quatre cinq six sept huit neuf",
    "cero uno dos tres cuatro cinco seis siete ocho nueve",
    "zero uno due tre quattro cinque sei sette otto nove",
    "zero um dois três quatro cinco seis sete oito nove",
    "nul een twee drie vier vijf zes zeven acht negen",
    "zero jeden dwa trzy cztery pięć sześć siedem osiem dziewięć",
    "ноль один два три четыре пять шесть семь восемь девять",
    "noll ett två tre fyra fem sex sju åtta nio",
    "sifir bir iki üç dört beş alti yedi sekiz dokuz",
)
_ALSO = {
    "oh": 0,
    "nought": 0,
    "ein": 1,
    "zwo": 2,
    "fuenf": 5,
    "meia": 6,
    "één": 1,
    "tres": 3,
    "нуль": 0,
    "одна": 1,
    "две": 2,
}
VALUES: dict[str, int] = {
    **{word: at for said in _SAID[1:] for at, word in enumerate(said.split())},
    **{word: at for at, word in enumerate(re.sub(r" (?:oh|nought)", "", _SAID[0]).split())},
    **_ALSO,
}
"""The digit of each word."""
_WORDS_SAID = frozenset(VALUES)
_TIMES = {"double": 2, "triple": 3, "treble": 3, "doble": 2, "doppel": 2}
_GAP = r"[\s,.;/–-]{1,4}"


def any_of(words: Iterable[str]) -> str:
    """An alternation of words, longest first, factored by first character, which is several times as quick."""
    by_first: dict[str, list[str]] = {}
    for word in sorted(set(words), key=lambda word: (-len(word), word)):
        by_first.setdefault(word[0], []).append(re.escape(word[1:]))
    return "|".join(f"{re.escape(first)}(?:{'|'.join(rest)})" for first, rest in sorted(by_first.items()))


_WORD = rf"(?:{any_of(VALUES)})\b"
# Not within a word; but scripts without spaces may stand right before it.
_BEGIN = r"(?<![^\W\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3])"
_OTHER = r"(?:dot|point|punkt|punto|ponto|dash|hyphen|minus|plus|slash|[A-Z])\b"
_MANY = rf"(?:(?:{'|'.join(_TIMES)}){_GAP})?"
SPOKEN = (
    rf"{_BEGIN}(?:(?:plus|más|piú|più|mais|[A-Z])\b{_GAP}){{0,6}}?{_MANY}{_WORD}(?:{_GAP}(?:{_MANY}{_WORD}|"
    rf"{_OTHER})){{2,50}}"
)
"""A run of said digits, single letters and marks among them."""
SPOKEN_ANCHOR = rf"{_BEGIN}{_WORD}{_GAP}(?:{_MANY}{_WORD}|{_OTHER})"
"""Holds in every run that `said` reads as a number of some length."""
BACK, AHEAD = 48, 700
_WORDS = re.compile(r"[^\W\d_]+")


def may_be_said(traits: Traits) -> bool:
    """Whether two different words for digits occur; a run with fewer is no number."""
    return len(_WORDS_SAID & traits.word_set) >= 2


def said(value: str, letters_each: int = 1) -> str:
    """The digits of a run of said digits; empty where it is no number: a count up or down, more than `letters_each`
    letters for each digit, or, where letters are not let in, one digit repeated."""
    digits: list[int] = []
    times, letters = 1, 0
    for word in _WORDS.findall(value.lower().replace("ı", "i")):
        if word in _TIMES:
            times = _TIMES[word]
        elif word in VALUES:
            digits += [VALUES[word]] * times
            times = 1
        else:
            letters += len(word) == 1
    steps = {after - before for before, after in pairwise(digits)}
    one = len(set(digits)) < 2 and letters_each == 1
    counting = not letters and len(digits) > 2 and len(steps) == 1 and abs(steps.pop()) == 1
    if one or counting or letters > letters_each * len(digits):
        return ""
    return "".join(map(str, digits))


def spoken_end(value: str) -> int:
    """Length of a run up to its last digit or letter; a mark's word at the end belongs to the sentence."""
    end = 0
    for match in _WORDS.finditer(value):
        word = match.group().lower().replace("ı", "i")
        # A small vowel alone is a word of the sentence.
        if word in VALUES or (len(word) == 1 and (match.group().isupper() or word not in "aioyeu")):
            end = match.end()
    return end
