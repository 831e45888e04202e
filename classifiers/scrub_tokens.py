"""Words of a text, and what a word looks like: the input of the name model, in training and at run time
alike."""

from __future__ import annotations

import re
from zlib import crc32

BUCKETS = 1 << 14
"""Rows of the table of letter groups."""
SHAPES = 64
"""Number of word shapes; `shape` returns values below it."""
FREQUENCIES = 8
"""Number of frequency classes of a word in public text; 0 means never seen."""
TURN = "\x02"
"""Stands between two texts of a conversation. It is not in any text, because `cut_words` never yields it."""
LINE = "\n"
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


def cut_words(text: str) -> tuple[list[str], list[int]]:
    """Words, digit runs, single marks and line ends of a text, and where each starts (character offsets)."""
    words: list[str] = []
    starts: list[int] = []
    for match in _WORD.finditer(text):
        words.append(match.group())
        starts.append(match.start())
    return words, starts


def text_case(words: list[str]) -> int:
    """Letter case of a text from its words: 0 as is usual, 1 no capital at all, 2 hardly a small letter."""
    letters = [word for word in words[:400] if word[0].isalpha()]
    if not any(word[0].isupper() for word in letters):
        return 1
    lower = sum(not word.isupper() for word in letters if len(word) > 1)
    return 2 if 5 * lower < sum(len(word) > 1 for word in letters) else 0


def letter_groups(word: str) -> list[int]:
    """Buckets of the word itself and of its groups of 2 to 5 letters, lower case; long words give head and
    tail."""
    low = word.lower()
    if len(low) > 18:
        low = low[:12] + low[-6:]
    framed = f"<{low}>"
    found = [crc32(("=" + low).encode("utf-8", "surrogatepass")) % BUCKETS]
    for size in (2, 3, 4, 5):
        last = len(framed) - size
        # Pairs of letters tell most at the ends of a word.
        starts = (0, last) if size == 2 else range(last + 1)
        pieces = {framed[at : at + size] for at in starts}
        found.extend(crc32(piece.encode("utf-8", "surrogatepass")) % BUCKETS for piece in sorted(pieces))
    return found


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
