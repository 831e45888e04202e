"""Words of a text, and what a word looks like: the input of the name model, in training and at run time
alike."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any
from zlib import crc32

import numpy as np

BUCKETS = 1 << 15
"""Rows of the table of letter groups; a power of two."""
SHAPES = 64
"""Number of word shapes; `shape` returns values below it."""
FREQUENCIES = 8
"""Number of frequency classes of a word in public text; 0 means never seen."""
TURN = "\x02"
"""Stands between two texts of a conversation. It is not in any text, because `Cut` never yields it."""
LINE = "\n"
_STEP, _MIX = np.uint32(0x01000193), np.uint32(0x9E3779B1)
"""Multipliers of a rolling hash and of what spreads its bits."""
CASES = 3
"""Letter case of a whole text; `text_case` returns values below it."""

_MAX_WORD = 40
# A word is a run of anything that is not space, digit, punctuation or symbol. Said by exclusion, because \w
# leaves out the vowel signs of Indic scripts, and would cut their words to pieces. Han and kana stand one
# character each.
_OUTSIDE = (
    r"\s\d\x00-\x40\x5b-\x60\x7b-\xa9\xab-\xb4\xb6-\xb9\xbb-\xbf\xd7\xf7\u0964\u0965\u060c\u061b\u061f\u06d4"
    r"\u2000-\u206f\u20a0-\u20cf\u2100-\u2bff\u3000-\u303f\uff00-\uff20\uff3b-\uff40\uff5b-\uff65"
    r"\ufe00-\ufe0f\ufff0-\uffff\ud800-\udfff\U0001f000-\U0001faff\u3040-\u30ff\u3400-\u9fff"
)
_WORD = re.compile(rf"[^{_OUTSIDE}]{{1,{_MAX_WORD}}}|\d{{1,{_MAX_WORD}}}|\n|[^\s\x02]")


_DIGITS = re.compile(r"^\d+")


class Cut:
    """Words, digit runs, single marks and line ends of a text, in order."""

    __slots__ = ("_starts", "_text", "words")

    def __init__(self, text: str) -> None:
        self.words: list[str] = _WORD.findall(text)
        self._text = text
        self._starts: list[int] | None = None

    @property
    def starts(self) -> list[int]:
        """Where each word starts (character offsets). Worked out when first asked for: few texts hold a name."""
        if self._starts is None:
            self._starts = [match.start() for match in _WORD.finditer(self._text)]
        return self._starts


def text_case(words: list[str]) -> int:
    """Letter case of a text from its words: 0 as is usual, 1 no capital at all, 2 hardly a small letter."""
    # One pass that ends where the answer is certain: this runs for every turn.
    head = words[:400]
    capital = False
    small = letters = 0
    for word in head:
        first = word[0]
        if not first.isalpha():
            continue
        capital = capital or first.isupper()
        if len(word) > 1:
            letters += 1
            small += not word.isupper()
            if capital and 5 * small >= len(head):
                return 0
    if not capital:
        return 1
    return 2 if 5 * small < letters else 0


def letter_groups(words: Sequence[str]) -> tuple[Any, Any]:
    """Buckets of each word: of the word itself, of its groups of 3 to 5 letters, and of two at either end.

    In lower case; of a long word, head and tail. Returns int64 (groups), word after word, and int64 (words): how many
    of them are each word's. Method: fastText's subword hashing (Bojanowski et al. 2017, section 3.2), all words at
    once.
    """
    framed = [f"<{low if len(low) <= 18 else low[:12] + low[-6:]}>" for low in map(str.lower, words)]
    codes = np.frombuffer("".join(framed).encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    sizes = np.array([len(word) for word in framed])
    ends = np.cumsum(sizes)
    owner = np.repeat(np.arange(len(framed)), sizes)
    places = np.arange(len(codes))
    left = ends[owner] - places
    hashed = codes.copy()
    found = [np.array([crc32(word.encode("utf-8", "surrogatepass")) for word in framed], dtype=np.uint32)]
    owners = [np.arange(len(framed))]
    for size in (2, 3, 4, 5):
        hashed[: 1 - size] = hashed[: 1 - size] * _STEP + codes[size - 1 :]
        taken = left >= size
        if size == 2:
            # Pairs of letters tell most at the ends of a word.
            taken &= (left == 2) | (places == (ends - sizes)[owner])
        found.append(hashed[taken] + np.uint32(size))
        owners.append(owner[taken])
    mixed = np.concatenate(found)
    mixed = (mixed ^ (mixed >> np.uint32(15))) * _MIX
    order = np.argsort(np.concatenate(owners), kind="stable")
    buckets = (mixed >> np.uint32(32 - BUCKETS.bit_length() + 1)).astype(np.int64)
    return buckets[order], np.bincount(np.concatenate(owners), minlength=len(framed))


def word_type(word: str) -> str:
    """What a word is taken for: itself, but a run of digits is known by its length alone. What else stands behind
    the digits stays."""
    return _DIGITS.sub(lambda run: "0" * len(run.group()), word) if word[0].isdigit() else word


ALPHA, OTHER_SCRIPT, SMALL, KNOWN = 1, 2, 4, 8
"""Bits of `word_marks`: a word of letters, of another script than Latin, in small letters, of which this one known."""
_LATIN = "\u024f"


def word_marks(word: str, known: bool) -> int:
    """What of a word tells the language of its text. known: whether it is one of public text."""
    first = word[0]
    if not first.isalpha():
        return 0
    small = len(word) > 1 and not first.isupper()
    return ALPHA | (OTHER_SCRIPT if first > _LATIN else 0) | (SMALL if small else 0) | (KNOWN if small and known else 0)


def in_other_script(words: list[str]) -> bool:
    """Whether most words are in another script than Latin. There only words with a capital are taken for names."""
    firsts = [word[0] for word in words[:2000]]
    if max(firsts, default="") <= _LATIN:
        return False
    letters = list(filter(str.isalpha, firsts))
    return 2 * sum(letter > _LATIN for letter in letters) > max(len(letters), 8)


def word_key(word: str) -> int:
    """32-bit key of a word in lower case; the shipped lists hold these keys, never words."""
    return crc32(("key:" + word.lower()).encode("utf-8", "surrogatepass"))


def shape(word: str) -> int:
    """Class of a word by its letter case, script and length, 0 to SHAPES - 1."""
    first = word[0]
    if word == TURN:
        return 0
    if word == LINE:
        return 1
    if first.isdigit():
        return 2 + min(len(word), 6)
    if not first.isalpha() and len(word) == 1:
        return 10 + ".,;:!?'\"-/()[]{}<>@#_*=|&`$%+\\".find(first) + 1 if ord(first) < 128 else 9
    long = min((len(word) - 1) // 3, 3)
    if ord(first) > 0x24F:
        # Scripts without letter case tell nothing by shape, but Greek and Cyrillic do.
        return 44 if first.islower() else 45 if first.isupper() else 46
    if word.islower():
        return 47 + long
    if word.isupper():
        return 51 + (0 if len(word) == 1 else 1 + min(long, 2))
    if first.isupper() and word[1:].islower():
        return 55 + long
    return 59 + (1 if first.isupper() else 0)
