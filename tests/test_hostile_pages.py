"""The pages that the commands write of hostile inputs, opened in a browser: report, packet, trace, comparison."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from chromium import Seen, opened
from click.testing import CliRunner
from hostile_texts import TEXTS
from playwright.sync_api import Browser

from analyzer.cli import group
from analyzer.packet._layout import role_of

pytestmark = pytest.mark.browser
ROOT = Path(__file__).parents[1]
NOW = ("--now", "2026-11-25T10:00:00Z")


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))

    def call(*arguments: str) -> str:
        done = CliRunner().invoke(group, [*arguments, *NOW])
        assert done.exit_code == 0, done.output
        return done.output

    return call


def inert(seen: Seen) -> bool:
    """Tells whether nothing ran, nothing was asked for, nothing was stopped, and every link stays in the page."""
    links = seen.page.evaluate("[...document.links].map(each => each.getAttribute('href'))")
    outside = [link for link in links if not link.startswith(("#", "https://")) or "evil.example" in link]
    return (seen.ran, seen.violations, seen.messages, len(seen.requests), outside) == (False, [], [], 1, [])


def test_the_report_and_every_page_of_the_packet_are_inert(run, browser: Browser, tmp_path: Path) -> None:
    """Of the sample that carries the whole set; attacks are there to be read."""
    run("escalate", "sample_logs/hostile", "-o", str(tmp_path / "packet"), "--no-map")
    pages = sorted((tmp_path / "packet").rglob("*.html"))
    assert pages
    for page in pages:
        with opened(browser, page) as seen:
            assert inert(seen), page
            assert "</script><script>window.pwned=1</script>" in seen.text


@pytest.mark.parametrize("name", ["report.htm", "screenshots/screenshot-01.svg", "evidence/a.xml", "repro/steps.xhtml"])
def test_no_other_file_of_a_packet_is_a_page(name: str) -> None:
    """A browser shows what a packet may hold beside the report as text or as a picture without scripts."""
    assert role_of(name) is None


def test_the_trace_of_a_failing_request_is_inert(run, browser: Browser, tmp_path: Path) -> None:
    """Its application's record quotes an attack."""
    truth = json.loads((ROOT / "tests/data/stories/hostile/truth.json").read_text())
    records = gzip.decompress((ROOT / "sample_logs/hostile/app.jsonl.gz").read_bytes()).decode().splitlines()
    attacked = next(
        each["request_id"]
        for each in map(json.loads, records)
        if TEXTS["closing textarea"] in each.get("exception", "")
    )
    assert attacked in truth["incidents"][0]["correlation_ids"]
    run("trace", attacked, "sample_logs/hostile", "-o", str(tmp_path / "trace.html"))
    with opened(browser, tmp_path / "trace.html") as seen:
        assert inert(seen)
        assert TEXTS["closing textarea"] in seen.text


def test_the_comparison_of_two_hostile_captures_is_inert(run, browser: Browser, tmp_path: Path) -> None:
    """The sample's capture beside one in which other headers, titles and statuses stand."""
    document = json.loads(gzip.decompress((ROOT / "sample_logs/hostile/browser.har.gz").read_bytes()))
    for number, entry in enumerate(document["log"]["entries"]):
        entry["response"]["headers"] += [
            {"name": f"X-{text}"[:60], "value": text} for text in list(TEXTS.values())[number::7]
        ]
        entry["request"]["url"] += f"?title={list(TEXTS.values())[number]}"
        entry["response"]["status"] = 500 if number % 2 else 201
    (tmp_path / "bad.har").write_text(json.dumps(document))
    run("compare", "sample_logs/hostile/browser.har.gz", str(tmp_path / "bad.har"), "-o", str(tmp_path / "out"))
    [page] = (tmp_path / "out").glob("*.html")
    with opened(browser, page) as seen:
        assert inert(seen)
        assert "window.pwned=1" in seen.text
