"""Chromium driven by Playwright, which writes the HAR itself (recordHar)."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import sync_playwright

from lab.captures.chromium import ARGUMENTS, CHROMIUM, trusting
from lab.captures.pages import DONE, address_of

PATIENCE_MS = 60_000


def capture(topic: str, into: Path, certificate: Path, folder: Path) -> None:
    """Writes the HAR of one topic's page; takes what every driver takes."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*ARGUMENTS, trusting(certificate)])
        context = browser.new_context(record_har_path=into, record_har_content="embed")
        page = context.new_page()
        page.goto(address_of(topic))
        page.wait_for_function(f"document.title === '{DONE}'", timeout=PATIENCE_MS)
        page.wait_for_timeout(500)
        context.close()
        browser.close()
