"""Which of many short pieces of text occur in a text, and where: all of them in one pass (Aho and Corasick 1975).

Recognisers name their pieces when they are made; a text is searched for all pieces that are known by then.
"""

from __future__ import annotations

import re
from typing import Any

_LONE = re.compile("[\ud800-\udfff]")
_NUMBERS: dict[str, int] = {}
_AUTOMATA: dict[int, tuple[Any, list[str]]] = {}


def known(piece: str) -> str:
    """The piece, from now on searched for. Raises ValueError where it is empty."""
    if not piece:
        raise ValueError("an empty piece is everywhere: give it a character")
    _NUMBERS.setdefault(piece, len(_NUMBERS))
    return piece


def hits(text: str) -> dict[str, list[int]]:
    """For each known piece that occurs, where it starts, in order; overlapping pieces all count."""
    import ahocorasick_rs

    made = _AUTOMATA.get(len(_NUMBERS))
    if made is None:
        pieces = list(_NUMBERS)
        _AUTOMATA.clear()
        made = _AUTOMATA[len(pieces)] = (ahocorasick_rs.AhoCorasick(pieces), pieces)
    automaton, pieces = made
    try:
        matches = automaton.find_matches_as_indexes(text, overlapping=True)
    except UnicodeEncodeError:
        matches = automaton.find_matches_as_indexes(_LONE.sub("\ufffd", text), overlapping=True)
    found: dict[int, list[int]] = {}
    for number, start, _ in matches:
        if number in found:
            found[number].append(start)
        else:
            found[number] = [start]
    return {pieces[number]: starts for number, starts in found.items()}
