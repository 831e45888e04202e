"""Made-up values in every written form: what is made, and how much of it the scrubber finds."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from classifiers.recognizers.checksums import luhn
from classifiers.scrub_form_texts import carriers
from classifiers.scrub_form_values import FormValues, shapes
from classifiers.scrub_forms import FORMS, make_forms
from classifiers.scrubber import Scrubber, build_scrubber
from schemas.policy import ScrubPolicy

STRUCTURED = ("EMAIL_ADDRESS", "IBAN_CODE", "IP_ADDRESS", "URL", "US_SSN")
VALUES = 120


@pytest.fixture(scope="module")
def scrubber() -> Scrubber:
    return build_scrubber(ScrubPolicy())


@pytest.fixture(scope="module")
def lines() -> list[dict[str, Any]]:
    return list(make_forms(7, VALUES))


def test_the_same_seed_makes_the_same_lines(lines: list[dict[str, Any]]) -> None:
    assert list(make_forms(7, VALUES, ("PASSPORT",))) == [line for line in lines if line["id"].startswith("PASSPORT")]
    assert list(make_forms(8, 3, ("PASSPORT",))) != list(make_forms(7, 3, ("PASSPORT",)))


def test_every_kind_has_as_many_lines_as_asked_for_in_all_its_forms(lines: list[dict[str, Any]]) -> None:
    kinds = Counter(line["spans"][0]["type"] for line in lines)
    assert kinds == dict.fromkeys(FORMS, VALUES)
    seen = {(line["spans"][0]["type"], line["source"]) for line in lines}
    assert seen == {(kind, form) for kind, forms in FORMS.items() for form in forms}
    assert len({line["id"] for line in lines}) == len(lines)


def test_spans_lie_in_their_text_and_in_one_turn(lines: list[dict[str, Any]]) -> None:
    for line in lines:
        text, starts = line["text"], line.get("turns", [])
        assert not set("\x01\x02") & set(text)
        assert all(text[start - 1] == "\n" for start in starts)
        for span in line["spans"]:
            assert 0 <= span["start"] < span["end"] <= len(text)
            assert not any(span["start"] < start <= span["end"] for start in starts)
        if line["source"] in ("asked", "split_turns"):
            assert starts


def test_there_are_enough_carriers_countries_and_kinds_of_card() -> None:
    for kind in FORMS:
        table = carriers()[kind]
        assert len(table["told"]) >= 8 and len(table["asks"]) >= 4 and len(table["keys"]) >= 4
    assert len(shapes()["phones"]) >= 60
    assert len(shapes()["national_ids"]) >= 50


def test_some_cards_have_a_wrong_check_digit() -> None:
    import random

    draw = FormValues(random.Random(3))
    valid = [luhn("".join(filter(str.isdigit, draw.card().text))) for _ in range(400)]
    assert 0.65 < sum(valid) / len(valid) < 0.9


def found(scrubber: Scrubber, line: dict[str, Any]) -> tuple[int, int]:
    """Characters of a line's spans, and those that are masked."""
    text, cuts = line["text"], [0, *line.get("turns", ())]
    ends = [*(cut - 1 for cut in cuts[1:]), len(text)]
    hidden = bytearray(len(text))
    for cut, spans in zip(cuts, scrubber.find([text[a:b] for a, b in zip(cuts, ends, strict=True)]), strict=True):
        for span in spans:
            hidden[cut + span.start : cut + span.end] = b"\x01" * (span.end - span.start)
    marks = [(int(mark["start"]), int(mark["end"])) for mark in line["spans"]]
    return sum(end - start for start, end in marks), sum(hidden[start:end].count(1) for start, end in marks)


@pytest.mark.parametrize("kind", FORMS)
def test_recall_by_character_holds_its_floor(kind: str, scrubber: Scrubber, lines: list[dict[str, Any]]) -> None:
    pairs = [found(scrubber, line) for line in lines if line["spans"][0]["type"] == kind]
    share = sum(hit for _, hit in pairs) / sum(gold for gold, _ in pairs)
    assert share >= (0.995 if kind in STRUCTURED else 0.98)
