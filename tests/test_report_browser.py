"""report.html in a real browser: inert, silent, offline, usable without JavaScript, at every width, on paper."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from compare_cases import compared, entry
from hostile_texts import HOSTILE_TEXTS
from playwright.sync_api import Browser, Page, sync_playwright
from report_cases import CASES, demo, hostile

from analyzer.report import comparison_html, report_html
from analyzer.wording.quoting import visible

pytestmark = pytest.mark.browser
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
WATCH = "addEventListener('securitypolicyviolation', e => (window.violations ||= []).push(e.violatedDirective))"


@dataclass
class Seen:
    """What a page did while it was open."""

    page: Page
    requests: list[str] = field(default_factory=list)
    loaded: list[str] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)

    @property
    def violations(self) -> list[str]:
        return self.page.evaluate("window.violations || []")

    @property
    def text(self) -> str:
        return " ".join((self.page.locator("body").text_content() or "").split())


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    program = shutil.which("chromium") or shutil.which("chromium-headless-shell")
    if program is None:
        missing = "no chromium on this machine: apt-get install chromium"
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(missing)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield started
        started.close()


@pytest.fixture
def show(browser: Browser, tmp_path: Path) -> Iterator[object]:
    """Opens a page from a file, as a reader would, and watches it."""
    contexts = []

    def open_page(text: str, *, width: int = 1440, height: int = 900, **options: object) -> Seen:
        path = tmp_path / "report.html"
        path.write_text(text)
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        page = context.new_page()
        seen = Seen(page)
        page.on("request", lambda request: seen.requests.append(request.url))
        page.on("requestfinished", lambda request: seen.loaded.append(request.url))
        page.on("console", lambda message: seen.messages.append(message.text))
        page.on("pageerror", lambda error: seen.messages.append(str(error)))
        page.add_init_script(WATCH)
        page.goto(path.as_uri())
        return seen

    yield open_page
    for context in contexts:
        context.close()


@pytest.mark.parametrize("case", sorted(CASES))
def test_a_page_is_silent_offline_and_inert(show, case: str) -> None:
    """In light and dark: no console message, no violation, no request but for the file itself, and no attack ran."""
    seen = show(report_html(CASES[case]()), color_scheme="light")
    for scheme in ("light", "dark"):
        seen.page.emulate_media(color_scheme=scheme)
        seen.page.hover("h1")
        seen.page.mouse.wheel(0, 5_000)
    assert seen.messages == []
    assert seen.violations == []
    assert len(seen.requests) == 1
    assert seen.page.evaluate("window.pwned") is None


def test_every_attack_can_be_read(show) -> None:
    """The text of each attack stands in the page as text."""
    text = show(report_html(hostile())).text
    for attack in HOSTILE_TEXTS:
        assert " ".join(visible(attack).split()) in text


@pytest.mark.parametrize(
    "hole",
    [
        "<script>window.pwned = 1</script>",
        "<img src=x onerror='window.pwned = 1'>",
        "<svg onload='window.pwned = 1'></svg>",
        "<iframe src='javascript:parent.pwned = 1'></iframe>",
        "<link rel=stylesheet href='file:///etc/hostname'>",
        "<p style='background: url(//evil.example/x)'>x</p>",
    ],
)
def test_the_policy_holds_when_escaping_fails(show, hole: str) -> None:
    """With a hole planted behind the escaping, nothing runs or loads, and the browser says so."""
    page = report_html(demo()).replace("<footer>", f"<footer>{hole}")
    seen = show(page)
    seen.page.wait_for_timeout(100)
    assert seen.page.evaluate("window.pwned") is None
    assert len(seen.loaded) == 1, "the page itself"
    assert seen.violations


def test_tables_sort_both_ways(show) -> None:
    """A head sorts its column, up and then down, says so, and knows numbers."""
    seen = show(report_html(demo()))
    head = seen.page.locator("#sources-table th", has_text="Lines")
    cells = seen.page.locator("#sources-table tbody td:nth-child(3)")
    head.get_by_role("button").click()
    assert cells.all_text_contents() == ["148 entries", "402", "10,114", "24,192"]
    assert head.get_attribute("aria-sort") == "ascending"
    head.get_by_role("button").click()
    assert cells.all_text_contents() == ["24,192", "10,114", "402", "148 entries"]
    assert head.get_attribute("aria-sort") == "descending"


def test_the_filter_hides_rows_and_counts(show) -> None:
    """Only rows with the text stay, and their number is said."""
    seen = show(report_html(demo()))
    seen.page.get_by_label("Filter evidence").fill("pooltimeout")
    rows = seen.page.locator("#evidence-table tbody tr:visible")
    assert rows.count() == 1
    assert "app/quotes.ndjson:8841" in (rows.first.text_content() or "")
    assert seen.page.locator(".filter output").first.text_content() == "1 of 14 rows"


def test_a_link_leads_to_a_row_that_the_filter_hides(show) -> None:
    """Following a claim shows its line, whatever was filtered before."""
    seen = show(report_html(demo()))
    seen.page.get_by_label("Filter evidence").fill("nothing has this")
    seen.page.locator(".quote .place a").first.click()
    target = seen.page.evaluate("location.hash")
    seen.page.locator(f"tr{target}").wait_for(state="visible")


def test_the_ticket_is_copied(show) -> None:
    """One press copies what a support engineer pastes."""
    seen = show(report_html(demo()), permissions=["clipboard-read", "clipboard-write"])
    seen.page.get_by_role("button", name="Copy for a ticket").click()
    seen.page.get_by_text("Copied", exact=True).wait_for()
    copied = seen.page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith(
        "[CRITICAL] POST /v2/quotes answered 500 for 15 of 36 clients, 16:32:13–16:32:37 UTC (24 s)\n"
    )
    assert "Layer: backend (confidence 92 %)\n" in copied
    assert "Evidence: PoolTimeout: could not obtain a database connection" in copied


def test_nothing_is_lost_without_javascript_or_style(show) -> None:
    """With scripts off, and with the style gone as well, each fact is there and no dead control is shown."""
    text = report_html(demo())
    scripted = show(text)
    plain = show(text, java_script_enabled=False)
    bare = show(re.sub(r"<style>.*?</style>", "", text, flags=re.DOTALL), java_script_enabled=False)
    told = [seen.page.locator("main").text_content() for seen in (scripted, plain, bare)]
    assert told[0] == told[1] == told[2]
    for seen in (plain, bare):
        hidden = seen.page.locator("main [hidden]")
        assert set(hidden.evaluate_all("items => items.map(item => item.className || item.tagName)")) == {
            "filter",
            "BUTTON",
        }
        assert seen.page.locator("button:visible, input:visible").count() == 0
        seen.page.get_by_text("Correlation ids", exact=True).first.click()
        assert seen.page.get_by_text("7f3c00009b1e4d20", exact=True).first.is_visible()


@pytest.mark.parametrize("case", ["demo", "healthy", "hostile"])
def test_no_width_scrolls_sideways(show, case: str) -> None:
    """At 320, 768 and 1440 nothing is wider than the window, also with all details open (WCAG 2.2, 1.4.10)."""
    seen = show(report_html(CASES[case]()))
    seen.page.evaluate("document.querySelectorAll('details').forEach(item => item.open = true)")
    wide = """() => [...document.querySelectorAll('main *')].filter(item => !item.closest('thead, svg')
        && item.getBoundingClientRect().right > innerWidth + 1).map(item => item.outerHTML.slice(0, 80))"""
    for width in (320, 768, 1440):
        seen.page.set_viewport_size({"width": width, "height": 900})
        assert seen.page.evaluate("document.documentElement.scrollWidth") == width
        assert seen.page.evaluate(wide) == []


def test_the_first_screen_holds_the_answer(show) -> None:
    """At 1440 by 900: what, which layer, since when, for whom, the message and what to do next need no scrolling."""
    seen = show(report_html(demo()))
    for locator in ("h1", ".lead .finding > .cause", ".lead .facts", ".lead .quote", ".lead .steps", "#ladder svg"):
        box = seen.page.locator(locator).first.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= 900, locator


def test_controls_are_large_enough_to_hit(show) -> None:
    """Buttons, fields and details are at least 24 pixels high (WCAG 2.2, 2.5.8)."""
    seen = show(report_html(demo()))
    small = """() => [...document.querySelectorAll('button, input, summary, nav a, .place a, .self')]
        .filter(item => item.checkVisibility() && !item.closest('thead') && item.getBoundingClientRect().height < 24)
        .map(item => item.outerHTML)"""
    for width in (320, 1440):
        seen.page.set_viewport_size({"width": width, "height": 900})
        assert seen.page.evaluate(small) == []


def test_the_keyboard_reaches_everything(show) -> None:
    """The first stop skips to the finding; every stop is visible and marked."""
    seen = show(report_html(demo()))
    seen.page.keyboard.press("Tab")
    assert seen.page.evaluate("document.activeElement.textContent") == "Skip to the finding"
    stops = set()
    for _ in range(12):
        seen.page.keyboard.press("Tab")
        marked = "getComputedStyle(document.activeElement).outlineStyle"
        assert seen.page.evaluate(marked) == "solid"
        stops.add(seen.page.evaluate("document.activeElement.tagName"))
    assert {"BUTTON", "A", "SUMMARY"} <= stops


def test_the_theme_can_be_chosen(show) -> None:
    """The button turns light to dark and back."""
    seen = show(report_html(demo()), color_scheme="light")
    background = "getComputedStyle(document.body).backgroundColor"
    before = seen.page.evaluate(background)
    seen.page.get_by_role("button", name="Dark colours").click()
    assert seen.page.evaluate(background) == "rgb(14, 17, 22)"
    seen.page.get_by_role("button", name="Light colours").click()
    assert seen.page.evaluate(background) == before


def test_motion_is_reduced_on_request(show) -> None:
    """Who asks for less motion gets none."""
    seen = show(report_html(demo()), reduced_motion="reduce")
    assert seen.page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"
    seen = show(report_html(demo()), reduced_motion="no-preference")
    assert seen.page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "smooth"


@pytest.mark.parametrize("scripts", [True, False])
def test_paper_shows_what_is_folded(show, scripts: bool) -> None:
    """A print opens the details, with and without scripts, in light colours, and is a PDF of several pages."""
    seen = show(report_html(demo()), java_script_enabled=scripts, color_scheme="dark")
    data = seen.page.pdf(format="A4")
    assert data.startswith(b"%PDF-")
    assert len(re.findall(rb"/Type\s*/Page\b", data)) >= 4
    seen.page.emulate_media(media="print")
    assert seen.page.locator("details.numbers:visible").count() == 0, "a row per second is no reading for paper"
    assert seen.page.get_by_text("7f3c00009b1e4d20", exact=True).first.is_visible()
    if scripts:
        assert seen.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


def comparison_page() -> str:
    """Gives the page of a comparison whose every text is hostile or long, with rows in several tiers."""
    good, bad = [], []
    for number, attack in enumerate((*HOSTILE_TEXTS, "w" * 900)):
        sent = [("User-Agent", attack), ("X-Requested-With", attack), ("Cookie", f"{attack}=1")]
        good.append(entry(f"/a/{attack}", at=number, sent=sent, answered=[("Server", attack)]))
        bad.append(entry(f"/a/{attack}", 500, at=number, answered=[("Server", f"{attack}2")], error=attack))
        bad.append(entry(f"/b/{attack}", at=number + 0.5))
    return comparison_html(compared(good, bad), "analyzer test")


def test_a_comparison_is_silent_offline_inert_and_fits_every_width(show) -> None:
    """The page of analyzer compare, in light and dark, without JavaScript too, with all details open."""
    page = comparison_page()
    for scheme in ("light", "dark"):
        seen = show(page, color_scheme=scheme)
        seen.page.evaluate("document.querySelectorAll('details').forEach(item => item.open = true)")
        for width in (320, 768, 1280):
            seen.page.set_viewport_size({"width": width, "height": 900})
            assert seen.page.evaluate("document.documentElement.scrollWidth") == width
        assert (seen.messages, seen.violations, len(seen.requests)) == ([], [], 1)
        assert seen.page.evaluate("window.pwned") is None
    plain = show(page, java_script_enabled=False)
    assert plain.page.locator("h1").is_visible()
    plain.page.locator("summary").first.click()
    assert plain.page.locator("details table").first.is_visible()
