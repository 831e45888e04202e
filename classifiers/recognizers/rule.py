"""What every pattern recogniser here shares: forms that are tried only where their need holds, spans by
group, context.

Patterns are run by the standard library's `re`, whose possessive groups and bounded repeats keep them linear.
Presidio's own loop skips a pattern that takes too long, and text would then pass unscrubbed; this one has no
such exit.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from presidio_analyzer import Pattern, PatternRecognizer, RecognizerResult

from classifiers.recognizers.traits import Need, Traits, traits_of

FLAGS = re.IGNORECASE
_DIGIT = re.compile(r"\d")
NEAR = 48
"""Characters before a match in which a context word counts."""


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
    leads: tuple[str, ...] = ()
    numeric: bool = False
    """Whether every match of a form with leads holds a digit; stretches without one are then passed over."""

    @cached_property
    def compiled(self) -> re.Pattern[str]:
        return re.compile(self.regex, FLAGS)

    @cached_property
    def compiled_anchor(self) -> re.Pattern[str] | None:
        if self.anchor and not self.back and not self.ahead:
            # A place is looked at, not taken: otherwise a longer anchor would hide the next place within it.
            return re.compile(f"(?={self.anchor})", FLAGS)
        return re.compile(self.anchor, FLAGS) if self.anchor else None

    def matches(self, traits: Traits, places: dict[str, list[int]]) -> Iterator[re.Match[str]]:
        """All matches, tried near anchors only. `places` keeps where an anchor stands, for forms that
        share it."""
        text, anchor = traits.text, self.compiled_anchor
        if self.leads:
            for low, high in self._windows(self._lead_places(traits.low), len(text)):
                if not self.numeric or _DIGIT.search(text, low, high):
                    yield from self.compiled.finditer(text, low, high)
        elif anchor is None:
            yield from self.compiled.finditer(text)
        elif not self.back and not self.ahead:
            if self.anchor not in places:
                places[self.anchor] = [place.start() for place in anchor.finditer(text)]
            taken = 0
            for start in places[self.anchor]:
                match = self.compiled.match(text, start) if start >= taken else None
                if match is not None:
                    taken = match.end()
                    yield match
        else:
            for low, high in self._windows((place.span() for place in anchor.finditer(text)), len(text)):
                yield from self.compiled.finditer(text, low, high)

    def _lead_places(self, low: str) -> list[tuple[int, int]]:
        found: list[tuple[int, int]] = []
        for lead in self.leads:
            at = low.find(lead)
            while at >= 0:
                found.append((at, at + len(lead)))
                at = low.find(lead, at + 1)
        return sorted(found)

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


class Rule(PatternRecognizer):  # type: ignore[misc]  # presidio carries no types
    """A pattern recogniser: subclasses give ENTITY and FORMS, and `judge` where a form needs a check.

    A score below the policy's floor (0.35) means: only with CONTEXT (a regex) shortly before it, or at the
    end of the turns before; it then rises to BOOSTED.
    """

    ENTITY: str
    FORMS: Sequence[Form]
    CONTEXT: str = ""
    BOOSTED = 0.7

    def __init__(self) -> None:
        patterns = [Pattern(form.name, form.regex, form.score) for form in self.FORMS]
        super().__init__(supported_entity=self.ENTITY, patterns=patterns, supported_language="en")
        self.near = re.compile(self.CONTEXT, FLAGS) if self.CONTEXT else None

    def may_occur(self, traits: Traits) -> bool:
        """False only where no form can match."""
        for form in self.FORMS:  # noqa: SIM110
            if form.need(traits):
                return True
        return False

    def judge(self, value: str, match: re.Match[str], form: str) -> float | None:
        """Score of a match (0 drops it), or None for its form's own. Checksums and look-alikes go here."""
        return None

    def trim(self, value: str, match: re.Match[str], form: str) -> int:
        """How many characters of a matched value belong to it (all, unless a subclass says otherwise; 0
        drops it)."""
        return len(value)

    def analyze(
        self, text: str, entities: list[str], nlp_artifacts: Any = None, regex_flags: int | None = None
    ) -> list[RecognizerResult]:
        """All matches of all forms in a text. Spans are characters; scores 0 to 1."""
        traits = traits_of(text)
        places: dict[str, list[int]] = {}
        found = (self.results(form, form.matches(traits, places)) for form in self.FORMS if form.need(traits))
        return [result for results in found for result in results]

    def results(self, form: Form, matches: Iterator[re.Match[str]]) -> Iterator[RecognizerResult]:
        """Judged and trimmed results of matches of one form."""
        group: str | int = "pii" if "pii" in form.compiled.groupindex else 0
        metadata = {
            RecognizerResult.RECOGNIZER_NAME_KEY: self.name,
            RecognizerResult.RECOGNIZER_IDENTIFIER_KEY: self.id,
        }
        for match in matches:
            start = match.start(group)
            size = self.trim(match.group(group), match, form.name)
            if size <= 0:
                continue
            judged = self.judge(match.group(group)[:size], match, form.name)
            score = form.score if judged is None else judged
            if score > 0:
                yield RecognizerResult(self.ENTITY, start, start + size, score, recognition_metadata=dict(metadata))

    def enhance_using_context(
        self,
        text: str,
        raw_recognizer_results: list[RecognizerResult],
        other_raw_recognizer_results: list[RecognizerResult],
        nlp_artifacts: Any,
        context: list[str] | None = None,
    ) -> list[RecognizerResult]:
        """Weak matches with a context word near them, or in `context` (the end of earlier turns), become
        strong."""
        near = self.near
        weak = [result for result in raw_recognizer_results if result.score < self.BOOSTED]
        if near is None or not weak:
            return raw_recognizer_results
        asked = any(near.search(earlier) for earlier in context or ())
        for result in weak:
            # After a question, only the first words of the answer are the answer.
            told = asked and result.start < 2 * NEAR
            if told or near.search(text, max(0, result.start - NEAR), result.start):
                result.score = self.BOOSTED
        return raw_recognizer_results
