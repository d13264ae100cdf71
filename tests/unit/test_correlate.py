"""Rows of one request become one exchange, whatever sources they come from."""

from __future__ import annotations

from datetime import timedelta

import polars as pl
import pytest
from events_by_hand import START, frame, row

from analyzer.diagnose.clock import correct_clocks, measure_clocks
from analyzer.diagnose.correlate import correlate


def test_rows_with_one_request_id_are_one_exchange():
    """Browser, edge and application rows with one id, in different spellings, count once; the browser is outermost."""
    joined = correlate(
        frame(
            row("access", 1, status=500, request_id="AB-cd12", client_ip="10.0.0.1", duration_us=50_000),
            row("har", 0.9, status=500, request_id="abcd12", duration_us=80_000),
            row("app", 1.01, request_id="abcd12", level="error", message="boom", exception_type="KeyError", user="ann"),
        )
    )
    only = joined.exchanges.row(0, named=True)
    assert joined.exchanges.height == 1
    assert (only["status"], only["exception_type"], only["client"]) == (500, "KeyError", "ann")
    assert (only["has_browser"], only["has_edge"], only["has_application"]) == (True, True, True)
    assert len(only["events"]) == 3


def test_each_hop_keeps_its_own_status():
    """What the client was told and what the application logged stay apart."""
    joined = correlate(
        frame(row("access", 1, status=502, request_id="a1"), row("app", 1, status=200, request_id="a1", level="info"))
    )
    only = joined.exchanges.row(0, named=True)
    assert (only["status"], only["edge_status"], only["application_status"]) == (502, 502, 200)


def test_a_proxy_that_gave_up_on_the_one_behind_is_the_outer_one():
    """nginx's 499 is the leaving of the proxy in front, whose 504 the client got, though both took as long."""
    inner = {"status": 499, "request_id": "a1", "duration_us": 702_000, "client_ip": "10.0.0.1"}
    outer = {**inner, "status": 504, "source": "haproxy.log", "format": "haproxy"}
    joined = correlate(frame(row("access", 1, **inner), row("access", 1.3, **outer)))
    only = joined.exchanges.row(0, named=True)
    assert (only["status"], only["edge_status"], only["source"]) == (504, 504, "haproxy.log")


def test_reused_request_id_does_not_swallow_retries():
    """A client that sends the same id three times made three requests."""
    joined = correlate(frame(*(row("access", second, status=503, request_id="same") for second in (1, 2, 3))))
    assert joined.exchanges.height == 3


def test_trace_id_joins_through_the_row_that_knows_both():
    """A record with only a trace id belongs to the one request that carries that trace."""
    joined = correlate(
        frame(
            row("har", 0, status=500, request_id="r1", trace_id="t1"),
            row("app", 0.1, trace_id="t1", level="error", message="m"),
            row("app", 0.2, trace_id="t9", level="error", message="other"),
        )
    )
    assert sorted(joined.exchanges["events"].list.len().to_list()) == [1, 2]


def test_error_line_joins_by_client_request_and_time():
    """An error-log line without an id is tied to the access line of the same client and request within a second."""
    joined = correlate(
        frame(
            row("access", 10, status=429, client_ip="10.0.0.1", request_id="r1"),
            row("access", 10, status=200, client_ip="10.0.0.2", request_id="r2"),
            row("error", 10, client_ip="10.0.0.1", message="limiting requests", level="error"),
            row("error", 60, client_ip="10.0.0.1", message="limiting requests", level="error"),
        )
    )
    assert joined.exchanges.filter(status=429)["message"].to_list() == ["limiting requests"]
    assert joined.exchanges.height == 3


def test_an_error_in_whole_seconds_belongs_to_the_request_of_its_second():
    """Written at 58.5, it says 58, which is nearer to a request of the same client that ended at 57.5."""
    asked = {"client_ip": "10.0.0.1", "status": 502}
    said = {"client_ip": "10.0.0.1", "level": "error", "connection": 7}
    joined = correlate(
        frame(
            row("access", 57.526, request_id="r1", **asked),
            row("access", 58.515, request_id="r2", **asked),
            row("error", 57, message="first", **said),
            row("error", 58, message="second", **said),
        )
    )
    assert joined.exchanges.select("request_id", "message").rows() == [("r1", "first"), ("r2", "second")]


