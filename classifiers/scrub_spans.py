"""What is done with found spans: overlaps joined, names settled, values carried over all turns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from classifiers.scrub_kept import AFFECT
from classifiers.scrub_tokens import Cut

NAMED = frozenset(("PERSON", "ORGANIZATION", "LOCATION", "ADDRESS"))
"""Types whose values are words; the others are compared by letters and digits alone."""
CARRY_NAME = 0.85
"""Least score of a name that is masked wherever else it stands. A doubtful one is masked where it was
found."""
CARRY_FORM = 0.5
"""The same for what a pattern found."""
CARRY_SHARE = 0.2
"""Of the places where a single word stands, the least share at which it was found, for it to be masked at
the others: the model saw each of them in its context, and a word that it passed over most times is no
name."""
COMMON_CLASS = 3
"""Words of this frequency class and above (8 times or more in the public text of training) are ordinary
words."""
FEW_PLACES = 4
"""Up to so many places, one finding is enough."""
_TITLE_TEXT = (
    "mr mrs ms miss dr prof professor doctor sir madam frau herr madame monsieur señor señora sra judge "
    "captain sister father rabbi st de la van der den von di da al el bin ibn"
)
_TITLES = frozenset(_TITLE_TEXT.split())


@dataclass(frozen=True, slots=True)
class Span:
    """Characters start to end of a text, found as `kind` with a score of 0 to 1."""

    start: int
    end: int
    kind: str
    score: float


def join(spans: Sequence[Span]) -> list[Span]:
    """Spans in order, overlaps joined; a pattern, then the surest, then the longest names the kind."""
    if not spans:
        return []
    joined: list[Span] = []
    best: list[Span] = []
    for span in sorted(spans, key=lambda s: (s.start, -s.end)):
        if joined and span.start < joined[-1].end:
            if _rank(span) > _rank(best[-1]):
                best[-1] = span
            last = joined[-1]
            joined[-1] = Span(last.start, max(last.end, span.end), best[-1].kind, max(last.score, span.score))
        else:
            joined.append(span)
            best.append(span)
    return joined


def settled(text: str, spans: Sequence[Span]) -> list[Span]:
    """Names give way where a pattern found a value within them; what is left stays if it can be a name."""
    if not spans:
        return []
    spans = sorted(spans, key=lambda span: span.start)
    forms = [span for span in spans if span.kind not in NAMED and span.score >= CARRY_FORM]
    kept = [span for span in spans if span.kind not in NAMED]
    first = 0
    for span in (span for span in spans if span.kind in NAMED):
        while first < len(forms) and forms[first].end <= span.start:
            first += 1
        at, place = span.start, first
        while place < len(forms) and forms[place].start < span.end:
            kept.append(Span(at, max(at, forms[place].start), span.kind, span.score))
            at = max(at, forms[place].end)
            place += 1
        kept.append(Span(at, max(at, span.end), span.kind, span.score))
    whole = {(span.start, span.end) for span in spans}
    return [
        span
        for span in kept
        if span.kind not in NAMED
        or (span.start, span.end) in whole
        or _may_name(text[span.start : span.end], span.kind)
    ]


def _may_name(value: str, kind: str) -> bool:
    """Whether what a pattern left of a name can still be one."""
    letters = sum(map(str.isalpha, value))
    if kind == "ADDRESS":
        numbered = letters > 0 and any(map(str.isdigit, value))
        return numbered or (letters > 5 and " " in value.strip())
    return letters > 1


def _rank(span: Span) -> tuple[bool, float, int]:
    return (span.kind not in NAMED, span.score, span.end - span.start)


def name_words(value: str) -> list[str]:
    """Words of a name in one letter case, without titles and marks."""
    words = (word.casefold() for word in Cut(value).words)
    return [word for word in words if word[0].isalnum() and word not in _TITLES]


Phrases = dict[str, dict[int, dict[tuple[str, ...], str]]]
"""Values to carry, as words: by first word, by number of words, then by all words; with their kind."""


def carried(
    texts: Sequence[str],
    found: Sequence[Sequence[Span]],
    frequency: Callable[[str], int],
    cuts: Sequence[Cut] | None = None,
) -> list[list[Span]]:
    """Further spans: every value that was surely found somewhere, wherever else it stands, in any letter
    case.

    Single words of a person's name count too, unless `frequency` (0 unknown to 7) says that they are ordinary
    words; those are carried only where they are capitalised within a sentence. `cuts` are the texts' words, where
    they are known already. The cost grows with the texts, not with the values.
    """
    phrases: Phrases = {}
    for text, spans in zip(texts, found, strict=True):
        for span in spans:
            if span.score >= (CARRY_NAME if span.kind in NAMED else CARRY_FORM):
                for phrase in _phrases(text[span.start : span.end], span.kind):
                    phrases.setdefault(phrase[0], {}).setdefault(len(phrase), {}).setdefault(phrase, span.kind)
    if not phrases:
        return [[] for _ in texts]
    cuts = cuts or [Cut(text) for text in texts]
    places = [list(_places(cut, spans, phrases, frequency)) for cut, spans in zip(cuts, found, strict=True)]
    seen, hit = Counter[str](), Counter[str]()
    for place in (place for text_places in places for place in text_places if place.single):
        seen[place.single] += 1
        hit[place.single] += place.covered
    passed = {
        word for word, total in seen.items()
        if total > FEW_PLACES and hit[word] < total * CARRY_SHARE
    }  # fmt: skip
    return [[place.span for place in found if not place.covered and place.single not in passed] for found in places]


def _phrases(value: str, kind: str) -> set[tuple[str, ...]]:
    if len(value) > 200:
        return set()
    words = tuple(word.casefold() for word in Cut(value).words)
    if kind == "PERSON":
        # Of a name in mixed case the capitalised words are the name.
        capital = {word.casefold() for word in Cut(value).words if word[0].isupper()}
        parts = {(part,) for part in name_words(value) if len(part) > 2 and (not capital or part in capital)}
        return parts | ({words} if len(words) > 1 or len(value) > 2 else set())
    size = sum(map(len, words))
    # A short number may be any number.
    return {words} if size >= (6 if "".join(words).isdigit() else 4) else set()


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a carried value stands; `single` is its word where it has only one, `covered` whether it was
    found there."""

    span: Span
    single: str
    covered: bool


