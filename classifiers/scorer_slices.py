"""The slices in which a scorer is measured: where a turn comes from, what it is, how long, in which language."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classifiers.language import UNKNOWN, identify
from classifiers.training_text import Example
from schemas.labels import VOICES, Trigger

LENGTHS = (20, 90, 300)
"""Upper bounds of the bins of length, in words. 90 words are about one window of the scorer."""
_WORD = re.compile(r"[\u3040-\u30FF\u3400-\u9FFF\uF900-\uFAFF]|[^\W\u3040-\u30FF\u3400-\u9FFF\uF900-\uFAFF]+")


@dataclass(frozen=True, slots=True)
class Slicing:
    """One way to slice. key: a turn's slice. values: all slices in order; empty where the gold decides."""

    name: str
    key: Callable[[Example], str]
    values: tuple[str, ...] = ()


def length_names() -> tuple[str, ...]:
    """The bins of length, as they are named: `0-20 words` and so on, bounds within."""
    lows = (0, *(bound + 1 for bound in LENGTHS))
    return (*(f"{low}-{high} words" for low, high in zip(lows, LENGTHS, strict=False)), f"over {LENGTHS[-1]} words")


def length_of(text: str) -> str:
    """The bin of length of a turn. Chinese and Japanese characters count as a word each."""
    count = sum(1 for _ in _WORD.finditer(text))
    return length_names()[sum(count > bound for bound in LENGTHS)]


def language_of(text: str) -> str:
    """The language of a turn's own text, `unknown` where there is too little of it."""
    code = identify(text)
    return "unknown" if code == UNKNOWN else code


SLICINGS = (
    Slicing("sure", lambda e: "2-3" if e.sure >= 2 else "1", ("1", "2-3")),
    Slicing("source", lambda e: e.source),
    Slicing("trigger", lambda e: str(e.trigger), tuple(map(str, Trigger))),
    Slicing("voice", lambda e: str(e.voice), tuple(map(str, VOICES))),
    Slicing("length", lambda e: length_of(e.turn.text), length_names()),
    Slicing("language", lambda e: language_of(e.turn.text)),
)


def slices(examples: Sequence[Example]) -> Iterator[tuple[str, dict[str, NDArray[np.bool_]]]]:
    """Each slicing's name, and which of n turns belong to each of its slices, [n]: every turn to one."""
    for slicing in SLICINGS:
        keys = [slicing.key(e) for e in examples]
        values = slicing.values or tuple(sorted(set(keys)))
        yield slicing.name, {value: np.array([key == value for key in keys], dtype=bool) for value in values}
