"""A browser without an answer that a server logged as sent: kept from the page, or lost on the way?"""

from __future__ import annotations

import polars as pl
import pytest
from events_by_hand import frame, row

from analyzer.diagnose._borrowed import lend
from analyzer.diagnose._scene import Scene
from analyzer.diagnose.correlate import correlate
from analyzer.diagnose.isolate import isolate
from analyzer.facts import add_facts

ASKED = {"method": "GET", "path": "/v1/x", "target": "/v1/x", "route": "/v1/x", "host": "api.example"}


def judged(error, request_id):
    """Three requests that the access log has with 200 and the browser with an error."""
    pairs = [
        (row("har", second, error=error, **ASKED, **named), row("access", second, status=200, **ASKED, **named))
        for second in range(0, 30, 10)
        for named in [{"request_id": f"{second:032x}"} if request_id else {}]
    ]
    joined = correlate(frame(*(each for pair in pairs for each in pair)))
    exchanges = add_facts(joined.exchanges).filter("has_browser")
    failing, events = lend(exchanges, joined.exchanges, joined.events)
    window = failing.with_columns(failing=pl.lit(value=True))
    return {each.layer: each for each in isolate(Scene(failing, window, events)).verdicts}


def test_an_answer_that_a_page_never_saw_was_kept_by_the_browser():
    """ERR_FAILED names no reason, and the server's line, tied by an id, shows that it answered."""
    found = judged("net::ERR_FAILED", request_id=True)["browser"]
    assert found.verdict == "cause"
    assert found.evidence[0].join == "exact"


@pytest.mark.parametrize("error", ["net::ERR_CONNECTION_RESET", "net::ERR_SSL_PROTOCOL_ERROR"])
@pytest.mark.parametrize("request_id", [True, False])
def test_an_answer_over_a_connection_that_broke_was_not(error, request_id):
    """The server wrote it; whether it came over, its log cannot tell."""
    assert judged(error, request_id=request_id)["browser"].verdict != "cause"
