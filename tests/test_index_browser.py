"""index.html in a real browser: inert, silent, sorted by severity, filtered, readable without scripts, at every width."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from chromium import Seen, watched
from playwright.sync_api import Browser
from report_cases import HOSTILE_TEXTS, demo

from analyzer.model import SEVERITIES
from analyzer.pipeline import INDEX, index_reports
from analyzer.report import findings_json

pytestmark = pytest.mark.browser
# Half a character is spelled out where findings.json is written, so no reader meets one.
ATTACKS = [text for text in HOSTILE_TEXTS if text.encode("utf-8", "replace").decode() == text]
# A report whose findings name a password or somebody's address is not told.
SECRET = ("CANARY.me@evil.example", "https://user:pw_", "https://user@")
TOLD = [text for text in ATTACKS if not any(mark in text for mark in SECRET)]


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a report of each severity, one for each attack, hostile names, and folders that are passed over."""
    folder = tmp_path_factory.mktemp("reports")
    findings = demo().findings
    made = replace(demo(), findings=replace(findings, tool=replace(findings.tool, name="analyzer")))
    plain = json.loads(findings_json(made))
    plain["incidents"] = plain["incidents"][:1]
    for number, text in enumerate(ATTACKS):
        told = json.loads(json.dumps(plain))
        told["incidents"][0] |= {"title": text, "layer": text, "severity": SEVERITIES[number % len(SEVERITIES)]}
        told["sources"] = [{"name": text, "events": 1}]
        put(folder / f"attack {number} <b>%2e#?", json.dumps(told).encode())
    put(folder / "broken", b"{")
    (folder / "no-report").mkdir()
    (folder / INDEX).write_bytes(index_reports(folder).page)
    return folder


def put(folder: Path, content: bytes) -> None:
    folder.mkdir()
    (folder / "findings.json").write_bytes(content)
    (folder / "report.html").write_text(f"<title>{content[:40]!r}</title>")


def opened(browser: Browser, shelf: Path, **options: object) -> Seen:
    """Opens the index from its file."""
    seen = watched(browser.new_context(viewport={"width": 1440, "height": 900}, **options).new_page())
    seen.page.goto((shelf / INDEX).as_uri())
    return seen


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_an_index_is_silent_offline_inert_and_accessible(browser: Browser, shelf: Path, scheme: str) -> None:
    """No message, no violation, one request, no attack ran, and axe finds nothing."""
    seen = opened(browser, shelf, color_scheme=scheme, bypass_csp=False)
    page = seen.page
    page.mouse.wheel(0, 5_000)
    assert (seen.messages, seen.violations, seen.ran, len(seen.requests)) == ([], [], False, 1)
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    page.context.close()


def test_no_width_scrolls_sideways(browser: Browser, shelf: Path) -> None:
    """From a phone to a large screen nothing is wider than the window (WCAG 2.2, 1.4.10)."""
    page = opened(browser, shelf).page
    wide = """() => [...document.querySelectorAll('main *')].filter(item => !item.closest('thead')
        && item.getBoundingClientRect().right > innerWidth + 1).map(item => item.outerHTML.slice(0, 80))"""
    for width in (320, 768, 800, 1_080, 1_100, 1_440):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") == width
        assert page.evaluate(wide) == []
    page.context.close()


def test_severity_sorts_by_rank_and_not_by_letters(browser: Browser, shelf: Path) -> None:
    """Critical, high, medium, low, info: up and down."""
    page = opened(browser, shelf).page
    shown = page.locator("#reports-table tbody .severity")
    by_rank = sorted(shown.all_text_contents(), key=list(SEVERITIES).index)
    assert len(set(by_rank)) == 5
    head = page.locator("#reports-table th", has_text="Severity")
    head.get_by_role("button").click()
    assert shown.all_text_contents() == by_rank
    head.get_by_role("button").click()
    assert shown.all_text_contents() == by_rank[::-1]
    assert head.get_attribute("aria-sort") == "descending"
    page.context.close()


def test_the_filter_finds_a_folder(browser: Browser, shelf: Path) -> None:
    """Only the rows with the words stay, and they are counted."""
    page = opened(browser, shelf).page
    page.get_by_label("Filter reports").fill("attack 3 <b>")
    assert page.locator("#reports-table tbody tr:visible").count() == 1
    assert page.locator(".filter output").first.text_content() == f"1 of {len(TOLD)} rows"
    page.context.close()


@pytest.mark.parametrize("scripts", [True, False])
def test_every_link_leads_to_the_report_of_its_row(browser: Browser, shelf: Path, scripts: bool) -> None:
    """With and without scripts: each address is that of the report.html in the folder that the row names."""
    page = opened(browser, shelf, java_script_enabled=scripts).page
    rows = page.locator("#reports-table tbody tr")
    assert rows.count() == len(TOLD)
    for row in rows.all():
        name = row.locator("strong").text_content() or ""
        row.locator("a").focus()
        wanted = (shelf / name / "report.html").as_uri()
        assert page.locator(f'a[href="./{wanted.split("/")[-2]}/report.html"]').count() == 1, name
    rows.nth(0).locator("a").click()
    assert page.title().startswith("b'{")
    page.context.close()


def test_an_index_prints(browser: Browser, shelf: Path) -> None:
    """On paper every row is there, and nothing runs out of the page."""
    page = opened(browser, shelf, color_scheme="dark").page
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 720, "height": 1_000})
    assert page.locator("#reports-table tbody tr:visible").count() == len(TOLD)
    assert page.locator(".filter:visible, nav:visible").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= 720
    assert page.pdf(format="A4").startswith(b"%PDF-")
    page.context.close()
