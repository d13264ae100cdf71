"""Two access logs of the same requests are counted once."""

from __future__ import annotations

from events_by_hand import frame, row

from analyzer.diagnose.correlate import correlate
from analyzer.diagnose.overlap import find_overlaps


def line(second, **values):
    return row("access", second, **{"status": 200, "client_ip": "192.0.2.1", "target": f"/{second}", **values})


def sizes(*rows):
    """Gives how many rows each exchange has."""
    return sorted(correlate(frame(*rows)).exchanges["events"].list.len().to_list())


def test_one_log_in_two_formats_is_one_exchange_a_line():
    """The second has no ids; its lines have the same clients, requests and statuses, at most two seconds apart."""
    rich = [line(10 * n, request_id=f"r{n}", source="access.log") for n in range(10)]
    plain = [line(10 * n + 1, target=f"/{10 * n}", source="access.combined.log") for n in range(10)]
    assert sizes(*rich, *plain) == [2] * 10
    assert set(correlate(frame(*rich, *plain)).events.filter(source="access.combined.log")["join"]) == {"strong"}


def test_nine_in_ten_lines_must_match():
    """Two servers that share some requests by chance are two servers."""
    one = [line(10 * n, source="a.log") for n in range(10)]
    other = [line(10 * n, status=200 if n < 8 else 404, source="b.log") for n in range(10)]
    assert sizes(*one, *other) == [1] * 20
    nearly = [line(10 * n, status=200 if n < 9 else 404, source="b.log") for n in range(10)]
    assert sizes(*one, *nearly) == [1] * 2 + [2] * 9


def test_only_the_time_that_both_cover_counts():
    """The other log was rotated in between: what lies outside stays as it is."""
    long = [line(10 * n, source="a.log") for n in range(20)]
    short = [line(10 * n, source="b.log") for n in range(5, 10)]
    assert sizes(*long, *short) == [1] * 15 + [2] * 5


def test_logs_with_ids_of_their_own_are_left_to_their_ids():
    """Two proxies that number their requests each: nothing says that they are one."""
    one = [line(10 * n, request_id=f"a{n}", source="a.log") for n in range(5)]
    other = [line(10 * n, request_id=f"b{n}", source="b.log") for n in range(5)]
    assert sizes(*one, *other) == [1] * 10


def test_each_line_has_its_own_partner():
    """Thirty equal requests in one second of one log against twenty-eight of the other: two are left over."""
    varied = [line(n, source=source) for n in (5, 6, 7) for source in ("a.log", "b.log")]
    one = [line(0, target="/a", source="a.log") for _ in range(30)]
    other = [line(0, target="/a", source="b.log") for _ in range(28)]
    assert sizes(*one, *other, *varied) == [1] * 2 + [2] * 31


def test_what_one_client_polls_from_two_servers_are_two_requests():
    """Behind one address, every thirty seconds, the same request: nothing tells that both logs mean one."""
    both = [line(30 * n, target="/sync", source=source) for n in range(20) for source in ("web1.log", "web2.log")]
    assert sizes(*both) == [1] * 40


def test_logs_of_the_same_requests_are_named():
    """Each of the two, with the number of requests that they share; a third that shares less than half is none."""
    one = [line(10 * n, request_id=f"r{n}", source="a.log") for n in range(10)]
    other = [line(10 * n, request_id=f"r{n}", source="b.log") for n in range(10)]
    third = [line(10 * n, request_id=f"r{n}" if n < 4 else f"c{n}", source="c.log") for n in range(10)]
    joined = correlate(frame(*one, *other, *third))
    assert find_overlaps(joined.events) == {"a.log": ("b.log", 10), "b.log": ("a.log", 10)}
