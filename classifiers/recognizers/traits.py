"""Cheap facts about a text, from which a form's need is decided before its regular expression is tried."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

# A run of letters ends where the word boundary of a regular expression may be.
_LETTERS = re.compile(r"[^\W\d_]+")
_LONG_NUMBER = re.compile(r"\d(?:[^\d\w]{0,7}\d){4}")
Need = Callable[["Traits"], bool]


@dataclass(frozen=True)
class Traits:
    """A text, folded, and facts about it, each worked out at most once. `before` is the end of the turns
    before."""

    text: str
    before: str = ""

    @cached_property
    def low(self) -> str:
        """The text in lower case, of the same length: the few letters that grow in lower case stay as they
        are."""
        low = self.text.lower()
        if len(low) == len(self.text):
            return low
        return "".join(char if len(char.lower()) > 1 else char.lower() for char in self.text)

    @cached_property
    def chars(self) -> frozenset[str]:
        return frozenset(self.text)

    @cached_property
    def digits(self) -> bool:
        return any(char.isdigit() for char in self.chars)

    @cached_property
    def long_number(self) -> bool:
        """Whether five digits stand close together."""
        return self.digits and _LONG_NUMBER.search(self.text) is not None

    @cached_property
    def longest(self) -> int:
        """Characters of the longest run without white space."""
        return max(map(len, self.text.split()), default=0)

    @cached_property
    def words(self) -> str:
        """The different runs of letters in lower case, between spaces. Quick to search."""
        return f" {' '.join({word.lower() for word in set(_LETTERS.findall(self.text))})} "

    def has_any(self, parts: tuple[str, ...]) -> bool:
        """Whether a part of some word is in `parts` (lower case; a part may not span words)."""
        return _one_in(self.words, parts)


def _one_in(text: str, pieces: tuple[str, ...]) -> bool:
    # A loop, not any(): this runs a hundred times for each turn, and most turns are short.
    for piece in pieces:  # noqa: SIM110
        if piece in text:
            return True
    return False


class _Slot(threading.local):
    traits: Traits | None = None


_SLOT = _Slot()


def traits_of(text: str, before: str | None = None) -> Traits:
    """Traits of a text. The last one is kept, because every recogniser in turn is given the same text."""
    last = _SLOT.traits
    if last is None or last.text is not text or (before is not None and last.before != before):
        last = _SLOT.traits = Traits(text, before or "")
    return last


def forget_text() -> None:
    """Drops the kept text."""
    _SLOT.traits = None


def with_chars(chars: str) -> Need:
    """One of these characters occurs."""
    return lambda traits: not traits.chars.isdisjoint(chars)


def with_words(*parts: str) -> Need:
    """One of these parts of words occurs. A part with spaces around it is a whole word."""
    return lambda traits: traits.has_any(parts)


def with_lead(*leads: str) -> Need:
    """One of these pieces of lower-case text, which may span words, occurs in any letter case."""
    return lambda traits: _one_in(traits.low, leads)


def with_text(*pieces: str) -> Need:
    """One of these pieces, which may span words, occurs in exactly this letter case."""
    return lambda traits: _one_in(traits.text, pieces)


def with_digits(traits: Traits) -> bool:
    """A digit occurs."""
    return traits.digits


def with_number(traits: Traits) -> bool:
    """Five digits stand close together."""
    return traits.long_number


def with_run(length: int) -> Need:
    """A run of at least so many characters without white space occurs."""
    return lambda traits: traits.longest >= length


def every(*needs: Need) -> Need:
    """All of these hold; tried in order, so the cheapest goes first."""

    def hold(traits: Traits) -> bool:
        for need in needs:  # noqa: SIM110
            if not need(traits):
                return False
        return True

    return hold


def with_match(pattern: re.Pattern[str]) -> Need:
    """A pattern, cheaper than the form's own, matches somewhere."""
    return lambda traits: pattern.search(traits.text) is not None
