"""Debian's Chromium as a reader has it: opens a page, and tells what the page did or wanted to do."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

MISSING = "no chromium on this machine: apt-get install chromium"
_ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"]
_WATCH = "addEventListener('securitypolicyviolation', e => (window.violations ||= []).push(e.violatedDirective))"
_OPEN_ALL = "document.querySelectorAll('details').forEach(item => item.open = true)"
_SETTLE_MS = 150


def program() -> str | None:
    """Gives the path of the browser, None if there is none."""
    return shutil.which("chromium") or shutil.which("chromium-headless-shell")


@contextmanager
def launched() -> Iterator[Browser]:
    """Yields a browser; without one the test is skipped, in CI it fails."""
    if program() is None:
        pytest.fail(MISSING) if os.environ.get("CI") else pytest.skip(MISSING)
    with started() as browser:
        yield browser


@contextmanager
def started() -> Iterator[Browser]:
    """Yields the browser of this machine, which must have one."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program(), args=_ARGUMENTS)
        yield browser
        browser.close()


@dataclass
class Seen:
    """A page, the addresses that it asked for and those that it got, and what it said on the console."""

    page: Page
    requests: list[str] = field(default_factory=list)
    loaded: list[str] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)

    @property
    def ran(self) -> bool:
        """Whether an attack set its mark."""
        return self.page.evaluate("window.pwned") is not None

    @property
    def violations(self) -> list[str]:
        """Which directives of the policy stopped something."""
        return self.page.evaluate("window.violations || []")

    @property
    def text(self) -> str:
        """All text of the page, on one line."""
        return " ".join((self.page.locator("body").text_content() or "").split())

    def open_all(self) -> None:
        """Opens all details, and waits until the page has seen it."""
        self.page.evaluate(f"() => {{ {_OPEN_ALL}; return new Promise(done => setTimeout(done)) }}")

    def use(self) -> None:
        """Does what a reader does: opens all details, points, scrolls, goes through with the keyboard."""
        self.page.evaluate(_OPEN_ALL)
        # An attack may hide everything, so nothing is waited for.
        self.page.mouse.move(300, 200)
        self.page.mouse.wheel(0, 5_000)
        for _ in range(8):
            self.page.keyboard.press("Tab")
        self.page.wait_for_timeout(_SETTLE_MS)


def watched(page: Page) -> Seen:
    """Notes what a page does from here on."""
    seen = Seen(page)
    page.on("request", lambda request: seen.requests.append(request.url))
    page.on("requestfinished", lambda request: seen.loaded.append(request.url))
    page.on("console", lambda message: seen.messages.append(message.text))
    page.on("pageerror", lambda error: seen.messages.append(str(error)))
    page.add_init_script(_WATCH)
    return seen


@contextmanager
def opened(browser: Browser, path: Path, **options: object) -> Iterator[Seen]:
    """Yields the page of a file, used as a reader would; whatever it asks of the network is refused and noted."""
    context = browser.new_context(**options)
    context.route("**/*", lambda route: route.continue_() if route.request.url == path.as_uri() else route.abort())
    seen = watched(context.new_page())
    seen.page.goto(path.as_uri())
    seen.use()
    yield seen
    context.close()
