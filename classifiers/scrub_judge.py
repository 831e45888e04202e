"""Second thoughts on the name model's spans: what is certain enough to mask, given how and where the words
stand.

The model is tuned for recall on English chat. Where it is known to see names that are none (code, other
languages, marks of a list), more certainty is asked for. The score that leaves here is 0 where the span is
dropped.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from classifiers.scrub_kept import identifies
from classifiers.scrub_tokens import ALPHA, KNOWN, OTHER_SCRIPT, SMALL, text_case

Marks = NDArray[np.uint8]
NEVER = 2.0
SURE = 0.9
LIKELY = 0.75
EVEN = 0.5
FOREIGN_BELOW = 0.45
"""Share of known words under which a text is not English (to the model)."""
_LONG_ADDRESS = 160
_CODE_WORD = re.compile(r"[a-z_]+\d+|[a-z]+[A-Z]\w*")
_LINE = 200
"""Characters of a line to either side that are looked at."""
_CODE_LINE = re.compile(
    r"[;{}]\s*$|^\s*(?:import|def|class|return|const|let|var|public|private|static|function|using|pip|npm|sudo)\s\S"
    r"|^\s*(?:#include|</?[a-z]|//|@\w+\()|=>|\w::\w|\w\(\)|^\s*[\w.\[\]]+ [-+*]?= \S"
)
_FENCE = re.compile(r"^[ \t]*```", re.MULTILINE)
_CASELESS = re.compile("[\u0590-\u0fff\u1000-\u109f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_HAN = re.compile("[\u3040-\u30ff\u3400-\u9fff]")
_WITHIN = re.compile(r"[\w,;] $")
_GLUE_BEFORE = re.compile(r"[_$\\]$|[\w)\]]\.$|->$|::$|<$|</$")
_GLUE_AFTER = re.compile(r"^(?:[_(\[]|::|\.\w+\(|->|=[\"'\w])")


@dataclass(frozen=True)
class Surroundings:
    """A text and what is known of it: its words and their marks (`word_marks`), which words the model knows, and the
    marks of the whole conversation, which tell what a text of few words cannot."""

    text: str
    words: list[str]
    marks: Marks
    known: Callable[[str], bool]
    conversation: Marks

    @cached_property
    def foreign(self) -> bool:
        """Whether most of the lower-case words are unknown."""
        foreign = is_foreign(self.marks)
        return is_foreign(self.conversation) is True if foreign is None else foreign

    @cached_property
    def cased(self) -> bool:
        """Whether the text is written with capitals as usual."""
        return len(self.words) >= 8 and text_case(self.words) == 0

    @cached_property
    def fences(self) -> list[int]:
        """Where fenced code begins and ends, in turn."""
        return [match.start() for match in _FENCE.finditer(self.text)] if "```" in self.text else []

    def in_code(self, place: int) -> bool:
        """Whether a place is in fenced code."""
        return bisect_right(self.fences, place) % 2 == 1

    def code_line(self, place: int) -> bool:
        """Whether the line of a place looks like code, fenced or not."""
        start = self.text.rfind("\n", max(0, place - _LINE), place) + 1 or max(0, place - _LINE)
        end = self.text.find("\n", place, place + _LINE)
        return _CODE_LINE.search(self.text[start : end if end >= 0 else place + _LINE]) is not None


def is_foreign(marks: Marks) -> bool | None:
    """Whether most of the lower-case words are unknown; None where there are fewer than eight."""
    if len(marks) < 5:
        return None
    head = marks[:2000]
    letters, other, small, known = (int(np.count_nonzero(head & bit)) for bit in (ALPHA, OTHER_SCRIPT, SMALL, KNOWN))
    # Where most are of another script, only words with a capital are taken for names.
    if 2 * other > max(letters, 8):
        return True
    return None if small < 8 else known < FOREIGN_BELOW * small


def judged(label: str, start: int, end: int, score: float, around: Surroundings) -> float:
    """The score of a span found by the name model, or 0."""
    text = around.text
    value = text[start:end]
    if not identifies(text, start, end):
        return 0.0
    least = 0.0
    if around.foreign or _HAN.fullmatch(value):
        # There the model sees names everywhere; only capitals within a sentence are evidence.
        capital = all(word[0].isupper() for word in value.split() if len(word) > 3) and value[0].isupper()
        within = capital and _WITHIN.search(text, max(0, start - 3), start)
        least = NEVER if not within else LIKELY if " " in value else SURE
    elif _CASELESS.search(value):
        least = SURE
    elif around.cased and value.islower():
        # Where capitals are used, a word in small letters is seldom a name.
        least = LIKELY
    elif around.known(value.lower()) and not _WITHIN.search(text, max(0, start - 3), start):
        # An ordinary word has a capital at the head of a sentence anyway.
        least = EVEN
    if score < LIKELY and (around.in_code(start) or around.code_line(start)):
        return 0.0
    if _CODE_WORD.fullmatch(value):
        least = max(least, SURE if label == "PERSON" else NEVER)
    if score < SURE and _glued(text, start, end):
        return 0.0
    if label == "ADDRESS":
        least = max(least, _least_address(value))
    if len(value) == 1 or value.isdigit():
        least = max(least, SURE)
    return score if score >= least else 0.0


def _glued(text: str, start: int, end: int) -> bool:
    """Whether a place is part of an expression of code."""
    before = _GLUE_BEFORE.search(text, max(0, start - 4), start)
    return before is not None or _GLUE_AFTER.search(text[end : end + 40]) is not None


def _least_address(value: str) -> float:
    """A list of numbers or a word of code is no address; without a number, or very long, it seldom is one."""
    if not any(char.isalpha() for char in value):
        return NEVER
    return LIKELY if len(value) > _LONG_ADDRESS or not any(char.isdigit() for char in value) else 0.0
