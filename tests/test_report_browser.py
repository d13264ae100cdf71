"""Pages in a real browser: inert, silent, offline, and of every width."""

from __future__ import annotations

import pytest
from browser import PAGES, Show, page_of
from report_cases import HOSTILE_TEXTS, demo, hostile

from analyzer.report import report_html
from analyzer.wording.quoting import visible

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("name", sorted(PAGES))
def test_a_page_is_silent_offline_and_inert(show: Show, name: str) -> None:
    """In light and dark, all opened: no console message, no violation, no request but the file itself, no attack ran."""
    seen = show(page_of(name), color_scheme="light")
    for scheme in ("light", "dark"):
        seen.page.emulate_media(color_scheme=scheme)
        seen.open_all()
        seen.page.hover("h1")
        seen.page.mouse.wheel(0, 5_000)
    for control in seen.page.locator("button:visible").all()[:40]:
        control.click()
    assert seen.messages == []
    assert seen.violations == []
    assert len(seen.requests) == 1
    assert seen.page.evaluate("window.pwned") is None


def test_every_attack_can_be_read(show: Show) -> None:
    """The text of each attack stands in the page as text."""
    text = show(report_html(hostile())).text
    for attack in HOSTILE_TEXTS:
        assert " ".join(visible(attack).split()) in text


@pytest.mark.parametrize("name", sorted(PAGES))
def test_no_width_scrolls_sideways(show: Show, name: str) -> None:
    """At 320, 768, 1280 and 1440 nothing is wider than the window, also with all details open (WCAG 2.2, 1.4.10)."""
    seen = show(page_of(name))
    seen.open_all()
    # A head that is clipped to one pixel, as its words stand in each cell, is for screen readers only.
    wide = """() => [...document.querySelectorAll('main *')].filter(item => !item.closest('svg')
        && !(item.closest('thead')?.getBoundingClientRect().width <= 1)
        && item.getBoundingClientRect().right > innerWidth + 1).map(item => item.outerHTML.slice(0, 80))"""
    for width in (320, 768, 1280, 1440):
        seen.page.set_viewport_size({"width": width, "height": 900})
        assert seen.page.evaluate("document.documentElement.scrollWidth") == width
        assert seen.page.evaluate(wide) == []


def test_the_first_screen_holds_the_answer(show: Show) -> None:
    """At 1440 by 900: what, which layer, since when, for whom, the message and what to do next need no scrolling."""
    seen = show(report_html(demo()))
    for locator in ("h1", ".lead .finding > .cause", ".lead .facts", ".lead .quote", ".lead .steps", "#ladder svg"):
        box = seen.page.locator(locator).first.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= 900, locator


def test_a_phone_shows_what_to_do_next_without_scrolling(show: Show) -> None:
    """At 390 by 844: the message that decides and the first step stand on the first screen, the whole line below."""
    seen = show(report_html(demo()))
    seen.page.set_viewport_size({"width": 390, "height": 844})
    for locator in ("h1", ".lead .facts", ".lead .quote figcaption", ".lead .steps li"):
        box = seen.page.locator(locator).first.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= 844, locator
