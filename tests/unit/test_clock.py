"""The clock of a browser is measured by the Date headers of its answers, and corrected before times are compared."""

from __future__ import annotations

from datetime import timedelta

import pytest
from events_by_hand import START, frame, row

from analyzer.diagnose.clock import Clock, clock_note, correct_clocks, measure_clocks


def entries(count, behind, **values):
    """Entries of a HAR whose clock is so many seconds behind; the answer's Date is cut to whole seconds."""
    return [
        row(
            "har", n - behind, response_date=START + timedelta(seconds=n), status=200, **{"host": "a.example", **values}
        )
        for n in range(count)
    ]


def offsets(events):
    return {source: clock.offset_ms for source, clock in measure_clocks(events).items()}


def test_a_clock_is_measured_by_the_date_of_the_answers():
    """90 s behind, and half a second for what Date cuts off."""
    assert offsets(frame(*entries(5, 90))) == {"browser.har": 90_500}
    assert offsets(frame(*entries(5, -90))) == {"browser.har": -89_500}


def test_the_way_to_the_first_byte_is_counted():
    """The server writes Date when it answers: 2 s of waiting and 1 s of connecting later than the start."""
    spent = {"wait_us": 2_000_000, "connect_us": 1_000_000}
    assert offsets(frame(*entries(5, 90, **spent))) == {"browser.har": 87_500}


def test_five_entries_are_needed():
    """Four are too few to trust."""
    assert offsets(frame(*entries(4, 90))) == {}


@pytest.mark.parametrize(
    "values",
    [
        {"from_cache": True},
        {"status": 304},
        {"x_cache": "HIT from edge"},
        {"age_s": 30},
        {"service_worker": True},
        {"response_date": None},
        {"timestamp": None},
    ],
)
def test_answers_of_a_cache_have_an_old_date(values):
    """They, and entries without a time, are left out: four good ones remain, which are too few."""
    old = [{**entry, **values} for entry in entries(3, 5000)]
    assert offsets(frame(*entries(4, 90), *old)) == {}
    assert offsets(frame(*entries(5, 90), *old)) == {"browser.har": 90_500}


def test_the_median_of_the_hosts_counts():
    """One third party with a wrong clock of its own does not decide, however often it was asked."""
    wrong = entries(50, 4000, host="wrong.example")
    found = offsets(frame(*entries(3, 90), *entries(3, 92, host="b.example"), *wrong))
    assert found == {"browser.har": 91_500}


def test_an_old_date_is_no_clock():
    """A cache that does not say that it is one: its Dates are two minutes old; the live server decides, if it can."""
    made = START - timedelta(seconds=120)
    old = [{**entry, "response_date": made} for entry in entries(5, 0, host="static.example")]
    assert offsets(frame(*entries(5, 0, host="app.example"), *old)) == {"browser.har": 500}
    assert offsets(frame(*entries(1, 0, host="app.example"), *old)) == {}
    assert measure_clocks(frame(*entries(5, 0, host="app.example"), *old))["browser.har"].hosts == ()


def test_hosts_that_do_not_agree_tell_no_clock():
    """Five caches of five ages, and two of them alike by chance."""
    rows = [entry for host, behind in enumerate((0, 30, 31, 90, 200)) for entry in entries(3, behind, host=f"h{host}")]
    assert offsets(frame(*rows)) == {}


def test_a_host_whose_dates_jump_is_left_out():
    """Dates of one host whose quartiles lie more than five seconds apart tell nothing."""
    jumping = [*entries(2, 0, host="j.example"), *entries(4, 10, host="j.example")]
    assert offsets(frame(*jumping)) == {}
    assert offsets(frame(*entries(5, 90), *jumping)) == {"browser.har": 90_500}


def test_only_captures_are_measured():
    """A server's log has no clock but the server's."""
    lines = [{**entry, "format": "combined", "source": "access.log"} for entry in entries(9, 90)]
    assert offsets(frame(*lines)) == {}


def test_count_and_spread_are_given():
    """Six headers; the quartiles of 90, 90, 90, 90, 91, 92 s lie between 90 and 91 s."""
    found = measure_clocks(frame(*entries(4, 90), *entries(1, 91), *entries(1, 92)))["browser.har"]
    assert (found.offset_ms, found.count, found.spread_ms) == (90_500, 6, 1_000)


def test_a_host_with_a_clock_of_its_own_is_named():
    """Three servers agree, the fourth is 30 s behind them for ten seconds; a cache for less, or by an hour, is none."""
    rows = [
        *(entry for host in "abc" for entry in entries(5, 90, host=f"{host}.example")),
        *entries(11, 60, host="slow.example"),
        *entries(10, 60, host="cached.example"),
        *entries(5, 90 - 3600, host="old.example"),
    ]
    found = measure_clocks(frame(*rows))["browser.har"]
    assert (found.offset_ms, found.hosts) == (90_500, (("slow.example", 60_500),))


@pytest.mark.parametrize(("offset", "moved"), [(1_999, 0), (-1_999, 0), (2_000, 2_000), (-2_000, -2_000)])
def test_two_seconds_or_more_are_corrected(offset, moved):
    """What Date's whole seconds could explain is left; stamped_at keeps what was written."""
    events = correct_clocks(frame(row("har", 0), row("access", 0)), {"browser.har": Clock(offset, 0, 5)})
    assert events["timestamp"].to_list() == [START + timedelta(milliseconds=moved), START]
    assert events["stamped_at"].to_list() == [START, START]


def test_each_host_is_corrected_by_its_own_clock():
    """Its logs carry its own time: rows of that host move with it, all others with the capture."""
    clock = Clock(90_500, 0, 20, (("slow.example", 60_500), ("right.example", 100)))
    hosts = ["a.example", "slow.example", "right.example", None]
    rows = frame(*(row("har", 0, host=host) for host in hosts), row("access", 0, host="slow.example"))
    moved = [at - START for at in correct_clocks(rows, {"browser.har": clock})["timestamp"]]
    assert [shift.total_seconds() for shift in moved] == [90.5, 60.5, 0, 90.5, 0]


@pytest.mark.parametrize(
    ("clock", "said"),
    [
        (Clock(1_500, 0, 5), None),
        (Clock(75_200, 600, 41), "Its clock is 75.2 s behind the servers' (median of 41 Date headers, ± 1 s, spread 0.6 s);"),
        (Clock(-18_000, 0, 9), "Its clock is 18.0 s ahead of the servers' "),
        (Clock(18_074_000, 0, 9), "near 5 h: rather a wrong zone than a slow clock; its times are corrected"),
        (Clock(-20_700_000, 0, 9), "near 5.75 h: rather a wrong zone"),
        (Clock(0, 0, 10, (("slow.example", -30_000),)), "Its clock agrees with most servers' (median"),
        (Clock(0, 0, 10, (("slow.example", -30_000),)), "Hosts with clocks of their own: slow.example -30.0 s."),
    ],
)  # fmt: skip
def test_the_note_says_what_was_measured(clock, said):
    """How far, by how many headers, and whether a zone explains it; nothing about a clock that is right."""
    note = clock_note(clock)
    assert note is said is None or said in note


def test_a_slow_clock_is_no_zone():
    """Seven minutes lie near no quarter of an hour."""
    assert "zone" not in clock_note(Clock(420_000, 0, 9))
