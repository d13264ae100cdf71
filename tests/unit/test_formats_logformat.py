"""What Apache LogFormat and nginx log_format text compiles to; expectations are those of the two documentations."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lines_by_hand import filled, frame, only_event, read_with

from analyzer import formats
from analyzer.errors import FormatError
from analyzer.formats import combined

COMBINED = combined.COMBINED
HEAD = "192.0.2.1 - - [20/May/2015:12:05:17 +0000] "


def read(text, *lines, zone="UTC"):
    return read_with(formats.compile_log_format(text), *lines, zone=zone)


def row(text, line, zone="UTC"):
    return filled(only_event(read(text, line, zone=zone)))


@pytest.mark.parametrize(
    ("directive", "written", "column", "value"),
    [
        ("%h", "192.0.2.7", "client_ip", "192.0.2.7"),
        ("%a", "2001:db8::1", "client_ip", "2001:db8::1"),
        ("%{c}a", "::ffff:192.0.2.7", "client_ip", "192.0.2.7"),
        ("%A", "10.0.0.1", "server_ip", "10.0.0.1"),
        ("%u", "frank", "user", "frank"),
        ("%s", "404", "status", 404),
        ("%>s", "200", "status", 200),
        ("%<s", "301", "status", 301),
        ("%b", "2326", "response_bytes", 2326),
        ("%B", "0", "response_bytes", 0),
        ("%O", "512", "response_bytes", 512),
        ("%I", "77", "request_bytes", 77),
        ("%D", "1500", "duration_us", 1500),
        ("%T", "2", "duration_us", 2_000_000),
        ("%{ms}T", "15", "duration_us", 15_000),
        ("%{us}T", "15", "duration_us", 15),
        ("%{s}T", "15", "duration_us", 15_000_000),
        ("%m", "post", "method", "POST"),
        ("%H", "HTTP/1.1", "protocol", "HTTP/1.1"),
        ("%U%q", "/a?b=c", "target", "/a?b=c"),
        ("%U%q", "/a", "target", "/a"),
        ("%v", "Example.com", "host", "example.com"),
        ("%V", "example.com:443", "host", "example.com"),
        ("%L", "ab/12", "request_id", "ab/12"),
        ("%{UNIQUE_ID}e", "W@x", "request_id", "W@x"),
        ("%{X-Request-Id}i", "r-1", "request_id", "r-1"),
        ("%{Retry-After}o", "30", "retry_after", "30"),
        ("%{Retry-After}>o", "30", "retry_after", "30"),
        ("%{c}h", "client.example", "client_ip", "client.example"),
        ("%k", "0", "connection_requests", 1),
        ("%{SSL_PROTOCOL}x", "TLSv1.3", "tls_version", "TLSv1.3"),
        ("%{SSL_CIPHER}x", "ECDHE-RSA-AES256-GCM-SHA384", "tls_cipher", "ECDHE-RSA-AES256-GCM-SHA384"),
        ("%{version}c", "TLSv1.2", "tls_version", "TLSv1.2"),
        ("%{cipher}c", "AES128-SHA", "tls_cipher", "AES128-SHA"),
        ("%{HTTPS}e", "on", "scheme", "https"),
        ("%{BALANCER_WORKER_NAME}e", "http://10.0.0.1:8080", "upstream", ["10.0.0.1:8080"]),
        ("%{JK_REQUEST_DURATION}n", "0.25", "upstream_us", [250_000]),
        ("%{X_REQUEST_ID}e", "r-3", "request_id", "r-3"),
        ("%{HTTP_CF_RAY}e", "8a-FRA", "edge_id", "8a-FRA"),
        ("%{CF-Ray}i", "8a-FRA", "edge_id", "8a-FRA"),
        ("%>U", "/a", "path", "/a"),
        ("%<u", "frank", "user", "frank"),
        ("%>400,501s", "-", "raw", "- -"),
        ("$ssl_protocol", "TLSv1.3", "tls_version", "TLSv1.3"),
        ("$ssl_cipher", "TLS_AES_256_GCM_SHA384", "tls_cipher", "TLS_AES_256_GCM_SHA384"),
        ("$connection", "4711", "connection", 4711),
        ("$connection_requests", "3", "connection_requests", 3),
        ("$upstream_connect_time", "-, 0.002 : 0.001", "upstream_connect_us", [None, 2_000, 1_000]),
        ("$upstream_cache_status", "HIT", "result", "HIT"),
        ("$limit_req_status", "REJECTED", "result", "REJECTED"),
        ("$proxy_host", "api_backend", "upstream_name", "api_backend"),
        ("$https", "on", "scheme", "https"),
        ("$hostname", "web-1", "host_name", "web-1"),
        ("$http_cf_ray", "8a-FRA", "edge_id", "8a-FRA"),
        ("$sent_http_retry_after", "30", "retry_after", "30"),
        ("$correlation_id", "c-1", "request_id", "c-1"),
        ("$session_time", "1.5", "duration_us", 1_500_000),
        ("$bytes_received", "77", "request_bytes", 77),
        ("%{X-RateLimit-Remaining}o", "0", "ratelimit_remaining", 0),
        ("%{Content-Type}i", "text/plain", "request_content_type", "text/plain"),
        ("%{Content-Type}o", "text/html", "content_type", "text/html"),
        ("%!200,304,302{Referer}i", "http://r", "referrer", "http://r"),
        ("%400,501{User-agent}i", "curl", "user_agent", "curl"),
        ("%{X-Amzn-Trace-Id}i", "Root=1-67-ab;Sampled=1", "trace_id", "1-67-ab"),
        ("$request_length", "77", "request_bytes", 77),
        ("$bytes_sent", "512", "response_bytes", 512),
        ("$body_bytes_sent", "0", "response_bytes", 0),
        ("$request_time", "0.123", "duration_us", 123_000),
        ("$request_id", "48b6", "request_id", "48b6"),
        ("$http_x_request_id", "r-2", "request_id", "r-2"),
        ("$http_host", "Example.com:80", "host", "example.com"),
        ("$server_name", "example.com", "host", "example.com"),
        ("$upstream_addr", "10.0.0.1:80", "upstream", ["10.0.0.1:80"]),
        ("$upstream_status", "502, 504 : 200", "upstream_status", [502, 504, 200]),
        ("$upstream_response_time", "0.001, - : 1.5", "upstream_us", [1_000, None, 1_500_000]),
        ("$sent_http_location", "/b", "location", "/b"),
        ("$upstream_http_server", "gunicorn", "server", "gunicorn"),
        ("${request_method}", "GET", "method", "GET"),
        ("$request_uri", "/a?b", "target", "/a?b"),
        ("$scheme://$host$request_uri", "https://h.example/a?b", "url", "https://h.example/a?b"),
        ("$http_traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "trace_id",
         "4bf92f3577b34da6a3ce929d0e0e4736"),
    ],
)  # fmt: skip
def test_each_directive_fills_its_column(directive, written, column, value):
    """A directive or variable gives the column that its documentation describes."""
    tail = "%l" if "%" in directive else "$unknown_variable"
    assert row(f"{directive} {tail}", f"{written} -")[column] == value


@pytest.mark.parametrize("directive", ["%f", "%X", "%R", "%P", "%p", "%S", "%{canonical}p", "%{local}p", "%{remote}p",
                                       "%{pid}P", "%{tid}P", "%{hextid}P", "%{session}C", "%{x}n", "%{x}e", "%^FB",
                                       "%{c}L", "%{x}^ti", "%{x}^to", "%{SSL_CLIENT_S_DN}x", "%{subjectdn}c",
                                       "$cookie_session", "$arg_token", "$request_body", "$pipe", "$request_completion",
                                       "$upstream_header_time", "$upstream_bytes_received", "$upstream_cookie_x",
                                       "$gzip_ratio", "$ssl_session_id", "$binary_remote_addr"])  # fmt: skip
def test_known_values_that_are_not_kept_do_not_stop_the_line(directive):
    """What has no column is read over, also where it is absent; cookies, arguments and bodies are never kept."""
    status = "%>s" if "%" in directive else "$status"
    numbers = {"%p", "%P", "%S", "%{canonical}p", "%{local}p", "%{remote}p", "%{pid}P", "%{tid}P"}
    values = dict.fromkeys(numbers, "443") | {
        "%{hextid}P": "7f8c",
        "%X": "+",
        "$pipe": "p",
        "$request_completion": "OK",
    }
    event = row(f"{directive} {status}", f"{values.get(directive, 'whatever')} 200")
    assert event["status"] == 200
    assert "whatever" not in [value for column, value in event.items() if column != "raw"]
    if directive != "$pipe":
        assert row(f"{directive} {status}", "- 200")["status"] == 200


@pytest.mark.parametrize(
    ("text", "written", "expected"),
    [
        ("%t", "[18/Sep/2011:19:18:28 -0400]", datetime(2011, 9, 18, 23, 18, 28, tzinfo=UTC)),
        ("%{%d/%b/%Y %T}t.%{msec_frac}t %{%z}t", "18/Sep/2011 19:18:28.123 -0400",
         datetime(2011, 9, 18, 23, 18, 28, 123_000, tzinfo=UTC)),
        ("%{sec}t", "1316387908", datetime(2011, 9, 18, 23, 18, 28, tzinfo=UTC)),
        ("%{msec}t", "1316387908123", datetime(2011, 9, 18, 23, 18, 28, 123_000, tzinfo=UTC)),
        ("%{usec}t", "1316387908123456", datetime(2011, 9, 18, 23, 18, 28, 123_456, tzinfo=UTC)),
        ("%{sec}t.%{usec_frac}t", "1316387908.123456", datetime(2011, 9, 18, 23, 18, 28, 123_456, tzinfo=UTC)),
        ("%{begin:%Y-%m-%dT%H:%M:%S%z}t", "2011-09-18T19:18:28-0400", datetime(2011, 9, 18, 23, 18, 28, tzinfo=UTC)),
        ("%{%d/%m/%y %I:%M:%S %p}t", "18/09/11 07:18:28 PM", datetime(2011, 9, 18, 17, 18, 28, tzinfo=UTC)),
        ("%{%F %T}t %{%z}t", "2011-09-18 19:18:28 -0400", datetime(2011, 9, 18, 23, 18, 28, tzinfo=UTC)),
        ("%{%D %R}t %{%z}t", "09/18/11 19:18 -0400", datetime(2011, 9, 18, 23, 18, tzinfo=UTC)),
        ("%t %{end:sec}t", "[18/Sep/2011:19:18:28 -0400] 1316387999", datetime(2011, 9, 18, 23, 18, 28, tzinfo=UTC)),
        ("%{begin}t", "[18/Sep/2011:19:18:28 -0400]", datetime(2011, 9, 18, 23, 18, 28, tzinfo=UTC)),
        ("%{begin:}t", "[18/Sep/2011:19:18:28 -0400]", datetime(2011, 9, 18, 23, 18, 28, tzinfo=UTC)),
        ("%{end:%s}t", "1316387908", datetime(2011, 9, 18, 23, 18, 28, tzinfo=UTC)),
        ("%t %{begin:usec_frac}t %{begin:msec_frac}t", "[18/Sep/2011:19:18:28 -0400] 123456 123",
         datetime(2011, 9, 18, 23, 18, 28, 123_456, tzinfo=UTC)),
        ("%{%c %z}t", "Sun Sep 18 19:18:28 2011 -0400", datetime(2011, 9, 18, 23, 18, 28, tzinfo=UTC)),
        ("%{%Ey-%Om-%d %k:%M}t", "11-09-18  9:18", datetime(2011, 9, 18, 7, 18, tzinfo=UTC)),
        ("%{%F %T %Z}t", "2011-09-18 19:18:28 UTC", datetime(2011, 9, 18, 19, 18, 28, tzinfo=UTC)),
        ("%{%F %T %Z}t", "2011-09-18 19:18:28 CEST", datetime(2011, 9, 18, 17, 18, 28, tzinfo=UTC)),
        ("%{%Y-%j %H:%M:%S}t", "2011-261 19:18:28", datetime(2011, 9, 18, 17, 18, 28, tzinfo=UTC)),
        ("$time_iso8601", "2011-09-18T19:18:28-04:00", datetime(2011, 9, 18, 23, 18, 28, tzinfo=UTC)),
        ("[$time_local]", "[18/Sep/2011:19:18:28 -0400]", datetime(2011, 9, 18, 23, 18, 28, tzinfo=UTC)),
        ("[$time_local] $msec", "[18/Sep/2011:19:18:28 -0400] 1316387908.123",
         datetime(2011, 9, 18, 23, 18, 28, 123_000, tzinfo=UTC)),
    ],
)  # fmt: skip
def test_times_are_read_in_every_documented_form(text, written, expected):
    """Offsets in the line count; only the form without one takes the given zone (Berlin, two hours ahead)."""
    status = " $status" if "$" in text else " %>s"
    assert row(text + status, f"{written} 200", zone="Europe/Berlin")["stamped_at"] == expected


def test_a_time_that_marks_the_end_is_moved_back_by_the_duration():
    """nginx stamps the end of a request, Apache's %t the start, and %{end:...}t the end."""
    start, end = datetime(2026, 11, 22, 16, 14, 12, tzinfo=UTC), datetime(2026, 11, 22, 16, 14, 14, tzinfo=UTC)
    nginx = row("[$time_local] $request_time", "[22/Nov/2026:16:14:14 +0000] 2.000")
    assert (nginx["timestamp"], nginx["stamped_at"], nginx["stamp_marks"]) == (start, end, "end")
    apache = row("%t %T", "[22/Nov/2026:16:14:14 +0000] 2")
    assert (apache["timestamp"], apache["stamp_marks"]) == (end, "start")
    late = row("%{end:sec}t %T", f"{int(end.timestamp())} 2")
    assert (late["timestamp"], late["stamp_marks"]) == (start, "end")


