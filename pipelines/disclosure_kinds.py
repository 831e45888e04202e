"""Which turns a conversation can have, as they count in a rate of turns: what an attacker knows without any release."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass

from pipelines.disclosure_course import RANGES, STARTS
from schemas.released import ONSETS

Point = tuple[int, int]
"""Turns of a conversation, and flagged ones, as they count."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of conversation in one bin of lengths. onset and recovered are empty where it is not flagged; again:
    more than one turn is flagged. points: corners of what its turns can be."""

    onset: str
    recovered: str
    again: bool
    points: tuple[Point, ...]


@functools.lru_cache
def kinds(length: str, most: int) -> tuple[Kind, ...]:
    """Every kind of conversation of a length bin; a longer conversation counts as `most` turns."""
    first, last = RANGES[length]
    # A conversation whose model only thought aloud stands in the first bin without a turn.
    shortest, longest = 0 if first == 1 else min(first, most), most if last is None else min(last, most)
    found = [Kind("", "", False, tuple(sorted({(shortest, 0), (longest, 0)})))]
    for onset in ONSETS:
        for recovered in ("yes", "no"):
            points = set(_points(length, onset, recovered, most))
            for again in (False, True):
                some = {(turns, hits) for turns, hits, more in points if more == again}
                if some:
                    found.append(Kind(onset, recovered, again, _corners(some)))
    return tuple(found)


def _points(length: str, onset: str, recovered: str, most: int) -> Iterator[tuple[int, int, bool]]:
    """(turns, flagged turns, more than one flagged) as they count, of all such conversations."""
    first, last = RANGES[length]
    begins, ends = STARTS[onset]
    for turns in range(first, (max(first, most) if last is None else last) + 1):
        for start in range(begins, min(turns, ends or turns) + 1):
            # Recovered: the last turn is free of it. Otherwise it is flagged, the same turn as the first or another.
            few, many = (1, turns - start) if recovered == "yes" else (1 if start == turns else 2, turns - start + 1)
            for hits in range(few, many + 1):
                for counted in {hits} if turns <= most else {hits * most // turns, -(-hits * most // turns)}:
                    yield min(turns, most), counted, hits > 1
    if last is None:  # much longer than `most`: any part of its turns may be flagged
        if recovered == "yes" or onset == ONSETS[-1]:
            yield from ((most, hits, False) for hits in (0, 1))
        yield from ((most, hits, True) for hits in (0, most))


def _corners(points: set[Point]) -> tuple[Point, ...]:
    """The corners of the convex hull of `points`. Source: Andrew 1979, Inf Process Lett 9, the monotone chain."""
    listed = sorted(points)
    sides: list[Point] = []
    for way in (listed, listed[::-1]):
        chain: list[Point] = []
        for x, y in way:
            while len(chain) > 1 and (chain[-1][0] - chain[-2][0]) * (y - chain[-2][1]) <= (
                chain[-1][1] - chain[-2][1]
            ) * (x - chain[-2][0]):
                chain.pop()
            chain.append((x, y))
        sides += chain
    return tuple(sorted(set(sides)))
