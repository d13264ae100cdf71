"""Pages without a mouse and with other eyes: keyboard, zoom, spacing of text, forced colours, sizes, headings, landmarks."""

from __future__ import annotations

from itertools import pairwise

import pytest
from browser import PAGES, Show, page_of
from contrast import LEAST, judge

pytestmark = pytest.mark.browser
STOP = """() => {
  const item = document.activeElement, box = item.getBoundingClientRect(), style = getComputedStyle(item);
  const hit = document.elementFromPoint(box.x + Math.min(box.width, 12) / 2, box.y + box.height / 2);
  return {tag: item.tagName, text: item.textContent.trim().slice(0, 40), outline: style.outlineStyle,
    width: parseFloat(style.outlineWidth), top: box.top, bottom: box.bottom, left: box.left, right: box.right,
    isCovered: !(hit && (item.contains(hit) || hit.contains(item) || hit.closest('label, th') === item.closest('label, th'))),
    isClipped: Boolean(item.closest('thead')) && item.closest('thead').getBoundingClientRect().width <= 1,
    index: [...document.querySelectorAll('*')].indexOf(item)};
}"""
FOCUSABLE = (
    "[...document.querySelectorAll('a[href], button, input, summary')].filter(item => item.checkVisibility()).length"
)


def stops(seen, limit: int = 1_500) -> list[dict]:
    """Presses Tab until the page is left, and gives each stop."""
    found = []
    for _ in range(limit):
        seen.page.keyboard.press("Tab")
        stop = seen.page.evaluate(STOP)
        if stop["tag"] == "BODY":
            return found
        found.append(stop)
    raise AssertionError("Tab never left the page")


@pytest.mark.parametrize("width", [1440, 320])
def test_the_keyboard_reaches_everything(show: Show, width: int) -> None:
    """The first stop skips to the finding; each control is a stop, in the order of the file, marked, on screen, uncovered."""
    seen = show(page_of("demo"), width=width, reduced_motion="reduce")
    found = stops(seen)
    assert found[0]["text"] == "Skip to the finding"
    assert len(found) == seen.page.evaluate(FOCUSABLE)
    assert [stop["index"] for stop in found] == sorted(stop["index"] for stop in found)
    for stop in found:
        assert stop["outline"] == "solid", stop
        assert stop["width"] >= 2, stop
        assert stop["bottom"] > 0, stop
        assert stop["top"] < 900, stop
        assert stop["left"] >= 0, stop
        assert stop["right"] <= width + 1, stop
        assert not stop["isCovered"], stop
        assert not stop["isClipped"], stop
    assert {"BUTTON", "A", "SUMMARY", "INPUT"} == {stop["tag"] for stop in found}


def test_the_skip_link_skips(show: Show) -> None:
    """After it the next stop lies in the finding, past the head of the page."""
    seen = show(page_of("demo"), reduced_motion="reduce")
    seen.page.keyboard.press("Tab")
    seen.page.keyboard.press("Enter")
    seen.page.keyboard.press("Tab")
    assert seen.page.evaluate("document.activeElement.closest('main') !== null")


def test_the_stops_open_and_close_without_a_mouse(show: Show) -> None:
    """Space and Enter on a summary open it; what is inside can be reached then."""
    seen = show(page_of("demo"))
    summary = seen.page.get_by_text("Correlation ids", exact=True).first
    summary.focus()
    seen.page.keyboard.press("Space")
    seen.page.get_by_role("button", name="Copy all").first.wait_for()
    seen.page.keyboard.press("Tab")
    assert seen.page.evaluate("document.activeElement.textContent").startswith("Copy all")
    summary.press("Enter")
    assert not seen.page.locator("[data-copyable]").first.is_visible()


@pytest.mark.parametrize("name", sorted(PAGES))
def test_controls_are_large_enough_to_hit(show: Show, name: str) -> None:
    """Buttons, fields, summaries and links that stand alone are at least 24 by 24 pixels (WCAG 2.2, 2.5.8)."""
    seen = show(page_of(name))
    seen.open_all()
    small = """() => [...document.querySelectorAll('button, input, summary, nav a, .place a, .self')].filter(item => {
        const box = item.getBoundingClientRect();
        return item.checkVisibility() && (box.height < 24 || box.width < 24);
      }).map(item => item.outerHTML)"""
    for width in (320, 1440):
        seen.page.set_viewport_size({"width": width, "height": 900})
        assert seen.page.evaluate(small) == []


