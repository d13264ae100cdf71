"""Where the time of a request went: parts that add up, and contradictions that are said."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.diagnose.breakdown import break_down
from analyzer.model import Attempt, Hop, Ref

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
MS = 1_000
REFS = {"browser": Ref("b.har", entry=0), "edge": Ref("access.log", 1), "application": Ref("app.jsonl", 1),
        "error log": Ref("error.log", 1)}  # fmt: skip


def hop(name, ms=None, *, ref=None, **more):
    return Hop(name, ref or REFS[name], AT, None if ms is None else round(ms * MS), 200, "", **more)


def browser(total, **phases):
    return hop("browser", total, phases=tuple((name, round(ms * MS)) for name, ms in phases.items()))


def edge(ms, *attempts, ref=None, **more):
    made = tuple(
        Attempt(address, status, None if ms is None else ms * MS, None if connect is None else connect * MS)
        for address, status, ms, connect in attempts
    )
    return hop("edge", ms, ref=ref, attempts=made, **more)


def parts(*hops):
    """Gives (place, milliseconds) of each part, after checking that they add up."""
    found = break_down(hops)
    assert sum(share.duration_us for share in found.shares) == found.total_us
    return [(share.place, share.duration_us / MS) for share in found.shares]


def said(*hops):
    return [str(item.text) for item in break_down(hops).contradictions]


WHOLE = browser(200, blocked=5, dns=10, connect=15, tls=20, send=1, wait=140, receive=9)


def test_each_source_takes_the_one_within_it_apart():
    """Browser 200 ms, of which it waited 140; the edge counted 120 of them, its upstream 110, the application 90."""
    way = (WHOLE, edge(120, ("app:8080", 200, 110, 4)), hop("application", 90))
    assert parts(*way) == [
        ("browser", 5), ("network", 10), ("network", 15), ("network", 20), ("network", 1), ("network", 20),
        ("upstream", 4), ("network", 16), ("application", 90), ("edge", 10), ("network", 9),
    ]  # fmt: skip
    texts = [share.text for share in break_down(way).shares]
    assert texts[5:] == [
        "network from browser to edge", "edge connecting to app:8080",
        "between edge and application: network, and waiting for a worker", "application",
        "edge itself, beside its upstream", "receiving",
    ]  # fmt: skip


def test_haproxy_counts_the_response_from_the_connection_on():
    """Its Tc is no part of Tr, while nginx's connect time is one of its response time; the queue stands apart."""
    line = edge(100, ("be/s1", 200, 60, 10), connect_apart=True, queue_us=20 * MS)
    assert parts(line) == [("edge", 20), ("upstream", 10), ("upstream", 60), ("edge", 10)]


def test_every_server_that_was_tried_has_its_part():
    """60 s were lost on the first one; the second answered, and its time holds the application's."""
    line = edge(3_061, ("a:1", 504, 3_000, None), ("b:1", 200, 60, None))
    found = break_down((line, hop("application", 50)))
    assert [share.text for share in found.shares] == [
        "upstream a:1, 504 (attempt 1 of 2)", "between edge and application: network, and waiting for a worker",
        "application", "edge itself, beside its upstream",
    ]  # fmt: skip
    assert [share.duration_us // MS for share in found.shares] == [3_000, 10, 50, 1]


def test_two_proxies_in_a_row():
    """The inner one's line takes the outer one's upstream time apart."""
    outer = edge(100, ("proxy2:80", 200, 90, None))
    inner = edge(80, ("app:1", 200, 70, None), ref=Ref("haproxy.log", 9))
    assert parts(outer, inner, hop("application", 60)) == [
        ("network", 10), ("network", 10), ("application", 60), ("edge", 10), ("edge", 10),
    ]  # fmt: skip


def test_two_logs_of_one_server_count_once():
    """The same request in two formats is one stop."""
    twin = edge(100, ref=Ref("access.combined.log", 5))
    assert parts(twin, edge(100, ("app:1", 200, 70, None))) == [("upstream", 70), ("edge", 30)]


def test_what_no_source_tells_is_a_part_of_its_own():
    """A capture whose phases do not fill its time; one of which only the time is known."""
    assert parts(browser(100, wait=60, receive=10)) == [("network", 60), ("network", 10), ("untold", 30)]
    assert parts(browser(100)) == [("untold", 100)]
    assert parts(browser(100), edge(70)) == [("network", 30), ("edge", 70)]
    assert break_down((hop("browser"), hop("error log"))) is None
    assert parts(hop("application", 12)) == [("application", 12)]


def test_an_edge_that_counts_the_download_is_no_contradiction():
    """nginx counts until the last byte is sent, so its time may cover sending and receiving too."""
    assert parts(browser(130, send=10, wait=50, receive=70), edge(125)) == [("network", 5), ("edge", 125)]


def test_contradictions_are_said_and_never_subtracted():
    """The application that worked on after the proxy gave up; an edge that counted more than the browser waited."""
    late = (edge(3_000, ("app:1", None, 3_000, None)), hop("application", 10_007))
    assert parts(*late) == [("upstream", 3_000)]
    (told,) = said(*late)
    assert told == (
        "The application counted 10,007 ms, the edge counted for the server behind it 3,000 ms (access.log:1): "
        "the application went on without it, or one of them counts otherwise."
    )
    longer = (browser(100, wait=90, receive=10), edge(7_001))
    assert parts(*longer) == [("network", 90), ("network", 10)]
    assert said(*longer)[0].startswith("The edge counted 7,001 ms, the browser waited 90 ms (b.har#0)")
    assert said(browser(100, wait=190)) == [
        "The browser's phases add up to 190 ms, its total is 100 ms: the parts are of the former."
    ]
    assert said(edge(10, ("app:1", 200, 90, None))) == ["The edge's own parts add up to 90 ms, its total is 10 ms."]


@pytest.mark.parametrize("counted", [10, 12])
def test_a_rounded_count_is_no_contradiction(counted):
    """Two clocks that write whole milliseconds may differ by some."""
    assert said(edge(10, ("app:1", 200, 10, None)), hop("application", counted)) == []


TIMES = st.none() | st.integers(0, 5_000)
LINES = st.builds(
    lambda ms, connect, upstream, apart, queue: edge(
        ms, *([("a:1", 200, upstream, connect)] if upstream is not None else []), connect_apart=apart, queue_us=queue
    ),
    TIMES, TIMES, TIMES, st.booleans(), TIMES,
)  # fmt: skip
CAPTURES = st.builds(
    lambda total, phases: browser(total, **phases),
    st.integers(0, 5_000),
    st.dictionaries(st.sampled_from(["blocked", "dns", "connect", "tls", "send", "wait", "receive"]), st.integers(0, 5_000)),
)  # fmt: skip


@given(captures=st.lists(CAPTURES, max_size=1), lines=st.lists(LINES, max_size=3), inner=st.lists(TIMES, max_size=3))
def test_parts_are_never_negative_and_add_up(captures, lines, inner):
    """Whatever the sources say, the parts are the whole that the outermost one counted."""
    found = break_down([*captures, *lines, *(hop("application", ms) for ms in inner)])
    if found is not None:
        assert all(share.duration_us > 0 for share in found.shares)
        assert sum(share.duration_us for share in found.shares) == found.total_us
