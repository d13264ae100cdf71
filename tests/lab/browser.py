"""Plays one person in Chromium and records a HAR with Playwright."""

from __future__ import annotations

import threading
from itertools import cycle
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from lab.addresses import BROWSER_RELAY, WEB_HOST
from lab.people import Account

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--disable-quic", "--no-first-run",
    f"--host-resolver-rules=MAP *.harbor.example:443 {BROWSER_RELAY[0]}:{BROWSER_RELAY[1]}, MAP * ~NOTFOUND, EXCLUDE {BROWSER_RELAY[0]}",
)  # fmt: skip
ROUND = ("bookings", "quote", "booking", "quote", "tracking", "quote", "invoice", "quote")
PAUSE = 1.5


class Visitor(threading.Thread):
    """Works through the web application until `over` is set, then writes the HAR; `accept` is a key's fingerprint."""

    def __init__(self, person: Account, har: Path, over: threading.Event, *, accept: str) -> None:
        super().__init__(name="chromium", daemon=True)
        self._person = person
        self._har = har
        self._arguments = [*ARGUMENTS, f"--ignore-certificate-errors-spki-list={accept}"]
        self._over = over
        self.failure: Exception | None = None

    def run(self) -> None:
        try:
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=CHROMIUM, args=self._arguments)
                self._visit(browser)
                browser.close()
        except Exception as error:  # noqa: BLE001 - handed to the thread that waits for this one
            self.failure = error

    def _visit(self, browser: Browser) -> None:
        context = browser.new_context(record_har_path=self._har, record_har_content="embed", service_workers="block")
        page = context.new_page()
        page.goto(f"https://{WEB_HOST}/")
        page.fill("#username", self._person.username)
        page.fill("#password", self._person.password)
        page.click("#login button")
        page.wait_for_selector("nav:visible", timeout=10_000)
        self._work(page)
        context.close()

    def _work(self, page: Page) -> None:
        destinations = cycle(("SGSIN", "GBFXT", "DEHAM", "NOOSL"))
        for turn, action in enumerate(cycle(ROUND)):
            if self._over.wait(PAUSE):
                break
            if action == "quote":
                page.select_option("#destination", next(destinations))
            if turn == 24:
                page.click("#report")
                page.wait_for_timeout(2500)
            page.click(f"#{action}")
        page.wait_for_timeout(500)
