"""The two captures of ../shared/data/har whose truth groundtruth.md tells: every row of it, entry by entry."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import polars as pl
import pytest
from verdicts_by_entry import incidents_of_entries, objections, run_capture

CAPTURES = Path(__file__).parents[2].parent / "shared" / "data" / "har"
pytestmark = pytest.mark.skipif(not CAPTURES.is_dir(), reason="needs ../shared/data/har")
PLAYWRIGHT, CURL = "playwright-1.65.1-groundtruth.har", "mitmproxy-11.0.2-groundtruth.har"
WORKED: dict[str, str] = {}
# Each row of groundtruth.md: the layers that a HAR alone supports, each with the strongest verdict that it allows.
TRUTH = {
    "/": WORKED,
    "/api/ok": WORKED,
    "/api/redirect": WORKED,
    "/redirect": WORKED,
    "/api/401": {"authentication": "cause"},
    "/api/403": {"authorization": "cause"},
    "/api/405": {"request": "cause"},
    "/api/429": {"rate_limit": "cause"},
    "/api/500": {"backend": "suspected"},
    "/api/502": {"proxy": "suspected", "backend": "suspected"},
    "/api/503": {"backend": "suspected", "proxy": "suspected"},
    "/api/504": {"backend": "suspected"},
    "/api/slow": WORKED,
    "/api/slow?abort": {"browser": "cause"},
    "/api/reset": {"connect": "suspected", "backend": "suspected"},
    "/api/short": {"proxy": "suspected", "backend": "suspected"},
    "/nocors/x": {"browser": "suspected"},
    "/refused": {"connect": "cause"},
    "/x": {"dns": "cause"},
    "/tls": {"tls": "cause"},
    "/ws": {"backend": "suspected"},
}
RETRY_AFTER_IGNORED = "7716a52b-6c0d-489e-aefd-22cab9525ef1"
CURL_ACCEPTED = {"/tls": WORKED}
QUIET = {"/ws"}
IN_PLAYWRIGHT = set(TRUTH) - {"/api/redirect"}
IN_CURL = set(TRUTH) - {"/", "/api/slow?abort", "/nocors/x", "/ws"}


def rows(name):
    """Gives the row of the truth for each entry: its index, the name of the row, and the layers."""
    own = TRUTH | CURL_ACCEPTED if name == CURL else TRUTH
    entries = json.loads((CAPTURES / name).read_text("utf-8"))["log"]["entries"] if CAPTURES.is_dir() else []
    for index, entry in enumerate(entries):
        parts = urlsplit(entry["request"]["url"])
        path = f"{parts.path}?abort" if parts.query == "abort" else parts.path
        yield index, path, own[path]


ENTRIES = [(name, *row) for name in (PLAYWRIGHT, CURL) for row in rows(name)] or [(PLAYWRIGHT, 0, "", WORKED)]


@pytest.fixture(scope="module")
def analyzed(tmp_path_factory):
    """Runs the pipeline once per capture."""

    @cache
    def analyze(name):
        state = run_capture(CAPTURES / name, tmp_path_factory.mktemp("work"))
        return state, incidents_of_entries(state)

    return analyze


def test_every_row_of_the_truth_is_in_a_capture():
    """Both captures hold the rows that groundtruth.md gives them."""
    assert {path for _, path, _ in rows(PLAYWRIGHT)} == IN_PLAYWRIGHT
    assert {path for _, path, _ in rows(CURL)} == IN_CURL


@pytest.mark.parametrize(
    ("name", "index", "path", "layers"),
    ENTRIES,
    ids=[f"{name.partition('-')[0]}#{index}-{path}" for name, index, path, _ in ENTRIES],
)
def test_the_verdict_is_what_the_capture_supports(analyzed, name, index, path, layers):
    """A failing entry lies in incidents of its layer, with no stronger verdict; one that worked lies in none."""
    _, incidents = analyzed(name)
    assert objections(incidents[index], layers, may_be_quiet=path in QUIET) == []


@pytest.mark.parametrize("name", [PLAYWRIGHT, CURL])
def test_the_broken_wait_is_told(analyzed, name):
    """Each request that came before Retry-After was over is counted as one that broke it, and the incident says so."""
    state, incidents = analyzed(name)
    limited = [index for index, path, _ in rows(name) if path == "/api/429"]
    broken = state.joined.events.select("exchange", "line").join(state.exchanges, on="exchange", suffix="_exchange")
    told = broken.filter(pl.col("retry_after_broken"))["line"].sort().to_list()
    assert told == limited[1:]
    assert all(RETRY_AFTER_IGNORED in incident.rules for index in limited[1:] for incident in incidents[index])


@pytest.mark.parametrize("name", [PLAYWRIGHT, CURL])
def test_the_slow_answer_shows_where_its_time_went(analyzed, name):
    """1.2 s were spent waiting for the server, which is no failure."""
    state, _ = analyzed(name)
    slow = state.exchanges.filter(pl.col("path") == "/api/slow", pl.col("status") == 200)
    assert slow.height == 1
    assert slow["wait_us"].item() > 1_100_000
