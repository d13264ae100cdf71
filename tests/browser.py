"""Chromium for the tests of pages: opens them as a reader would, from a file or from a server, and watches what they do."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from compare_cases import compared, entry
from playwright.sync_api import Browser, Page, Route, sync_playwright
from report_cases import CASES, HOSTILE_TEXTS

from analyzer.pipeline import Plan, trace
from analyzer.report import comparison_html, report_html

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"]
WATCH = "addEventListener('securitypolicyviolation', e => (window.violations ||= []).push(e.violatedDirective))"
OPEN_ALL = "document.querySelectorAll('details').forEach(item => item.open = true)"
ADDRESS = "http://127.0.0.1/job/7/report.html"
TRACES = Path(__file__).parent / "data" / "trace"


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

    def open_all(self) -> None:
        """Opens all details, and waits until the page has seen it."""
        self.page.evaluate(f"() => {{ {OPEN_ALL}; return new Promise(done => setTimeout(done)) }}")


Show = Callable[..., Seen]


def comparison_page() -> str:
    """Gives the page of a comparison whose every text is hostile or long, with rows in several tiers."""
    good, bad = [], []
    for number, attack in enumerate((*HOSTILE_TEXTS, "w" * 900)):
        sent = [("User-Agent", attack), ("X-Requested-With", attack), ("Cookie", f"{attack}=1")]
        good.append(entry(f"/a/{attack}", at=number, sent=sent, answered=[("Server", attack)]))
        bad.append(entry(f"/a/{attack}", 500, at=number, answered=[("Server", f"{attack}2")], error=attack))
        bad.append(entry(f"/b/{attack}", at=number + 0.5))
    return comparison_html(compared(good, bad), "analyzer test")


def trace_page(name: str) -> str:
    """Gives the page of one recorded trace."""
    folder = TRACES / name
    inputs = tuple(str(path) for path in sorted((folder / "inputs").iterdir()))
    with TemporaryDirectory() as work:
        found = trace(Plan(inputs, Path(work), b"k" * 32), (folder / "ask.txt").read_text("utf-8"))
    return found.outputs["trace.html"].decode()


@cache
def page_of(case: str) -> str:
    """Gives the HTML of a case by its name in PAGES."""
    return PAGES[case]()


PAGES: dict[str, Callable[[], str]] = {
    **{name: lambda make=make: report_html(make()) for name, make in CASES.items()},
    "comparison": comparison_page,
    **{f"trace-{path.name}": lambda name=path.name: trace_page(name) for path in sorted(TRACES.iterdir())},
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Starts Debian's Chromium; without one the tests are skipped, but never in CI."""
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
def show(browser: Browser, tmp_path: Path) -> Iterator[Show]:
    """Opens a page from a file, or with a policy from a server, and watches it.

    The policy is the Content-Security-Policy header that the server sends.
    """
    contexts = []

    def open_page(text: str, *, width: int = 1440, height: int = 900, policy: str | None = None, **options) -> Seen:
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        page = context.new_page()
        seen = Seen(page)
        page.on("request", lambda request: seen.requests.append(request.url))
        page.on("requestfinished", lambda request: seen.loaded.append(request.url))
        page.on("console", lambda message: seen.messages.append(message.text))
        page.on("pageerror", lambda error: seen.messages.append(str(error)))
        page.add_init_script(WATCH)
        if policy is None:
            path = tmp_path / "report.html"
            path.write_text(text)
            page.goto(path.as_uri())
            return seen
        headers = {"content-type": "text/html; charset=utf-8", "content-security-policy": policy}

        def answer(route: Route) -> None:
            route.fulfill(body=text, headers=headers)

        page.route(ADDRESS, answer)
        page.goto(ADDRESS)
        return seen

    yield open_page
    for context in contexts:
        context.close()
