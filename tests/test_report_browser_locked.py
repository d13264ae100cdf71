"""Pages where scripts, styles or both are forbidden, as CI servers, ticket systems and mail previews do."""

from __future__ import annotations

import re

import pytest
from browser import PAGES, Seen, Show, page_of
from contrast import LEAST, judge

pytestmark = pytest.mark.browser
# Jenkins' own header for archived files; GitHub's for raw files; a server that allows nothing.
POLICIES = {
    "jenkins": "sandbox; default-src 'none'; img-src 'self'; style-src 'self';",
    "github": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    "nothing": "default-src 'none'; sandbox",
}
# What the script adds or wakes: fields, buttons, and what they say. Heads of tables keep their words.
WORDS = """() => {
  const main = document.querySelector('main').cloneNode(true);
  main.querySelectorAll('th button').forEach(item => item.replaceWith(...item.childNodes));
  main.querySelectorAll('button, output, .filter, .copies').forEach(item => item.remove());
  return main.textContent.split(/\\s+/).filter(Boolean).join(' ');
}"""


def words(seen: Seen) -> str:
    return seen.page.evaluate(WORDS)


def stripped(text: str) -> str:
    """Gives the page as a sanitiser leaves it: no style, no script, no meta element."""
    text = re.sub(r"<style>.*?</style>|<script>.*?</script>", "", text, flags=re.DOTALL)
    return re.sub(r"<meta http-equiv[^>]*>", "", text)


def locked(show: Show, name: str, how: str) -> Seen:
    """Opens a page in one of the ways that forbid something."""
    text = page_of(name)
    if how in POLICIES:
        return show(text, policy=POLICIES[how], reduced_motion="reduce")
    text = stripped(text) if how == "stripped" else text
    return show(text, java_script_enabled=False, reduced_motion="reduce")


WAYS = ["no script", "stripped", *POLICIES]


@pytest.mark.parametrize("how", WAYS)
@pytest.mark.parametrize("name", sorted(PAGES))
def test_every_word_is_there_and_can_be_seen(show: Show, name: str, how: str) -> None:
    """The words are those of the full page, each is seen once details are opened, and no dead control is shown."""
    full, seen = show(page_of(name)), locked(show, name, how)
    assert words(seen) == words(full)
    assert seen.page.locator("button:visible, input:visible, output:visible").count() == 0
    seen.page.evaluate("document.querySelectorAll('details').forEach(item => item.open = true)")
    # Which marks of an axis are shown depends on the width, and which of two spellings of a row of the page in the
    # browser does (test_page_load_browser counts that one is); the tables under the pictures have them all.
    hidden = """() => {
      const walker = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT), lost = [];
      while (walker.nextNode()) {
        const parent = walker.currentNode.parentElement;
        if (!walker.currentNode.data.trim() || parent.closest('title, desc, svg .tick, svg .narrow, svg .wide, button, output, .filter')) continue;
        const box = parent.getBoundingClientRect();
        if (!parent.checkVisibility({visibilityProperty: true, opacityProperty: true}) || !box.width || !box.height)
          lost.push(walker.currentNode.data.trim().slice(0, 60));
      }
      return lost;
    }"""
    assert seen.page.evaluate(hidden) == []


@pytest.mark.parametrize("how", WAYS)
def test_links_and_details_work(show: Show, how: str) -> None:
    """A claim leads to its line, and what is folded opens with a press."""
    seen = locked(show, "demo", how)
    seen.page.locator(".place a").first.click()
    target = seen.page.evaluate("location.hash")
    box = seen.page.locator(f"tr{target}").bounding_box()
    assert box is not None
    assert -1 <= box["y"] < 900
    summary = seen.page.get_by_text("Correlation ids", exact=True).first
    summary.click()
    assert seen.page.get_by_text("7f3c00009b1e4d20", exact=True).first.is_visible()
    summary.press("Enter")
    assert not seen.page.get_by_text("7f3c00009b1e4d20", exact=True).first.is_visible()


@pytest.mark.parametrize("how", list(POLICIES))
def test_a_server_that_forbids_sees_nothing_else_refused(show: Show, how: str) -> None:
    """Nothing is asked for, and the browser tells of the page's own two blocks only."""
    seen = locked(show, "hostile", how)
    assert len(seen.requests) == 1
    # The script of this test that watches is refused like the page's own.
    told = {re.match(r"(Applying inline style|Blocked script execution|.*)", text)[1] for text in seen.messages}
    assert told == {"Blocked script execution"} | (set() if how == "github" else {"Applying inline style"})
    assert seen.page.evaluate("window.pwned") is None


@pytest.mark.parametrize("name", ["demo", "comparison"])
def test_what_has_to_be_read_comes_first(show: Show, name: str) -> None:
    """Without style the order is that of the file: heading, facts, steps, contents; the heading is at the top."""
    seen = locked(show, name, "stripped")
    box = seen.page.locator("h1").bounding_box()
    assert box is not None
    assert box["y"] <= 250
    order = "[...document.querySelectorAll('h1, .facts, nav')].map(item => item.tagName)"
    tags = seen.page.evaluate(order)
    assert tags[0] == "H1"
    assert tags.index("DL") < tags.index("NAV")


@pytest.mark.parametrize("name", ["demo", "healthy", "trace-tried-twice"])
def test_pictures_can_be_read_without_style(show: Show, name: str) -> None:
    """Where the style is gone, drawn texts still stand out from the shapes behind them."""
    seen = locked(show, name, "stripped")
    drawn = [item for item in judge(seen.page) if item.drawn]
    assert len(drawn) >= 10
    assert [item for item in drawn if item.ratio < LEAST] == []


def test_pictures_show_more_than_one_colour_without_style(show: Show) -> None:
    """No picture is a black plate: what lies behind is lighter than what lies before it."""
    seen = locked(show, "demo", "stripped")
    fills = """() => [...document.querySelectorAll('main svg[role=img]')].map(picture => new Set(
        [...picture.querySelectorAll('rect, path, circle')].map(item => getComputedStyle(item).fill)).size)"""
    assert min(seen.page.evaluate(fills)) >= 2