def _places(cut: Cut, spans: Sequence[Span], phrases: Phrases, frequency: Callable[[str], int]) -> Iterator[_Place]:
    words = cut.words
    folded = list(map(str.casefold, words))
    if phrases.keys().isdisjoint(folded):
        return
    starts = cut.starts
    nearest = 0
    for at, word in enumerate(folded):
        if word not in phrases:
            continue
        while nearest < len(spans) and spans[nearest].end <= starts[at]:
            nearest += 1
        covered = nearest < len(spans) and spans[nearest].start <= starts[at]
        # By length, so that a million values that begin alike cost no more than one.
        for size, known in phrases[word].items():
            kind = known.get(tuple(folded[at : at + size]))
            if kind is None:
                continue
            common = size == 1 and kind in NAMED and (frequency(word) >= COMMON_CLASS or word in AFFECT)
            if common and not covered and not _capital_within(words, at):
                continue
            end = starts[at + size - 1] + len(words[at + size - 1])
            yield _Place(Span(starts[at], end, kind, CARRY_FORM), word if size == 1 and kind in NAMED else "", covered)


def _capital_within(words: list[str], at: int) -> bool:
    """Whether a word is capitalised though no sentence, line or heading begins with it."""
    if not words[at][:1].isupper() or (len(words[at]) > 1 and words[at].isupper()):
        return False
    return at > 0 and words[at - 1][:1].islower()
