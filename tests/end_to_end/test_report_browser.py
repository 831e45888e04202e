"""The report in a real browser: it fits every width, asks for nothing, complains of nothing, and all can use it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipelines.report import report
from tests.end_to_end.chromium import Browser, find_chromium
from tests.unit.report_made_up import made_up, manifest

pytestmark = pytest.mark.skipif(find_chromium() is None, reason="no Chromium; Debian's package is `chromium`")

WIDTHS = (380, 800, 1280)
BEFORE = made_up("trial-a", 60, 85)
LONG = "trial-" + 58 * "b"
PAGES = {
    "shown": (made_up(against=BEFORE), manifest(), BEFORE),
    "hidden": (made_up(distress=None, joy=None), manifest(baseline=None, unit="conversation"), None),
    "long name": (made_up(LONG, estimable=False, failed=True, against=BEFORE), manifest(LONG), BEFORE),
}  # fmt: skip

OVERFLOW = """
(() => {
  const wide = document.documentElement.clientWidth;
  document.querySelectorAll('details').forEach(d => d.open = true);
  const out = document.documentElement.scrollWidth > wide ? ['the page'] : [];
  for (const e of document.querySelectorAll('body *')) {
    if (e.closest('.scroll, .skip, .unseen')) continue;
    const box = e.getBoundingClientRect();
    if (box.width && (box.right > wide + 1 || box.left < -1)) out.push(e.tagName + '.' + e.getAttribute('class'));
  }
  return out;
})()
"""
OVERLAP = """
(() => {
  const out = [];
  for (const row of document.querySelectorAll('.row')) {
    const [name, strip, value] = row.children;
    const a = name.getBoundingClientRect(), b = value.getBoundingClientRect(), c = strip.getBoundingClientRect();
    const meets = (x, y) => x.width && y.width && x.left < y.right - 1 && y.left < x.right - 1 && x.top < y.bottom - 1
      && y.top < x.bottom - 1;
    if (meets(a, b) || meets(a, c) || meets(b, c)) out.push(name.textContent);
  }
  return out;
})()
"""


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """One browser for all tests of this file, with a fresh profile."""
    found = Browser(tmp_path_factory.mktemp("profile"))
    yield found
    found.close()


@pytest.fixture(scope="module", params=list(PAGES))
def page(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Path of a written report.html."""
    folder = tmp_path_factory.mktemp("release")
    tables, facts, before = PAGES[request.param]
    report(tables, facts, folder, before)
    return folder / "report.html"


def _complaints(browser: Browser) -> list[Any]:
    kinds = ("Log.entryAdded", "Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Audits.issueAdded")
    return [event["params"] for event in browser.events if event.get("method") in kinds]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_overflows_or_overlaps(browser: Browser, page: Path, width: int, dark: bool) -> None:
    browser.open(page, width, dark=dark)
    assert browser.evaluate("innerWidth") == width
    assert browser.evaluate(OVERFLOW) == []
    assert browser.evaluate(OVERLAP) == []
    assert browser.evaluate("document.querySelectorAll('.row').length > 0") or page.stat().st_size < 90_000


def test_the_browser_asks_for_nothing_and_complains_about_nothing(browser: Browser, page: Path) -> None:
    browser.send("Audits.enable")
    browser.open(page, 800)
    asked = [event["params"]["request"]["url"] for event in browser.events
             if event.get("method") == "Network.requestWillBeSent"]  # fmt: skip
    assert asked == [page.as_uri()]
    assert _complaints(browser) == []


def test_the_page_lets_no_script_run_and_nothing_load(browser: Browser, page: Path, tmp_path: Path) -> None:
    probe = '<script>document.title = "ran"</script><img src="https://example.invalid/x.png"></body>'
    changed = tmp_path / "changed.html"
    changed.write_text(page.read_text(encoding="utf-8").replace("</body>", probe), encoding="utf-8")
    browser.open(changed, 800)
    assert browser.evaluate("document.title").startswith("Expressed distress and joy")
    assert len(_complaints(browser)) >= 2


def test_everything_can_be_reached_by_keyboard_and_has_a_name(browser: Browser, page: Path) -> None:
    browser.open(page, 800)
    browser.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    nodes = browser.send("Accessibility.getFullAXTree")["nodes"]
    named = {"image", "link", "DisclosureTriangle", "region", "table", "heading", "navigation"}
    found: dict[str, int] = {}
    for node in nodes:
        role = node.get("role", {}).get("value")
        if role in named and not node.get("ignored"):
            found[role] = found.get(role, 0) + 1
            assert node.get("name", {}).get("value"), role
    assert {"link", "table", "heading", "region"} <= set(found)
    assert found.get("image", 0) == browser.evaluate("document.querySelectorAll('[role=img]').length")
    scrolled = "[...document.querySelectorAll('.scroll')].every(e => e.tabIndex === 0)"
    assert browser.evaluate(scrolled)


def test_printing_opens_every_table_and_hides_what_is_for_screens(browser: Browser, page: Path) -> None:
    browser.open(page, 800)
    browser.send("Emulation.setEmulatedMedia", media="print", features=[])
    try:
        hidden = "[...document.querySelectorAll('details table')].filter(t => !t.getBoundingClientRect().height).length"
        assert browser.evaluate(hidden) == 0
        assert browser.evaluate("getComputedStyle(document.querySelector('nav')).display") == "none"
        assert browser.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    finally:
        browser.send("Emulation.setEmulatedMedia", media="", features=[])