def test_a_client_behind_a_private_proxy_is_the_first_public_forwarded_address():
    """A public peer is kept, since anybody can send the header; a missing or private peer is not the client."""
    text = '$remote_addr $status "$http_x_forwarded_for"'
    assert row(text, '10.0.0.9 200 "10.1.1.1, 198.51.100.7, 203.0.113.1"')["client_ip"] == "198.51.100.7"
    assert row(text, '10.0.0.9 200 "unknown, [2001:db8::5]:4711"')["client_ip"] == "2001:db8::5"
    assert row(text, '192.0.2.4 200 "198.51.100.7"')["client_ip"] == "192.0.2.4"
    assert row(text, '- 200 "198.51.100.7:99"')["client_ip"] == "198.51.100.7"
    assert row(text, '10.0.0.9 200 "-"')["client_ip"] == "10.0.0.9"


def test_credentials_are_kept_as_presence_and_scheme_only():
    """The Authorization header says that and how somebody logged in; a dash says that nobody did."""
    event = row('%>s "%{Authorization}i"', '200 "Bearer abc.def.ghi"')
    assert (event["auth_present"], event["auth_scheme"]) == (True, "Bearer")
    assert [name for name, value in event.items() if "abc.def" in str(value)] == ["raw"]
    assert row('%>s "%{Authorization}i"', '401 "-"')["auth_present"] is False
    keyed = row('%h "%r" %>s "%{Authorization}i"', '10.0.0.9 "GET /a?api_key=k3y HTTP/1.1" 401 "-"')
    assert (keyed["auth_present"], keyed["auth_scheme"]) == (True, "ApiKey")  # OpenAPI 3.1, security scheme object
    plain = row('%h "%r" %>s "%{Authorization}i"', '10.0.0.9 "GET /a?page=2 HTTP/1.1" 401 "-"')
    assert (plain["auth_present"], plain.get("auth_scheme")) == (False, None)


