"""What Apache LogFormat and nginx log_format text compiles to; expectations are those of the two documentations."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer import formats
from analyzer.errors import FormatError
from analyzer.formats import combined
from analyzer.formats._plugin import LINES

COMBINED = combined.COMBINED
HEAD = "192.0.2.1 - - [20/May/2015:12:05:17 +0000] "


def frame(*lines):
    return pl.DataFrame({"line": range(1, len(lines) + 1), "raw": lines}, schema=LINES)


def read(text, *lines, zone="UTC"):
    return formats.read_block(frame(*lines), [formats.compile_log_format(text)], zone)


def row(text, line, zone="UTC"):
    block = read(text, line, zone=zone)
    assert block.rejects.is_empty(), block.rejects["reason"][0]
    return {name: value for name, value in block.events.row(0, named=True).items() if value is not None}


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


@pytest.mark.parametrize("directive", ["%f", "%k", "%X", "%R", "%P", "%p", "%{local}p", "%{tid}P", "%{session}C", "%{x}n",
                                       "%^FB", "%{x}^ti", "%{SSL_PROTOCOL}x", "$cookie_session", "$ssl_cipher"])  # fmt: skip
def test_known_values_that_are_not_kept_do_not_stop_the_line(directive):
    """What has no column is read over; cookies and notes are never kept."""
    status = "%>s" if "%" in directive else "$status"
    values = {"%p": "443", "%{local}p": "443", "%P": "17", "%{tid}P": "17", "%k": "0", "%X": "+"}
    assert row(f"{directive} {status}", f"{values.get(directive, 'whatever')} 200")["status"] == 200


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
        ("%l %k", 1, 1, "no field that can be used"),
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
    block = formats.read_block(frame(HEAD + '"GET /a HTTP/1.1" 200 5'), [form], "UTC")
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


_WORD = st.text(st.sampled_from("abcXYZ019._:/?=&%-+,;()[]{}é\\\"' "), max_size=12)


@settings(max_examples=60, deadline=None)
@given(
    st.tuples(_WORD, _WORD, st.sampled_from(["GET /a?b HTTP/1.1", "", "-", "PUT /é HTTP/2.0"]), _WORD, _WORD),
    st.sampled_from([100, 200, 404, 599]),
)
def test_the_pattern_for_tidy_lines_agrees_with_the_general_one(words, status):
    """The quick pattern may refuse a line, but what it reads, the one that knows escapes reads to the same row."""
    host, user, request_line, referrer, agent = words
    line = f'{host} - {user} [20/May/2015:12:05:17 +0000] "{request_line}" {status} 5 "{referrer}" "{agent}"'
    form = formats.line_formats()["combined"]
    quick = dataclasses.replace(form, patterns=form.patterns[:1]).parse(frame(line), "UTC").events
    full = dataclasses.replace(form, patterns=form.patterns[1:]).parse(frame(line), "UTC").events
    if quick.height:
        assert quick.rows(named=True) == full.select(quick.columns).rows(named=True)


@settings(max_examples=80, deadline=None)
@given(st.text(st.sampled_from("%${}<>!^\"'\\;# \nhatrsTDOiozlog_frmexp=jn0123ABq"), max_size=40))
def test_any_format_text_compiles_or_says_what_is_wrong(text):
    """Whatever a user types is a format or a FormatError, never another exception; lines are never lost."""
    try:
        form = formats.compile_log_format(text)
    except FormatError:
        return
    block = formats.read_block(frame("a b", '{"a":1}', HEAD), [form], "UTC")
    assert block.ledger.adds_up
    assert block.ledger.lines == 3
