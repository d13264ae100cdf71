"""What the inputs show around an incident, and which lines a failing request may borrow."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest
from events_by_hand import frame, row
from stories_by_hand import APPLICATION, Fault, events

from analyzer.diagnose._borrowed import lend
from analyzer.diagnose._surroundings import Whole, look_around
from analyzer.diagnose.correlate import correlate
from analyzer.facts import add_facts

ELSEWHERE = "10.0.9.1:8081"
WRONG = Fault(
    ("proxy",),
    {"status": 502, "upstream": [ELSEWHERE], "upstream_status": [502]},
    "connect() failed (111: Connection refused) while connecting to upstream",
)


def around(fault, withheld=None):
    joined = correlate(events(fault, withheld))
    failing = add_facts(joined.exchanges).filter((pl.col("status") >= 400) & pl.col("has_edge"))
    return look_around(
        Whole(joined.events, joined.exchanges), failing, failing["timestamp"].min(), failing["timestamp"].max()
    )


def test_the_addresses_are_those_that_answered_at_other_times():
    """Ten healthy seconds of five clients before and five after are 15 x 5 requests less the five faulty ones x 5."""
    found = around(WRONG)
    assert found.addresses == (APPLICATION,)
    assert found.served.count == 50
    assert found.between.count == 0
    assert found.replaced


def test_the_application_is_up_where_its_log_shows_others_past_the_proxy():
    """Health checks every 3 s, from 20 s to 36 s: at 21, 24, 27, 30, 33 and 36 s; none where it is down."""
    assert around(WRONG).application.count == 6
    assert around(WRONG).application.ref.source == "app.jsonl"
    assert around(replace(WRONG, down=True)).application.count == 0
    assert around(WRONG, "app").application.count == 0


def test_a_log_tells_all_only_by_ids():
    """What is tied by time may have missed a record, so that a missing one proves nothing."""
    assert around(WRONG).tells_all
    assert not around(replace(WRONG, har=None), "ids").tells_all
    assert not around(WRONG, "app").tells_all


@pytest.mark.parametrize(
    ("code", "pool", "told"), [(404, "be", True), (301, "be", True), (503, "be", False), (404, "other", False)]
)
def test_a_health_check_is_wrong_where_the_server_answered_it(code, pool, told):
    """HAProxy's manual, 8.2.5: a server that answers with 5xx is ill, one with 4xx is asked the wrong thing."""
    line = f"Server {pool}/app1 is DOWN, reason: Layer7 wrong status, code: {code}, check duration: 2ms."
    failing = [row("access", s, status=503, format="haproxy_http", upstream_name="be") for s in (10, 12)]
    joined = correlate(frame(row("error", 9, method=None, path=None, target=None, route=None, message=line), *failing))
    broken = add_facts(joined.exchanges).filter(pl.col("status") == 503)
    found = look_around(
        Whole(joined.events, joined.exchanges), broken, broken["timestamp"].min(), broken["timestamp"].max()
    )
    assert (found.wrong_check is not None) is told


def lent(*rows):
    joined = correlate(frame(*rows))
    exchanges = add_facts(joined.exchanges)
    failing = exchanges.filter(pl.col("has_browser"), (pl.col("status") >= 400) | pl.col("error").is_not_null())
    return lend(failing, joined.exchanges, joined.events)


def test_a_failed_request_borrows_an_error_line_of_its_kind():
    """Without an access log only method, target and time tie the two; the tie is weak."""
    error = row(
        "error", 1, message="no live upstreams while connecting to upstream", level="error", client_ip="10.0.0.9"
    )
    failing, rows = lent(row("har", 0, status=502), error)
    assert failing["message"].to_list() == ["no live upstreams while connecting to upstream"]
    assert failing["message_hop"].to_list() == [2]
    assert rows.filter(pl.col("hop") == 2)["join"].to_list() == ["weak"]


@pytest.mark.parametrize("change", [{"target": "/v1/y"}, {"method": "POST"}, {"at": 3}])
def test_another_target_method_or_time_lends_nothing(change):
    """Three seconds are past the two of tolerance."""
    values = {"message": "no live upstreams", "level": "error"} | {k: v for k, v in change.items() if k != "at"}
    failing, _ = lent(row("har", 0, status=502), row("error", change.get("at", 1), **values))
    assert failing["message"].to_list() == [None]


def browsing(*rows):
    """Gives a capture whose client an access line names, and the rows of a request that it made at 10 s."""
    known = {"client_ip": "10.0.0.1", "request_id": "k"}
    return lent(row("access", 0, status=200, **known), row("har", 0, status=200, request_id="k"), *rows)[0]


def test_a_kept_answer_is_borrowed_from_the_access_line_of_the_same_client():
    """A CORS block: the browser shows no status, the access log a success."""
    failed = row("har", 10, error="net::ERR_FAILED")
    served = {"status": 200, "upstream_status": [200]}
    assert browsing(failed, row("access", 10, client_ip="10.0.0.1", **served))["edge_status"].to_list() == [200]
    assert browsing(failed, row("access", 10, client_ip="10.0.0.2", **served))["edge_status"].to_list() == [None]


@pytest.mark.parametrize("error", ["net::ERR_CONNECTION_RESET", "net::ERR_NAME_NOT_RESOLVED"])
def test_a_request_that_got_no_answer_borrows_none(error):
    """Its error says that none came, so that the access line is another request's."""
    served = row("access", 10, client_ip="10.0.0.1", status=200)
    assert browsing(row("har", 10, error=error), served)["edge_status"].to_list() == [None]


def test_a_preflight_alone_is_told():
    """OPTIONS was answered, and the request behind it never came."""
    asked = row("access", 10, client_ip="10.0.0.1", method="OPTIONS", status=204)
    found = browsing(row("har", 10, method="POST", error="net::ERR_FAILED"), asked)
    assert found["preflight_status"].to_list() == [204]
    assert found["edge_status"].to_list() == [None]