@pytest.mark.parametrize(
    ("request_line", "expected"),
    [
        ("", {}),
        ("-", {}),
        (r"\x16\x03\x01\x02\x00", {}),
        ("hello", {}),
        ("two words", {}),
        (r"\x03\x00\x00/*\xE0\x00\x00\x00\x00\x00Cookie: mstshash=Administr", {}),
        ("GET /", {"method": "GET", "path": "/"}),
        ("GET /a b HTTP/1.1", {"method": "GET", "path": "/a b", "protocol": "HTTP/1.1"}),
        ("get /a HTTP/2.0", {"method": "GET", "path": "/a", "protocol": "HTTP/2"}),
        ("GET /a HTTP/2", {"method": "GET", "path": "/a", "protocol": "HTTP/2"}),
        ("GET /a HTTP/9.9", {"method": "GET", "path": "/a"}),
        ("CONNECT example.com:443 HTTP/1.1", {"method": "CONNECT", "protocol": "HTTP/1.1"}),
        ("GET https://U:p@Example.com/a?b HTTP/1.1",
         {"method": "GET", "scheme": "https", "host": "example.com", "path": "/a", "protocol": "HTTP/1.1"}),
    ],
)  # fmt: skip
def test_a_malformed_request_line_is_a_row(request_line, expected):
    """What a request line tells is kept, what it does not is null; the line is never a reject."""
    event = row(COMBINED, f'{HEAD}"{request_line}" 400 0 "-" "-"')
    assert {name: event[name] for name in ("method", "scheme", "host", "path", "protocol") if name in event} == expected
    assert event["status"] == 400


def test_an_escaped_quote_cannot_forge_fields():
    """A client that sends quotes and a status of its own writes them into its path, not into our columns."""
    event = row(COMBINED, HEAD + r'"GET /q\" 200 9 \"-\" \"x HTTP/1.1" 404 17 "-" "forger"')
    assert (event["status"], event["response_bytes"], event["user_agent"]) == (404, 17, "forger")
    broken = row(COMBINED, HEAD + r'"GET /q\" 200 9 \"-\" \"x HTTP/1.1" 404 17 "-" "cut')
    assert (broken["status"], broken["user_agent"]) == (404, "cut")
    blank_in_user = row('%h %u "%r" %>s', r'192.0.2.1 John Doe "GET /q\" 200 x HTTP/1.1" 404')
    assert (blank_in_user["status"], blank_in_user["user"]) == (404, "John Doe")


def test_escape_none_takes_backslashes_as_they_are():
    """With escape=none a backslash before the closing quote belongs to the value."""
    text = """log_format raw escape=none '[$time_local] "$http_user_agent" $status';"""
    assert row(text, r'[20/May/2015:12:05:17 +0000] "C:\" 200')["user_agent"] == "C:\\"


def test_more_and_fewer_fields_than_the_text_names_are_read_and_noted():
    """What follows is ignored, what is missing is null, and a note says so; none is there without such lines."""
    more = read(COMBINED, HEAD + '"GET / HTTP/1.1" 200 5 "-" "x" 12 "y" 0ms')
    assert more.events["user_agent"].to_list() == ["x"]
    assert [note for note in more.notes if "go on after the last field" in note]
    fewer = read(COMBINED, HEAD + '"GET / HTTP/1.1" 200')
    assert fewer.events.select("status", "response_bytes", "user_agent").row(0) == (200, None, None)
    assert [note for note in fewer.notes if "end before the last field" in note]
    assert read(COMBINED, HEAD + '"GET / HTTP/1.1" 200 5 "-" "x"').notes == ()


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("?", "the client ip (%h) cannot be read at column 1"),
        ("192.0.2.1 - - 20/May", "the time (%t) cannot be read at column 16"),
        (HEAD + 'GET / HTTP/1.1 200 5 "-" "x"', "the request line (%r) cannot be read at column 45"),
        (HEAD + '"GET / HTTP/1.1" 2x0 5 "-" "x"', "the status (%>s) cannot be read at column 61"),
        (HEAD + '"GET / HTTP/1.1" 200 five "-" "x"', "the response bytes (%b) cannot be read at column 65"),
        ('192.0.2.1 - - [31/Feb/2015:12:05:17 +0000] "GET / HTTP/1.1" 200 5 "-" "x"',
         "the time (%t) is not a time that exists"),
    ],
)  # fmt: skip
def test_a_reject_names_the_first_field_that_cannot_be_read(line, reason):
    """The reason names the field, its directive and the column where it should begin, counted by hand."""
    assert read(COMBINED, line).rejects["reason"].to_list() == [reason]


