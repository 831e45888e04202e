"""How the report prints figures and lays them out on a scale."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.report_numbers import count, percent, points, points_with_interval, times, with_interval
from pipelines.report_picture import Item, difference_scale, picture, share_scale

SHARES = st.floats(0, 1, allow_nan=False)


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        (percent(0.0342), "3.4 %"),
        (percent(0.0055), "0.55 %"),
        (percent(0.1), "10.0 %"),
        (percent(1.0), "100 %"),
        (percent(0.0), "0 %"),
        (percent(None), "not given"),
        (with_interval(0.034, 0.0241, 0.0479), "3.4 % (2.4 to 4.8 %)"),
        (with_interval(0.034, None, None), "3.4 % (interval not given)"),
        (points(0.0131), "+1.3 points"),
        (points(-0.0131), "−1.3 points"),
        (points(0.009, signed=False), "0.90 points"),
        (points_with_interval(-0.003, -0.021, 0.014), "−0.3 points (−2.1 to +1.4)"),
        (points_with_interval(0.0001, -0.0002, 0.00001), "+0.01 points (−0.02 to 0.00)"),
        (count(1480), "1,480"),
        (count(None), "not given"),
        (times(2.44), "2.4 times"),
        (times(12.4), "12 times"),
    ],
)
def test_figures_print_as(printed: str, expected: str) -> None:
    assert printed.replace("\u00a0", " ") == expected


def item(name: str, now: tuple[float, float, float] | None, hidden: str = "") -> Item:
    """An item of a picture."""
    return Item(name, now, "", (name,), hidden=hidden, note="too few" if hidden else "")


@given(st.lists(st.tuples(SHARES, SHARES, SHARES).map(sorted), min_size=1, max_size=8))
def test_every_dot_and_whisker_lies_on_the_scale_in_order(found: list[list[float]]) -> None:
    items = [item("a", (middle, low, high)) for low, middle, high in found]
    scale = share_scale(items)
    assert 2 <= len(scale.ticks) <= 7
    assert [round(100 * value, 9) for value, _ in scale.ticks] == [round(float(text), 9) for _, text in scale.ticks]
    assert scale.high >= max(high for _, _, high in found)
    for drawn in picture("p", "t", "d", (), items, scale).rows:
        assert drawn.now is not None
        low, at, high = (float(place.rstrip("%")) for place in (drawn.now.low, drawn.now.at, drawn.now.high))
        assert 0 <= low <= at <= high <= 100


@given(st.lists(st.floats(-1, 1, allow_nan=False), min_size=1, max_size=8))
def test_no_change_stands_in_the_middle_of_differences(found: list[float]) -> None:
    scale = difference_scale([item("a", (value, value, value)) for value in found])
    assert scale.place(0.0) == "50.00%"
    assert scale.low <= min(found)
    assert scale.high >= max(found)
    assert 3 <= len(scale.ticks) <= 9


def test_neighbours_hidden_for_one_reason_are_one_line_and_each_keeps_its_table_row() -> None:
    items = [item("a", (0.1, 0.0, 0.2)), item("b", None, "suppressed"), item("c", None, "suppressed")]
    drawn = picture("p", "t", "d", ("what",), items, share_scale(items))
    assert [row.names for row in drawn.rows] == [("a",), ("b", "c")]
    assert drawn.rows[1].now is None
    assert drawn.cells == (("a",), ("b",), ("c",))
    assert not drawn.empty


def test_a_picture_without_any_figure_is_empty_and_says_why() -> None:
    items = [item("a", None, "suppressed"), item("b", None, "suppressed")]
    drawn = picture("p", "t", "d", (), items, share_scale(items))
    assert drawn.empty
    assert drawn.all_hidden == "suppressed (too few)"
