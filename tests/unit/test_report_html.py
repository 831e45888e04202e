"""The page as markup: nothing active or remote, readable for everybody, and no number that the tables do not hold."""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pyarrow as pa
import pytest

from pipelines.report_check import checked
from pipelines.report_html import TEMPLATES, render_html
from pipelines.report_numbers import SPACE, between, percent
from pipelines.report_rows import Released
from schemas.release import ReleaseManifest
from tests.unit.report_by_readers import by_readers
from tests.unit.report_figures import Row
from tests.unit.report_made_up import Tables, made_up, manifest

BEFORE = made_up("trial-a", 60, 85)
ALONE = manifest(baseline=None)
CASES: dict[str, tuple[Tables, ReleaseManifest, Tables | None]] = {
    "with baseline": (made_up(against=BEFORE), manifest(), BEFORE),
    "baseline from the comparison alone": (made_up(against=BEFORE), manifest(), None),
    "no baseline": (made_up(), ALONE, None),
    "not estimable, a gate failed": (made_up(estimable=False, failed=True), replace(ALONE, gates_passed=False), None),
    "read by readers": (by_readers(made_up()), ALONE, None),
    "nothing flagged, no user ids": (made_up(distress=None, joy=None), replace(ALONE, unit="conversation"), None),
}  # fmt: skip


@functools.cache
def page(name: str) -> str:
    """The page of one case."""
    tables, facts, before = CASES[name]
    return render_html(Released(checked(tables, facts), before), facts, {"tables/x.parquet": "ab" * 32})