@pytest.mark.parametrize("name", ["demo", "healthy", "hostile", "comparison", "trace-slow-database"])
def test_twice_the_size_loses_nothing(show: Show, name: str) -> None:
    """A zoom of 200 % and of 400 % at 1280 pixels: no sideways scrolling, no text cut off (WCAG 2.2, 1.4.4 and 1.4.10)."""
    for factor in (2, 4):
        seen = show(page_of(name), width=1280 // factor, height=900 // factor, device_scale_factor=factor)
        seen.open_all()
        assert seen.page.evaluate("document.documentElement.scrollWidth") == 1280 // factor
        assert seen.page.evaluate(CUT) == []


# Text is cut where its box hides what does not fit, or where it leaves the window.
CUT = """() => [...document.querySelectorAll('main *, header *, footer *')].filter(item => {
  if (!item.checkVisibility() || item.closest('svg') || item.closest('thead')?.getBoundingClientRect().width <= 1) return false;
  const style = getComputedStyle(item);
  const hides = /hidden|clip/.test(style.overflowX + style.overflowY);
  return hides && (item.scrollWidth > item.clientWidth + 1 || item.scrollHeight > item.clientHeight + 1);
}).map(item => item.outerHTML.slice(0, 100))"""
SPACING = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; }
    p { margin-bottom: 2em !important; }`);
  document.adoptedStyleSheets = [sheet];
}"""
OVERLAPS = """() => {
  const boxes = [...document.querySelectorAll('main svg')].map(picture => [...picture.querySelectorAll('text')]
    .filter(item => item.checkVisibility()).map(item => [item.getBoundingClientRect(), item.textContent]));
  const pairs = [];
  for (const texts of boxes) texts.forEach(([one, said], index) => {
    for (const [two, other] of texts.slice(index + 1))
      if (Math.min(one.right, two.right) - Math.max(one.left, two.left) > 1
          && Math.min(one.bottom, two.bottom) - Math.max(one.top, two.top) > 3) pairs.push(`${said} | ${other}`);
  });
  return pairs;
}"""


@pytest.mark.parametrize("width", [1440, 320])
def test_wider_spacing_of_text_loses_nothing(show: Show, width: int) -> None:
    """Lines, letters and words apart as WCAG 2.2, 1.4.12 asks: nothing is cut off, nothing scrolls sideways."""
    seen = show(page_of("demo"), width=width)
    seen.open_all()
    seen.page.evaluate(SPACING)
    assert seen.page.evaluate("getComputedStyle(document.querySelector('h1')).letterSpacing") != "normal"
    assert seen.page.evaluate("document.documentElement.scrollWidth") == width
    assert seen.page.evaluate(CUT) == []


@pytest.mark.parametrize("width", [1440, 768, 320])
@pytest.mark.parametrize("name", ["demo", "healthy", "trace-slow-database", "trace-tried-twice"])
def test_texts_of_a_picture_do_not_lie_on_each_other(show: Show, name: str, width: int) -> None:
    """Whatever the width, each drawn text can be read, and none leaves the window."""
    seen = show(page_of(name), width=width)
    seen.open_all()
    assert seen.page.evaluate(OVERLAPS) == []
    outside = """() => [...document.querySelectorAll('main svg text')].filter(item => item.checkVisibility()).filter(item => {
      const box = item.getBoundingClientRect();
      return box.left < 0 || box.right > innerWidth;
    }).map(item => item.textContent)"""
    assert seen.page.evaluate(outside) == []


def test_forced_colours_keep_what_matters(show: Show) -> None:
    """In the system's few colours controls have a border, the focus is seen, and the marked row still is told apart."""
    seen = show(page_of("demo"), forced_colors="active", reduced_motion="reduce")
    seen.page.get_by_label("Jump to time (UTC)").fill("16:32")
    seen.page.keyboard.press("Enter")
    told = """() => {
      const of = (item, property) => getComputedStyle(item)[property];
      return [of(document.querySelector('#theme'), 'borderTopStyle'), of(document.activeElement, 'outlineStyle'),
        document.querySelector('tr:target') !== null, matchMedia('(forced-colors: active)').matches];
    }"""
    assert seen.page.evaluate(told) == ["solid", "solid", True, True]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_forced_colours_leave_pictures_readable(show: Show, scheme: str) -> None:
    """By pixels: pictures keep their own colours on the system's ground, so each drawn text must stand out from it."""
    seen = show(page_of("demo"), forced_colors="active", color_scheme=scheme)
    seen.open_all()
    drawn = [item for item in judge(seen.page) if item.drawn]
    assert len(drawn) >= 30
    assert [item for item in drawn if item.ratio < LEAST] == []


@pytest.mark.parametrize("name", sorted(PAGES))
def test_headings_go_down_one_level_at_a_time(show: Show, name: str) -> None:
    """One h1, no level left out, no heading without words; the language is told; landmarks have names."""
    page = show(page_of(name)).page
    levels = page.evaluate(
        "[...document.querySelectorAll('h1, h2, h3, h4, h5, h6')].map(item => Number(item.tagName[1]))"
    )
    assert levels.count(1) == 1
    assert all(below <= above + 1 for above, below in pairwise(levels)), levels
    assert (
        page.evaluate(
            "[...document.querySelectorAll('h1, h2, h3, h4, h5')].filter(item => !item.textContent.trim()).length"
        )
        == 0
    )
    assert page.evaluate("document.documentElement.lang") == "en"
    assert page.evaluate("document.title.trim()")
    unnamed = """[...document.querySelectorAll('section, nav, article')].filter(item => {
        const id = item.getAttribute('aria-labelledby');
        return !(id ? document.getElementById(id)?.textContent.trim() : item.getAttribute('aria-label'));
      }).map(item => item.outerHTML.slice(0, 100))"""
    assert [page.evaluate(unnamed), page.locator("main").count(), page.locator("header").count()] == [[], 1, 1]


@pytest.mark.parametrize("name", sorted(PAGES))
def test_tables_and_pictures_say_what_they_are(show: Show, name: str) -> None:
    """Each table has a caption and heads with a scope, each picture a title and a description, each id is one element's."""
    page = show(page_of(name)).page
    assert (
        page.evaluate(
            "[...document.querySelectorAll('table')].filter(item => !item.caption?.textContent.trim()).length"
        )
        == 0
    )
    assert page.evaluate("document.querySelectorAll('th:not([scope])').length") == 0
    bad = """[...document.querySelectorAll('svg:not([aria-hidden])')].filter(item => item.getAttribute('role') !== 'img'
        || !item.getAttribute('aria-labelledby')?.split(' ').every(id => document.getElementById(id)?.textContent.trim())).length"""
    assert page.evaluate(bad) == 0
    assert (
        page.evaluate(
            "(ids => ids.length - new Set(ids).size)([...document.querySelectorAll('[id]')].map(item => item.id))"
        )
        == 0
    )