@pytest.mark.parametrize(
    ("text", "line", "column", "words"),
    [
        ("", 1, 1, "empty"),
        ("hello", 1, 1, "names no field"),
        ("%h %Z", 1, 4, "%Z is no directive"),
        ("%h %", 1, 4, "without a directive"),
        ("%{weeks}T %h", 1, 1, "unknown unit"),
        ("%h %{%Q}t", 1, 4, "%Q cannot be read back"),
        ("$ $status", 1, 1, "without the name of a variable"),
        ("log_format x '$status", 1, 14, "not closed"),
        ('log_format x escape=foo "$status";', 1, 14, "escape=foo"),
        ("log_format x '$status '\n  '$ ';", 2, 4, "without the name of a variable"),
        (r'LogFormat "\"%h\" %Z" x', 1, 19, "%Z is no directive"),
        ("$status $remote_addr$remote_user", 1, 9, "$remote_addr ends"),
        ("%l %X", 1, 1, "no field that can be used"),
        ("%h %{host}p", 1, 4, "%{host}p is no directive"),
        ("%h %{c", 1, 4, "without a directive"),
        ("%h %{literal}t", 1, 4, "no part of a time"),
        ('LogFormat "%h %s\\n%t"', 1, 17, "goes over several lines"),
        ("$status\n$remote_addr", 1, 8, "goes over several lines"),
        ("$status" + "x" * 10_000, 1, 1, "too long"),
        ('pattern="%h %k"', 1, 13, "%k is no directive of AccessLogValve"),
        ("pattern=\"%h %{yyyy-'W'ww}t\"", 1, 13, "ww cannot be read back"),
        ('pattern="%h', 1, 9, "not closed"),
        ('<Valve className="x.AccessLogValve"/>', 1, 6, "no pattern"),
        ('<Valve\n pattern="%h\n', 2, 10, "not closed"),
        ("varnishncsa -F '%h %{x}x'", 1, 20, "no variable of varnishncsa"),
        ("varnishncsa -F '%h %A'", 1, 20, "%A is no directive of varnishncsa"),
        ("varnishncsa -a", 1, 11, "-F is missing"),
        ("accesslog.format = ", 1, 19, "has no text"),
        ("CustomLog logs/a.log", 1, 20, "CustomLog has no text"),
        ("LogFormat ", 1, 10, "LogFormat has no text"),
        ('{"a" $status}', 1, 1, "looks like JSON"),
        ("$status" * 300, 1, 1, "too long"),
    ],
)
def test_a_wrong_format_text_is_an_error_with_place_and_hint(text, line, column, words):
    """The place is that of the character in what the user gave, and a hint says what to write."""
    with pytest.raises(FormatError, match=words.replace("$", r"\$")) as caught:
        formats.compile_log_format(text)
    assert (caught.value.location.line, caught.value.location.column) == (line, column)
    assert caught.value.hint


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (r'LogFormat "%h %l %u %t \"%r\" %>s %b" shop', "shop"),
        (
            "  log_format shop '$remote_addr - $remote_user [$time_local] '\n   '\"$request\" $status $body_bytes_sent';",
            "shop",
        ),
        (
            r"""log_format shop "$remote_addr - $remote_user [$time_local] \"$request\" $status $body_bytes_sent";""",
            "shop",
        ),
        ("'$remote_addr - $remote_user [$time_local] ' '\"$request\" $status $body_bytes_sent'", "log_format"),
        (r"%h %l %u %t \"%r\" %>s %b", "LogFormat"),
        (r'"%h %l %u %t \"%r\" %>s %b"', "LogFormat"),
        ('$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent', "log_format"),
    ],
)
def test_the_text_is_taken_as_it_stands_in_the_configuration(text, name):
    """Bare, quoted, or with the whole directive around it: the same line gives the same row."""
    form = formats.compile_log_format(text)
    block = read_with(form, HEAD + '"GET /a HTTP/1.1" 200 5')
    assert block.events.select("format", "path", "status", "response_bytes").row(0) == (name, "/a", 200, 5)


def test_a_format_that_writes_json_is_read_as_json_with_the_meaning_of_its_variables():
    """Keys mean what the variable behind them means, whatever they are called, nested ones too."""
    text = """log_format j escape=json '{"t":"$time_iso8601","m":"$request_method","u":"$request_uri",'
        '"s":$status,"d":$request_time,"x":{"up":"$upstream_addr"},"time":"$host"}';"""
    event = row(
        text,
        '{"t":"2026-11-22T16:14:14+00:00","m":"GET","u":"/a?b","s":200,"d":0.5,"x":{"up":"10.0.0.1:80"},"time":"h.example"}',
    )
    assert event["timestamp"] == datetime(2026, 11, 22, 16, 14, 13, 500_000, tzinfo=UTC)
    assert (event["method"], event["path"], event["status"], event["duration_us"]) == ("GET", "/a", 200, 500_000)
    assert (event["upstream"], event["host"], event["kind"], event["format"]) == (
        ["10.0.0.1:80"],
        "h.example",
        "request",
        "j",
    )


def test_apache_json_may_put_a_time_together_inside_one_value():
    """Pieces of a time in one JSON value are one time."""
    text = r'LogFormat "{ \"t\":\"%{%Y-%m-%dT%T}t.%{usec_frac}tZ\", \"r\":\"%r\", \"us\":%D }" js'
    event = row(text, '{ "t":"2026-11-22T16:14:14.000123Z", "r":"GET /a HTTP/1.1", "us":1500 }')
    assert event["timestamp"] == datetime(2026, 11, 22, 16, 14, 14, 123, tzinfo=UTC)
    assert (event["method"], event["duration_us"]) == ("GET", 1500)


def test_neighbouring_upstream_lists_are_not_mixed_up():
    """Blanks inside nginx's lists belong to the list: the next value begins where the list ends."""
    event = row(
        "[$time_local] $upstream_status $upstream_response_time $request_time",
        "[22/Nov/2026:16:14:14 +0000] 502, 504 : 200 0.001, - : 0.100 0.250",
    )
    assert event["upstream_status"] == [502, 504, 200]
    assert event["upstream_us"] == [1_000, None, 100_000]
    assert event["duration_us"] == 250_000


