"""Error-log lines find the access line of their request, and say how sure that is."""

from __future__ import annotations

import pytest
from events_by_hand import frame, row

from analyzer.diagnose.correlate import correlate

CLIENT = {"client_ip": "192.0.2.1"}


def access(second, **values):
    return row("access", second, **{"status": 502, "stamp_marks": "end", "duration_us": 0, **CLIENT, **values})


def error(second, **values):
    return row("error", second, **{"message": "connect() failed", **CLIENT, **values})


def ties(*rows):
    """Gives {line of the error log: (line of the access log, join)}."""
    events = correlate(frame(*rows)).events
    lines = events.filter(source="error.log").join(
        events.filter(source="access.log").select("exchange", access="line"), on="exchange"
    )
    return {line: (other, join) for line, other, join in lines.select("line", "access", "join").iter_rows()}


def test_one_access_line_in_the_second_of_the_error_is_strong():
    """Nothing else of this client and request ended then."""
    assert ties(access(0.4), access(30), error(0)) == {1: (1, "strong")}


def test_one_of_several_access_lines_is_weak():
    """Two equal requests ended in that second: the nearer to its middle is taken, and the doubt is told."""
    assert ties(access(0.4), access(0.8), error(0)) == {1: (1, "weak")}


def test_an_access_line_that_ended_in_the_next_second_counts_if_none_did_before():
    """The error is written at failure, the access line at the end."""
    assert ties(access(1.0), error(0)) == {1: (1, "strong")}
    assert ties(access(2.5), error(0)) == {}


def test_a_failing_access_line_is_taken_before_one_that_worked():
    """A client repeats its request within the second: the error speaks of the one that failed."""
    assert ties(access(0.1, status=200), access(0.8), error(0)) == {1: (2, "strong")}


def test_the_number_of_the_connection_makes_it_exact():
    """nginx writes it into both logs if the access log has $connection."""
    rows = [access(0.4, connection=7), access(0.6, connection=8), error(0, connection=8)]
    assert ties(*rows) == {1: (2, "exact")}


def test_an_error_long_before_the_end_of_its_request_is_weak():
    """A request of forty seconds whose upstream was slow: the warning came after ten."""
    long = access(40, duration_us=40_000_000)
    assert ties({**long, "timestamp": row("access", 0)["timestamp"]}, error(10)) == {1: (1, "weak")}


def test_further_lines_about_a_request_follow_the_first():
    """Each server that nginx tried has a line of its own, all on one connection."""
    rows = [access(0.4), error(0, connection=3), error(0, connection=3), error(0, connection=4)]
    found = ties(*rows)
    assert found[1][0] == found[2][0] == 1
    assert 3 not in found


@pytest.mark.parametrize("other", [{"client_ip": "192.0.2.9"}, {"target": "/v1/y"}, {"method": "POST"}])
def test_another_client_or_request_is_never_tied(other):
    """The key is all of it."""
    assert ties(access(0), error(0, **other)) == {}
