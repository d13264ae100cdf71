"""The last change before the first failure: records that tell of one, something new, and a log that falls silent."""

from __future__ import annotations

from datetime import timedelta

import polars as pl
import pytest
from events_by_hand import START, frame, row

from analyzer.diagnose._counts import same_entrance
from analyzer.diagnose.correlate import correlate
from analyzer.diagnose.preceding import find_preceding


def preceding(*rows, failing=None):
    """Joins the rows and asks for the change before the exchanges that failed (a status of 500 and above)."""
    joined = correlate(frame(*rows))
    failed = joined.exchanges.filter(failing if failing is not None else pl.col("status") >= 500)
    return find_preceding(joined.events, failed, failed["timestamp"].min(), joined.exchanges)


def requests(begin, end, step=1.0, **values):
    count = round((end - begin) / step)
    return [row("access", begin + number * step, **{"status": 200, **values}) for number in range(count)]


def failures(begin, count=5, **values):
    return [
        row("access", begin + number + 0.25, **{"status": 500, "duration_us": 10_000, **values})
        for number in range(count)
    ]


def record(seconds, message, level="info", shape="app", **values):
    return row(shape, seconds, level=level, message=message, **values)


def told(found):
    return None if found is None else (found.text, str(found.ref))


# -- records that tell of a change


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        ("error", "signal 1 (SIGHUP) received from 4, reconfiguring"),
        ("app", "Handling signal: term"),
        ("app", "runtime configuration reloaded"),
        ("app", "deploying release 2026.11.4"),
        ("app", "feature flags updated"),
        ("error", "Server be_orders/app2 is UP, reason: Layer7 check passed"),
        ("app", "Stopped orders.service"),
        ("app", "price list import finished"),
        ("app", "nightly cleanup completed"),
    ],
)
def test_a_record_of_a_change_is_named_with_its_place(shape, message):
    """What nginx, gunicorn, HAProxy, systemd and applications write."""
    rows = [*requests(0, 60), record(0, "ready", shape=shape), record(47.25, message, shape=shape), *failures(60)]
    source = {"app": "app.jsonl", "error": "error.log"}[shape]
    assert told(preceding(*rows)) == (f"13 s before the first failure: {message}", f"{source}:2")


@pytest.mark.parametrize(
    "message",
    [
        "Worker (pid:6826) was sent SIGKILL! Perhaps out of memory?",
        "Out of memory: Killed process 6826 (gunicorn)",
        "worker process 6826 exited on signal 9",
    ],
)
def test_the_death_of_a_process_is_named_though_it_is_an_error(message):
    """What gunicorn, the kernel and nginx write; the access log tells the first failure in whole seconds, so up to one
    second too early. Who starts again after it is no change before it.
    """
    rows = [
        *requests(0, 60), record(0, "ready"), record(60.4, message, "error"), record(60.42, "Booting worker with pid: 6900"),
        *[row("access", 60 + number, status=502) for number in range(4)],
    ]  # fmt: skip
    assert told(preceding(*rows)) == (f"Within a second of the first failure: {message}", "app.jsonl:2")


def test_the_last_change_is_named_and_of_a_burst_the_first_line():
    """A stop is told in several lines within a second: the first of them says what came."""
    rows = [
        *requests(0, 60), record(0, "ready"), record(30, "settings changed"), record(58.2, "Handling signal: term"),
        record(58.3, "Worker exiting (pid: 7)"), record(59.1, "Shutting down: Master"), *failures(60),
    ]  # fmt: skip
    assert told(preceding(*rows)) == ("2 s before the first failure: Handling signal: term", "app.jsonl:3")


def test_what_a_source_says_again_and_again_is_no_change():
    """A job that starts every ten seconds precedes everything."""
    rows = [*requests(0, 60), *(record(second, f"job {second} started") for second in range(0, 60, 10)), *failures(60)]
    assert preceding(*rows) is None


def test_what_was_said_once_before_is_a_change():
    """The second reload of a day is one too."""
    rows = [
        *requests(0, 60), record(0, "ready"), record(20, "configuration reloaded"), record(55.25, "configuration reloaded"),
        *failures(60),
    ]  # fmt: skip
    assert told(preceding(*rows)) == ("5 s before the first failure: configuration reloaded", "app.jsonl:3")


def test_a_long_record_is_cut():
    """The place leads to the whole of it."""
    rows = [*requests(0, 60), record(0, "ready"), record(55.25, "roles reloaded " + "x" * 400), *failures(60)]
    assert preceding(*rows).text == f"5 s before the first failure: roles reloaded {'x' * 145} …"


def test_a_change_after_the_first_failure_precedes_nothing():
    """Nor does one more than five minutes before it."""
    assert preceding(*requests(0, 60), record(0, "ready"), *failures(60), record(63, "configuration reloaded")) is None
    rows = [record(0, "ready"), record(20, "configuration reloaded"), *requests(0, 330, 2), *failures(330)]
    assert preceding(*rows) is None


