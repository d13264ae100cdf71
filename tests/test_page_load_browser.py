"""The picture of a browser's page in a real browser: no words run into each other, at any width, with no style."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from report_cases import POOL, demo, hostile

from analyzer.model import Analysis
from analyzer.report import report_html
from analyzer.report.material import Limits

pytestmark = pytest.mark.browser
FIGURE = "figure:has(svg[role=img] [id$='-page-hatch'])"
# Gives the pairs of words that overlap or leave the picture sideways, and how many words are to be seen.
CLASHES = """figure => {
  const edge = figure.querySelector('svg[role=img]').getBoundingClientRect();
  const texts = [...figure.querySelectorAll('svg[role=img] text')].filter(text => text.getClientRects().length);
  const boxes = texts.map(text => [text.textContent, text.getBoundingClientRect()]);
  const found = boxes.filter(([, box]) => box.left < edge.left - 1 || box.right > edge.right + 1).map(([text]) => text);
  boxes.forEach(([one, a], index) => boxes.slice(index + 1).forEach(([two, b]) => {
    if (Math.min(a.right, b.right) - Math.max(a.left, b.left) > 0 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 2)
      found.push(one + ' / ' + two);
  }));
  return [boxes.length, found];
}"""


def wide() -> Analysis:
    """Gives the demo with the widest letters in every name."""
    whole = demo()
    page = whole.pages[POOL.id]
    entries = tuple(
        replace(entry, url=letter * 300, error=letter * 300, outcome="failed", method="OPTIONS", status=None)
        for entry, letter in zip(page.entries, "W\u6f22M@%\u202e\U0001f600mQ&\u0394", strict=True)
    )
    return replace(whole, pages={POOL.id: replace(page, entries=entries)})


def opened(browser: Browser, folder: Path, text: str) -> Page:
    path = folder / "report.html"
    path.write_text(text)
    page = browser.new_page()
    page.goto(path.as_uri())
    return page


def clashes(page: Page, width: int) -> tuple[int, list[str]]:
    page.set_viewport_size({"width": width, "height": 900})
    counted, found = page.locator(FIGURE).evaluate(CLASHES)
    return counted, found


@pytest.mark.parametrize("case", [demo, hostile, wide])
def test_words_stand_apart(browser: Browser, tmp_path: Path, case) -> None:
    """At every width each row shows its request and its outcome once, side by side."""
    analysis = case()
    load = next(iter(analysis.pages.values()))
    marks = sum(at is not None for at in (load.on_content_load_us, load.on_load_us))
    rows = min(len(load.entries), Limits().requests)
    page = opened(browser, tmp_path, report_html(analysis))
    for width in (320, 480, 672, 768, 1440):
        # Two texts a row, the marks, two ticks.
        assert clashes(page, width) == (2 * rows + marks + 2, []), width
    page.close()


def test_the_picture_can_be_read_where_styles_are_stripped(browser: Browser, tmp_path: Path) -> None:
    """No style, no class, no script: the same words, apart, and every shape still has a fill."""
    bare = re.sub(r"<(style|script)>.*?</\1>", "", report_html(demo()), flags=re.DOTALL)
    page = opened(browser, tmp_path, re.sub(r'\sclass="[^"]*"', "", bare))
    assert clashes(page, 700) == (2 * len(demo().pages[POOL.id].entries) + 4, [])
    unfilled = "figure => [...figure.querySelectorAll('svg rect, svg text')].filter(shape => !shape.getAttribute('fill')).length"
    assert page.locator(FIGURE).evaluate(unfilled) == 0
    page.close()
