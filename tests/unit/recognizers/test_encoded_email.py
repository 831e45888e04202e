"""Cases of the recogniser in classifiers/recognizers/encoded_email.py: a text, and what is masked of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from classifiers.recognizers.encoded_email import EncodedEmail

CASES = [
    ("id YW5hLmtvdmFjQGV4YW1wbGUuY29t end", ["YW5hLmtvdmFjQGV4YW1wbGUuY29t"]),
    ("YW5hQGV4YW1wbGUub3Jn", ["YW5hQGV4YW1wbGUub3Jn"]),
    ("internationalisation and counterrevolutionary", []),
    ("aGVsbG8gd29ybGQgaGVsbG8gd29ybGQ=", []),
    ("Cookie: s=YW5hLmtvdmFjQGV4YW1wbGUub3Jn; a=1", ["YW5hLmtvdmFjQGV4YW1wbGUub3Jn"]),
    ("/u/YW5hLmtvdmFjQGV4YW1wbGUub3Jn", ["/u/YW5hLmtvdmFjQGV4YW1wbGUub3Jn"]),
    ("Authorization: Basic YW5hLmtvdmFjQGV4YW1wbGUub3JnOnB3", ["YW5hLmtvdmFjQGV4YW1wbGUub3JnOnB3"]),
]


@pytest.mark.parametrize(("text", "masked"), CASES)
def test_it_masks_exactly(text: str, masked: list[str], found: Callable[..., list[str]]) -> None:
    assert found(EncodedEmail(), text) == masked
