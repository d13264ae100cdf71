"""Sources in a row that share no id are joined by request and time, each row once."""

from __future__ import annotations

from datetime import timedelta

import polars as pl
import pytest
from events_by_hand import frame, row
from hypothesis import given, settings
from hypothesis import strategies as st
from traffic_by_hand import entry, inner_line, outer_line, record, traffic

from analyzer.diagnose.clock import clock_note, correct_clocks, measure_clocks
from analyzer.diagnose.correlate import correlate
from analyzer.diagnose.zones import find_shifts
from analyzer.model import ZoneGap

REQUESTS = traffic()


def mixed(joined, *sources):
    """Gives how many exchanges hold rows of different requests: the lines are the requests' numbers."""
    rows = joined.events.filter(pl.col("source").is_in(sources))
    return rows.group_by("exchange").agg(pl.col("line").n_unique() > 1)["line"].sum()


def test_the_line_of_a_proxy_without_ids_joins_the_one_behind():
    """The inner one and the application share ids; the outer one finds both by the client that the record names."""
    rows = [outer_line(one) for one in REQUESTS]
    rows += [inner_line(one, request_id=f"r{one['line']}") for one in REQUESTS]
    rows += [record(one, request_id=f"r{one['line']}", client_ip=one["client_ip"]) for one in REQUESTS]
    joined = correlate(frame(*rows))
    assert joined.exchanges.height == len(REQUESTS)
    assert mixed(joined, "outer.log", "inner.log", "app.jsonl") == 0
    assert joined.exchanges["client"].n_unique() == len({one["user"] for one in REQUESTS})
    assert "127.0.0.1" not in joined.exchanges["client_ip"].to_list()


def test_two_proxies_alone_are_joined_by_what_both_write():
    """Without the application: method, target, status, the beginning of the user agent, and the order in time."""
    joined = correlate(frame(*map(outer_line, REQUESTS), *map(inner_line, REQUESTS)))
    assert joined.exchanges.height == len(REQUESTS)
    assert joined.exchanges.filter(status=500).height == sum(one["status"] == 500 for one in REQUESTS)
    assert set(joined.exchanges["client"]) == {one["client_ip"] for one in REQUESTS}
    assert set(joined.events["join"]) == {"weak"}
    assert joined.events["candidates"].min() == 1
    assert joined.events["candidates"].max() > 1


def test_an_answer_of_the_outer_proxy_joins_what_the_inner_one_had():
    """It gave 502 where the inner one had 200; what it refused itself never reached the inner one."""
    broken = {one["line"] for one in REQUESTS if one["path"] == "/v1/me"}
    refused = {one["line"] for one in REQUESTS if one["path"] == "/v1/events"}
    told = dict.fromkeys(broken, 502) | dict.fromkeys(refused, 401)
    outer = [outer_line({**one, "status": told.get(one["line"], 200)}) for one in REQUESTS]
    inner = [inner_line({**one, "status": 200}) for one in REQUESTS if one["line"] not in refused]
    joined = correlate(frame(*outer, *inner))
    assert joined.exchanges.height == len(REQUESTS)
    assert joined.exchanges.filter(edge_status=502).height == len(broken)
    assert joined.exchanges.filter(edge_status=401)["events"].list.len().to_list() == [1] * len(refused)


def test_two_servers_that_share_the_work_are_not_one():
    """A balancer gives each request to one of them: no line of the one has its like in the other."""
    halves = [traffic(count=800, seed=seed) for seed in (3, 4)]
    one = [outer_line(each, source="web1.log") for each in halves[0]]
    other = [outer_line(each, source="web2.log") for each in halves[1]]
    assert correlate(frame(*one, *other)).exchanges.height == len(one) + len(other)


def test_busy_servers_that_answer_alike_at_any_time_are_not_one():
    """Sixty requests a second for six places fit whatever the shift, so that they fit now says nothing."""
    halves = [traffic(count=1_500, a_second=60, seed=seed) for seed in (3, 4)]
    rows = [
        inner_line(one, source=source, user_agent=None)
        for source, half in zip(("web1.log", "web2.log"), halves, strict=True)
        for one in half
    ]
    assert correlate(frame(*rows)).exchanges.height == len(rows)


def test_records_without_client_and_id_are_joined_where_both_speak_of_the_same():
    """Forty clients poll the same few places, so many lines fit; the counts stay right."""
    joined = correlate(frame(*map(outer_line, REQUESTS), *map(record, REQUESTS)))
    assert joined.exchanges.height == len(REQUESTS)
    assert joined.exchanges.filter(status=500).height == sum(one["status"] == 500 for one in REQUESTS)
    # Which of several equal requests a record is of is a guess, so its user names nobody.
    assert set(joined.exchanges["client"]) == {one["client_ip"] for one in REQUESTS}
    apart = joined.exchanges.filter(pl.col("edge_status") != pl.col("application_status"))
    assert apart.is_empty()


def test_a_proxys_address_alone_is_no_client():
    """Where only the inner log is there, nobody can tell who asked; a single real client stays one."""
    for address in ("127.0.0.1", "10.0.0.3"):
        inner = frame(*(inner_line(one, client_ip=address) for one in REQUESTS))
        assert correlate(inner).exchanges["client"].null_count() == len(REQUESTS)
    single = [outer_line({**one, "client_ip": "198.51.100.7"}) for one in REQUESTS]
    assert set(correlate(frame(*single)).exchanges["client"]) == {"198.51.100.7"}