def test_a_failure_in_a_log_of_whole_seconds_may_have_come_up_to_a_second_later():
    """The change at 60.4 s may have been before the failure that is written as 60."""
    rows = [*requests(0, 60), record(0, "ready"), record(60.4, "Handling signal: term")]
    rows += [row("access", second, status=502) for second in range(60, 65)]
    assert told(preceding(*rows)) == ("Within a second of the first failure: Handling signal: term", "app.jsonl:2")


def test_what_the_failures_themselves_say_is_no_change():
    """A warning of a failing request, and an error of nobody's after the first failure."""
    rows = [
        *requests(0, 60), record(0, "ready"), *failures(60, request_id="r"),
        record(60.2505, "no flag for region", "error"),
    ]  # fmt: skip
    assert preceding(*rows) is None


# -- something new


def test_a_new_server_that_the_failures_went_to_is_named():
    """Requests went to port 8000 for a minute, then to 8009, where all fail."""
    rows = [*requests(0, 60, upstream=["10.0.0.1:8000"]), *failures(60, upstream=["10.0.0.1:8009"])]
    text = "Within a second of the first failure: the server behind 10.0.0.1:8009 appears for the first time"
    assert told(preceding(*rows)) == (text, "access.log:61")


def test_a_new_version_of_a_program_is_named_where_it_first_appears():
    """Its first request works 3 s before."""
    rows = [*requests(0, 57, user_agent="shop/4.1.9"), *requests(57.25, 58.25, user_agent="shop/4.2.0"),
            *failures(60, user_agent="shop/4.2.0")]  # fmt: skip
    text = "3 s before the first failure: the program shop/4.2.0 appears for the first time"
    assert told(preceding(*rows)) == (text, "access.log:58")


@pytest.mark.parametrize(
    "rows",
    [
        [*requests(50, 60, user_agent="shop/4.1.9"), *failures(60, user_agent="shop/4.2.0")],  # too short a history
        [*requests(0, 60), *failures(60, user_agent="shop/4.2.0")],  # others are not known
        [*requests(0, 60, user_agent="a/1"), *failures(60, 3, user_agent="a/1"), *failures(63, 2, user_agent="b/1")],
        [*requests(0, 1, user_agent="b/1"), *requests(1, 60, user_agent="a/1"), *failures(60, user_agent="b/1")],
    ],
)
def test_what_is_new_to_the_log_alone_or_to_few_failures_is_no_change(rows):
    """At the beginning of a log everything is new; two failures of five are not most."""
    assert preceding(*rows) is None


def test_a_record_of_a_change_nearby_comes_before_what_is_new():
    """The reload is the change; the new port is what it changed."""
    rows = [
        *requests(0, 60, upstream=["a:1"]), record(0, "ready"), record(59.25, "configuration reloaded"),
        *failures(60, upstream=["a:2"]),
    ]  # fmt: skip
    assert preceding(*rows).text.endswith("configuration reloaded")


# -- silence


def test_an_application_that_falls_silent_is_named():
    """Two records a second, the last at 59.5 s, then none for 12.5 s."""
    rows = [
        *requests(0, 60),
        *(record(number / 2, "done") for number in range(120)),
        *failures(60, 12),
        record(72, "done"),
    ]
    text = "Within a second of the first failure: the application's log falls silent for 12 s"
    assert told(preceding(*rows)) == (text, "app.jsonl:120")


def test_silence_that_is_usual_is_none():
    """A log with a record every eight seconds, and one with five in a row every ten, are not silent after some more."""
    rows = [*requests(0, 200), *(record(second, "done") for second in range(0, 200, 8)), *failures(200, 7)]
    assert preceding(*rows) is None
    rows = [
        *requests(0, 200),
        *(record(ten + n / 10, "done") for ten in range(0, 200, 10) for n in range(5)),
        *failures(200, 7),
    ]
    assert preceding(*rows) is None


def test_a_log_that_ends_there_is_said_to_end():
    """Nobody knows whether it went on."""
    rows = [*requests(0, 60), *(record(number / 2, "done") for number in range(120)), *failures(60, 12)]
    assert preceding(*rows).text.endswith("falls silent for 11 s at least, as it ends there")


# -- who came in the same way


def test_a_probe_that_passes_the_proxy_by_is_no_peer():
    """Nearly all failures are in the edge's log: what only the application knows did not come that way."""
    rows = frame(*failures(0, 4), row("app", 2, status=200, method="GET", path="/v1/x"))
    window = correlate(rows).exchanges.with_columns(failing=(pl.col("status") == 500))
    assert same_entrance(window)["status"].to_list() == [500] * 4
    alone = window.with_columns(has_edge=pl.lit(value=False))
    assert same_entrance(alone).height == 5


def test_moments_count_from_the_first_failure():
    """The frame of these tests begins at START."""
    assert correlate(frame(*failures(60))).exchanges["timestamp"].min() == START + timedelta(seconds=60.25)
