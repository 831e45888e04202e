"""One way in which a kind of PII is written, and where in a text it is tried."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from classifiers.recognizers.needs import Leads, Need
from classifiers.recognizers.pieces import known
from classifiers.recognizers.traits import DIGIT, Traits, dotted

FLAGS = re.IGNORECASE


@dataclass(frozen=True)
class Form:
    """One way in which a kind of PII is written.

    Where `regex` has a group `pii`, that group is the span. `need` is false only where the regex cannot
    match. `anchor`, where given, is a quicker regex for something that every match holds; the form is then
    tried only from `back` characters before to `ahead` characters after it. With back = ahead = 0 a match
    begins exactly where the anchor does. `leads` are the same as plain lower-case strings, quicker still:
    every match holds one within its first `back` characters, and ends at most `ahead` characters after it.
    """

    name: str
    regex: str
    score: float
    need: Need
    anchor: str = ""
    back: int = 0
    ahead: int = 0
    leads: tuple[str, ...] | Leads = ()
    numeric: bool = False
    """Whether every match of a form with leads holds a digit; stretches without one are then passed over."""
    shared: bool = False
    """Whether other recognisers have a form of the same expression; its matches are then found once for all."""
    asked: bool = False
    """Whether the form counts only in an answer: where CONTEXT is at the end of the turns before."""

    def __post_init__(self) -> None:
        # At once: a text is searched only for the pieces that are known before it is read.
        _ = self.pieces

    @cached_property
    def pieces(self) -> tuple[str, ...]:
        """The plain leads as they are searched for."""
        return () if isinstance(self.leads, Leads) else tuple(known(dotted(lead)) for lead in self.leads)

    @cached_property
    def compiled(self) -> re.Pattern[str]:
        return re.compile(self.regex, FLAGS)

    @cached_property
    def compiled_anchor(self) -> re.Pattern[str] | None:
        if self.anchor and not self.back and not self.ahead:
            # A place is looked at, not taken: otherwise a longer anchor would hide the next place within it.
            return re.compile(f"(?={self.anchor})", FLAGS)
        return re.compile(self.anchor, FLAGS) if self.anchor else None

    def matches(self, traits: Traits) -> Iterator[re.Match[str]]:
        """All matches, tried near leads or anchors only. Those of a shared form are kept."""
        if not self.shared:
            yield from self._matches(traits)
            return
        if self.regex not in traits.kept:
            traits.kept[self.regex] = list(self._matches(traits))
        yield from traits.kept[self.regex]

    def _matches(self, traits: Traits) -> Iterator[re.Match[str]]:
        text, anchor = traits.text, self.compiled_anchor
        if self.leads:
            yield from self._at(text, self._lead_starts(traits))
        elif anchor is None:
            yield from self.compiled.finditer(text)
        elif not self.back and not self.ahead:
            yield from self._at(text, traits.placed(self.anchor, anchor))
        else:
            for low, high in self._windows((place.span() for place in anchor.finditer(text)), len(text)):
                yield from self.compiled.finditer(text, low, high)

    def _at(self, text: str, starts: Iterable[int]) -> Iterator[re.Match[str]]:
        """Matches that begin at one of these places, which are in order, and do not overlap."""
        taken, match_at = 0, self.compiled.match
        for start in starts:
            match = match_at(text, start) if start >= taken else None
            if match is not None:
                taken = match.end()
                yield match

    def _lead_starts(self, traits: Traits) -> Iterator[int]:
        """Where a match may begin: up to `back` characters before a lead, where a digit follows if one must."""
        if isinstance(self.leads, Leads):
            leads = self.leads.places(traits)
        else:
            leads = sorted((at, at + len(lead)) for lead in self.pieces for at in traits.hits.get(lead, ()))
        tried = 0
        for begin, finish in leads:
            if self.numeric and DIGIT.search(traits.text, begin, finish + self.ahead) is None:
                continue
            yield from range(max(tried, begin - self.back, 0), begin + 1)
            tried = max(tried, begin + 1)

    def _windows(self, places: Iterable[tuple[int, int]], size: int) -> Iterator[tuple[int, int]]:
        low = high = -1
        for begin, finish in places:
            start, end = max(0, begin - self.back), min(size, finish + self.ahead)
            if start <= high:
                high = max(high, end)
                continue
            if high >= 0:
                yield low, high
            low, high = start, end
        if high >= 0:
            yield low, high