def test_an_office_behind_one_address_keeps_it():
    """Several users of one public address are users; what none of them is known of belongs to the address."""
    rows = [outer_line({**one, "client_ip": f"198.51.100.{one['line'] % 3}"}, request_id=f"r{n}") for n, one in
            enumerate(REQUESTS)]  # fmt: skip
    records = [record(one, request_id=f"r{n}") for n, one in enumerate(REQUESTS) if n % 2]
    assert "198.51.100.0" in set(correlate(frame(*rows, *records)).exchanges["client"])


@pytest.mark.parametrize("behind_s", [420, -10_920, 0])
@pytest.mark.parametrize("known", ["ids", "requests"])
def test_a_browsers_clock_is_found_without_date_headers(behind_s, known):
    """Seven minutes behind, or three hours and two minutes ahead: by ids, else by what its requests and servers' share."""
    own = [one for one in REQUESTS if one["client_ip"] == "192.0.2.1"]
    ids = {"request_id": "r{line}"} if known == "ids" else {}
    late = [entry({**one, "at": one["at"] - behind_s}, **_filled(ids, one)) for one in own]
    events = frame(*(outer_line(one, **_filled(ids, one)) for one in REQUESTS), *late)
    clocks = measure_clocks(events)
    assert abs(clocks["browser.har"].offset_ms - behind_s * 1000) <= 1_000
    assert clocks["browser.har"].known == known
    joined = correlate(correct_clocks(events, clocks))
    assert joined.exchanges.height == len(REQUESTS)
    assert set(joined.exchanges.filter("has_browser")["client"]) == {"192.0.2.1"}
    told = {"ids": "whose ids a server logged", "requests": "that a server logged"}[known]
    assert not behind_s or told in clock_note(clocks["browser.har"])


def _filled(ids, one):
    return {name: text.format(**one) for name, text in ids.items()}


@pytest.mark.parametrize("ahead_s", [3600, -10_800, 19_800])
def test_the_zone_of_a_proxy_that_sees_one_address_is_found(ahead_s):
    """No client and no id is shared; when which places were asked for tells."""
    inner = [inner_line({**one, "at": one["at"] + ahead_s}) for one in REQUESTS]
    (found,) = find_shifts(frame(*map(outer_line, REQUESTS), *inner), {"inner.log": ZoneGap()})
    assert found.shift_seconds == ahead_s


def test_steady_polling_tells_no_zone():
    """What is asked for every second of a day fits every shift."""
    one = [row("access", second, source="a.log", status=200) for second in range(0, 36_000, 30)]
    other = [row("access", second, source="b.log", status=200) for second in range(0, 36_000, 30)]
    assert find_shifts(frame(*one, *other), {"b.log": ZoneGap()}) == ()


def test_an_entry_without_an_answer_joins_the_line_of_its_request():
    """The browser kept the answer from the page (CORS); a request that never left finds no line."""
    own = [one for one in REQUESTS if one["client_ip"] == "192.0.2.1"]
    kept, never = own[3]["line"], own[5]["line"]
    errors = {kept: "net::ERR_FAILED", never: "net::ERR_NAME_NOT_RESOLVED"}
    entries = [
        entry(one, **({"status": None, "error": errors[one["line"]]} if one["line"] in errors else {})) for one in own
    ]
    joined = correlate(frame(*(outer_line(one) for one in REQUESTS if one["line"] != never), *entries))
    failed = joined.exchanges.filter(pl.col("error").is_not_null()).sort("timestamp")
    assert failed.select("error", "has_edge").rows() == [(errors[kept], True), (errors[never], False)]


def moved(rows, order):
    return frame(*(rows[place] for place in order))


@settings(max_examples=15)
@given(seed=st.integers(0, 50), data=st.data())
def test_no_row_is_lost_or_counted_twice_in_whatever_order_it_comes(seed, data):
    """Each event is in one exchange; no exchange has two rows of a source; the order of the input changes nothing."""
    requests = traffic(clients=3, count=25, a_second=3, seed=seed)
    gone = data.draw(st.sets(st.integers(0, 24), max_size=6))
    rows = [outer_line(one) for one in requests]
    rows += [inner_line(one) for n, one in enumerate(requests) if n not in gone]
    rows += [record(one, client_ip=one["client_ip"]) for n, one in enumerate(requests) if n not in gone]
    joined = correlate(frame(*rows))
    assert joined.exchanges["events"].explode().sort().to_list() == list(range(len(rows)))
    assert not joined.events.select(pl.struct("exchange", "source").is_duplicated().any()).item()
    statuses = joined.events.filter(pl.col("status") < 499).join(
        joined.events.filter(pl.col("status") >= 499), on="exchange"
    )
    assert statuses.is_empty()
    shuffled = correlate(moved(rows, data.draw(st.permutations(range(len(rows))))))
    assert shuffled.events.equals(joined.events)
    assert shuffled.exchanges.drop("exchange").equals(joined.exchanges.drop("exchange"))


def test_a_gateway_that_gave_up_joins_the_record_that_ended_later():
    """504 after 30 s at the proxy, 200 after 41 s in the application: both began at once."""
    edge = row("access", 5, status=504, client_ip="192.0.2.9", duration_us=30_000_000)
    late = row("app", 5.01, status=200, client_ip="192.0.2.9", method="GET", path="/v1/x", duration_us=41_000_000)
    joined = correlate(frame(edge, late))
    assert joined.exchanges.select("edge_status", "application_status").rows() == [(504, 200)]
    assert joined.exchanges["timestamp"][0] < joined.exchanges["ended_at"][0] - timedelta(seconds=29)