class Markup(HTMLParser):
    """Tags with their attributes in order, the words of the page, and the rows of its tables."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.rows: list[list[str]] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "line", "circle", "br"):
            self.open.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        if tag not in ("line", "circle"):
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" in self.open:
            return
        self.words.append(data)
        if self.open and self.open[-1] in ("td", "th"):
            self.rows[-1][-1] += data

    @property
    def text(self) -> str:
        """All words, spaces made one."""
        return re.sub(r"[ \n]+", " ", " ".join(self.words))


@pytest.fixture(params=list(CASES))
def case(request: pytest.FixtureRequest) -> str:
    """Name of a case."""
    return str(request.param)


def test_nothing_is_active_and_nothing_is_loaded(case: str) -> None:
    text = page(case)
    markup = Markup(text)
    assert markup.open == []
    assert {tag for tag, _ in markup.tags}.isdisjoint({"script", "link", "img", "iframe", "form", "object", "base"})
    for _, attributes in markup.tags:
        assert not any(name.startswith("on") or name in ("src", "style", "srcset") for name in attributes)
        assert (attributes.get("href") or "#").startswith("#")
    assert "url(" not in text
    assert "@import" not in text
    assert "://" not in text
    policy = next(a["content"] for tag, a in markup.tags if a.get("http-equiv") == "Content-Security-Policy")
    assert policy == "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def test_headings_are_in_order_and_every_picture_is_named_and_has_a_table(case: str) -> None:
    markup = Markup(page(case))
    assert next(attributes for tag, attributes in markup.tags if tag == "html")["lang"] == "en"
    levels = [int(tag[1]) for tag, _ in markup.tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(later <= earlier + 1 for earlier, later in itertools.pairwise(levels))
    ids = [attributes["id"] for _, attributes in markup.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    links = [attributes["href"] or "" for tag, attributes in markup.tags if tag == "a"]
    assert {link.lstrip("#") for link in links} <= set(ids)
    pictures = [attributes for _, attributes in markup.tags if attributes.get("role") == "img"]
    figures = [tag for tag, _ in markup.tags if tag == "figure"]
    assert len(pictures) == len(figures) == sum(tag == "details" for tag, _ in markup.tags) - 4
    for picture in pictures:
        assert picture["aria-labelledby"] in ids
        assert picture["aria-describedby"] in ids
    assert all(attributes["scope"] in ("col", "row") for tag, attributes in markup.tags if tag == "th")
    assert sum(tag == "table" for tag, _ in markup.tags) == sum(tag == "caption" for tag, _ in markup.tags)


def figures(rows: Iterator[Row]) -> Iterator[str]:
    """Every percentage and interval that the page may print: shares of shown rows, as it prints them."""
    for row in rows:
        for name, value in row.items():
            if isinstance(value, float) and not name.endswith(("_low", "_high")):
                yield percent(value)
                low, high = ("low", "high") if name == "figure" else (f"{name}_low", f"{name}_high")
                if row.get(high) is not None:
                    yield between(row[low], row[high], value)


def test_every_percentage_stands_in_the_tables(case: str) -> None:
    tables, facts, before = CASES[case]
    every = [row for source in (tables, before or {}) for data in source.values() for row in data.to_pylist()]
    allowed = set(figures(iter(every)))
    allowed |= {f"95{SPACE}%", percent(facts.policies["disclosure"]["max_user_share"]).replace(".0", "")}
    number = rf"[\d.,−]+(?:{SPACE}to{SPACE}[\d.−]+)?{SPACE}%"
    printed = set(re.findall(number, Markup(page(case)).text))
    assert printed - allowed == set()
    assert len(printed) > (5 if case.startswith("nothing") else 40)


def test_both_rates_and_the_top_trigger_are_said(case: str) -> None:
    tables, _, _ = CASES[case]
    text = Markup(page(case)).text
    for row in tables["released_rates"].to_pylist():
        if row["dimension"] == "all" and row["status"] == "shown":
            assert f"{percent(row['rate'])} ({between(row['rate_low'], row['rate_high'], row['rate'])})" in text
    if case.startswith("nothing"):
        assert "the share with expressed distress is suppressed" in text
        assert "The input has no user ids." in text
        assert "No cluster is shown: too few to cluster." in text
    else:
        assert "task failure or criticism" in text
    assert ("by readers" in text) == (case == "read by readers")
    assert ("not estimable" in text) == (case.startswith("not estimable"))
    assert ("1 failed, 1 warned, 3 passed" in text) == (case.startswith("not estimable"))


@pytest.mark.parametrize("name", ["no baseline", "nothing flagged, no user ids"])
def test_a_hidden_row_prints_the_word_and_no_share(name: str) -> None:
    place, hidden = None, []
    for row in Markup(page(name)).rows:
        heads = [number for number, cell in enumerate(row) if cell.startswith(("Rate (", "Share ("))]
        place = heads[0] if heads else place if place is not None and place < len(row) else None
        if place is not None and row[place] == "suppressed":
            hidden.append(row)
    assert len(hidden) > 10 or name.startswith("nothing")
    assert not any("%" in cell for row in hidden for cell in row)


def test_a_hidden_row_of_the_baseline_is_not_printed() -> None:
    rows = BEFORE["released_triggers"].to_pylist()
    hidden = next(row for row in rows if row["status"] == "suppressed" and row["label"] == "distress")
    hidden |= {"share": 0.98765, "share_low": 0.9, "share_high": 0.99}
    before = {**BEFORE, "released_triggers": pa.Table.from_pylist(rows, schema=BEFORE["released_triggers"].schema)}
    facts = manifest()
    text = render_html(Released(checked(made_up(against=BEFORE), facts), before), facts, {})
    assert f"98.8{SPACE}%" not in text


def test_without_a_cluster_of_its_own_no_picture_of_clusters_is_drawn() -> None:
    tables = made_up()
    rows = [row for row in tables["released_clusters"].to_pylist() if row["cluster"] < 0 or row["label"] == "joy"]
    tables["released_clusters"] = pa.Table.from_pylist(rows, schema=tables["released_clusters"].schema)
    text = render_html(Released(checked(tables, ALONE)), ALONE, {})
    assert "No cluster is shown: each is too small." in text
    assert 'id="clusters-joy-title"' in text
    assert 'id="clusters-distress-title"' not in text


def test_what_cannot_be_compared_stands_after_what_can() -> None:
    text = Markup(page("with baseline")).text
    picture = text[text.index("triggers' shares, difference from the baseline") :]
    assert picture.index("task failure or criticism") < picture.index("not comparable , one side is not shown")


def test_markup_in_a_released_string_is_text() -> None:
    nasty = "<script>alert(1)</script>"
    tables = made_up()
    for name, column in (("released_terms", "term"), ("released_clusters", "name"), ("released_rates", "value")):
        rows = [row | {column: nasty if row[column] not in ("all",) else "all"} for row in tables[name].to_pylist()][:3]
        tables[name] = pa.Table.from_pylist(rows[:1] if name == "released_rates" else rows, schema=tables[name].schema)
    text = render_html(Released(tables), ALONE, {"<b>": "&"})
    assert "<script" not in text
    assert "&lt;script&gt;" in text
    assert "&lt;b&gt;" in text


def test_no_sentence_says_that_a_model_feels(case: str) -> None:
    text = Markup(page(case)).text
    said = re.findall(r"[^.:?!]*\b(?:feel|feels|felt|suffers?|happy|sad|emotions?|experiences?)\b[^.:?!]*", text)
    allowed = (
        "An expression is not an experience",
        "not what a model feels",
        "What the model feels, or whether it feels",
    )
    assert said
    assert all(any(words in sentence for words in allowed) for sentence in said)


def _luminance(colour: str) -> float:
    digits = colour.lstrip("#")
    digits = "".join(2 * d for d in digits) if len(digits) == 3 else digits
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_colours_have_enough_contrast(theme: int) -> None:
    blocks = re.findall(r":root \{(.*?)\}", (TEMPLATES / "style.css").read_text(), re.DOTALL)
    colours: dict[str, Any] = dict(re.findall(r"--(\w+): (#\w+)", blocks[theme]))
    for ground in ("ground", "card"):
        for name in ("ink", "soft", "link", "bad", "distress", "joy", "plain"):
            pair = sorted((_luminance(colours[name]), _luminance(colours[ground])))
            assert (pair[1] + 0.05) / (pair[0] + 0.05) >= 4.5, (name, ground)
