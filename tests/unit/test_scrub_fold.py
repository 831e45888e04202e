"""Folding and cutting: spans found in the folded or cut text point at the text as it stands."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers.scrub_cut import pieces
from classifiers.scrub_fold import fold


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("plain ASCII", "plain ASCII"),
        ("a\u200bb\u00adc\ufeff", "abc"),
        ("ａｎａ＠ｘ．ｄｅ", "ana@x.de"),
        ("𝓪𝓷𝓪", "ana"),
        ("٤٢ and ４２", "42 and 42"),
        ("ﬁrst", "first"),
        ("10–12 — ‘x’", "10-12 - 'x'"),
        ("аnа@example.com", "ana@example.com"),
        ("анна пишет", "анна пишет"),
        ("naïve Žluťoučký", "naïve Žluťoučký"),
        ("\ud800x", "\ud800x"),
    ],
)
def test_text_is_folded_as_a_reader_sees_it(text: str, folded: str) -> None:
    assert fold(text).text == folded


def test_a_span_of_the_folded_text_covers_the_hidden_characters_within_it() -> None:
    text = "x an\u200ba\u200b y"
    folded = fold(text)
    start = folded.text.index("ana")
    assert text[slice(*folded.span(start, start + 3))] == "an\u200ba"


def test_both_letters_of_a_ligature_point_at_it() -> None:
    folded = fold("a ﬁ b")
    assert folded.span(2, 3) == folded.span(3, 4) == folded.span(2, 4) == (2, 3)


@given(st.text(alphabet=st.characters(), max_size=40))
def test_any_text_folds_and_every_span_lies_within_it(text: str) -> None:
    folded = fold(text)
    if folded.places is None:
        assert len(folded.text) == len(text)
    for at in range(len(folded.text)):
        start, end = folded.span(at, at + 1)
        assert 0 <= start < end <= len(text)


@given(st.text(alphabet="ab \n", max_size=400), st.integers(20, 60), st.integers(0, 9))
def test_pieces_cover_a_text_and_overlap(text: str, size: int, overlap: int) -> None:
    cut = list(pieces(text, size, overlap))
    assert cut[0][0] == 0
    assert cut[-1][0] + len(cut[-1][1]) == len(text)
    for (start, piece), (after, _) in pairwise(cut):
        assert piece == text[start : start + size]
        assert start < after <= start + size - overlap
