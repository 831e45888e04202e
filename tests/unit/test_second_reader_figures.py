"""What of a second reader's answers is released and reported, and its policy."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

import pyarrow as pa
import pytest

from pipelines.aggregate_quality import quality_rows
from pipelines.aggregate_rates import Material
from pipelines.disclosure import release
from pipelines.disclosure_plan import Plan
from pipelines.report_html import render_html
from pipelines.report_rows import Released
from pipelines.second_reader import Asked, SecondReading
from schemas.errors import UsageError
from schemas.policy import DisclosurePolicy, Policies
from schemas.policy_file import shown
from schemas.policy_second_reader import SecondReaderPolicy
from schemas.quality import Quality
from schemas.released import QUALITY
from tests.unit.report_made_up import made_up, manifest

Said = list[tuple[str, bool | None]]
AGREED, ANSWERED = "second_reader_agreement", "second_reader_answered"


def spread(confirmed: bool | None, number: int, users: int = 10) -> Said:
    return [(f"u{n % users}", confirmed) for n in range(number)]


def figures(said: Said, drawn: int = 0, status: str = "shown") -> dict[str, tuple[float | None, ...]]:
    """The released figures on distress."""
    asked = {"distress": [Asked(*one) for one in said], "joy": []}
    second = SecondReading({"distress": drawn or len(said), "joy": 0}, asked)
    policy = DisclosurePolicy()
    material = Material("r-1", {}, {}, Plan(frozenset(), frozenset()), policy, Quality({}), None, None, second)
    rates = [{"label": name, "dimension": "all", "flagged": None, "status": status} for name in ("distress", "joy")]
    rows = release(QUALITY, list(quality_rows(material, rates)), policy).to_pylist()
    assert all(row["basis"] == "this_trial" for row in rows if row["measure"] in (AGREED, ANSWERED))
    return {
        row["measure"]: (row["low"], row["figure"], row["high"])
        for row in rows
        if row["label"] == "distress" and row["measure"] in (AGREED, ANSWERED)
    }


NOTHING = (None, None, None)


def test_a_share_is_released_in_two_digits_with_its_interval() -> None:
    found = figures(spread(True, 113, 40) + spread(False, 33, 20) + spread(None, 20))
    low, share, high = found[AGREED]
    assert share == 0.77
    assert low is not None and high is not None and 0.6 < low < share < high < 0.9
    assert found[ANSWERED][1] == 0.88
    assert all(figure == float(f"{figure:.2g}") for ends in found.values() for figure in ends if figure is not None)


@pytest.mark.parametrize(
    "said",
    [
        spread(True, 100) + spread(False, 14),  # too few not confirmed
        spread(True, 14) + spread(False, 100),
        spread(True, 100) + spread(False, 40, users=4),  # too few users
        spread(True, 100) + spread(False, 10) + [("u1", False)] * 10,  # one user too heavy
    ],
)
def test_both_sides_of_the_agreement_clear_the_floors_or_nothing_is_told(said: Said) -> None:
    assert figures(said)[AGREED] == NOTHING


@pytest.mark.parametrize("none", [0, 1, 14])
def test_how_many_got_no_answer_is_not_told_under_the_floor(none: int) -> None:
    said = spread(True, 100 - none) + spread(False, 50) + spread(None, none, users=1)
    assert figures(said)[ANSWERED] == (0.9, None, None)  # 136 of 150, rounded outwards


def test_nothing_is_told_where_the_rate_is_hidden_or_too_little_was_asked() -> None:
    said = spread(True, 60) + spread(False, 60) + spread(None, 30)
    assert figures(said)[AGREED] != NOTHING != figures(said)[ANSWERED]
    for found in (figures(said, status="suppressed"), figures(said, drawn=200), figures([], drawn=30)):
        assert found == {AGREED: NOTHING, ANSWERED: NOTHING}


def page(allowed: bool, figure: bool) -> str:
    facts = manifest(baseline=None)
    if allowed:
        policy = SecondReaderPolicy("https://inner-host.example/v1", "big-model", allow_egress=True)
        facts = replace(facts, policies=shown(Policies(second_reader=policy)))
    tables = made_up()
    rows = tables["released_quality"].to_pylist()
    if figure:
        said = {AGREED: (0.7, 0.77, 0.83), ANSWERED: (0.91, None, None)}
        rows += [{"release": "trial-b", "label": label, "measure": name, "figure": value, "low": low, "high": high,
                  "basis": "this_trial", "as_of": ""} for label in ("distress", "joy")
                 for name, (low, value, high) in said.items()]  # fmt: skip
    table = pa.Table.from_pylist(rows, schema=QUALITY.arrow)
    return render_html(Released(tables | {"released_quality": table}, None), facts, {})


def test_the_report_says_that_text_may_have_left_and_that_it_is_no_truth_and_not_where_to() -> None:
    text = page(allowed=True, figure=True).replace("\u00a0", " ")
    assert "no ground truth" in text and "may be sent from the restricted side" in text
    assert "Confirmed by a second reader" in text and "77.0 % (70.0 to 83.0 %)" in text.replace("\u202f", " ")
    assert "at least 91.0 %" in text.replace("\u202f", " ")
    assert "inner-host" not in text and "big-model" not in text and "set, not shown" in text
    quiet = page(allowed=False, figure=False)
    assert "second reader" not in quiet.replace("second_reader", "")


@pytest.mark.parametrize(
    "url",
    ["https://api.example.org/v1", "https://10.0.0.7:8443", "http://127.0.0.1:8000/v1", "http://[::1]:8000/v1",
     "http://localhost/v1"],
)  # fmt: skip
def test_https_and_loopback_are_taken(url: str) -> None:
    assert SecondReaderPolicy(url, "m", allow_egress=True).allowed
    assert not SecondReaderPolicy(url, "m").allowed


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        *(({"url": url}, "url") for url in (
            "http://api.example.org/v1", "http://10.0.0.7/v1", "http://127.0.0.1.example.org/v1", "ftp://localhost/",
            "https://", "https://me:pass@host/v1", "https://host/v1?key=1", "https://host/v1#x", "https://host:99999/",
            "https://ho st/", "https://h\u00f6st/", "localhost:8000", "https://host/v1\r\nX: y", "http://[::1/v1")),
        ({"model": ""}, "model"), ({"model": "a\nb"}, "model"), ({"sample": 5}, "sample"),
        ({"timeout_seconds": 0}, "timeout_seconds"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_by_name_and_unsaid(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(UsageError, match=f"field '{field}'") as caught:
        replace(SecondReaderPolicy("https://host/v1", "m", allow_egress=True), **changes)
    assert "pass@" not in str(caught.value)


def test_by_default_there_is_none() -> None:
    policy = SecondReaderPolicy()
    assert not policy.allowed and not SecondReaderPolicy(allow_egress=True).allowed
    assert shown(Policies())["second_reader"] == asdict(policy)
