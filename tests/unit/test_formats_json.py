"""JSON lines: keys by alias, units, shapes, and lines that are no JSON."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lines_by_hand import filled, frame, only_event, read_with

from analyzer import formats
from analyzer.formats import _aliases, _json_sheet
from analyzer.formats._chain import LONG_AGO
from analyzer.formats._json import JsonFormat

TIME = "2026-11-22T16:14:14Z"


def parse(record, name="json", zone="UTC"):
    line = record if isinstance(record, str) else json.dumps(record)
    return read_with(formats.line_formats()[name], line, zone=zone)


def row(record, name="json", zone="UTC"):
    return filled(only_event(parse(record, name, zone)))


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
        ({"logging.googleapis.com/spanId": "s"}, "span_id", "s"),
        ({"dd": {"trace_id": "12", "span_id": "34"}}, "span_id", "34"),
        ({"dd.trace_id": "12"}, "trace_id", "12"),
        ({"headers": {"X-B3-SpanId": "s"}}, "span_id", "s"),
        ({"span": {"id": "s"}}, "span_id", "s"),
        ({"headers": {"CF-Ray": "230b030023ae2822-SJC"}}, "edge_id", "230b030023ae2822-SJC"),
        ({"ssl_protocol": "TLSv1.2"}, "tls_version", "TLSv1.2"),
        ({"host": {"name": "app-1"}}, "host_name", "app-1"),
        ({"hostname": "app-1"}, "host_name", "app-1"),
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
        ({"labels": {"tenant_id": "globex"}}, "tenant", "globex"),
        ({"organization.id": "globex"}, "tenant", "globex"),
        ({"extra": {"region": "NO"}}, "region", "NO"),
        ({"clientVersion": "4.2.0"}, "client_version", "4.2.0"),
        ({"request": {"headers": {"X-Client-Version": "4.2.0"}}}, "client_version", "4.2.0"),
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


def test_the_unit_beside_a_number_wins():
    """A key may promise milliseconds or nothing at all: what stands beside the number is what was meant."""
    assert row({"time": TIME, "message": "m", "duration_ms": "1.5s"})["duration_us"] == 1_500_000
    assert row({"time": TIME, "message": "m", "duration": 12, "latency": "3ms"})["duration_us"] == 3_000


def test_of_keys_with_one_meaning_the_better_one_counts_whatever_their_order():
    """A key that names the thing wins over one that may mean it, and a dash or nothing is no value."""
    assert row({"time": TIME, "msg": "m", "rid": "b", "request_id": "a"})["request_id"] == "a"
    assert row({"time": TIME, "msg": "m", "request_id": "-", "rid": "b"})["request_id"] == "b"
    assert row({"time": TIME, "msg": "m", "fields": {"status": 500}, "status": 200})["status"] == 200
    assert row({"time": TIME, "msg": "m", "headers": {"x-request-id": "h"}, "rid": "b"})["request_id"] == "b"


def test_spellings_of_one_key_share_one_column():
    """A hostile file with a thousand spellings of a key costs one column, and the first value of a record counts."""
    names = [f"s{'_' * number}tatus" for number in range(1_000)]
    lines = [json.dumps({"time": TIME, "msg": "m", name: 200 + number}) for number, name in enumerate(names)]
    sheet = _json_sheet.Sheet(_aliases_of, len(lines))
    for number, line in enumerate(lines):
        assert sheet.put(json.loads(line), number)
    assert len(sheet._columns) == 3  # time, message, status
    assert row({"time": TIME, "msg": "m", "s_tatus": 201, "stat_us": 202})["status"] == 201
    assert row({"time": TIME, "msg": "m", "s_tatus": "-", "stat_us": 202})["status"] == 202


def _aliases_of(path):
    return _aliases.meaning(_aliases.fold(path))


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
    block = read_with(formats.line_formats()["json"], *lines)
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
        (
            '{"records":[{"time":1},{"time":2}]}',
            "JSON, but records holds 2 records: give each a line (jq -c '.records[]'), at column 2",
        ),
        ('{"a":"\\ud800"}', "JSON, but it has no time and no message"),
        ("[" * 100_000, "not JSON: nested too deep"),
        ('{"time":1e999}', "not JSON: number out of range"),
    ],
)
def test_a_bad_line_costs_one_line_with_the_reason(line, reason):
    """The reason says where JSON breaks (column in characters), or what the record lacks; the next line is read."""
    block = read_with(formats.line_formats()["json"], line, '{"msg":"next"}')
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
    block = formats.read_block(frame([json.dumps(record)]), chain, "UTC")
    assert [use.name for use in block.used] == ["json"]
    assert block.rejects.is_empty()


def test_nginx_with_default_escapes_is_still_read():
    """TLS bytes on a plain port are written as \\x16, which JSON forbids; the line is a row with its status."""
    line = r'{"time_iso8601":"2026-11-22T16:14:14+00:00","remote_addr":"192.0.2.8","request":"\x16\x03","status":400}'
    event = row(line, "nginx_json")
    assert event["status"] == 400
    assert "method" not in event


@pytest.mark.parametrize(
    ("written", "message"),
    [
        (r"half \ud800 a character", "half \ufffd a character"),
        (r"cut at its end \uD83D", "cut at its end \ufffd"),
        (r"\udc00 the other half", "\ufffd the other half"),
        (r"\ud83d\ud83d\ude00 whole", "\ufffd\U0001f600 whole"),
        (r"half \ud800, no escape \\ud800, bytes \x1b", "half \ufffd, no escape \\ud800, bytes \\x1b"),
    ],
)
def test_half_a_character_costs_no_record(written, message):
    """A lone surrogate, which RFC 8259 (section 8.2) calls unpredictable, becomes U+FFFD; all else stays."""
    assert row(f'{{"time":"{TIME}","msg":"{written}"}}', "json")["message"] == message


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


def test_caddys_other_loggers_repeat_a_request_and_are_none():
    """http.log.error tells why a request failed that http.log.access logs too: it must not count twice."""
    record = {"ts": 1, "msg": "dial tcp: refused", "status": 502, "request": {"method": "GET", "uri": "/"}}
    kinds = {name: row({**record, "logger": name}, "caddy")["kind"] for name in _CADDY}
    assert kinds == {"http.log.access": "request", "http.log.access.log0": "request", "http.log.error": "error",
                     "http.handlers.reverse_proxy": "application"}  # fmt: skip
    assert row(record, "caddy")["kind"] == "request"


_CADDY = ("http.log.access", "http.log.access.log0", "http.log.error", "http.handlers.reverse_proxy")


def test_caddys_client_and_peer_differ_and_its_tls_version_is_a_number():
    """Behind a trusted proxy client_ip is the client and remote_ip the proxy; 772 is 0x0304, TLS 1.3."""
    request = {
        "method": "GET",
        "uri": "/",
        "client_ip": "192.0.2.1",
        "remote_ip": "198.51.100.9",
        "tls": {"version": 772},
    }
    event = row({"ts": 1, "status": 200, "request": request}, "caddy")
    assert (event["client_ip"], event["peer_ip"], event["tls_version"]) == ("192.0.2.1", "198.51.100.9", "TLSv1.3")


def test_traefik_that_lists_several_hosts_names_the_public_one():
    """ClientHost may be the X-Forwarded-For of the request; OriginStatus 0 is an origin that never answered."""
    record = {"ClientHost": "203.0.113.7,10.0.0.1", "ClientAddr": "10.0.0.1:39490", "RequestMethod": "GET",
              "DownstreamStatus": 502, "OriginStatus": 0, "StartUTC": TIME, "time": TIME}  # fmt: skip
    event = row(record, "traefik_json")
    assert (event["client_ip"], event["peer_ip"]) == ("203.0.113.7", "10.0.0.1")
    assert event["client_ip_from"] == "first public of forwarded_for"
    assert event["upstream_status"] == [None]


def test_traefik_without_a_start_was_stamped_at_the_end():
    """StartUTC can be dropped; time is when the line was written, so the request began a duration earlier."""
    record = {"RequestMethod": "GET", "DownstreamStatus": 200, "Duration": 2_000_000_000, "time": TIME}
    event = row(record, "traefik_json")
    assert event["stamp_marks"] == "end"
    assert event["timestamp"] == datetime(2026, 11, 22, 16, 14, 12, tzinfo=UTC)


def test_nginx_time_with_milliseconds_wins():
    """Where a record holds the time in whole seconds and in milliseconds, the finer one is its time."""
    record = {"time_iso8601": "2026-11-22T16:14:14+00:00", "msec": "1795364054.321", "remote_addr": "a", "status": 200}
    assert row(record, "nginx_json")["stamped_at"] == datetime(2026, 11, 22, 16, 14, 14, 321_000, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "record", "level"),
    [
        ("pino", {"level": 35, "time": 1, "pid": 1, "hostname": "h"}, "info"),
        ("pino", {"level": 70, "time": 1, "pid": 1, "hostname": "h"}, "critical"),
        ("winston", {"level": "verbose", "message": "m", "timestamp": TIME}, "debug"),
        ("winston", {"level": "silly", "message": "m", "timestamp": TIME}, "trace"),
        ("winston", {"level": "http", "message": "m", "timestamp": TIME}, "info"),
        ("slog", {"time": TIME, "level": "ERROR+4", "msg": "m"}, "error"),
        ("slog", {"time": TIME, "level": "DEBUG-4", "msg": "m"}, "debug"),
        ("serilog_clef", {"@t": TIME, "@mt": "m"}, "info"),
        ("serilog_clef", {"@t": TIME, "@mt": "m", "@l": "Verbose"}, "trace"),
        ("gelf", {"version": "1.1", "host": "h", "short_message": "m", "level": 4}, "warning"),
        ("dotnet_json", {"EventId": 1, "LogLevel": "Critical", "Category": "c", "Message": "m"}, "critical"),
    ],
)
def test_each_logger_names_its_levels_in_its_own_way(name, record, level):
    """Numbers between two levels, npm's order, slog's distance, Serilog's silence and syslog's numbers."""
    assert row(record, name)["level"] == level


@pytest.mark.parametrize(
    ("template", "properties", "message"),
    [
        ("Hello, {User}", {"User": "bob"}, "Hello, bob"),
        ("{@Order} and {$Kind}", {"Order": 7, "Kind": "x"}, "7 and x"),
        ("{Elapsed:0.00} ms", {"Elapsed": 1.5, "@r": ["1.50"]}, "1.50 ms"),
        ("{A:0} {B} {C:0}", {"A": 1, "B": 2, "C": 3, "@r": ["one", "three"]}, "one 2 three"),
        ("{{literal}} {Missing}", {}, "{literal} {Missing}"),
        ("{A} {B}", {"A": None, "B": True}, "null true"),
        ("{Count,5}", {"Count": 7}, "7"),
        ("{not a hole} {", {}, "{not a hole} {"),
    ],
)
def test_serilogs_template_is_rendered(template, properties, message):
    """@mt is a template and @r its formatted tokens; what the record does not hold stays as it is written."""
    assert row({"@t": TIME, "@mt": template, **properties}, "serilog_clef")["message"] == message


def test_frames_as_objects_become_the_trace_that_the_language_prints():
    """structlog and Log4j list frames; type, message and innermost frame are those of the text that stands for them."""
    python = [{"exc_type": "KeyError", "exc_value": "'CH'", "frames": [
        {"filename": "/a.py", "lineno": 1, "name": "main"}, {"filename": "/b.py", "lineno": 2, "name": "rate"}]}]  # fmt: skip
    event = row({"event": "failed", "level": "error", "timestamp": TIME, "exception": python}, "structlog")
    assert (event["exception_type"], event["top_frame"]) == ("KeyError", "rate (/b.py:2)")
    java = {"name": "a.Boom", "message": "no", "extendedStackTrace": [
        {"class": "a.B", "method": "c", "file": "B.java", "line": 3}, {"class": "a.Main", "method": "main"}]}  # fmt: skip
    record = {
        "instant": {"epochSecond": 1_795_364_054, "nanoOfSecond": 5_000},
        "level": "ERROR",
        "loggerName": "a",
        "thrown": java,
    }
    event = row(record, "log4j_json")
    assert event["stack_trace"] == "a.Boom: no\n\tat a.B.c(B.java:3)\n\tat a.Main.main(Unknown Source)"
    assert (event["exception_type"], event["top_frame"]) == ("a.Boom", "a.B.c (B.java:3)")
    assert event["timestamp"] == datetime(2026, 11, 22, 16, 14, 14, 5, tzinfo=UTC)


def test_scopes_of_dotnet_are_all_read():
    """Scopes are a list, the innermost last: ids of the outer ones are not lost behind the first."""
    record = {"LogLevel": "Error", "Category": "c", "EventId": 1, "Message": "m",
              "Scopes": [{"TraceId": "t", "SpanId": "s"}, "text", {"RequestId": "r", "RequestPath": "/a"}]}  # fmt: skip
    event = row(record, "dotnet_json")
    assert [event[name] for name in ("trace_id", "span_id", "request_id", "path")] == ["t", "s", "r", "/a"]


def envelope(*records):
    attributes = [{"key": "host.name", "value": {"stringValue": "app-1"}}]
    scope = {"scope": {"name": "orders"}, "logRecords": list(records)}
    return {"resourceLogs": [{"resource": {"attributes": attributes}, "scopeLogs": [scope]}]}


def test_an_otlp_envelope_with_one_record_is_read_with_its_resource():
    """Values are wrapped in their type, and attributes are a list of pairs."""
    pairs = [{"key": "http.response.status_code", "value": {"intValue": "503"}}]
    record = {"timeUnixNano": "1795364054000000000", "severityNumber": 17, "body": {"stringValue": "boom"},
              "attributes": pairs, "traceId": "t", "spanId": "s"}  # fmt: skip
    event = row(envelope(record), "otlp_json")
    expected = {"host_name": "app-1", "logger": "orders", "status": 503, "message": "boom", "level": "error",
                "trace_id": "t", "span_id": "s"}  # fmt: skip
    assert {name: event[name] for name in expected} == expected


def test_a_body_of_otlp_may_be_a_map():
    """A structured body is a list of pairs, of which the message is one; numbers and lists stay readable."""
    pairs = [{"key": "message", "value": {"stringValue": "boom"}}, {"key": "user_id", "value": {"intValue": "7"}}]
    record = {"timeUnixNano": "1795364054000000000", "body": {"kvlistValue": {"values": pairs}}}
    assert row(envelope(record), "otlp_json")["message"] == "boom"


def test_an_otlp_envelope_with_several_records_says_how_to_split_it():
    """A line is one event: the reason counts the records, and the command in it makes lines that are read."""
    record = {"timeUnixNano": "1795364054000000000", "body": {"stringValue": "boom"}}
    reason = parse(envelope(record, record), "otlp_json").rejects["reason"][0]
    assert "holds 2 log records" in reason
    assert "{resourceLogs:[$r+{scopeLogs:[$s+{logRecords:[.]}]}]}" in reason
    assert parse({"resourceLogs": []}, "otlp_json").rejects["reason"][0].endswith("holds no log record")


def test_the_request_log_of_cloud_run_is_a_request_and_what_an_application_writes_is_none():
    """Both are LogEntry with httpRequest and severity; only the request log has no message."""
    entry = {"insertId": "1", "logName": "l", "severity": "ERROR", "timestamp": TIME,
             "httpRequest": {"requestMethod": "GET", "requestUrl": "https://h.example/a", "status": 503}}  # fmt: skip
    assert row(entry, "gcp_json")["kind"] == "request"
    assert row({**entry, "textPayload": "failed"}, "gcp_json")["kind"] == "application"


@pytest.mark.parametrize(
    ("message", "raw"),
    [
        ("charge failed", "charge failed"),
        ([82, 195, 169, 255], "R\u00e9\ufffd"),
        (["first", "second"], "first\nsecond"),
    ],
)
def test_journald_json_is_taken_off(message, raw):
    """MESSAGE is text, a list of bytes where it is no UTF-8, or a list of texts; the time is in microseconds."""
    record = {"__REALTIME_TIMESTAMP": "1795364054123456", "_HOSTNAME": "web-1", "PRIORITY": "3", "_COMM": "orders",
              "MESSAGE": message}  # fmt: skip
    found = formats.line_wrappers()["journald_json"].unwrap(frame([json.dumps(record)]), "UTC", LONG_AGO)
    told = found.lines.row(0, named=True)
    assert (told["raw"], told["host_name"], told["process"], told["level"]) == (raw, "web-1", "orders", "error")
    assert told["collected_at"] == datetime(2026, 11, 22, 16, 14, 14, 123_456, tzinfo=UTC)


@pytest.mark.parametrize("message", [None, "", [], [300], [1, "a"], 7, {"a": 1}])
def test_a_journald_record_without_a_text_is_left_alone(message):
    """A MESSAGE that is too large is null: there is nothing to unwrap, and the line is not lost."""
    line = json.dumps({"__REALTIME_TIMESTAMP": "1", "MESSAGE": message})
    found = formats.line_wrappers()["journald_json"].unwrap(frame([line, '{"__REALTIME_TIMESTAMP"']), "UTC", LONG_AGO)
    assert found.lines.is_empty()
    assert found.rest["line"].to_list() == [1, 2]


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["id", "status", "a.b", ""]), inner),
    max_leaves=6,
)
_KEYS = st.sampled_from(
    ["time", "ts", "status", "message", "level", "duration", "latency", "request", "error", "exception", "user",
     "upstream_status", "headers", "url", "path", "query", "trace_id", "client_ip", "x_forwarded_for", "http"]
)  # fmt: skip


@given(st.lists(st.dictionaries(_KEYS, _VALUES, max_size=6), max_size=5), st.text(max_size=20))
def test_any_record_is_a_row_or_a_reject(records, noise):
    """Whatever values stand behind the keys, every JSON format keeps every line and never raises."""
    lines = [json.dumps(record) for record in records] + [noise, "{" + noise]
    for name in ("json", "ecs", "caddy", "nginx_json", "traefik_json", "otel_json"):
        block = read_with(formats.line_formats()[name], *lines)
        assert block.ledger.adds_up
        assert block.ledger.lines == len(lines)


_SAMPLES = [
    (name, json.loads(sample))
    for name, form in formats.line_formats().items()
    if isinstance(form, JsonFormat)
    for sample in form.samples
]


def paths(value, before=()):
    """Gives the place of every value inside a record."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield (*before, key)
        yield from paths(inner, (*before, key))


@given(st.sampled_from(_SAMPLES), st.data())
def test_a_sample_with_any_value_in_any_place_is_a_row_or_a_reject(sample, data):
    """Each format is given its own records with one value replaced: it keeps the line and never raises."""
    name, record = sample
    changed = json.loads(json.dumps(record))
    *above, last = data.draw(st.sampled_from(sorted(paths(record), key=repr)))
    place = changed
    for key in above:
        place = place[key]
    place[last] = data.draw(_VALUES)
    block = read_with(formats.line_formats()[name], json.dumps(changed), json.dumps(record))
    assert block.ledger.adds_up
    assert 2 in block.events["line"].to_list()
