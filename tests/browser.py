"""The pages of all cases, and fixtures that open one in Chromium, from a file or from a server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from chromium import Seen, launched, watched
from compare_cases import compared, entry
from playwright.sync_api import Browser, Route
from report_cases import CASES, HOSTILE_TEXTS

from analyzer.pipeline import Plan, trace
from analyzer.report import comparison_html, report_html

ADDRESS = "http://127.0.0.1/job/7/report.html"
TRACES = Path(__file__).parent / "data" / "trace"


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
    with launched() as started:
        yield started


@pytest.fixture
def show(browser: Browser, tmp_path: Path) -> Iterator[Show]:
    """Opens a page from a file, or with a policy from a server, and watches it.

    The policy is the Content-Security-Policy header that the server sends.
    """
    contexts = []

    def open_page(text: str, *, width: int = 1440, height: int = 900, policy: str | None = None, **options) -> Seen:
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        seen = watched(context.new_page())
        page = seen.page
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
