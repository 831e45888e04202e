"""Puts numbered placeholders in the stead of found spans."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from classifiers.scrub_spans import NAMED, Span, name_words


@dataclass
class Placeholders:
    """Numbers the values of one conversation: the same value, the same `<KIND_n>`, whatever it is taken for.

    Holds values; lives as long as the conversation is in hand.
    """

    known: dict[str, str] = field(default_factory=dict)
    last: Counter[str] = field(default_factory=Counter)
    people: dict[int, set[str]] = field(default_factory=dict)
    by_word: dict[str, list[int]] = field(default_factory=dict)

    def name(self, kind: str, value: str) -> str:
        """The placeholder of a value. People are linked where one name's words are all among the other's."""
        words = name_words(value) if kind in NAMED else []
        key = " ".join(words) or re.sub(r"[\W_]+", "", value).casefold()
        made = self.known.get(key)
        if made is None:
            number = self._person(set(words)) if kind == "PERSON" and words else self._next(kind)
            made = self.known[key] = f"<{kind}_{number}>"
        return made

    def _next(self, kind: str) -> int:
        self.last[kind] += 1
        return self.last[kind]

    def _person(self, words: set[str]) -> int:
        # Sorted: a set of words has another order in every process, and a rerun must give the same numbers.
        near = [number for word in sorted(words) for number in self.by_word.get(word, ())[:20]]
        for number in near:
            other = self.people[number]
            if words <= other or other <= words:
                break
        else:
            number = self._next("PERSON")
            self.people[number] = set()
        for word in sorted(words - self.people[number]):
            self.people[number].add(word)
            self.by_word.setdefault(word, []).append(number)
        return number


def masked(text: str, spans: Sequence[Span], placeholders: Placeholders) -> str:
    """The text with each span replaced. Spans are in order and do not overlap."""
    parts: list[str] = []
    at = 0
    for span in spans:
        parts += (text[at : span.start], placeholders.name(span.kind, text[span.start : span.end]))
        at = span.end
    parts.append(text[at:])
    return "".join(parts)
