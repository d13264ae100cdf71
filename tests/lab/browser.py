"""Plays one person in Chromium and records a HAR with Playwright."""

from __future__ import annotations

import contextlib
import os
import subprocess
import threading
from collections.abc import Iterator, Sequence
from itertools import cycle
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from lab import certificates
from lab.addresses import BILLING_HOST, BILLING_RELAY, BROWSER_RELAY, UNKNOWN_HOST, WEB_HOST
from lab.people import Account

CHROMIUM = "/usr/bin/chromium"
RESOLVER_RULES = (
    f"MAP {UNKNOWN_HOST} ~NOTFOUND",
    f"MAP {BILLING_HOST}:443 {BILLING_RELAY[0]}:{BILLING_RELAY[1]}",
    f"MAP *.harbor.example:443 {BROWSER_RELAY[0]}:{BROWSER_RELAY[1]}",
    "MAP * ~NOTFOUND",
    f"EXCLUDE {BROWSER_RELAY[0]}",
    f"EXCLUDE {BILLING_RELAY[0]}",
)
ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--disable-quic", "--no-first-run",
    "--host-resolver-rules=" + ", ".join(RESOLVER_RULES),
)  # fmt: skip
ROUND = ("bookings", "quote", "booking", "quote", "tracking", "quote", "invoice", "quote")
PAUSE = 1.5


class Visitor(threading.Thread):
    """Works through the web application until `over` is set, then writes the HAR; `accept` is a key's fingerprint.

    `ready` is set once it is logged in, or failed; `trusted` are certificates of authorities to believe, `clock_offset` is
    how far its clock is ahead, in seconds.
    """

    def __init__(
        self,
        person: Account,
        har: Path,
        over: threading.Event,
        *,
        accept: str,
        trusted: Sequence[Path] = (),
        clock_offset: float = 0.0,
    ) -> None:
        super().__init__(name="chromium", daemon=True)
        self._trusted = trusted
        self._clock_offset = clock_offset
        self._person = person
        self._har = har
        self._arguments = [*ARGUMENTS, f"--ignore-certificate-errors-spki-list={accept}"]
        self._over = over
        self.ready = threading.Event()
        self.failure: Exception | None = None

    def run(self) -> None:
        try:
            variables = self._variables()
            with _clock(variables), sync_playwright() as playwright:
                browser = playwright.chromium.launch(
                    executable_path=CHROMIUM, args=self._arguments, env={**os.environ, **variables}
                )
                self._visit(browser)
                browser.close()
        except Exception as error:  # noqa: BLE001 - handed to the thread that waits for this one
            self.failure = error
            self.ready.set()

    def _variables(self) -> dict[str, str]:
        variables: dict[str, str] = {}
        if self._trusted:
            home = self._har.parent / "chromium-home"
            certificates.trust(home / ".pki" / "nssdb", self._trusted)
            variables["HOME"] = str(home)
        if self._clock_offset:
            library = self._har.parent / "clock.so"
            command = ["cc", "-shared", "-fPIC", "-O2", "-o", library, Path(__file__).with_name("clock.c")]
            subprocess.run(command, check=True, capture_output=True)
            variables |= {"LD_PRELOAD": str(library), "LAB_CLOCK_OFFSET": str(round(self._clock_offset))}
        return variables

    def _visit(self, browser: Browser) -> None:
        context = browser.new_context(record_har_path=self._har, record_har_content="embed", service_workers="block")
        page = context.new_page()
        page.goto(f"https://{WEB_HOST}/")
        page.fill("#username", self._person.username)
        page.fill("#password", self._person.password)
        page.click("#login button")
        page.wait_for_selector("nav:visible", timeout=10_000)
        self.ready.set()
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


@contextlib.contextmanager
def _clock(variables: dict[str, str]) -> Iterator[None]:
    """Playwright's own process tells the HAR's times, and takes its environment from this one."""
    names = [name for name in variables if name != "HOME"]
    os.environ.update({name: variables[name] for name in names})
    try:
        yield
    finally:
        for name in names:
            os.environ.pop(name)