def test_the_peer_stands_beside_the_client_where_both_are_logged():
    """%{c}a is the address that spoke to the server, %a what mod_remoteip made of it."""
    event = row("%a %{c}a %>s", "198.51.100.7 10.0.0.9 200")
    assert (event["client_ip"], event["peer_ip"]) == ("198.51.100.7", "10.0.0.9")


def test_a_condition_that_is_not_met_is_a_dash_without_brackets():
    """mod_log_config writes one dash for the whole directive: %t loses its brackets, and the row its time."""
    text = '%500t %h %!200{User-agent}i "%404q" %>s'
    event = row(text, '- 192.0.2.1 - "-" 200')
    assert {"timestamp", "user_agent", "query"}.isdisjoint(event)
    assert event["status"] == 200
    met = row(text, '[20/May/2015:12:05:17 +0000] 192.0.2.1 curl "?a" 500')
    assert (met["timestamp"], met["user_agent"]) == (datetime(2015, 5, 20, 12, 5, 17, tzinfo=UTC), "curl")


def test_times_that_tell_no_moment_leave_rows_without_one_and_a_note():
    """An hour without a date, or a date without an hour, is not guessed; the lines are rows all the same."""
    for text, written in (("%{%H:%M:%S}t", "12:05:17"), ("%{%F}t", "2015-05-20"), ("%{%F %I:%M}t", "2015-05-20 12:05")):
        block = read(f"{text} %h %>s", f"{written} 192.0.2.1 200")
        assert block.events.select("timestamp", "status").rows() == [(None, 200)]
        assert [note for note in block.notes if "do not say date, hour and minute" in note]


def test_quotes_at_both_ends_may_belong_to_fields():
    """A text that begins with one quoted field and ends with another is not quoted as a whole."""
    both = row('"%r" %>s "%{User-Agent}i"', '"GET /a HTTP/1.1" 404 "curl"')
    assert (both["path"], both["status"], both["user_agent"]) == ("/a", 404, "curl")


def test_decoded_paths_may_hold_blanks():
    """Apache's %U is decoded, so that a blank stands in it; in quotes, before %q, and beside other values."""
    quoted = row(r'"%U%q" %>s', r'"/a b/x?y=\"1\"&z" 404')
    assert (quoted["path"], quoted["query"], quoted["status"]) == ("/a b/x", 'y="1"&z', 404)
    beside = row(r'"%m %U%q %H" %>s', '"GET /a b/x?y=1 HTTP/1.1" 404')
    assert (beside["method"], beside["target"], beside["protocol"]) == ("GET", "/a b/x?y=1", "HTTP/1.1")
    nginx = row('"$scheme://$host$uri$is_args$args" $status', '"https://h.example/a b?y=1" 404')
    assert nginx["url"] == "https://h.example/a b?y=1"
    between = row('"$request_method $uri$is_args$args $server_protocol" $status', '"GET /a b?y=1 HTTP/1.1" 404')
    assert (between["path"], between["query"], between["protocol"]) == ("/a b", "y=1", "HTTP/1.1")


@pytest.mark.parametrize("separator", ["|", " | ", "\t", "||", "~"])
def test_values_between_separators_may_hold_blanks(separator):
    """Where a character stands between values that is in none of them, quotes are not needed."""
    fields = [
        "$remote_addr",
        "$time_local",
        "$request",
        "$status",
        "$http_user_agent",
        "$upstream_addr",
        "$request_time",
    ]
    values = ["192.0.2.1", "20/May/2015:12:05:17 +0000", "GET /a HTTP/1.1", "200", "Mozilla/5.0 (X11; x) 7",
              "10.0.0.1:80, 10.0.0.2:80", "0.5"]  # fmt: skip
    text = separator.join(fields)
    block = read(text, separator.join(values), separator.join([*values[:4], r"Z\xC3\xBC a", "-", "0.5"]))
    assert block.rejects.is_empty()
    assert block.notes == ()
    assert block.events["user_agent"].to_list() == ["Mozilla/5.0 (X11; x) 7", "Zü a"]
    assert block.events["upstream"].to_list()[0] == ["10.0.0.1:80", "10.0.0.2:80"]
    assert block.events["duration_us"].to_list() == [500_000, 500_000]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("$remote_addr | $http_x_device | $status", "192.0.2.1 | a phone (7; x) | 200"),
        ("$remote_addr\t$http_user_agent\t$status", "192.0.2.1\tMozilla/5.0 (X11; x)\t200"),
        ("$remote_addr $http_user_agent $status", "192.0.2.1 Mozilla/5.0 (X11; x) 200"),
        ('$remote_addr "$host$uri$is_args$args" $status', '192.0.2.1 "h.example/a b?y=1" 200'),
        ("$remote_addr [$upstream_addr] $status", "192.0.2.1 [[2001:db8::1]:80, 10.0.0.1:80] 200"),
        ("$remote_addr $http_x_forwarded_for $status", "192.0.2.1 198.51.100.7, 10.0.0.1 200"),
    ],
)
def test_the_pattern_for_tidy_lines_reads_them(text, line):
    """What most lines look like needs no other pattern: that one is quick, and knows where each value ends."""
    form = formats.compile_log_format(text)
    parsed = dataclasses.replace(form, patterns=form.patterns[:1]).parse(frame([line]), "UTC")
    assert parsed.events.select("client_ip", "status").rows() == [("192.0.2.1", 200)]


def test_the_pattern_for_lines_with_escapes_reads_neighbours_in_quotes():
    """An escaped quote does not end a path beside other values, nor does a blank."""
    form = formats.compile_log_format('$remote_addr "$host$uri$is_args$args" $status')
    line = frame([r'192.0.2.1 "h.example/a \"é\" b?y=1" 200'])
    parsed = dataclasses.replace(form, patterns=form.patterns[:2]).parse(line, "UTC")
    assert parsed.events.select("host", "path", "query").rows() == [("h.example", '/a "é" b', "y=1")]


def test_a_user_agent_without_quotes_goes_on_to_the_next_value_that_fits():
    """At the end of the line it is the rest of the line; in the middle the last place where the others follow."""
    time = "[20/May/2015:12:05:17 +0000]"
    last = read("[$time_local] $status $http_user_agent", f"{time} 200 Mozilla 5.0 (X11; x)")
    assert last.events["user_agent"].to_list() == ["Mozilla 5.0 (X11; x)"]
    assert last.notes == ()
    header = read("%>s %{Content-Type}o", "200 text/html; charset=utf-8")
    assert header.events["content_type"].to_list() == ["text/html; charset=utf-8"]
    middle = read("[$time_local] $http_user_agent $request_time $status", f"{time} Mozilla 5.0 200 (X11) 0.5 404")
    assert middle.events.select("user_agent", "duration_us", "status").row(0) == ("Mozilla 5.0 200 (X11)", 500_000, 404)


