"""Cheap facts about a text, from which a form's need is decided before its regular expression is tried."""

from __future__ import annotations

import re
import threading
from bisect import bisect_right
from dataclasses import dataclass

from classifiers.recognizers.once import once
from classifiers.recognizers.pieces import hits

# A run of letters ends where the word boundary of a regular expression may be.
LETTERS = re.compile(r"[^\W\d_]+")
_JOINTS = re.compile(r"_|(?<=[a-z])(?=[A-Z])")
_BETWEEN = ",;\t|"
_CELL = 32
"""Most characters of a cell that can be the head of a column."""
DIGIT = re.compile(r"\d")
_LONG_NUMBER = re.compile(r"\d(?:[^\d\w]{0,7}\d){4}")
_REACH = 400
"""Characters of a line before a place that are looked at for the cells before it."""


@dataclass(frozen=True)
class Traits:
    """A text, folded, and facts about it, each worked out at most once. `before` is the end of the turns
    before."""

    text: str
    before: str = ""
    whole: bool = False
    """Whether the text is several turns in a row, parted by line ends, and `before` the same: needs then hold where
    they hold for one of the turns, and maybe elsewhere."""

    @once
    def low(self) -> str:
        """The text in lower case, of the same length: the few letters that grow in lower case stay as they
        are. An i without a dot gets one, as a regular expression that ignores case sees it."""
        low = self.text.lower()
        if len(low) != len(self.text):
            low = "".join(char if len(char.lower()) > 1 else char.lower() for char in self.text)
        return dotted(low)

    @once
    def low_before(self) -> str:
        """The end of the turns before in lower case."""
        if self.before is self.text and self.text.isascii():
            return self.low
        return dotted(self.before.lower())

    @once
    def hits(self) -> dict[str, list[int]]:
        """Where in `low` each known piece starts that occurs."""
        return hits(self.low)

    @once
    def hits_before(self) -> dict[str, list[int]]:
        """The same for the end of the turns before."""
        if self.low_before is self.low:
            return self.hits
        return hits(self.low_before) if self.before else {}

    @once
    def words_before(self) -> frozenset[str]:
        """The different runs of letters at the end of the turns before, in lower case."""
        if self.low_before is self.low:
            return self.word_set
        return frozenset(LETTERS.findall(self.low_before))

    @once
    def kept(self) -> dict[str, list[re.Match[str]]]:
        """Matches of expressions that several recognisers share."""
        return {}

    @once
    def opened_before(self) -> str:
        """The end of the turns before with names of fields as words."""
        return opened(self.before)

    @once
    def memo(self) -> dict[object, bool]:
        """What `remembered` needs said of this text."""
        return {}

    @once
    def places(self) -> dict[str, list[int]]:
        """Where anchors stand, by their expressions, for forms that share one."""
        return {}

    def placed(self, anchor: str, compiled: re.Pattern[str]) -> list[int]:
        """Where an anchor that is a place stands, in order: `places`, filled."""
        found = self.places.get(anchor)
        if found is None:
            found = self.places[anchor] = [place.start() for place in compiled.finditer(self.text)]
        return found

    @once
    def chars(self) -> frozenset[str]:
        return frozenset(self.text)

    @once
    def digits(self) -> bool:
        return DIGIT.search(self.text) is not None

    @once
    def long_number(self) -> bool:
        """Whether five digits stand close together."""
        return self.digits and _LONG_NUMBER.search(self.text) is not None

    @once
    def longest(self) -> int:
        """Characters of the longest run without white space."""
        return max(map(len, self.text.split()), default=0)

    @once
    def word_set(self) -> frozenset[str]:
        """The different runs of letters in lower case."""
        return frozenset(LETTERS.findall(self.low))

    @once
    def _tables(self) -> tuple[list[int], list[tuple[str, ...]]]:
        """Where each line starts, and for each mark that can part cells the first of the lines up to this one that
        all hold it."""
        starts: list[int] = []
        heads: list[tuple[str, ...]] = []
        at, above = 0, ("",) * len(_BETWEEN)
        for line in self.text.split("\n"):
            above = tuple((head or line) if mark in line else "" for mark, head in zip(_BETWEEN, above, strict=True))
            starts.append(at)
            heads.append(above)
            at += len(line) + 1
        return starts, heads

    @once
    def heads(self) -> frozenset[str]:
        """All heads of columns with something under them, their names of fields opened, without quotes."""
        if "\n" not in self.text or self.chars.isdisjoint(_BETWEEN):
            return frozenset()
        found: set[str] = set()
        last: tuple[str, ...] = ()
        for heads in self._tables[1]:
            for mark, head, before in zip(_BETWEEN, heads, last, strict=False):
                if head and head == before and len(head) < 2 * _REACH:
                    found.update(head.split(mark))
            last = heads
        return frozenset(opened(cell).strip(" \"'`*") for cell in found if len(cell) <= _CELL)

    def column_head(self, place: int) -> str:
        """The cell that stands at the top of the column in which a place is; empty where it is in no table."""
        if "\n" not in self.text:
            return ""
        starts, heads = self._tables
        number = bisect_right(starts, place) - 1
        line = self.text[max(starts[number], place - _REACH) : place]
        bare = line.rstrip(" \"'`*")
        mark = bare[-1:] if bare[-1:] in _BETWEEN else ""
        if place - starts[number] > _REACH or (bare and not mark):
            return ""
        for sign, head in zip(_BETWEEN, heads[number], strict=True):
            if head and (sign == mark or not bare):
                cells = head[: 2 * _REACH].split(sign, bare.count(sign) + 1)
                cell = cells[bare.count(sign)] if len(cells) > bare.count(sign) else ""
                return cell if len(cell) <= _CELL and not any(map(str.isdigit, cell)) else ""
        return ""


def dotted(text: str) -> str:
    """A text with dots on all its i."""
    return text.replace("ı", "i") if not text.isascii() else text


def opened(text: str) -> str:
    """A text with the words apart of which names of fields are made: "order_id" and "orderId" as "order id"."""
    return _JOINTS.sub(" ", text)


def one_in(text: str, pieces: tuple[str, ...]) -> bool:
    """Whether one of the pieces occurs."""
    # A loop, not any(): this runs a hundred times for each turn, and most turns are short.
    for piece in pieces:  # noqa: SIM110
        if piece in text:
            return True
    return False


class _Slot(threading.local):
    traits: Traits | None = None


_SLOT = _Slot()


def traits_of(text: str, before: str | None = None) -> Traits:
    """Traits of a text. The last one is kept, because every recogniser in turn is given the same text."""
    last = _SLOT.traits
    if last is None or last.text is not text or (before is not None and last.before != before):
        last = _SLOT.traits = Traits(text, before or "")
    return last


def forget_text() -> None:
    """Drops the kept text."""
    _SLOT.traits = None
