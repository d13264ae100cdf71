"""JSON lines: keys by alias, units, shapes, and lines that are no JSON."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer import formats
from analyzer.formats._plugin import LINES

TIME = "2026-11-22T16:14:14Z"


def frame(*lines):
    return pl.DataFrame({"line": range(1, len(lines) + 1), "raw": lines}, schema=LINES)


def parse(record, name="json", zone="UTC"):
    line = record if isinstance(record, str) else json.dumps(record)
    return formats.read_block(frame(line), [formats.line_formats()[name]], zone)


def row(record, name="json", zone="UTC"):
    block = parse(record, name, zone)
    assert block.rejects.is_empty(), block.rejects["reason"][0]
    return {key: value for key, value in block.events.row(0, named=True).items() if value is not None}


@pytest.mark.parametrize(
    ("record", "column", "value"),
    [
        ({"http.request.id": "a"}, "request_id", "a"),
        ({"http": {"request": {"id": "a"}}}, "request_id", "a"),
        ({"http": {"request.id": "a"}}, "request_id", "a"),
        ({"requestId": "a"}, "request_id", "a"),
        ({"Request-ID": "a"}, "request_id", "a"),
        ({"labels": {"correlation_id": "a"}}, "request_id", "a"),
        ({"X-Request-Id": "a"}, "request_id", "a"),
        ({"headers": {"x-correlation-id": ["a"]}}, "request_id", "a"),
        ({"trace": {"id": "t"}}, "trace_id", "t"),
        ({"traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"}, "trace_id",
         "4bf92f3577b34da6a3ce929d0e0e4736"),
        ({"TraceId": "t"}, "trace_id", "t"),
        ({"logging.googleapis.com/trace": "projects/p/traces/abc"}, "trace_id", "abc"),
        ({"duration_ms": 12.5}, "duration_us", 12_500),
        ({"elapsed_ms": "7"}, "duration_us", 7_000),
        ({"duration_s": 1.5}, "duration_us", 1_500_000),
        ({"request_time": "0.004"}, "duration_us", 4_000),
        ({"event": {"duration": 120_000}}, "duration_us", 120),
        ({"latency": "12.3ms"}, "duration_us", 12_300),
        ({"latency": "350µs"}, "duration_us", 350),
        ({"elapsed": "1.5s"}, "duration_us", 1_500_000),
        ({"responseTime": 17}, "duration_us", 17_000),
        ({"httpRequest": {"latency": "0.25s"}}, "duration_us", 250_000),
        ({"http": {"status_code": 503}}, "status", 503),
        ({"res": {"statusCode": "204"}}, "status", 204),
        ({"url.original": "https://h.example/a?b"}, "host", "h.example"),
        ({"url": "/a?b"}, "query", "b"),
        ({"http.version": "1.1"}, "protocol", "HTTP/1.1"),
        ({"req": {"headers": {"User-Agent": "curl"}}}, "user_agent", "curl"),
        ({"source": {"ip": "192.0.2.1"}}, "client_ip", "192.0.2.1"),
        ({"user": {"id": "u1", "email": "a@example.com"}}, "user", "u1"),
        ({"levelname": "CRITICAL"}, "level", "critical"),
        ({"level": 40}, "level", "warning"),
        ({"severity_number": 17}, "level", "error"),
        ({"severity": "NOTICE"}, "level", "notice"),
        ({"logger_name": "a.b"}, "logger", "a.b"),
        ({"error": "connection refused"}, "exception_message", "connection refused"),
        ({"error": {"kind": "IOError", "stack": "x"}}, "exception_type", "IOError"),
        ({"exception": [{"exc_type": "KeyError", "exc_value": "CH", "frames": []}]}, "exception_type", "KeyError"),
        ({"exc_info": "Traceback (most recent call last):\n  File\na.b.Boom: no"}, "exception_type", "a.b.Boom"),
        ({"stack_trace": "java.lang.NullPointerException: x\n\tat A.b(A.java:1)"}, "exception_type",
         "java.lang.NullPointerException"),
        ({"stack": "TypeError: no\n    at a.js:1:2"}, "exception_message", "no"),
    ],
)  # fmt: skip
def test_keys_are_known_by_alias_flat_dotted_or_nested(record, column, value):
    """Spelling and nesting do not matter, and the unit of a duration follows from its key or its text."""
    assert row({"time": TIME, "message": "m", **record})[column] == value


def test_a_duration_without_a_unit_is_not_guessed():
    """`duration: 12` may be seconds, milliseconds or nanoseconds: nobody knows."""
    assert "duration_us" not in row({"time": TIME, "message": "m", "duration": 12})


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2026-11-22T16:14:14.5Z", datetime(2026, 11, 22, 16, 14, 14, 500_000, tzinfo=UTC)),
        ("2026-11-22T16:14:14.123456789+02:00", datetime(2026, 11, 22, 14, 14, 14, 123_456, tzinfo=UTC)),
        ("2026-11-22 16:14:14,250 +0200", datetime(2026, 11, 22, 14, 14, 14, 250_000, tzinfo=UTC)),
        ("2026-11-22 16:14:14 UTC", datetime(2026, 11, 22, 16, 14, 14, tzinfo=UTC)),
        ("2026-11-22 16:14:14", datetime(2026, 11, 22, 15, 14, 14, tzinfo=UTC)),  # Berlin, winter
        ("2026-07-22T16:14:14,5", datetime(2026, 7, 22, 14, 14, 14, 500_000, tzinfo=UTC)),  # Berlin, summer
        ("2026-03-29T02:30:00", datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),  # skipped in Berlin: read as +01:00
        ("2026-10-25T02:30:00", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),  # twice in Berlin: the first
        ("22/Nov/2026:16:14:14 +0100", datetime(2026, 11, 22, 15, 14, 14, tzinfo=UTC)),
        ("Sun, 22 Nov 2026 16:14:14 GMT", datetime(2026, 11, 22, 16, 14, 14, tzinfo=UTC)),
        (1_795_364_054, datetime(2026, 11, 22, 16, 14, 14, tzinfo=UTC)),
        (1_795_364_054.25, datetime(2026, 11, 22, 16, 14, 14, 250_000, tzinfo=UTC)),
        (1_795_364_054_123, datetime(2026, 11, 22, 16, 14, 14, 123_000, tzinfo=UTC)),
        (1_795_364_054_123_456, datetime(2026, 11, 22, 16, 14, 14, 123_456, tzinfo=UTC)),
        ("1795364054123456789", datetime(2026, 11, 22, 16, 14, 14, 123_456, tzinfo=UTC)),
        ("1.795364054e9", datetime(2026, 11, 22, 16, 14, 14, tzinfo=UTC)),
        ("yesterday", None),
        ("-5", None),
        ("99999999999999999999", None),
    ],
)
def test_times_are_read_in_the_forms_that_loggers_use(written, expected):
    """Only a time without an offset takes the given zone; what is no time is null, and the row stays."""
    assert row({"time": written, "message": "m"}, zone="Europe/Berlin").get("timestamp") == expected


def test_different_forms_of_time_in_one_block_are_all_read():
    """One form that fits most lines does not cost the others their time."""
    lines = [json.dumps({"time": time, "msg": "m"}) for time in (TIME, 1_795_364_054, "2026-11-22 16:14:14", None)]
    block = formats.read_block(frame(*lines), [formats.line_formats()["json"]], "UTC")
    assert block.events["timestamp"].to_list() == [datetime(2026, 11, 22, 16, 14, 14, tzinfo=UTC)] * 3 + [None]


@pytest.mark.parametrize(
    ("record", "kind"),
    [
        ({"time": TIME, "method": "GET", "path": "/a", "status": 200}, "request"),
        ({"time": TIME, "method": "GET", "path": "/a", "status": 200, "level": "info"}, "application"),
        ({"time": TIME, "method": "GET", "path": "/a", "status": 200, "msg": "done"}, "application"),
        ({"time": TIME, "msg": "starting"}, "application"),
        ({"time": TIME}, "application"),
    ],
)
def test_a_record_with_a_level_or_message_of_its_own_is_the_applications(record, kind):
    """An access record has neither, unless its shape is that of a known server."""
    assert row(record)["kind"] == kind


def test_the_time_of_a_record_marks_the_end_only_where_something_took_time():
    """`request completed` is written at the end; `starting` is a moment, neither start nor end."""
    done = row({"time": TIME, "msg": "done", "duration_ms": 500})
    assert (done["stamp_marks"], done["timestamp"].second, done["timestamp"].microsecond) == ("end", 13, 500_000)
    assert "stamp_marks" not in row({"time": TIME, "msg": "starting"})


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"a":1 "b":2}', "not JSON: expected ',' or '}' at column 8"),
        ('{"é":1 "b":2}', "not JSON: expected ',' or '}' at column 8"),
        ('{"a":', "not JSON: it ends in the middle at column 6"),
        ("a line", "not JSON: expected { at column 1"),
        ("2026-11-22 a line", "not JSON: expected { at column 1"),
        ("[1]", "JSON, but no object"),
        ('"text"', "JSON, but no object"),
        ("17", "JSON, but no object"),
        ("{}", "JSON, but it has no time and no message"),
        ('{"a":{"b":1}}', "JSON, but it has no time and no message"),
        ('{"time":null,"message":null}', "JSON, but it has no time and no message"),
        ('{"a":"\\ud800"}', "not JSON: it ends in the middle at column 15"),
        ("[" * 100_000, "not JSON: nested too deep"),
        ('{"time":1e999}', "not JSON: number out of range"),
    ],
)
def test_a_bad_line_costs_one_line_with_the_reason(line, reason):
    """The reason says where JSON breaks (column in characters), or what the record lacks; the next line is read."""
    block = formats.read_block(frame(line, '{"msg":"next"}'), [formats.line_formats()["json"]], "UTC")
    assert block.rejects["line"].to_list() == [1]
    assert block.events["message"].to_list() == ["next"]
    assert block.rejects["reason"].to_list() == [reason]


@pytest.mark.parametrize(
    ("name", "record", "lacks"),
    [
        ("caddy", {"ts": 1, "msg": "tls"}, "request.method"),
        ("traefik_json", {"time": TIME, "msg": "x"}, "RequestMethod or RequestPath"),
        ("ecs", {"@timestamp": TIME, "message": "x"}, "ecs.version"),
        ("nginx_json", {"time": TIME, "message": "x"}, "status"),
        ("otel_json", {"Timestamp": "1", "Body": "x"}, "TraceId or traceId or trace_id"),
    ],
)
def test_a_record_of_another_shape_goes_to_the_next_format(name, record, lacks):
    """The specific format refuses with the key that is missing, and the generic one reads the line."""
    assert parse(record, name).rejects["reason"][0].endswith(f"it has no {lacks}")
    chain = [formats.line_formats()[each] for each in (name, "json")]
    block = formats.read_block(frame(json.dumps(record)), chain, "UTC")
    assert [use.name for use in block.used] == ["json"]
    assert block.rejects.is_empty()


def test_nginx_with_default_escapes_is_still_read():
    """TLS bytes on a plain port are written as \\x16, which JSON forbids; the line is a row with its status."""
    line = r'{"time_iso8601":"2026-11-22T16:14:14+00:00","remote_addr":"192.0.2.8","request":"\x16\x03","status":400}'
    event = row(line, "nginx_json")
    assert event["status"] == 400
    assert "method" not in event


def test_caddys_status_0_is_no_status_and_its_emptied_credentials_were_sent():
    """Status 0 means that no response was written; an empty list is what Caddy leaves of credentials."""
    record = {
        "ts": 1_795_364_054.5, "level": "error", "msg": "handled request", "duration": 0.5, "status": 0,
        "request": {"method": "GET", "uri": "/", "client_ip": "192.0.2.1", "headers": {"Authorization": []}},
    }  # fmt: skip
    event = row(record, "caddy")
    assert "status" not in event
    assert event["auth_present"] is True
    assert (event["duration_us"], event["kind"]) == (500_000, "request")
    assert event["timestamp"] == datetime(2026, 11, 22, 16, 14, 14, tzinfo=UTC)


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["id", "status", "a.b", ""]), inner),
    max_leaves=6,
)
_KEYS = st.sampled_from(
    ["time", "ts", "status", "message", "level", "duration", "latency", "request", "error", "exception", "user",
     "upstream_status", "headers", "url", "path", "query", "trace_id", "client_ip", "x_forwarded_for", "http"]
)  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(st.lists(st.dictionaries(_KEYS, _VALUES, max_size=6), max_size=5), st.text(max_size=20))
def test_any_record_is_a_row_or_a_reject(records, noise):
    """Whatever values stand behind the keys, every JSON format keeps every line and never raises."""
    lines = [json.dumps(record) for record in records] + [noise, "{" + noise]
    for name in ("json", "ecs", "caddy", "nginx_json", "traefik_json", "otel_json"):
        block = formats.read_block(frame(*lines), [formats.line_formats()[name]], "UTC")
        assert block.ledger.adds_up
        assert block.ledger.lines == len(lines)
