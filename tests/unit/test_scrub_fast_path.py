"""The fast path against the plain one: cheap tests, anchors and kinds of entity must not lose a span."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from presidio_analyzer import AnalyzerEngine, RecognizerResult

from classifiers.recognizers.form import Form
from classifiers.recognizers.rule import Rule, needed
from classifiers.recognizers.traits import Traits, traits_of
from classifiers.scrub_engine import make_analyzer
from classifiers.scrub_fold import fold
from classifiers.scrub_rules import FEW_TURNS, all_forms, forms_to_try, make_rules
from classifiers.scrub_spans import Span, join
from classifiers.scrubber import BEFORE, Scrubber
from schemas.policy import ScrubPolicy

FLOOR = ScrubPolicy().min_score
TRANSCRIPTS = Path(__file__).parents[3] / "shared" / "data" / "transcripts"
PARTS = [
    "ana.kovac@example.com", "ana at gmail dot com", "+49 171 5550123", "(212) 555-0187", "212.555.0187",
    "5550187", "call me ", "https://ana.example.de/x", "www.kovac.net", "linkedin.com/in/ana",
    "84.112.7.19", "2001:db8::8a2e:370:7334", ":", ".", "-", "3c:22:fb:0a:9e:71",
    "DE89 3704 0044 0532 0130 00", "4111 1111 1111 1111", "4111-1111", "519-44-0821", "AB123456C", "ssn ",
    "12345678Z", "RSSMRA85T10A562S", "ABCPE1234F", "passport no. X1234567", "license plate 7ABC123",
    "1HGCM82633A004352", "order #4402817", "customer_id = C-881204", "born on 12 March 1988", "dob 3.12.88",
    "@ana_k", "ana#4821", "u/ana_draws", "my password is hunter2!", "sk-proj-Ab12Cd34Ef56Gh78",
    "ghp_0123456789abcdefghijABCD", "0x52908400098527886E0F7030069857D2E4169EE7", "42 Elm Street",
    "Hauptstraße 12", "12, rue de la Paix", "calle Mayor, 15", "SW1A 1AA", "apt 4b", "I live in Graz",
    "name is Ana", "meine Name ist", "47.07071, 15.43950", "40°26'46\"N 79°58'56\"W",
    "one two three four five six seven", "YW5hQGV4YW1wbGUub3Jn", "the", "at", "in", "is", "2024", "17",
    "007", "a", "Z", "x1", "_", "/", "#", "=", "'", '"', "<<", "ß", "é", "王", "١٢٣", "\u200b", "😀",
]  # fmt: skip
texts = st.lists(st.sampled_from(PARTS) | st.text(max_size=3), min_size=1, max_size=14).flatmap(
    lambda parts: st.sampled_from(["", " ", "\n", ", "]).map(lambda gap: gap.join(parts))
)


def lost(rule: Rule, text: str) -> list[tuple[str, int, int]]:
    """Spans of the forms' own expressions, over the whole text, which the quick way does not cover."""
    traits_of(text)
    quick = {(result.start, result.end) for result in rule.analyze(text, [rule.ENTITY])}
    missing = []
    for form in rule.FORMS:
        for result in plain(rule, form, text):
            if not any(start <= result.start and result.end <= end for start, end in quick):
                missing.append((form.name, result.start, result.end))
    return missing


def plain(rule: Rule, form: Form, text: str) -> list[RecognizerResult]:
    """What a form finds by itself, context counted, at or above the policy's floor."""
    results = list(rule.results(form, form.compiled.finditer(text)))
    return [result for result in rule.enhance_using_context(text, results, [], None, None) if result.score >= FLOOR]


# The same examples everywhere; after a change of forms, run it with more, and random ones.
@settings(max_examples=250, deadline=None, derandomize=True)
@given(texts)
def test_needs_and_anchors_lose_no_span(text: str) -> None:
    folded = fold(text).text
    for rule in make_rules():
        assert lost(rule, folded) == [], rule.name


