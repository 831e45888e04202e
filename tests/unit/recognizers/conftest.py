"""What the recognisers' tables of cases share."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from classifiers.recognizers.rule import Rule
from classifiers.recognizers.traits import Traits, traits_of

FLOOR = 0.35

Found = Callable[..., list[str]]


@pytest.fixture
def found() -> Found:
    """From a recogniser, a text and the turns before it, the values that would be masked, in order."""

    def find(rule: Rule, text: str, before: str = "") -> list[str]:
        traits_of(text, before)
        results = rule.analyze(text, [rule.ENTITY])
        results = rule.enhance_using_context(text, results, [], None, [before] if before else None)
        spans = sorted({(r.start, r.end) for r in results if r.score >= FLOOR})
        outer = [s for s in spans if not any(o != s and o[0] <= s[0] and s[1] <= o[1] for o in spans)]
        if outer:
            assert rule.needed(Traits(text, before), rule.FORMS), "the cheap test must let through what matches"
        return [text[start:end] for start, end in outer]

    return find