def test_precise_clock_wins_over_whole_seconds():
    """Where an access log writes whole seconds only, the exchange takes the application's milliseconds."""
    joined = correlate(
        frame(
            row("access", 5, status=500, request_id="a"),
            row("access", 6, status=200, request_id="b"),
            row("app", 5.338, request_id="a", level="error", message="m", status=500),
        )
    )
    assert joined.exchanges.filter(status=500)["timestamp"][0] == START + timedelta(seconds=5.338)


def test_address_of_one_user_is_that_user_everywhere():
    """Requests refused before the login was looked at belong to the address's only user; a shared address to none."""
    joined = correlate(
        frame(
            row("access", 1, status=200, client_ip="10.0.0.1", user="ann"),
            row("access", 2, status=429, client_ip="10.0.0.1"),
            row("access", 3, status=200, client_ip="10.0.0.9", user="bob"),
            row("access", 4, status=200, client_ip="10.0.0.9", user="eve"),
            row("access", 5, status=429, client_ip="10.0.0.9"),
        )
    )
    assert joined.exchanges["client"].to_list() == ["ann", "ann", "bob", "eve", "10.0.0.9"]


@pytest.mark.parametrize(("ahead", "corrected"), [(-300, True), (1, False)])
def test_browser_clock_is_measured_by_date_headers(ahead, corrected):
    """A browser whose clock is five minutes off is moved onto the servers' axis; a second is left alone."""
    rows = [
        row("har", second, status=200, host="h", response_date=START + timedelta(seconds=second - ahead), wait_us=0)
        for second in range(6)
    ]
    events = frame(*rows)
    clocks = measure_clocks(events)
    assert clocks["browser.har"].offset_ms == -ahead * 1000 + 500
    moved = correct_clocks(events, clocks)["timestamp"][0]
    assert (moved != START) == corrected


def test_records_without_a_shared_id_join_by_client_request_and_time():
    """An access log without ids and an application log with its own ids are one exchange per request, each once."""
    joined = correlate(
        frame(
            *(row("access", second, status=500, client_ip="10.0.0.1") for second in (1, 2, 3)),
            row("access", 2, status=200, client_ip="10.0.0.2"),
            *(
                row(
                    "app",
                    second + 0.4,
                    status=500,
                    client_ip="10.0.0.1",
                    method="GET",
                    path="/v1/x",
                    request_id=f"r{second}",
                )
                for second in (1, 2, 3)
            ),
            row("app", 2.39, level="error", message="boom", exception_type="KeyError", request_id="r2"),
        )
    )
    assert joined.exchanges.height == 4
    assert sorted(joined.exchanges["events"].list.len().to_list()) == [1, 2, 2, 3]
    assert joined.exchanges.filter(pl.col("exception_type") == "KeyError")["client_ip"].to_list() == ["10.0.0.1"]
    assert set(joined.events.filter(client_ip_joined())["join"]) == {"strong"}


def client_ip_joined():
    return pl.col("source") == "app.jsonl"


def test_proxy_that_changes_the_status_still_joins_by_client():
    """A 502 at the edge and the application's 200 for the same client, request and second are one exchange."""
    joined = correlate(
        frame(
            row("access", 5, status=502, client_ip="10.0.0.1"),
            row("app", 5.2, status=200, client_ip="10.0.0.1", method="GET", path="/v1/x", request_id="a"),
        )
    )
    only = joined.exchanges.row(0, named=True)
    assert (joined.exchanges.height, only["edge_status"], only["application_status"]) == (1, 502, 200)