def test_brackets_around_lists_may_be_empty_or_hold_ipv6_addresses():
    """ingress-nginx writes [$upstream_addr]; a server that was never asked is an empty list, not an error."""
    text = "[$upstream_addr] [$upstream_status] $status"
    event = row(text, "[[2001:db8::1]:80, unix:/tmp/s.sock : 10.0.0.1:80] [502, - : 200] 200")
    assert event["upstream"] == ["[2001:db8::1]:80", "unix:/tmp/s.sock", "10.0.0.1:80"]
    assert event["upstream_status"] == [502, None, 200]
    assert set(row(text, "[] [-] 499")) & {"upstream", "upstream_status"} == set()


def test_what_clients_sent_is_decoded():
    """Well-formed UTF-8 and UTF-16 escapes are read in agents and targets; other bytes and controls stay as written."""
    text = r'%h "%r" %>s "%{User-Agent}i"'
    written = r"Z\xc3\xbc\"\\xc3\xbc \xff \xf0\x9f\x98\x80 \t \xc2\x85"
    event = row(text, f'192.0.2.1 "GET /\\xc3\\xbc HTTP/1.1" 200 "{written}"')
    assert event["user_agent"] == 'Zü"\\xc3\\xbc \\xff 😀 \\t \\xc2\\x85'
    assert event["path"] == "/ü"
    tomcat = row('pattern="%h %s &quot;%{User-Agent}i&quot;"', r'192.0.2.1 200 "Z\u00fc \ud83d\ude00 \ud83d \u0007"')
    assert tomcat["user_agent"] == r"Zü 😀 \ud83d \u0007"
    nginx = row("""log_format x '$status "$http_user_agent" $request_uri';""", r'200 "Z\xC3\xBC\x22\x5C" /\x22\xC3\xBC')
    assert (nginx["user_agent"], nginx["path"]) == ('Zü"\\', '/"ü')
    json = row("""log_format x escape=json '$status "$http_user_agent"';""", r'200 "Zü\"\\"')
    assert json["user_agent"] == 'Zü"\\'


@pytest.mark.parametrize(
    ("written", "path", "query"),
    [
        (r"/stra\xC3\x9Fe/\xE6\x97\xA5?q=\xc3\xbc", "/straße/日", "q=ü"),
        (r"/latin-\xE9/\xC2\x85/a\x09b\x7F", r"/latin-\xE9/\xC2\x85/a\x09b\x7F", None),
        (r"/\xC0\xAF/\xE0\x80\xAF/\xED\xA0\x80/\xF4\x90\x80\x80", r"/\xC0\xAF/\xE0\x80\xAF/\xED\xA0\x80/\xF4\x90\x80\x80", None),
        (r"/\xE2\x82\xC3\xBC/\xE2\x80\xA8", r"/\xE2\x82ü/\xE2\x80\xA8", None),
        (r"/%C3%BC/\\xc3\\xbc", r"/%C3%BC/\xc3\xbc", None),
    ],
    ids=["characters", "bytes and controls", "overlong, surrogate, too high", "cut, line separator", "not escapes"],
)  # fmt: skip
@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('%h "%r" %>s', '192.0.2.1 "GET {} HTTP/1.1" 200'),
        ("varnishncsa -F '%h \"%r\" %s'", '192.0.2.1 "GET {} HTTP/1.1" 200'),
        ("log_format x '$remote_addr $request_uri $status';", "192.0.2.1 {} 200"),
    ],
    ids=["request line", "varnish", "target"],
)
def test_a_target_is_told_as_it_was_sent(text, line, written, path, query):
    """Escaped UTF-8 (RFC 3629) is the character; what is none, a control, or no escape of the server stays."""
    event = row(text, line.format(written))
    assert (event["path"], event.get("query")) == (path, query)


@pytest.mark.parametrize("name", ["a[b] c", "[b] c", "jörg [x]", "John", "corp one", "a [x] -b", "a-b c-", "-"])
def test_the_name_of_a_user_may_hold_brackets_and_blanks(name):
    """Servers write it as it was sent, and the time behind it tells where it ends; a lone dash is nobody."""
    event = row(COMBINED, f'192.0.2.1 - {name} [20/May/2015:12:05:17 +0000] "GET /a HTTP/1.1" 200 5 "-" "x"')
    assert (event["client_ip"], event.get("user"), event["path"]) == ("192.0.2.1", None if name == "-" else name, "/a")


@pytest.mark.parametrize("front", ["a.example 192.0.2.1 - -", "a.example 192.0.2.1 - frank", "192.0.2.1 - [198.51.100.6] - frank",
                                   "Nov 22 16:14:14 a nginx: 192.0.2.1 - frank", '["a.example"] 192.0.2.1 - -'])  # fmt: skip
def test_what_others_write_in_front_is_no_name_of_a_user(front):
    """A host, a proxy's brackets or a wrapper in front make the line another format's: a reject, never wrong data."""
    assert read(COMBINED, f'{front} [20/May/2015:12:05:17 +0000] "GET /a HTTP/1.1" 200 5 "-" "x"').events.is_empty()


def test_json_that_a_server_writes_wrongly_is_read_by_the_text_around_its_values():
    """Numbers without quotes are lists, dashes or nothing at times: no JSON, but the format says where they stand."""
    text = '{"t":"$time_iso8601","s":$status,"urt":$upstream_response_time,"ua":"$http_user_agent"}'
    head = '{"t":"2026-11-22T16:14:14+00:00","s":200,"urt":'
    block = read(text, head + '0.5,"ua":"a"}', head + r'0.1, -,"ua":"a\x22b"}', head + ',"ua":"c"}', head, head[:10])
    assert block.events["upstream_us"].to_list() == [[500_000], [100_000, None], None, None]
    assert block.events["user_agent"].to_list() == ["a", 'a"b', "c", None]
    assert block.events["status"].to_list() == [200, 200, 200, 200]
    assert block.rejects.select("line", "reason").rows() == [(5, "not JSON: it ends in the middle at column 11")]


