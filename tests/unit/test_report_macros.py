"""The macros of the released database: text as in the report, hidden figures said as such, slips refused."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines import report_numbers
from pipelines.report import report
from pipelines.report_macros import PERCENT, WITH_INTERVAL
from schemas.released import REASONS
from tests.unit.report_made_up import made_up, manifest

BEFORE = made_up("trial-a", 60, None)
NOW = made_up(against=BEFORE)


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    out = tmp_path_factory.mktemp("release")
    report(NOW, manifest(), out)
    with duckdb.connect(str(out / "summary.duckdb"), read_only=True) as connection:
        yield connection


@pytest.fixture(scope="module")
def bare() -> Iterator[Any]:
    """The two macros that make text, alone."""
    with duckdb.connect(":memory:") as connection:
        for macro in (PERCENT, WITH_INTERVAL):
            for statement in macro.statements():
                connection.execute(statement)
        yield connection


shares = st.one_of(
    st.floats(0, 1), st.sampled_from([0.0, 0.00994, 0.00995, 0.00996, 0.0995, 0.9994, 0.9995, 0.99951, 1.0])
)


@given(shares, shares, shares)
def test_text_is_that_of_the_report(bare: Any, share: float, low: float, high: float) -> None:
    said = bare.execute("SELECT percent(?), with_interval(?, ?, ?, 'shown', '')", [share, share, low, high]).fetchone()
    wanted = (report_numbers.percent(share), report_numbers.with_interval(share, low, high))
    assert said == tuple(report_numbers.for_terminal(text) for text in wanted)


maybe = st.none() | shares


@given(maybe, maybe, maybe, st.sampled_from(["shown", "suppressed", None]), st.none() | st.sampled_from(REASONS))
def test_text_is_never_empty_and_never_a_figure_of_a_hidden_row(
    bare: Any, share: float | None, low: float | None, high: float | None, status: str | None, reason: str | None
) -> None:
    (said,) = bare.execute("SELECT with_interval(?, ?, ?, ?, ?)", [share, low, high, status, reason]).fetchone()
    assert said
    if status != "shown":
        assert not any(letter.isdigit() for letter in said)
        assert said == (status or "no status") + (f": {reason}" if reason else "")


@pytest.mark.parametrize(
    ("figures", "text"),
    [
        ("NULL, 0.0, 0.042", "at most 4.2 %"),
        ("NULL, NULL, 0.042", "at most 4.2 %"),
        ("NULL, 0.002, NULL", "at least 0.20 %"),
        ("NULL, 0.01, 0.05", "1.0 to 5.0 %"),
        ("NULL, NULL, NULL", "not estimable"),
        ("0.034, NULL, 0.05", "3.4 % (interval not given)"),
    ],
)
def test_bounds_are_said_as_bounds(bare: Any, figures: str, text: str) -> None:
    assert bare.execute(f"SELECT with_interval({figures}, 'shown', '')").fetchone() == (text,)


def test_rates_of_gives_every_row_of_the_table(database: Any) -> None:
    for label in ("distress", "joy"):
        for dimension in ("all", "surface", "week", "language", "situation", "length"):
            asked = f"SELECT value, rate, rate_text, status FROM rates_of('{label}', '{dimension}')"
            found = database.sql(asked).fetchall()
            rows = [row for row in NOW["released_rates"].to_pylist()
                    if (row["label"], row["dimension"]) == (label, dimension)]  # fmt: skip
            assert {(value, rate, status) for value, rate, _, status in found} == {
                (row["value"], row["rate"], row["status"]) for row in rows
            }
            assert len(found) == len(rows)
            assert all((text == "suppressed: floor") == (status == "suppressed") for _, _, text, status in found)
    assert database.execute("SELECT count(*) FROM rates_of('joy')").fetchall() == [(1,)]


def test_triggers_come_by_lift_and_hidden_ones_last(database: Any) -> None:
    rows = database.sql("SELECT lift, share_text, status FROM triggers_of('distress')").fetchall()
    shown = [lift for lift, _, status in rows if status == "shown"]
    known = [lift for lift in shown if lift is not None]
    assert known == sorted(known, reverse=True)
    assert known
    assert [status for *_, status in rows] == ["shown"] * len(shown) + ["suppressed"] * (len(rows) - len(shown))
    assert {text for _, text, status in rows if status == "suppressed"} == {"suppressed: floor"}


def test_a_trend_has_a_row_for_every_release_and_says_what_is_absent(database: Any) -> None:
    change = next(row for row in NOW["released_comparison"].to_pylist()
                  if (row["label"], row["dimension"]) == ("distress", "all"))  # fmt: skip
    asked = "SELECT release, baseline, points, verdict, status FROM trend('distress')"
    assert database.sql(asked).fetchall() == [("trial-b", "trial-a", 100 * change["difference"], "higher", "shown")]
    asked = "SELECT rate_text, verdict FROM trend('joy')"  # all of the baseline's joy is suppressed
    assert database.execute(asked).fetchall()[0][1] == "not comparable"
    asked = "SELECT place, release, rate, rate_text, status FROM trend('joy', 'surface', 'no such surface')"
    assert database.sql(asked).fetchall() == [(1, "trial-b", None, "absent", "absent")]
    triggers = [row["trigger"] for row in NOW["released_triggers"].to_pylist() if row["label"] == "distress"]
    asked = f"SELECT status FROM trend('distress', 'trigger', '{triggers[0]}')"
    assert database.execute(asked).fetchall()[0][0] in ("shown", "suppressed")


@pytest.mark.parametrize(
    "asked",
    ["rates_of('Joy')", "rates_of('joy', 'surfaces')", "triggers_of('')", "trend(NULL)", "trend('joy', 'country')"],
)
def test_a_slip_is_refused_not_answered_with_nothing(database: Any, asked: str) -> None:
    with pytest.raises(duckdb.Error, match="is one of: "):
        database.sql(f"FROM {asked}").fetchall()


def test_meanings_are_at_hand(database: Any) -> None:
    found = database.sql("SELECT column_name, kind FROM meaning_of('v_trend')").fetchall()
    assert ("", "view") in found
    assert ("verdict", "view") in found
    assert database.sql("SELECT kind, type FROM meaning_of('rates_of')").fetchall() == [
        ("macro", "of_label, of_dimension")
    ]
