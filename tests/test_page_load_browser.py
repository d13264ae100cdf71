"""The picture of a browser's page in a real browser: no words run into each other, at any width, with no style."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from report_cases import POOL, demo, hostile

from analyzer.model import Analysis
from analyzer.report import report_html
from analyzer.report.material import Limits

pytestmark = pytest.mark.browser
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


def clashes(browser: Browser, page: Path, width: int) -> tuple[int, list[str]]:
    opened = browser.new_page(viewport={"width": width, "height": 900})
    opened.goto(page.as_uri())
    counted, found = opened.locator("figure:has(svg[role=img] [id$='-page-hatch'])").evaluate(CLASHES)
    opened.close()
    return counted, found


@pytest.mark.parametrize("width", [320, 480, 672, 768, 1440])
@pytest.mark.parametrize("case", [demo, hostile, wide])
def test_words_stand_apart(browser: Browser, tmp_path: Path, case, width: int) -> None:
    """Each row shows its request and its outcome once, side by side."""
    analysis = case()
    path = tmp_path / "report.html"
    path.write_text(report_html(analysis))
    page = next(iter(analysis.pages.values()))
    marks = sum(at is not None for at in (page.on_content_load_us, page.on_load_us))
    rows = min(len(page.entries), Limits().requests)
    counted, found = clashes(browser, path, width)
    assert counted == 2 * rows + marks + 2, "two texts a row, the marks, two ticks"
    assert found == []


def test_the_picture_can_be_read_where_styles_are_stripped(browser: Browser, tmp_path: Path) -> None:
    """No style, no class, no script: the same words, apart, and every shape still has a fill."""
    bare = re.sub(r"<(style|script)>.*?</\1>", "", report_html(demo()), flags=re.DOTALL)
    path = tmp_path / "report.html"
    path.write_text(re.sub(r'\sclass="[^"]*"', "", bare))
    page = demo().pages[POOL.id]
    assert clashes(browser, path, 700) == (2 * len(page.entries) + 4, [])
    opened = browser.new_page()
    opened.goto(path.as_uri())
    figure = opened.locator("figure:has(svg[role=img] [id$='-page-hatch'])")
    unfilled = "figure => [...figure.querySelectorAll('svg rect, svg text')].filter(shape => !shape.getAttribute('fill')).length"
    assert figure.evaluate(unfilled) == 0
    opened.close()
