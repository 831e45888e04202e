"""Cuts long texts into overlapping pieces, so that the cost of a text grows with its length and no faster."""

from __future__ import annotations

from collections.abc import Iterator

PIECE = 32_768
"""Characters of a piece."""
OVERLAP = 2_048
"""Characters that a piece shares with the one before. No form of PII here is longer, but a private key or
a long token; those are found in parts, which join."""
_REACH = 256


def pieces(text: str, size: int = PIECE, overlap: int = OVERLAP) -> Iterator[tuple[int, str]]:
    """Start and text of each piece. Pieces begin after white space where there is some near."""
    if len(text) <= size:
        yield 0, text
        return
    start = 0
    while True:
        yield start, text[start : start + size]
        if start + size >= len(text):
            return
        start = _after_space(text, start + size - overlap)


def _after_space(text: str, place: int) -> int:
    for at in range(place, max(place - _REACH, 0), -1):
        if text[at - 1].isspace():
            return at
    return place