def test_a_time_in_json_is_read_in_the_form_that_the_text_gives():
    """Day, month and year in an order that no general reader would dare to guess."""
    event = row('{"t":"%{%d/%m/%y %H:%M:%S}t","s":%s}', '{"t":"05/04/26 16:14:14","s":200}')
    assert event["timestamp"] == datetime(2026, 4, 5, 16, 14, 14, tzinfo=UTC)


TOMCAT = '<Valve className="org.apache.catalina.valves.AccessLogValve" directory="logs"\n  pattern="{}" />'


@pytest.mark.parametrize(
    ("directive", "written", "column", "value"),
    [
        ("%a", "192.0.2.7", "client_ip", "192.0.2.7"),
        ("%{remote}a", "192.0.2.7", "client_ip", "192.0.2.7"),
        ("%{peer}a", "10.0.0.9", "client_ip", "10.0.0.9"),
        ("%A", "10.0.0.1", "server_ip", "10.0.0.1"),
        ("%b", "512", "response_bytes", 512),
        ("%B", "0", "response_bytes", 0),
        ("%D", "1500", "duration_us", 1_500),
        ("%T", "2", "duration_us", 2_000_000),
        ("%T", "0.123", "duration_us", 123_000),
        ("%{ns}T", "1500", "duration_us", 2),
        ("%{us}T", "1500", "duration_us", 1_500),
        ("%{ms}T", "1500", "duration_us", 1_500_000),
        ("%{fracsec}T", "1.5", "duration_us", 1_500_000),
        ("%H", "HTTP/1.1", "protocol", "HTTP/1.1"),
        ("%m", "GET", "method", "GET"),
        ("%U%q", "/a?b", "target", "/a?b"),
        ("%s", "404", "status", 404),
        ("%u", "frank", "user", "frank"),
        ("%v", "example.com", "host", "example.com"),
        ("%{X-Request-Id}i", "r-1", "request_id", "r-1"),
        ("%{Retry-After}o", "30", "retry_after", "30"),
        ("%{jira.request.id}r", "938x", "request_id", "938x"),
        ("%{jira.request.username}r", "frank", "user", "frank"),
        ("%{yyyy-MM-dd HH:mm:ss.SSS}t", "2026-11-22 16:14:14.123", "stamped_at",
         datetime(2026, 11, 22, 16, 14, 14, 123_000, tzinfo=UTC)),
        ("%{yyyy-MM-dd'T'HH:mm:ssXXX}t", "2026-11-22T16:14:14+01:00", "stamped_at",
         datetime(2026, 11, 22, 15, 14, 14, tzinfo=UTC)),
        ("%{EEE, d MMM yyyy h:mm:ss a z}t", "Sun, 22 Nov 2026 4:14:14 PM GMT", "stamped_at",
         datetime(2026, 11, 22, 16, 14, 14, tzinfo=UTC)),
        ("%{begin:msec}t", "1795364054123", "stamped_at", datetime(2026, 11, 22, 16, 14, 14, 123_000, tzinfo=UTC)),
        ("%{sec}t.%{msec_frac}t", "1795364054.123", "stamped_at",
         datetime(2026, 11, 22, 16, 14, 14, 123_000, tzinfo=UTC)),
    ],
)  # fmt: skip
def test_each_directive_of_tomcat_fills_its_column(directive, written, column, value):
    """The pattern codes of the Access Log Valve, as its documentation describes them."""
    assert row(TOMCAT.format(f"{directive} %l"), f"{written} -")[column] == value


@pytest.mark.parametrize("directive", ["%F", "%I", "%p", "%S", "%X", "%{local}p", "%{session}c", "%{cart}s", "%{x}r"])
def test_values_of_tomcat_that_are_not_kept_do_not_stop_the_line(directive):
    """Sessions and cookies are never kept; numbers and threads have no column."""
    written = {"%F": "3", "%p": "8080", "%X": "+", "%{local}p": "8080"}.get(directive, "http-nio-8080-exec-1")
    event = row(TOMCAT.format(f"{directive} %s"), f"{written} 200")
    assert (event["status"], written in [value for name, value in event.items() if name != "raw"]) == (200, False)


def test_tomcat_stamps_the_end_and_writes_dashes_for_a_request_that_it_could_not_read():
    """`%t` is when the response was finished; without a request every value is a dash."""
    text = 'pattern="%h %l %u %t &quot;%r&quot; %s %b %T"'
    event = row(text, '192.0.2.1 - - [22/Nov/2026:16:14:14 +0000] "GET / HTTP/1.1" 200 - 2')
    assert (event["timestamp"], event["stamp_marks"]) == (datetime(2026, 11, 22, 16, 14, 12, tzinfo=UTC), "end")
    none = row(text, '- - - [22/Nov/2026:16:14:14 +0000] "- - -" 400 - 0')
    assert (none["status"], {"method", "path", "client_ip"} & set(none)) == (400, set())


def test_the_unit_of_tomcats_elapsed_time_is_told_or_follows_from_the_seconds_beside_it():
    """%D is in microseconds from Tomcat 10 on, in milliseconds before: a fraction in %T is from before."""
    alone = read('pattern="%h %s %D"', "192.0.2.1 200 1500")
    assert alone.events["duration_us"].to_list() == [1_500]
    assert [note for note in alone.notes if "%{ms}T" in note]
    both = read('pattern="%h %s %D %T"', "192.0.2.1 200 1500 1.500", "192.0.2.1 200 1500000 1")
    assert both.events["duration_us"].to_list() == [1_500_000, 1_500_000]
    assert both.notes == ()
    assert read("%h %s %D", "192.0.2.1 200 1500").notes == ()


VARNISH = "varnishncsa -a -w /var/log/varnish/varnishncsa.log -F '{}' -D"


@pytest.mark.parametrize(
    ("directive", "written", "column", "value"),
    [
        ("%h", "192.0.2.7", "client_ip", "192.0.2.7"),
        ("%{Varnish:hitmiss}x", "miss", "result", "miss"),
        ("%{Varnish:hitmiss}x %{Varnish:handling}x", "miss pass", "result", "pass"),
        ("%{VCL_Log:trace_id}x", "4bf92f3577b34da6a3ce929d0e0e4736", "trace_id", "4bf92f3577b34da6a3ce929d0e0e4736"),
        ("%{VCL_Log:X-Request-Id}x", "r-1", "request_id", "r-1"),
        ("%{VSL:Timestamp:Resp[2]}x", "0.25", "duration_us", 250_000),
        ("%D", "1500", "duration_us", 1_500),
        ("%{ms}T", "15", "duration_us", 15_000),
        ("%I", "77", "request_bytes", 77),
        ("%O", "512", "response_bytes", 512),
        ("%{X-Cache}o", "HIT", "x_cache", "HIT"),
        ('"%r"', '"GET http://example.com/a HTTP/1.1"', "url", "http://example.com/a"),
        ("%{%F %T}t", "2026-11-22 16:14:14", "stamped_at", datetime(2026, 11, 22, 16, 14, 14, tzinfo=UTC)),
    ],
)
def test_each_directive_of_varnish_fills_its_column(directive, written, column, value):
    """The formatters of varnishncsa(1)."""
    assert row(VARNISH.format(f"{directive} %l"), f"{written} -")[column] == value


