"""A request that a service worker sends on stands twice in a capture, and counts once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from events_by_hand import START, frame, row

from analyzer.diagnose.correlate import correlate

URL = {"url": "https://a.example/api", "method": "GET", "status": 500}


def entry(milliseconds, duration, **values):
    at = START + timedelta(milliseconds=milliseconds)
    return row("har", 0, **{**URL, "stamped_at": at, "timestamp": at, "duration_us": duration * 1000, **values})


def page(milliseconds, duration=20, **values):
    return entry(milliseconds, duration, **{"page": "page_1", "service_worker": False, **values})


def worker(milliseconds, duration=5, **values):
    return entry(milliseconds, duration, **{"server_ip": "127.0.0.1", "service_worker": False, **values})


def sizes(*rows):
    """Gives how many rows each exchange has."""
    return sorted(correlate(frame(*rows)).exchanges["events"].list.len().to_list())


def test_the_workers_request_is_the_pages():
    """It begins and ends while the page waits; the page's entry knows no server."""
    assert sizes(page(0), worker(1)) == [2]
    assert sizes(page(0), worker(1), page(100), worker(101)) == [2, 2]


@pytest.mark.parametrize(
    "other",
    [{"url": "https://a.example/b"}, {"method": "POST"}, {"status": 200}, {"server_ip": None}, {"page": "page_1"},
     {"from_cache": True}, {"source": "b.har"}],
)  # fmt: skip
def test_another_request_is_not(other):
    """Of another URL, method, outcome or capture, without a server, or of a page itself."""
    assert sizes(page(0), worker(1, **other)) == [1, 1]


def test_outside_the_pages_time_it_is_another():
    """Before the page asked, or after it was answered; and each page's request has one of the worker's."""
    assert sizes(page(10), worker(9)) == [1, 1]
    assert sizes(page(0), worker(21)) == [1, 1]
    assert sizes(page(0), worker(1, 60)) == [1, 1]
    assert sizes(page(0), worker(1), worker(2)) == [1, 2]


def test_a_server_that_the_page_knows_is_its_own():
    """Then nothing was sent on by a worker."""
    assert sizes(page(0, server_ip="127.0.0.1"), worker(1)) == [1, 1]


def test_only_a_program_that_knows_workers_shows_their_requests():
    """A tool that writes neither pages nor servers of some entries proves nothing; Playwright names the worker's."""
    untold = {"service_worker": None}
    assert sizes(page(0, **untold), worker(1, **untold)) == [1, 1]
    assert sizes(page(0, **untold), worker(1, initiator="service_worker", **untold)) == [2]
