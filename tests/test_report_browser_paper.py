"""Pages on paper: nothing is lost or cut, tables are tables, headings stay with their text, and colours are light."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections import Counter
from dataclasses import dataclass
from html import unescape
from pathlib import Path

import pytest
from browser import PAGES, Seen, Show, page_of
from contrast import LEAST, judge

pytestmark = pytest.mark.browser
CENTIMETRE = {"top": "1cm", "bottom": "1cm", "left": "1cm", "right": "1cm"}
# What is left of A4 between margins of one centimetre, as browsers print it, in pixels.
WIDTH, HEIGHT = 718, 1_046
# The charts' tables of numbers stay folded: a row per interval is no reading for paper. So do claims that say the same.
SEEN_ON_PAPER = """() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found = [];
  while (walker.nextNode()) {
    const parent = walker.currentNode.parentElement;
    // Which marks of an axis are shown depends on the width.
    if (parent.closest('script, style, svg title, svg desc, svg .tick, .skip, .alike > ul')) continue;
    if (parent.checkVisibility({visibilityProperty: true})) found.push(walker.currentNode.data);
  }
  return found.join(' ');
}"""


@dataclass(frozen=True)
class Line:
    """A line of print: its page from 0, its text, its left, right and lower edge as shares of the page."""

    page: int
    text: str
    left: float
    right: float
    bottom: float


def pdf(show: Show, name: str, *, scripts: bool = True) -> tuple[Seen, bytes]:
    """Prints a page on A4 as a reader does whose system is dark."""
    seen = show(page_of(name), java_script_enabled=scripts, color_scheme="dark")
    return seen, seen.page.pdf(format="A4", margin=CENTIMETRE)


def count(data: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", data))


def lines(data: bytes, folder: Path) -> list[Line]:
    """Reads a PDF with poppler: the words, line by line, from the top of each page."""
    program = shutil.which("pdftotext")
    if program is None:
        missing = "no pdftotext on this machine: apt-get install poppler-utils"
        pytest.fail(missing) if os.environ.get("CI") else pytest.skip(missing)
    (folder / "report.pdf").write_bytes(data)
    subprocess.run([program, "-bbox-layout", "report.pdf", "report.xml"], cwd=folder, check=True)
    found = []
    for number, page in enumerate((folder / "report.xml").read_text().split("<page ")[1:]):
        width, height = (float(value) for value in re.findall(r'"([\d.]+)"', page)[:2])
        for left, right, bottom, inner in re.findall(
            r'<line xMin="([\d.-]+)" yMin="[\d.-]+" xMax="([\d.-]+)" yMax="([\d.-]+)">(.*?)</line>', page, re.DOTALL
        ):
            text = unescape(" ".join(re.findall(r">([^<]*)</word>", inner)))
            found.append(Line(number, text, float(left) / width, float(right) / width, float(bottom) / height))
    return found


def on_paper(show: Show, name: str, **options: object) -> Seen:
    """Opens a page as it is laid out for print."""
    seen = show(page_of(name), width=WIDTH, height=HEIGHT, **options)
    seen.page.emulate_media(media="print")
    return seen


@pytest.mark.parametrize("scripts", [True, False])
def test_paper_shows_what_is_folded(show: Show, scripts: bool) -> None:
    """A print opens the details, with and without scripts, but not the numbers behind pictures."""
    seen, data = pdf(show, "demo", scripts=scripts)
    assert data.startswith(b"%PDF-")
    assert count(data) >= 4
    seen.page.emulate_media(media="print")
    assert seen.page.locator("details.numbers:visible").count() == 0, "a row per second is no reading for paper"
    assert seen.page.get_by_text("7f3c00009b1e4d20", exact=True).first.is_visible()


@pytest.mark.parametrize("name", ["demo", "healthy", "hostile", "comparison", "trace-slow-database"])
@pytest.mark.parametrize("scripts", [True, False])
def test_nothing_is_lost_on_paper(show: Show, tmp_path: Path, name: str, scripts: bool) -> None:
    """Each letter that the layout for print shows is in the PDF, and each lies between the margins."""
    seen, data = pdf(show, name, scripts=scripts)
    printed = lines(data, tmp_path)
    seen.page.emulate_media(media="print")
    # Capitals may be the style's.
    wanted = Counter(char for char in seen.page.evaluate(SEEN_ON_PAPER).lower() if char.isascii() and char.isalnum())
    assert wanted - Counter(char for line in printed for char in line.text.lower()) == Counter()
    assert [line for line in printed if line.left < 0.03 or line.right > 0.97 or line.bottom > 0.985] == []


@pytest.mark.parametrize(
    ("name", "most"), [("empty", 2), ("clean", 5), ("healthy", 7), ("demo", 18), ("trace-slow-database", 3)]
)
def test_the_number_of_pages_is_sane(show: Show, name: str, most: int) -> None:
    """Three incidents with all their pictures and four sources are some pages, nothing found is a few."""
    assert 1 <= count(pdf(show, name)[1]) <= most


def begins(line: Line, texts: set[str]) -> bool:
    """Whether one of the texts begins with this line."""
    return any(f"{text} ".startswith(f"{line.text} ") for text in texts)


@pytest.mark.parametrize("name", ["demo", "healthy", "hostile", "comparison"])
def test_no_heading_stands_alone_at_the_foot_of_a_page(show: Show, tmp_path: Path, name: str) -> None:
    """The last line of a page is never a heading, a caption or a summary, whose text would be on the next."""
    seen, data = pdf(show, name)
    printed = lines(data, tmp_path)
    heads = "[...document.querySelectorAll('h1, h2, h3, h4, h5, caption, figcaption, summary')].map(item => item.textContent)"
    others = "[...document.querySelectorAll('p, li, td, dt, dd, pre, code')].map(item => item.textContent)"
    known, plain = ({" ".join(text.split()) for text in seen.page.evaluate(query)} for query in (heads, others))
    last: dict[int, Line] = {}
    for line in printed:
        if line.page not in last or line.bottom > last[line.page].bottom:
            last[line.page] = line
    # A heading of several lines that goes on overleaf is as bad.
    alone = [line for line in last.values() if begins(line, known) and not begins(line, plain)]
    assert [line for line in alone if line.page < max(last)] == []


def test_quoted_lines_have_room_on_paper(show: Show) -> None:
    """The column of the lines themselves has the larger half of the evidence table."""
    seen = on_paper(show, "demo")
    share = """() => {
      const row = document.querySelector('#evidence-table tbody tr'), cell = row.querySelector('td:last-child');
      return cell.getBoundingClientRect().width / row.getBoundingClientRect().width;
    }"""
    assert seen.page.evaluate(share) >= 0.5


@pytest.mark.parametrize("name", sorted(PAGES))
def test_tables_are_tables_on_paper(show: Show, name: str) -> None:
    """Heads stand above their columns, once, and on each page that the table goes on to; no short word is broken."""
    seen = on_paper(show, name)
    # Quoted lines are blocks on paper: place and time above a line that has the whole width.
    displays = """[...document.querySelectorAll('table:not(#evidence-table, #rejects-table)')].filter(item => item.checkVisibility())
        .map(item => [getComputedStyle(item).display, getComputedStyle(item.tHead).display])"""
    assert {tuple(pair) for pair in seen.page.evaluate(displays)} <= {("table", "table-header-group")}
    assert broken(seen) == []


@pytest.mark.parametrize("name", sorted(PAGES))
def test_no_column_breaks_short_words_on_a_screen(show: Show, name: str) -> None:
    """At 1280 and 1440 pixels a column is as wide as its longest word of twelve letters or fewer."""
    for width in (1280, 1440):
        seen = show(page_of(name), width=width)
        seen.open_all()
        assert broken(seen) == []


def broken(seen: Seen) -> list[str]:
    """Gives the words of at most twelve letters that cells of tables break over two lines."""
    return seen.page.evaluate(r"""() => {
      const found = [];
      for (const cell of document.querySelectorAll('th, td')) {
        if (!cell.checkVisibility()) continue;
        const walker = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
        while (walker.nextNode()) {
          if (walker.currentNode.parentElement.closest('pre, code, a')) continue;
          for (const match of walker.currentNode.data.matchAll(/(?<![^\s])[\p{L}\d,.:%]{2,12}(?![^\s])/gu)) {
            const range = document.createRange();
            range.setStart(walker.currentNode, match.index);
            range.setEnd(walker.currentNode, match.index + match[0].length);
            const tops = new Set([...range.getClientRects()].filter(box => box.width).map(box => Math.round(box.top)));
            if (tops.size > 1) found.push(match[0]);
          }
        }
      }
      return found;
    }""")


@pytest.mark.parametrize("name", sorted(PAGES))
def test_nothing_is_clipped_in_the_layout_for_paper(show: Show, name: str) -> None:
    """No box hides a part of its text, and none is wider than the paper."""
    seen = on_paper(show, name)
    clipped = """() => [...document.querySelectorAll('body *')].filter(item => item.checkVisibility() && !item.closest('svg, .skip')
        && !(item.closest('thead')?.getBoundingClientRect().width <= 1)).filter(item => {
      const style = getComputedStyle(item), box = item.getBoundingClientRect();
      const hides = /hidden|clip|auto|scroll/.test(style.overflowX + style.overflowY);
      return (hides && (item.scrollWidth > item.clientWidth + 1 || item.scrollHeight > item.clientHeight + 1))
        || box.right > innerWidth + 1 || box.left < -1;
    }).map(item => item.outerHTML.slice(0, 100))"""
    assert seen.page.evaluate(clipped) == []


@pytest.mark.parametrize("name", ["demo", "healthy", "trace-slow-database"])
def test_pictures_are_not_cut_between_pages(show: Show, name: str) -> None:
    """Each picture fits a page, and may not be divided; nor may a row of a table, but for a stack trace as evidence."""
    seen = on_paper(show, name)
    whole = """() => [...document.querySelectorAll('main svg, main table:not(#evidence-table, #rejects-table) tr')].filter(item => item.checkVisibility()).map(item => {
      let avoids = false;
      for (let at = item; at; at = at.parentElement) avoids ||= getComputedStyle(at).breakInside.startsWith('avoid');
      return [avoids, item.getBoundingClientRect().height];
    })"""
    told = seen.page.evaluate(whole)
    assert told
    assert all(avoids for avoids, _ in told)
    assert max(height for _, height in told) < HEIGHT


@pytest.mark.parametrize("scripts", [True, False])
def test_paper_is_light_whatever_the_screen_is(show: Show, scripts: bool) -> None:
    """With a dark system and with the dark theme chosen: dark ink on white, by pixels."""
    seen = on_paper(show, "demo", java_script_enabled=scripts, color_scheme="dark")
    if scripts:
        seen.page.emulate_media(media="screen", color_scheme="light")
        seen.page.get_by_role("button", name="Dark colours").click()
        seen.page.emulate_media(media="print")
    assert seen.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    judged = judge(seen.page)
    assert len(judged) > 200
    assert [item for item in judged if item.ratio < LEAST] == []


@pytest.mark.parametrize("name", sorted(PAGES))
def test_paper_has_no_controls_and_tells_where_links_lead(show: Show, name: str) -> None:
    """Nothing to press is printed, heads of tables look like words; a link to the web is printed with its address, one into the page with its place."""
    seen = on_paper(show, name)
    seen.open_all()
    assert seen.page.locator("button:not(th *):visible, input:visible, nav:visible, output:visible").count() == 0
    decorated = "[...document.querySelectorAll('th button')].filter(item => getComputedStyle(item).textDecorationLine !== 'none')"
    assert seen.page.evaluate(f"{decorated}.length") == 0
    untold = """[...document.querySelectorAll('a[href^="https:"]')].filter(item => item.checkVisibility()
        && !item.textContent.includes(item.getAttribute('href'))).map(item => item.outerHTML)"""
    assert seen.page.evaluate(untold) == []
