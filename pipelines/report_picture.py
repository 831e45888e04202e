"""Pictures of figures with intervals: rows of dots and whiskers on one scale, drawn as static SVG by the template.

Positions are percentages of the picture's width, so that a picture fits every width with text of one size. This
release is a filled dot; the baseline, where it is drawn, a hollow one below it.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipelines.report_numbers import unbroken
from pipelines.report_rows import Interval

_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
_MOST_TICKS = 5
_EDGE = 1e-9
_LEAST = 1e-4
"""Least end of a scale, so that a picture of zeros still has one."""


@dataclass(frozen=True, slots=True)
class Item:
    """One row of a picture. name: what it is. text, before_text: the figures in words, beside the dots; more: another.

    now, before: figure and interval of this release and of the baseline. hidden: why nothing is drawn (`suppressed`,
    `not estimable`), and note: the reason in words. cells: the row of the table behind the picture. heading: a
    heading above the row, of the group to which it belongs; a repeated one is drawn once.
    """

    name: str
    now: Interval | None
    text: str
    cells: tuple[str, ...]
    before: Interval | None = None
    before_text: str = ""
    more: str = ""
    hidden: str = ""
    note: str = ""
    heading: str = ""
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Scale:
    """Values from low to high in `unit`, with the ticks (value, text) between them."""

    low: float
    high: float
    ticks: tuple[tuple[float, str], ...]
    unit: str

    def place(self, value: float) -> str:
        """Where `value` stands, as a percentage of the width; clipped to the scale."""
        share = (value - self.low) / (self.high - self.low)
        return f"{100 * min(1.0, max(0.0, share)):.2f}%"


@dataclass(frozen=True, slots=True)
class Mark:
    """A dot and its whiskers, as percentages of the width; equal ends where no interval is known."""

    at: str
    low: str
    high: str


@dataclass(frozen=True, slots=True)
class Drawn:
    """An item with the places of its marks. heading: only where its group begins.

    names: one, or several where neighbours are hidden for the same reason and are drawn as one line of words.
    """

    item: Item
    heading: str
    now: Mark | None
    before: Mark | None
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """What the template draws. name: unique in the page, for ids. title and description: what a screen reader says.

    head, cells: the table behind it. unit: of the scale. reference: (place, words) of a line across all rows.
    """

    name: str
    title: str
    description: str
    head: tuple[str, ...]
    cells: tuple[tuple[str, ...], ...]
    rows: tuple[Drawn, ...]
    ticks: tuple[tuple[str, str], ...]
    unit: str
    tone: str
    reference: tuple[str, str] | None = None
    baseline: str = ""

    @property
    def body(self) -> tuple[Drawn, ...]:
        """The rows above the scale: all up to the last that has a dot."""
        dots = [number for number, row in enumerate(self.rows) if row.now is not None or row.before is not None]
        return self.rows[: dots[-1] + 1 if dots else 0]

    @property
    def rest(self) -> tuple[Drawn, ...]:
        """The rows below the scale, where nothing is drawn."""
        return self.rows[len(self.body) :]

    @property
    def all_hidden(self) -> str:
        """Why nothing is drawn, where that is so: each kind of reason once."""
        kinds = dict.fromkeys((row.item.hidden, row.item.note) for row in self.rows)
        return "; ".join(f"{hidden} ({note})" if note else hidden for hidden, note in kinds)

    @property
    def empty(self) -> bool:
        """True where there is no dot to draw, so that no scale is shown."""
        return all(row.now is None and row.before is None for row in self.rows)


def _step(width: float) -> float:
    """The smallest round step that makes at most _MOST_TICKS ticks of `width`."""
    raw = width / _MOST_TICKS
    size = 10.0 ** math.floor(math.log10(raw))
    return next(size * step for step in _STEPS if size * step >= raw * (1 - _EDGE))


def _ends(items: Iterable[Item]) -> list[float]:
    found = [mark for item in items for mark in (item.now, item.before) if mark is not None]
    return [end for mark in found for end in mark if end is not None]


def _tick_decimals(step: float) -> int:
    """Decimals of a percentage that show every multiple of `step`: a round step has at most two digits."""
    return next(n for n in range(12) if abs(round(100 * step, n) - 100 * step) < _EDGE * step)


def share_scale(items: Iterable[Item]) -> Scale:
    """A scale of percentages from 0 to a round number at or above every figure and interval end of `items`."""
    most = max(max(_ends(items), default=0.0), _LEAST)
    step = _step(most)
    steps = math.ceil(most / step - _EDGE)
    decimals = _tick_decimals(step)
    ticks = tuple((i * step, f"{100 * i * step:.{decimals if i else 0}f}") for i in range(steps + 1))
    return Scale(0.0, steps * step, ticks, "percent")


def difference_scale(items: Iterable[Item]) -> Scale:
    """A scale of percentage points with zero in the middle, as wide as the farthest interval end of `items`."""
    most = max(max((abs(end) for end in _ends(items)), default=0.0), _LEAST)
    step = _step(2 * most)
    steps = math.ceil(most / step - _EDGE)
    decimals = _tick_decimals(step)
    ticks = tuple(
        (i * step, f"{100 * i * step:+.{decimals}f}".replace("-", "\u2212") if i else "0")
        for i in range(-steps, steps + 1)
    )
    return Scale(-steps * step, steps * step, ticks, "percentage points")


def _mark(scale: Scale, figure: Interval | None) -> Mark | None:
    if figure is None:
        return None
    at, low, high = figure
    low, high = (at if low is None else low), (at if high is None else high)
    return Mark(scale.place(at), scale.place(low), scale.place(high))


def _drawn(items: Sequence[Item], scale: Scale) -> tuple[Drawn, ...]:
    """The rows: a heading once, and neighbours of one group that are hidden for one reason together."""
    out: list[Drawn] = []
    for group, found in itertools.groupby(items, key=lambda i: (i.heading, i.hidden, i.note, i.before is None)):
        run = list(found)
        merged = [run] if group[1] and group[3] else [[item] for item in run]
        for part in merged:
            heading = part[0].heading if not out or out[-1].item.heading != part[0].heading else ""
            names = tuple(item.name for item in part)
            out.append(Drawn(part[0], heading, _mark(scale, part[0].now), _mark(scale, part[0].before), names))
    return tuple(out)


def picture(
    name: str,
    title: str,
    description: str,
    head: tuple[str, ...],
    items: Sequence[Item],
    scale: Scale,
    *,
    tone: str = "",
    reference: tuple[float, str] | None = None,
    baseline: str = "",
) -> Picture:
    """The picture of `items` on `scale`. Items whose figure is missing keep their row and are drawn as words."""
    return Picture(
        name=name,
        title=title,
        description=unbroken(description),
        head=tuple(unbroken(cell) for cell in head),
        cells=tuple(item.cells for item in items),
        rows=_drawn(items, scale),
        ticks=tuple((scale.place(value), text) for value, text in scale.ticks),
        unit=scale.unit,
        tone=tone,
        reference=None if reference is None else (scale.place(reference[0]), reference[1]),
        baseline=baseline,
    )
