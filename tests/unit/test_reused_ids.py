"""One id of several requests, and several ids of one request."""

from __future__ import annotations

import polars as pl
from events_by_hand import frame, row

from analyzer.diagnose.correlate import correlate

ASKED = {"method": "GET", "path": "/v1/x"}


def sizes(joined):
    return sorted(joined.exchanges["events"].list.len().to_list())


def test_retries_with_one_id_keep_their_own_records():
    """A client sends its id three times: each line has its record, and the message that was written meanwhile."""
    lines = [row("access", n, status=503, request_id="same", duration_us=400_000) for n in (1, 2, 3)]
    records = [row("app", n + 0.1, status=503, request_id="same", duration_us=200_000, **ASKED) for n in (1, 2, 3)]
    messages = [row("app", n + 0.2, request_id="same", level="error", message=f"boom {n}") for n in (1, 2, 3)]
    joined = correlate(frame(*lines, *records, *messages))
    assert sizes(joined) == [3, 3, 3]
    assert joined.exchanges["message"].to_list() == ["boom 1", "boom 2", "boom 3"]


def test_one_trace_of_a_page_spans_its_requests():
    """Five calls of a page carry its trace; the proxy logs ids of its own beside it, the application the trace only."""
    places = [f"/v1/{name}" for name in "abcde"]
    lines = [
        row("access", n, status=200, request_id=f"r{n}", trace_id="page", path=path, target=path)
        for n, path in enumerate(places)
    ]
    records = [
        row("app", n + 0.01, status=200, trace_id="page", method="GET", path=path) for n, path in enumerate(places)
    ]
    joined = correlate(frame(*lines, *records))
    assert sizes(joined) == [2] * 5
    assert joined.exchanges.filter(pl.col("edge_status").is_null()).is_empty()
    assert sizes(correlate(frame(*records))) == [1] * 5


def test_a_request_that_was_tried_at_two_servers_is_one():
    """The proxy wrote one line; two applications, or a proxy behind it, have the same id twice, in their order."""
    line = row("access", 1, status=200, request_id="r1", duration_us=3_000_000)
    tries = [
        row("app", 1.1, status=500, request_id="r1", **ASKED),
        row("app", 2.1, status=200, request_id="r1", **ASKED),
    ]
    joined = correlate(frame(line, *tries))
    assert sizes(joined) == [3]
    assert joined.events.filter(hop=3)["status"].to_list() == [500, 200]
    behind = [
        row("access", n, status=status, request_id="r1", source="inner.log") for n, status in ((1.1, 500), (2, 200))
    ]
    assert sizes(correlate(frame(line, *behind))) == [3]


def test_an_id_counts_whatever_a_log_calls_it():
    """A load balancer's trace id is the application's request id; a proxy writes its own id and the one it was given."""
    joined = correlate(
        frame(
            row("access", 1, status=502, trace_id="1-58337281-1d84f3d73c47ec4e58577259"),
            row("app", 1, level="error", message="m", request_id="1-58337281-1d84f3d73c47ec4e58577259"),
            row("access", 5, status=200, request_id="own5", edge_id="given5", source="inner.log"),
            row("app", 5, level="error", message="n", request_id="own5"),
            row("har", 5, status=200, edge_id="given5"),
        )
    )
    assert sizes(joined) == [2, 3]
    assert set(joined.events["join"]) == {"exact"}


def test_a_constant_is_no_id():
    """Sixty requests of one id are left to their request and time; a record that has but the id is nobody's."""
    lines = [row("access", 5 * n, status=200, request_id="none", client_ip="192.0.2.1") for n in range(60)]
    records = [
        row("app", 5 * n, status=200, request_id="none", client_ip="192.0.2.1", method="GET", path="/v1/x")
        for n in range(60)
    ]
    message = row("app", 20.01, request_id="none", level="error", message="m")
    joined = correlate(frame(*lines, *records, message))
    assert sizes(joined) == [1] + [2] * 60
    assert set(joined.events.filter(pl.col("join").is_not_null())["candidates"]) == {1}
