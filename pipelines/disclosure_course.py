"""Which runs a flagged conversation can have: what an attacker knows of onset, slope, peak, recovery and refusals.

The measures of one conversation hang together: one of a single turn begins there, ends there, and grows no more. So
counts of them make one system with those by length, in which nothing must be worked out either.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from schemas.released import LENGTHS, ONSETS
from schemas.released_runs import PEAKS, REFUSALS, SLOPES

RANGES: dict[str, tuple[int, int | None]] = dict(
    zip(LENGTHS, ((1, 1), (2, 3), (4, 7), (8, 15), (16, None)), strict=True)
)
"""First and last number of turns of each length bin."""
STARTS = dict(zip(ONSETS, ((1, 1), (2, 3), (4, 7), (8, None)), strict=True))
"""First and last turn of each bin of onsets."""
_FREE = 3
"""With so many turns after the onset, or more, nothing but the first turn binds the measures."""


class Run(NamedTuple):
    """How a flagged conversation runs. again: more than one turn is flagged."""

    onset: str
    recovered: str
    slope: str
    peak: str
    refusal: str
    again: bool

    @property
    def measured(self) -> tuple[str, str, str, str, str]:
        """The values of the measures of IN_RUN."""
        return self[:5]


IN_RUN = ("onset", "recovered", "slope", "peak", "refusal")
"""Measures of released_dynamics that a run decides."""


@functools.lru_cache
def runs(length: str) -> tuple[Run, ...]:
    """Every run of a conversation of a length bin."""
    first, last = RANGES[length]
    found = set()
    for onset, (begins, ends) in STARTS.items():
        for turns in range(first, (first + _FREE if last is None else last) + 1):
            for start in range(begins, min(turns, turns if ends is None else ends) + 1):
                after = min(_FREE, turns - start)
                found |= {Run(onset, *rest) for rest in _rest(after, at_first=start == 1)}
    return tuple(sorted(found))


def _rest(after: int, *, at_first: bool) -> Iterator[tuple[str, str, str, str, bool]]:
    """(recovered, slope, peak, refusal, again) with so many turns after the onset."""
    for recovered in ("yes", "no"):
        for again in (False, True):
            for slope in SLOPES:
                for peak in PEAKS:
                    for refusal in REFUSALS:
                        rest = (recovered, slope, peak, refusal, again)
                        if _fits(after, at_first, *rest):
                            yield rest


def _fits(after: int, at_first: bool, recovered: str, slope: str, peak: str, refusal: str, again: bool) -> bool:
    """Whether a run is possible. A turn as likely as the onset is flagged; a refusal stands at the onset, or before it
    where there is a turn before."""
    falling, rising = slope == SLOPES[0], slope == SLOPES[2]
    later = peak == PEAKS[1]
    _, refused, grew = REFUSALS
    if after == 0:
        still = not falling and not rising and not later
        return still and not again and recovered == "no" and not (at_first and refusal == grew)
    if not again and (recovered == "no" or later):
        return False
    if at_first and refusal == grew and not later:
        return False
    if after == 1:  # the line through two turns ends at both: it does not rise where the second is not flagged
        if recovered == "yes":
            return not rising and not again
        unlike = (rising and (not later or refusal == refused)) or (falling and later)
        return not unlike and (rising or not (at_first and refusal == grew))
    if after == 2 and rising:  # the line's ends differ as the first and the last of three turns do
        return recovered == "no" and later and refusal != refused
    return True


FREE_IN_RUN = ("slope", "peak", "refusal")
"""Measures that turns, flagged turns, onset and recovery do not tell."""
Group = tuple[str, frozenset[str]]
"""A measure of FREE_IN_RUN, and the values that it can have in some kind of conversation."""


@functools.lru_cache
def groups(length: str, onset: str, recovered: str, again: bool) -> tuple[Group, ...]:
    """What slope, peak and refusal can be beside these."""
    found = [run for run in runs(length) if (run.onset, run.recovered, run.again) == (onset, recovered, again)]
    return tuple((name, frozenset(run.measured[IN_RUN.index(name)] for run in found)) for name in FREE_IN_RUN)


def bounds(shown: Mapping[tuple[str, str], int], there: Iterable[Group]) -> Iterator[tuple[list[Group], float, int]]:
    """What shown counts say of how many conversations are in the groups that are there.

    Yields (groups, sign, most): sign times the sum of the groups is at most `most`.
    shown: count by (measure, value). The values of any set have room in the groups that can have one of them; and
    groups that can have no other hold no more than these. (Hall's condition, so that one measure says nothing else.)
    """
    listed = sorted(set(there), key=lambda group: (group[0], sorted(group[1])))
    for measure in FREE_IN_RUN:
        values = [value for name, value in shown if name == measure]
        of_measure = [group for group in listed if group[0] == measure]
        for size in range(1, len(values) + 1):
            for some in map(frozenset, itertools.combinations(values, size)):
                count = sum(shown[measure, value] for value in some)
                open_to, bound_to = (
                    [g for g in of_measure if test(g[1])] for test in (some.intersection, some.issuperset)
                )
                if 0 < len(open_to) < len(of_measure):
                    yield open_to, -1.0, -count
                if 0 < len(bound_to) < len(of_measure):
                    yield bound_to, 1.0, count