@pytest.mark.parametrize(
    ("text", "product", "line"),
    [
        (
            "%h %s %{Varnish:vxid}x %{Varnish:side}x %{Varnish:time_firstbyte}x",
            "varnish",
            "192.0.2.1 200 32770 c 0.000123",
        ),
        ("%h %s %{VSL:Begin[2]}x", "varnish", "192.0.2.1 200 1"),
        ('ExecStart=/usr/bin/varnishncsa -F "%%h %%s 5%%%%"', "varnish", "192.0.2.1 200 5%"),
        ("%h %s %F", "tomcat", "192.0.2.1 200 3"),
        ("%h %s %{user}r", "tomcat", "192.0.2.1 200 x"),
        ("%h %s %{yyyy}t", "tomcat", "192.0.2.1 200 2026"),
        ("pattern='%h %s'", "tomcat", "192.0.2.1 200"),
        ("server.tomcat.accesslog.pattern=%h %s &quot;", "tomcat", '192.0.2.1 200 "'),
        ("pattern: %h %s", "tomcat", "192.0.2.1 200"),
        ('pattern="%h %s &#60;&amp;&#x3e;"', "tomcat", "192.0.2.1 200 <&>"),
        ("%h %s %S %I %{c}a", "apache", "192.0.2.1 200 17 9 10.0.0.1"),
        ('accesslog.format = "%h %>s"', "lighttpd", "192.0.2.1 200"),
        ('CustomLog "logs/a.log" "%h %>s" env=x', "apache", "192.0.2.1 200"),
        (r'LogFormat "%h\t%>s \"\\" x', "apache", '192.0.2.1\t200 "\\'),
        ('LogFormat "%h %>s %{literal}t" x', "apache", "192.0.2.1 200 literal"),
        ("log_format x '$remote_addr\\t$status';", "nginx", "192.0.2.1\t200"),
    ],
)
def test_the_server_is_known_by_what_stands_around_the_text_or_by_its_directives(text, product, line):
    """Bare text is Apache's, unless it has a directive that only Tomcat or Varnish knows."""
    assert formats.compile_log_format(text).product == product
    event = row(text, line)
    assert (event["client_ip"], event["status"]) == ("192.0.2.1", 200)


def test_named_patterns_of_tomcat_are_its_common_and_combined():
    """`pattern="combined"` stands for a whole pattern."""
    assert row('pattern="common"', HEAD + '"GET /a HTTP/1.1" 200 5')["path"] == "/a"
    assert row('pattern="combined"', HEAD + '"GET /a HTTP/1.1" 200 5 "-" "curl"')["user_agent"] == "curl"


def test_lighttpd_stamps_the_end_and_writes_blanks_for_a_request_that_it_could_not_read():
    """As lighttpd 1.4.69 wrote them."""
    text = r'accesslog.format = "%h %V %u %t \"%r\" %>s %b %D"'
    event = row(text, '192.0.2.1 h.example:81 - [22/Nov/2026:16:14:14 +0000] "  " 400 345 2000000')
    assert (event["timestamp"], event["host"]) == (datetime(2026, 11, 22, 16, 14, 12, tzinfo=UTC), "h.example:81")
    assert (event["status"], "method" in event) == (400, False)


def test_a_limiter_that_let_a_request_pass_does_not_hide_what_the_cache_did():
    """PASSED is what nginx's limiters write for most requests."""
    text = "$limit_req_status $upstream_cache_status $status"
    assert row(text, "PASSED MISS 200")["result"] == "MISS"
    assert row(text, "REJECTED - 503")["result"] == "REJECTED"


def test_values_that_nobody_keeps_need_not_be_told_apart():
    """Two unknown variables side by side are one text that is read over."""
    assert row("$status $cookie_a$cookie_b [$time_local]", "200 xy [20/May/2015:12:05:17 +0000]")["status"] == 200


_WORD = st.text(st.sampled_from("abcXYZ019._:/?=&%-+,;()[]{}é\\\"' "), max_size=12)


@given(
    st.tuples(_WORD, _WORD, st.sampled_from(["GET /a?b HTTP/1.1", "", "-", "PUT /é HTTP/2.0"]), _WORD, _WORD),
    st.sampled_from([100, 200, 404, 599]),
)
def test_the_pattern_for_tidy_lines_agrees_with_the_general_one(words, status):
    """The quick pattern may refuse a line, but what it reads, the one that knows escapes reads to the same row."""
    host, user, request_line, referrer, agent = words
    line = f'{host} - {user} [20/May/2015:12:05:17 +0000] "{request_line}" {status} 5 "{referrer}" "{agent}"'
    form = formats.compile_log_format(COMBINED)
    quick = dataclasses.replace(form, patterns=form.patterns[:1]).parse(frame([line]), "UTC").events
    full = dataclasses.replace(form, patterns=form.patterns[1:]).parse(frame([line]), "UTC").events
    if quick.height:
        assert quick.rows(named=True) == full.select(quick.columns).rows(named=True)


_PARTS = [
    "log_format x ", "LogFormat ", "varnishncsa -F ", "<Valve pattern=", "pattern=", "accesslog.format =", "'", '"', "\\",
    "%h", "%{x}i", "%{%F}t", "%{end:", "}t", "%200", "%!", "%D", "%T", "%{yyyy''}t", "%{Varnish:hitmiss}x", "&quot;",
    "$status", "$upstream_addr", "${uri}", "$is_args$args", "|", "\t", " ", "[", "]", "{", "}", "\n", ";", "é",
]  # fmt: skip


@given(
    st.one_of(
        st.text(st.sampled_from("%${}<>!^\"'\\;# \nhatrsTDOiozlog_frmexp=jn0123ABq"), max_size=40),
        st.lists(st.sampled_from(_PARTS), max_size=8).map("".join),
    )
)
def test_any_format_text_compiles_or_says_what_is_wrong(text):
    """Whatever a user types is a format or a FormatError, never another exception; lines are never lost."""
    try:
        form = formats.compile_log_format(text)
    except FormatError:
        return
    block = read_with(form, "a b", '{"a":1}', HEAD)
    assert block.ledger.adds_up
    assert block.ledger.lines == 3
