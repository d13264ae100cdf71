"""The captures of real programs in ../shared/data/har, where that folder is there: counts and known truth."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from analyzer.errors import InputError
from analyzer.formats.har import FORMATS

HAR = FORMATS[0]
CAPTURES = Path(__file__).parents[2].parent / "shared" / "data" / "har"
pytestmark = pytest.mark.skipif(not CAPTURES.is_dir(), reason="needs ../shared/data/har")
REFUSED = {"invalid-harviewer-notjson.har", "invalid-mitm-brokenfile.har"}
BARE = {"invalid-haralyzer-single-entry.har": 1, "invalid-harviewer-jsonp.har": 1}
WITHOUT_URL = {"handmade-haralyzer-missing-pageref.har": 2, "splash-3.0-lalibre.har": 1}
# INDEX.tsv counts 0 and -1 only: WebPageTest also writes -2, k6 no response at all, and one data: URL has status 1.
UNCOUNTED = {
    "webpagetest-2.19-bbc.har": 17,
    "handmade-k6-full.har": 8,
    "handmade-k6-pseudo.har": 1,
    "handmade-safari4-data-url.har": 1,
    "splash-3.0-lalibre.har": -1,  # the entry without a URL has status 0
}


def index() -> dict[str, dict[str, str]]:
    with (CAPTURES / "INDEX.tsv").open(encoding="utf-8", newline="") as lines:
        return {row["file"]: row for row in csv.DictReader(lines, delimiter="\t")}


def test_every_capture_is_read_or_refused_as_indexed():
    """Entries, failures and missing responses are as many as INDEX.tsv says; two files are refused with a hint."""
    indexed = index()
    assert {path.name for path in CAPTURES.glob("*.har")} == set(indexed)
    for name, row in indexed.items():
        data = (CAPTURES / name).read_bytes()
        if name in REFUSED:
            with pytest.raises(InputError) as raised:
                HAR.parse_document(data)
            assert raised.value.hint
            continue
        assert HAR.recognise(data[:65_536]), name
        parsed = HAR.parse_document(data)
        assert parsed.entries == BARE.get(name, 0) or str(parsed.entries) == row["entries"], name
        assert parsed.rejects.height == WITHOUT_URL.get(name, 0), name
        assert parsed.events.height == parsed.entries - parsed.rejects.height, name
        if name not in BARE and parsed.events.height:
            status = parsed.events["status"]
            assert (status >= 400).sum() == int(row["status_ge_400"]), name
            assert status.is_null().sum() == int(row["status_0_or_minus1"]) + UNCOUNTED.get(name, 0), name


def outcomes(name: str) -> set[tuple[str, int | None, str | None]]:
    events = HAR.parse_document((CAPTURES / name).read_bytes()).events
    return set(events.select("path", "status", "error").iter_rows())


COMMON = {
    ("/api/ok", 200, None),
    ("/redirect", 302, None),
    ("/api/401", 401, None),
    ("/api/403", 403, None),
    ("/api/405", 405, None),
    ("/api/429", 429, None),
    ("/api/500", 500, None),
    ("/api/502", 502, None),
    ("/api/503", 503, None),
    ("/api/504", 504, None),
    ("/api/slow", 200, None),
}


def test_the_browser_saw_what_the_server_did():
    """Chromium through Playwright: every URL of groundtruth.md with its status and error."""
    assert outcomes("playwright-1.65.1-groundtruth.har") == COMMON | {
        ("/", 200, None),
        ("/api/slow", None, "net::ERR_ABORTED"),
        ("/api/reset", None, "net::ERR_EMPTY_RESPONSE"),
        ("/api/short", 200, "net::ERR_CONTENT_LENGTH_MISMATCH"),
        ("/nocors/x", None, "net::ERR_FAILED"),
        ("/refused", None, "net::ERR_CONNECTION_REFUSED"),
        ("/x", None, "net::ERR_NAME_NOT_RESOLVED"),
        ("/tls", None, "net::ERR_CERT_AUTHORITY_INVALID"),
        ("/ws", 101, None),
    }


def test_curl_saw_what_the_server_did():
    """curl through mitmproxy: the same server, with the errors that mitmproxy writes."""
    assert outcomes("mitmproxy-11.0.2-groundtruth.har") == COMMON | {
        ("/api/redirect", 200, None),
        ("/api/reset", None, "server closed connection"),
        ("/api/short", 200, None),
        ("/refused", None, "[Errno 111] Connect call failed ('127.0.0.1', 9)"),
        ("/x", None, "[Errno -2] Name or service not known"),
        ("/tls", 200, None),
    }


@pytest.mark.parametrize("name", ["playwright-1.65.1-groundtruth.har", "mitmproxy-11.0.2-groundtruth.har"])
def test_the_headers_that_decide_are_columns(name: str):
    """WWW-Authenticate, token expiry, Allow, Retry-After, Via, Proxy-Status and error bodies stand in the frame."""
    events = HAR.parse_document((CAPTURES / name).read_bytes()).events
    rows = {row["path"]: row for row in events.iter_rows(named=True)}
    assert rows["/api/401"]["www_authenticate"].startswith("Bearer")
    assert (rows["/api/401"]["auth_scheme"], rows["/api/401"]["error_code"]) == ("Bearer", "invalid_token")
    assert rows["/api/401"]["token_expires_at"].isoformat() == "2023-11-14T22:13:20+00:00"
    assert rows["/api/403"]["error_detail"] == "Missing scope orders:write"
    assert rows["/api/405"]["allow"] == "GET, HEAD"
    assert (rows["/api/429"]["retry_after"], rows["/api/429"]["ratelimit_remaining"]) == ("2", 0)
    assert rows["/api/502"]["via"] == "1.1 proxy.example"
    assert rows["/api/503"]["retry_after"].endswith("GMT")
    assert rows["/api/504"]["proxy_status"] == "edge.example; error=http_response_timeout"
    assert rows["/api/slow"]["wait_us"] is None or rows["/api/slow"]["wait_us"] > 1_000_000
