"""Cheap tests of a text, by which it is decided whether a form is tried. Each holds wherever the form can match."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

from classifiers.recognizers.pieces import known
from classifiers.recognizers.traits import LETTERS, Traits, dotted, one_in

_LATIN_END = "\u024f"
Need = Callable[[Traits], bool]
_SIGNS: dict[Need, frozenset[str]] = {}


def signs_of(need: Need) -> frozenset[str] | None:
    """Known pieces and words of which a text, or the end of the turns before, has one at least wherever the need holds;
    None where nothing is known of it."""
    return _SIGNS.get(need)


def _signed(need: Need, signs: frozenset[str]) -> Need:
    _SIGNS[need] = signs
    return need


def with_chars(chars: str) -> Need:
    """One of these characters occurs."""
    return lambda traits: not traits.chars.isdisjoint(chars)


def with_count(char: str, least: int) -> Need:
    """A character occurs at least so many times."""
    return lambda traits: traits.text.count(char) >= least


def with_words(*parts: str) -> Need:
    """One of these parts of words occurs, in any letter case. Where a space stands at an end of a part, a word ends
    there."""
    free = frozenset(known(dotted(part)) for part in parts if part == part.strip())
    bound = [(known(dotted(part.strip())), part[0] == " ", part[-1] == " ") for part in parts if part != part.strip()]

    def hold(traits: Traits) -> bool:
        found, low = traits.hits, traits.low
        if not found.keys().isdisjoint(free):
            return True
        for piece, begins, ends in bound:
            for at in found.get(piece, ()):
                end = at + len(piece)
                if not (begins and low[at - 1 : at].isalpha()) and not (ends and low[end : end + 1].isalpha()):
                    return True
        return False

    return _signed(hold, free.union(piece for piece, _, _ in bound))


def with_lead(*leads: str) -> Need:
    """One of these pieces of lower-case text, which may span words, occurs in any letter case."""
    pieces = frozenset(known(dotted(lead)) for lead in leads)
    return _signed(lambda traits: not traits.hits.keys().isdisjoint(pieces), pieces)


def lead_before(*leads: str) -> Need:
    """The same at the end of the turns before."""
    pieces = frozenset(known(dotted(lead)) for lead in leads)
    return _signed(lambda traits: not traits.hits_before.keys().isdisjoint(pieces), pieces)


class Leads:
    """Labels, and words of other kinds, ready for quick tests whether one may occur.

    A Latin label stands between anything but letters, in any letter case; one of `ENDINGS` may be joined to it. Its
    words are parted by one mark; where there are just two, they may be joined. Other scripts, and `stems`, are looked
    for as pieces of words.
    """

    ENDINGS = ("", "s", "number", "no", "nr", "num", "id", "nummer", "code")

    def __init__(self, labels: Iterable[str], stems: Iterable[str] = ()) -> None:
        pieces = list(map(dotted, stems))
        singles: set[str] = set()
        self.seconds: dict[str, set[str]] = {}
        for label in {dotted(label.lower()) for label in labels}:
            words = LETTERS.findall(label)
            if max(label) > _LATIN_END:
                pieces.append(label.split()[0])
            elif len(words) == 1:
                singles.update(words[0] + ending for ending in self.ENDINGS)
            else:
                self.seconds.setdefault(words[0], set()).update(words[1] + ending for ending in self.ENDINGS)
                if len(words) == 2:
                    singles.update("".join(words) + ending for ending in self.ENDINGS)
        self.pieces = frozenset(map(known, pieces))
        self.singles, self.firsts = frozenset(singles), frozenset(self.seconds)
        signs = self.pieces | self.singles | self.firsts
        self.here: Need = _signed(remembered(lambda traits: self._in(traits.word_set, traits.hits)), signs)
        self.before: Need = _signed(
            remembered(lambda traits: bool(traits.before) and self._in(traits.words_before, traits.hits_before)), signs
        )
        self.here_or_before: Need = either(self.here, self.before)
        """Whether one may occur in the text or at the end of the turns before."""

    def _in(self, words: frozenset[str], found: Mapping[str, list[int]]) -> bool:
        if not self.singles.isdisjoint(words) or not found.keys().isdisjoint(self.pieces):
            return True
        return any(not self.seconds[first].isdisjoint(words) for first in self.firsts & words)

    def places(self, traits: Traits) -> list[tuple[int, int]]:
        """Start and end of every place where a label may begin, in order."""
        found: list[tuple[int, int]] = []
        low, words = traits.low, traits.word_set
        several = [first for first in self.firsts & words if not self.seconds[first].isdisjoint(words)]
        for lead in {*(self.singles & words), *several}:
            at = low.find(lead)
            while at >= 0:
                end = at + len(lead)
                if not (low[at - 1 : at].isalpha() or low[end : end + 1].isalpha()):
                    found.append((at, end))
                at = low.find(lead, at + 1)
        for piece in self.pieces & traits.hits.keys():
            found += [(at, at + len(piece)) for at in traits.hits[piece]]
        return sorted(found)


def with_any(words: frozenset[str]) -> Need:
    """One of these words occurs, as a whole run of letters."""
    return _signed(lambda traits: not words.isdisjoint(traits.word_set), words)


def before_has(pattern: re.Pattern[str], leads: Leads) -> Need:
    """A pattern matches at the end of the turns before; every text that it matches holds one of the leads."""
    need = remembered(
        lambda traits: leads.before(traits) and (traits.whole or pattern.search(traits.opened_before) is not None)
    )
    return _signed(need, _SIGNS[leads.before])


def with_head(pattern: re.Pattern[str]) -> Need:
    """The head of some column matches a pattern as a whole."""
    return remembered(lambda traits: traits.whole or any(pattern.fullmatch(cell) for cell in traits.heads))


def remembered(need: Need) -> Need:
    """A need that is worked out at most once for a text."""

    def hold(traits: Traits) -> bool:
        known = traits.memo.get(hold)
        if known is None:
            known = traits.memo[hold] = need(traits)
        return known

    return hold


def with_text(*pieces: str) -> Need:
    """One of these pieces, which may span words, occurs in exactly this letter case."""
    return lambda traits: one_in(traits.text, pieces)


def with_digits(traits: Traits) -> bool:
    """A digit occurs."""
    return traits.digits


def with_number(traits: Traits) -> bool:
    """Five digits stand close together."""
    return traits.long_number


_NUMERIC: set[Need] = {with_digits, with_number}


def needs_digit(need: Need) -> bool:
    """Whether a need holds only where a digit occurs, so that it need not be tried elsewhere."""
    return need in _NUMERIC


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

    if not _NUMERIC.isdisjoint(needs):
        _NUMERIC.add(hold)
    signs = [_SIGNS[need] for need in needs if need in _SIGNS]
    return _signed(hold, min(signs, key=len)) if signs else hold


def either(*needs: Need) -> Need:
    """One of these holds."""

    def hold(traits: Traits) -> bool:
        for need in needs:  # noqa: SIM110
            if need(traits):
                return True
        return False

    signs = [_SIGNS.get(need) for need in needs]
    return hold if None in signs else _signed(hold, frozenset().union(*filter(None, signs)))


def with_match(pattern: re.Pattern[str]) -> Need:
    """A pattern, cheaper than the form's own, matches somewhere."""
    return remembered(lambda traits: pattern.search(traits.text) is not None)


def with_place(anchor: str) -> Need:
    """An anchor that is a place, without anything before or behind it, stands somewhere; its places are kept for the
    forms."""
    found = re.compile(f"(?={anchor})", re.IGNORECASE)
    return lambda traits: bool(traits.placed(anchor, found))