@settings(max_examples=150, deadline=None, derandomize=True)
@given(texts)
def test_a_form_that_is_not_needed_matches_nothing(text: str) -> None:
    for rule in make_rules():
        needed = {form.name for form in rule.needed(Traits(text), rule.FORMS)}
        for form in rule.FORMS:
            assert form.name in needed or not plain(rule, form, text), (rule.name, form.name)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(texts)
def test_where_a_need_holds_one_of_its_signs_is_there(text: str) -> None:
    forms = all_forms(make_rules())
    traits = Traits(text, text, whole=True)
    signed = forms.signed(traits)
    assert [tried for tried in forms.every if tried.need(traits)] == needed(traits, signed)
    assert len(signed) < len(forms.every)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.lists(texts, min_size=FEW_TURNS, max_size=2 * FEW_TURNS))
def test_choosing_forms_for_all_turns_at_once_loses_no_span(
    both: tuple[Scrubber, AnalyzerEngine], turns: list[str]
) -> None:
    scrubber = both[0]
    folded = [fold(turn).text for turn in turns]
    chosen, every = forms_to_try(scrubber.forms, folded), scrubber.forms
    before = ""
    for text, named in zip(folded, scrubber.engine.conversation(folded), strict=True):
        found = [join(scrubber.spans(text, named, before, tried)) for tried in (chosen, every)]
        assert found[0] == found[1]
        before = text[-BEFORE:]


@pytest.fixture(scope="module")
def both() -> tuple[Scrubber, AnalyzerEngine]:
    scrubber = Scrubber(ScrubPolicy())
    return scrubber, make_analyzer(scrubber.engine)


def differing(pair: tuple[Scrubber, AnalyzerEngine], before: str, text: str) -> bool:
    """Whether the scrubber's way gives other spans than Presidio's analyzer with the same recognisers, all of them."""
    scrubber, analyzer = pair
    named = scrubber.engine.process_text(text, "en")
    traits_of(text, before)
    context = [before] if before else None
    found = analyzer.analyze(text, "en", score_threshold=FLOOR, nlp_artifacts=named, context=context)
    plain = join([Span(result.start, result.end, result.entity_type, result.score) for result in found])
    quick = join(scrubber.spans(text, named, before, forms_to_try(scrubber.forms, [before, text])))
    return [(span.start, span.end) for span in quick] != [(span.start, span.end) for span in plain]


@settings(max_examples=150, deadline=None, derandomize=True)
@given(before=texts, text=texts)
def test_the_scrubber_finds_what_presidio_finds(both: tuple[Scrubber, AnalyzerEngine], before: str, text: str) -> None:
    assert not differing(both, "", fold(text).text)
    assert not differing(both, fold(before).text[-BEFORE:], fold(text).text)


def real_texts(name: str, most: int) -> Iterator[str]:
    with gzip.open(TRANSCRIPTS / name, "rt", encoding="utf-8") as stream:
        size = 0
        for line in stream:
            for message in json.loads(line)["messages"]:
                text = message["content"] or ""
                size += len(text)
                if size > most:
                    return
                yield text


@pytest.mark.skipif(not TRANSCRIPTS.is_dir(), reason="needs the shared transcripts beside the repository")
@pytest.mark.parametrize("name", ["oasst_sample.jsonl.gz", "wildchat_en.jsonl.gz", "sgd_train.jsonl.gz"])
def test_real_text_loses_no_span_either(name: str) -> None:
    for text in real_texts(name, 60_000):
        folded = fold(text).text
        for rule in make_rules():
            assert len(lost(rule, folded)) == 0, rule.name


@pytest.mark.skipif(not TRANSCRIPTS.is_dir(), reason="needs the shared transcripts beside the repository")
@pytest.mark.parametrize("name", ["oasst_sample.jsonl.gz", "wildchat_en.jsonl.gz", "sgd_train.jsonl.gz"])
def test_in_real_text_too_the_scrubber_finds_what_presidio_finds(
    both: tuple[Scrubber, AnalyzerEngine], name: str
) -> None:
    before = ""
    for text in real_texts(name, 30_000):
        folded = fold(text).text
        assert not differing(both, before[-BEFORE:], folded), "a span differs"
        before = folded
