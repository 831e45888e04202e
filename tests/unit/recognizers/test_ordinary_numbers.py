"""Prices, scores, years, versions, measures, sums, code: numbers that belong to nobody stay."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from classifiers.recognizers.rule import Rule
from classifiers.recognizers.traits import Traits, traits_of
from classifiers.scrub_fold import fold
from classifiers.scrub_rules import make_rules
from schemas.policy import ScrubPolicy

LINES = (Path(__file__).parent / "ordinary_numbers.txt").read_text(encoding="utf-8").splitlines()
FLOOR = ScrubPolicy().min_score


def masked(rule: Rule, text: str, before: str = "") -> list[str]:
    traits_of(text, before)
    if not rule.needed(Traits(text, before), rule.FORMS):
        return []
    results = rule.analyze(text, [rule.ENTITY])
    results = rule.enhance_using_context(text, results, [], None, [before] if before else None)
    return [text[result.start : result.end] for result in results if result.score >= FLOOR]


@pytest.mark.parametrize("line", LINES)
def test_an_ordinary_line_stays_as_it_is(line: str) -> None:
    text = fold(line).text
    assert [(rule.name, masked(rule, text)) for rule in make_rules() if masked(rule, text)] == []


def test_the_lines_together_stay_too_each_behind_the_one_before() -> None:
    hidden = sum(
        len(value)
        for before, line in pairwise(LINES)
        for rule in make_rules()
        for value in masked(rule, fold(line).text, before)
    )
    # Next to a line about a phone or a card, a number may pass for an answer.
    assert hidden < 0.01 * sum(map(len, LINES))
