"""What every pattern recogniser here shares: forms that are tried only where their need holds, spans by
group, context.

Patterns are run by the standard library's `re`, whose possessive groups and bounded repeats keep them linear.
Presidio's own loop skips a pattern that takes too long, and text would then pass unscrubbed; this one has no
such exit.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from presidio_analyzer import Pattern, PatternRecognizer, RecognizerResult

from classifiers.recognizers.form import FLAGS, Form
from classifiers.recognizers.needs import needs_digit
from classifiers.recognizers.traits import Traits, opened, traits_of

NEAR = 48
"""Characters before a match in which a context word counts."""
_AFTER = 40
# "... is my order number": the words between a value and the label behind it.
_OWNED = re.compile(
    r"[^\w\n]{0,4}(?:is|was|are|ist|war|est|es|é|è|jest|er|är|это|that'?s|this is)\s{1,2}(?:(?:also|still|just|now)\s)?"
    r"(?:my|our|his|her|their|the|your|mein\w{0,2}|unser\w{0,2}|mon|ma|notre|mi|mio|mia|il mio|la mia|meu|minha|mijn|"
    r"mój|moja|мой|моя|min|mitt)\s{1,2}",
    FLAGS,
)


class Rule(PatternRecognizer):  # type: ignore[misc]  # presidio carries no types
    """A pattern recogniser: subclasses give ENTITY and FORMS, and `judge` where a form needs a check.

    A score below the policy's floor (0.35) means: only with CONTEXT (a regex) shortly before it, in the head of
    its column, behind it ("... is my ..."), or at the end of the turns before; it then rises to BOOSTED. CONTEXT
    reads names of fields ("order_id", "orderId") as the words that they are made of.
    """

    ENTITY: str
    FORMS: Sequence[Form]
    CONTEXT: str = ""
    BOOSTED = 0.7

    def __init__(self) -> None:
        patterns = [Pattern(form.name, form.regex, form.score) for form in self.FORMS]
        super().__init__(supported_entity=self.ENTITY, patterns=patterns, supported_language="en")
        self.wordy = tuple(form for form in self.FORMS if not needs_digit(form.need))
        self.near = re.compile(self.CONTEXT, FLAGS) if self.CONTEXT else None
        for form in self.FORMS:
            # Now, once a process, rather than in the middle of a conversation.
            _ = form.compiled, form.compiled_anchor

    def judge(self, value: str, match: re.Match[str], form: str) -> float | None:
        """Score of a match (0 drops it), or None for its form's own. Checksums and look-alikes go here."""
        return None

    def skip(self, value: str, match: re.Match[str], form: str) -> int:
        """How many characters at the start of a matched value do not belong to it (none, unless a subclass says
        otherwise)."""
        return 0

    def trim(self, value: str, match: re.Match[str], form: str) -> int:
        """How many characters of a matched value belong to it (all, unless a subclass says otherwise; 0
        drops it)."""
        return len(value)

    def analyze(
        self, text: str, entities: list[str], nlp_artifacts: Any = None, regex_flags: int | None = None
    ) -> list[RecognizerResult]:
        """All matches of all forms in a text. Spans are characters; scores 0 to 1."""
        traits = traits_of(text)
        return self.found(traits, self.needed(traits, self.FORMS if traits.digits else self.wordy))

    def needed(self, traits: Traits, forms: Iterable[Form]) -> list[Form]:
        """Those of the forms that may match."""
        return [tried.form for tried in needed(traits, [Tried(self, form) for form in forms])]

    def found(self, traits: Traits, forms: Iterable[Form]) -> list[RecognizerResult]:
        """All matches of these forms."""
        found: list[RecognizerResult] = []
        for form in forms:
            found += self.results(form, form.matches(traits))
        return found

    def asked_for(self, text: str) -> bool:
        """Whether the turns before end with CONTEXT."""
        traits = traits_of(text)
        if not traits.before or self.near is None:
            return False
        known = traits.memo.get(self)
        if known is None:
            known = traits.memo[self] = self.near.search(traits.opened_before) is not None
        return known

    def results(self, form: Form, matches: Iterator[re.Match[str]]) -> Iterator[RecognizerResult]:
        """Judged and trimmed results of matches of one form."""
        group: str | int = "pii" if "pii" in form.compiled.groupindex else 0
        metadata = {
            RecognizerResult.RECOGNIZER_NAME_KEY: self.name,
            RecognizerResult.RECOGNIZER_IDENTIFIER_KEY: self.id,
        }
        for match in matches:
            if form.asked and not self.asked_for(match.string):
                return
            value = match.group(group)
            skipped = self.skip(value, match, form.name)
            value = value[skipped:]
            start = match.start(group) + skipped
            size = self.trim(value, match, form.name)
            if size <= 0:
                continue
            judged = self.judge(value[:size], match, form.name)
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
        traits = traits_of(text)
        earlier = "" if context is None else context[0] if len(context) == 1 else "\n".join(context)
        asked = self.asked_for(text) if earlier == traits.before else near.search(opened(earlier)) is not None
        for result in weak:
            # After a question, only the first words of the answer are the answer.
            told = asked and result.start < 2 * NEAR
            if told or self._labelled(near, traits, result.start, result.end):
                result.score = self.BOOSTED
        return raw_recognizer_results

    def _labelled(self, near: re.Pattern[str], traits: Traits, start: int, end: int) -> bool:
        """Whether a word for this kind stands where it says what a match is."""
        text = traits.text
        if near.search(opened(text[max(0, start - NEAR) : start])):
            return True
        owned = _OWNED.match(text, end)
        if owned is not None and near.search(opened(text[owned.start() : owned.end() + _AFTER])):
            return True
        head = traits.column_head(start)
        return bool(head) and near.search(opened(head)) is not None


class Tried:
    """A form of a rule that is tried on texts."""

    __slots__ = ("form", "need", "numeric", "rule")

    def __init__(self, rule: Rule, form: Form) -> None:
        self.rule, self.form, self.need = rule, form, form.need
        self.numeric = needs_digit(form.need)
        """Whether it can match only where a digit is."""


def needed(traits: Traits, forms: Iterable[Tried]) -> list[Tried]:
    """The forms whose need holds. One loop over the forms of all rules: it runs for every turn, and most hold not one.
    A need that several in a row share is tried once."""
    found = []
    last, holds = None, False
    for tried in forms:
        if tried.need is not last:
            last = tried.need
            holds = last(traits)
        if holds:
            found.append(tried)
    return found
