"""A recording that was saved twice counts once, and is one client's."""

from __future__ import annotations

from datetime import timedelta

import pytest
from events_by_hand import START, frame, row

from analyzer.diagnose.correlate import correlate
from analyzer.diagnose.overlap import find_overlaps


def entry(number, source="a.har", **values):
    at = START + timedelta(milliseconds=333 * number + 1)
    given = {
        "stamped_at": at,
        "timestamp": at,
        "duration_us": 20_000 + number,
        "status": 200,
        "url": f"https://a.example/{number}",
    }
    return row("har", 0, **{"source": source, "target": f"/{number}", **given, **values})


def sizes(*rows):
    """Gives how many rows each exchange has."""
    return sorted(correlate(frame(*rows)).exchanges["events"].list.len().to_list())


def test_a_recording_saved_twice_counts_once():
    """The second save goes on where the first ended."""
    first, second = [entry(n) for n in range(4)], [entry(n, "b.har") for n in range(6)]
    joined = correlate(frame(*first, *second))
    assert sorted(joined.exchanges["events"].list.len()) == [1, 1, 2, 2, 2, 2]
    assert set(joined.exchanges["client"]) == {"a.har"}
    assert find_overlaps(joined.events) == {"a.har": ("b.har", 4), "b.har": ("a.har", 4)}


@pytest.mark.parametrize(
    "other",
    [
        {"duration_us": 1}, {"method": "POST"}, {"url": "https://b.example/0"}, {"status": 500}, {"error": "net::ERR_FAILED"},
        {"stamped_at": START + timedelta(microseconds=1001)}, {"duration_us": None},
    ],
)  # fmt: skip
def test_what_differs_is_another_request(other):
    """Two browsers that asked in one moment."""
    assert sizes(entry(0), entry(0, "b.har", **other)) == [1, 1]
    assert sizes(entry(0), entry(0, "b.har")) == [2]


def test_equal_entries_of_one_capture_are_two_requests():
    """Sent twice in one moment and saved twice: two exchanges of two rows each."""
    assert sizes(entry(0), entry(0)) == [1, 1]
    assert sizes(entry(0), entry(0), entry(0, "b.har"), entry(0, "b.har")) == [2, 2]
    assert sizes(entry(0), entry(0), entry(0, "b.har")) == [1, 2]


def test_whole_seconds_prove_nothing():
    """A tool that writes no fractions may give two requests the same start."""
    coarse = {"stamped_at": START, "timestamp": START}
    assert sizes(entry(0, **coarse), entry(0, "b.har", **coarse)) == [1, 1]


def test_both_rows_join_the_servers_line():
    """One of them finds the access line, the other comes along."""
    line = row("access", 0, status=200, target="/0", host="a.example")
    shared = {"host": "a.example"}
    assert sizes(entry(0, **shared), entry(0, "b.har", **shared), line) == [3]
