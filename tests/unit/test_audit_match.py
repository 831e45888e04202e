"""The matcher of the audit agrees with a plain search."""

from __future__ import annotations

import random
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.audit_match import Matcher


def reference(patterns_: list[bytes], data: bytes) -> set[int]:
    return {number for number, pattern in enumerate(patterns_) if pattern in data}


@given(
    wanted=st.lists(st.binary(min_size=4, max_size=14).map(lambda b: bytes(c & 3 for c in b)), min_size=1, max_size=30),
    data=st.binary(max_size=200).map(lambda b: bytes(c & 3 for c in b)),
)
@settings(max_examples=300, deadline=None)
def test_the_matcher_agrees_with_a_plain_search(wanted: list[bytes], data: bytes) -> None:
    assert Matcher(wanted).search(data) == reference(wanted, data)


def test_the_matcher_finds_thousands_and_nothing_else() -> None:
    rng = random.Random(7)
    words = ["".join(rng.choices(string.ascii_lowercase, k=rng.randint(4, 20))).encode() for _ in range(20_000)]
    planted = rng.sample(range(len(words)), 500)
    data = b" ".join(rng.randbytes(40) + words[number] for number in planted)
    found = Matcher(words).search(data)
    assert set(planted) <= found
    assert all(words[number] in data for number in found)


@pytest.mark.parametrize(
    ("text", "found"),
    [(b"numeric", set()), (b"by eric, again", {0}), (b"eric", {0}), (b"erics", set()), (b"7eric_", {0})],
)
def test_a_short_word_counts_only_by_itself(text: bytes, found: set[int]) -> None:
    assert Matcher([b"eric"], {0}).search(text) == found