def test_unlike_or_distant_requests_do_not_join():
    """Another path, or three seconds between, keeps records apart; an id that ties a row already is not overruled."""
    joined = correlate(
        frame(
            row("access", 0, status=200, request_id="r1"),
            row("app", 0, status=200, method="GET", path="/v1/x", request_id="r1"),
            row("app", 3.5, status=200, method="GET", path="/v1/x", request_id="r2"),
            row("app", 0.1, status=200, method="GET", path="/v1/y", request_id="r3"),
        )
    )
    assert sorted(joined.exchanges["events"].list.len().to_list()) == [1, 1, 2]


def test_request_that_only_the_application_recorded_is_an_exchange():
    """Its access record and its other records count once, as a request; a record without a request stays one."""
    joined = correlate(
        frame(
            row(
                "app",
                1,
                status=401,
                method="GET",
                path="/v1/x",
                request_id="a",
                level="info",
                message="request completed",
            ),
            row("app", 1, request_id="a", level="warning", message="authentication failed"),
            row("app", 2, level="info", message="reloaded"),
        )
    )
    assert joined.exchanges["kind"].to_list() == ["request", "application"]
    assert joined.exchanges["message"].to_list() == ["authentication failed", "reloaded"]


def test_the_edge_log_joins_by_its_own_id():
    """CloudFront's and Cloudflare's logs carry only their id, which the browser saw in a response header."""
    joined = correlate(
        frame(
            row("har", 0, status=504, request_id="r1", edge_id="8a1f0c2d3e4b5a69-FRA"),
            row("access", 0, status=504, edge_id="8A1F0C2D3E4B5A69", source="cloudflare.log"),
            row("access", 0, status=504, request_id="r1", source="nginx.log"),
            row("access", 9, status=200, edge_id="ffff0c2d3e4b5a69", source="cloudflare.log"),
        )
    )
    assert sorted(joined.exchanges["events"].list.len().to_list()) == [1, 3]


def crash_without_an_id(at, client="198.51.100.7", **more):
    """What a handler logs in the middle of a request: no status, and no id that would tie it."""
    named = {"client_ip": client, "method": "GET", "path": "/v1/orders", "exception_type": "SSLError", **more}
    return row("app", at, level="error", message="introspection failed", **named)


def answered(shape, at, client="198.51.100.7", status=401, **more):
    named = {"client_ip": client, "method": "GET", "path": "/v1/orders", "route": "/v1/orders", "target": "/v1/orders"}
    return row(shape, at, status=status, duration_us=40_000, **{**named, **more})


def test_a_record_inside_a_request_of_its_own_log_belongs_to_it():
    """An exception behind a 401, between begin and end of the only request of this client: not a fault by itself."""
    joined = correlate(frame(
        answered("access", 1.0), crash_without_an_id(1.03), answered("app", 1.001),
        answered("app", 5.0, path="/v1/other"),
    ))  # fmt: skip
    (one,) = joined.exchanges.filter(pl.col("exception_type").is_not_null()).to_dicts()
    assert (one["status"], one["has_edge"], one["exception_type"]) == (401, True, "SSLError")
    assert joined.exchanges.height == 2


@pytest.mark.parametrize(
    "other",
    [
        crash_without_an_id(1.5),
        crash_without_an_id(0.9),
        crash_without_an_id(1.03, client="198.51.100.8"),
        crash_without_an_id(1.03, path="/v1/parcels"),
        crash_without_an_id(1.03, source="worker.jsonl"),
    ],
    ids=["after it", "before it", "another client", "another path", "another log"],
)
def test_a_record_outside_a_request_stays_alone(other):
    joined = correlate(frame(answered("app", 1.001), other, answered("app", 7.0005, path="/v1/else")))
    assert joined.exchanges.filter(pl.col("exception_type").is_not_null())["status"].to_list() == [None]


def test_of_two_requests_under_way_none_is_chosen():
    joined = correlate(frame(answered("app", 1.001), answered("app", 1.01), crash_without_an_id(1.03)))
    assert joined.exchanges.filter(pl.col("exception_type").is_not_null())["status"].to_list() == [None]
