"""Text logs of applications and Apache's error log: which format is chosen, ids, times, lines that go on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lines_by_hand import frame, only_event, read_with

from analyzer import formats
from analyzer.formats import _text_ids, _text_times

FORMATS = formats.line_formats()
MINE = (
    "apache_error", "dotnet_console", "go_log", "java_util_logging", "klog", "log4j", "nlog", "pino_pretty",
    "python_logging", "serilog", "spring_boot", "text", "tomcat", "winston_text", "zap_console",
)  # fmt: skip
DATA = Path(__file__).parents[3] / "shared" / "data"
NGINX = '2026/11/22 16:14:14 [error] 1#1: *29 open() "/a" failed (2: No such file or directory)'
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
SPAN = "00f067aa0ba902b7"


def chosen(*head):
    return [form.name for form in formats.detect(head, "UTC").formats]


def read(name, *lines, zone="UTC"):
    return read_with(FORMATS[name], *lines, zone=zone)


def event(name, line, zone="UTC"):
    return only_event(read(name, line, zone=zone))


# -- choice


def test_no_format_but_text_reads_lines_of_others():
    """What a specific format reads of the others' samples is what shares its very text."""
    owners = [(name, sample) for name, form in FORMATS.items() for sample in form.samples]
    lines = frame([sample for _, sample in owners])
    shared = {"python_logging": {"hypercorn"}, "winston_text": {"dotnet_console"}}
    for name in MINE:
        if name != "text":
            refused = set(FORMATS[name].parse(lines, "UTC").rejects["line"])
            read_of = {owner for number, (owner, _) in enumerate(owners, start=1) if number not in refused}
            assert read_of - {name} <= shared.get(name, set())


def test_nginx_wins_over_go():
    """Both begin with 2026/11/22 16:14:14; Go's package log does not even read nginx's lines."""
    assert chosen(*[NGINX] * 5)[0] == "nginx_error"
    assert "go_log" not in chosen(*[NGINX] * 5)
    assert chosen("2026/11/22 16:14:14 listening on :8080")[0] == "go_log"
    mixed = chosen(NGINX, "2026/11/22 16:14:14 listening on :8080")
    assert set(mixed) == {"nginx_error", "go_log"}
    assert read("go_log", NGINX).events.is_empty()


@pytest.mark.parametrize(
    "line",
    [
        '192.0.2.1 - - [22/Nov/2026:16:14:14 +0000] "GET /ERROR HTTP/1.1" 200 5 "-" "x"',
        "2026-11-22 16:14:14 192.0.2.1 GET /error - 443 - 192.0.2.2 ERROR 200 0 0 15",
        '[22/Nov/2026:16:14:14 +0000] - 200 200 - GET https www.example.com "/error" [Client 192.0.2.1]',
        '[2026-11-22T16:14:14.123Z] "GET /error HTTP/1.1" 503 UF 0 91 5 - "-" "curl/8" "-" "-" "-"',
        "2026-11-22 16:14:14 GET /a ERROR 200",
        "2026-11-22 16:14:14 somebody made an error in a sentence",
        "2026-11-22 16:14:14 no level at all",
        "2026-11-22\t16:14:14\tFRA2-C1\t100\t192.0.2.1\tGET\terror",
        '{"time":"2026-11-22T16:14:14Z","level":"error"}',
        'time="2026-11-22T16:14:14Z" level=error msg="x"',
        "SEVERE: the second line of java.util.logging",
        "Error: a line of Node.js",
    ],
)
def test_text_reads_no_access_line_and_no_sentence(line):
    """A level is a word of its own, in capitals or brackets, near the time; requests hold such words in their paths."""
    assert read("text", line).events.is_empty()


# -- times

NOON = datetime(2026, 11, 22, 16, 14, 14, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "microseconds"),
    [
        ("2026-11-22 16:14:14", 0),
        ("2026-11-22T16:14:14.123Z", 123_000),
        ("2026-11-22 16:14:14,123", 123_000),
        ("2026-11-22T17:14:14.123456+0100", 123_456),
        ("2026-11-22 17:14:14.123 +01:00", 123_000),
        ("2026/11/22 16:14:14.5", 500_000),
        ("2026-11-22 16:14:14 UTC", 0),
        ("20261122 16:14:14.123456", 123_456),
        ("Sun Nov 22 16:14:14 2026", 0),
        ("Sun Nov 22 16:14:14.123456 2026", 123_456),
        ("22-Nov-2026 16:14:14.123", 123_000),
        ("22 Nov 2026 16:14:14,123", 123_000),
        ("22/Nov/2026:17:14:14 +0100", 0),
        ("22-Nov-2026 17:14:14 Europe/Berlin", 0),
        ("Nov 22, 2026 4:14:14 PM", 0),
        ("Nov 22, 2026 4:14:14\u202fPM", 0),
        ("11/22/2026, 4:14:14 PM", 0),
    ],
)
def test_a_time_in_any_usual_spelling(written, microseconds):
    """Java's comma, Tomcat's and PHP's month names, AM and PM, offsets and zones: all the same moment."""
    read_times = _text_times.read(pl.Series([written, None]), "UTC").to_list()
    assert read_times == [NOON.replace(microsecond=microseconds), None]
    assert pl.Series([written]).str.contains(rf"^(?:{_text_times.ANY}|[0-9]{{8}} .*)$").all()


def test_a_time_without_a_zone_is_read_in_the_given_one_and_one_with_a_zone_is_not():
    """Berlin is an hour ahead of UTC in November."""
    for line in ("2026-11-22 17:14:14,000 - a - INFO - x", "2026-11-22 16:14:14Z - a - INFO - x"):
        assert event("python_logging", line, "Europe/Berlin")["timestamp"] == NOON
    assert event("tomcat", "22-Nov-2026 17:14:14.000 INFO [main] a.B.c x", "Europe/Berlin")["timestamp"] == NOON


def test_an_event_without_a_day_is_kept_without_a_time():
    """Logback's default and Serilog's console tell the time of day only: the text counts, the time is unknown."""
    for name, line in (
        ("log4j", "16:14:14.123 [main] ERROR c.e.Foo - no"),
        ("serilog", "[16:14:14 ERR] no"),
        ("dotnet_console", "fail: Shop.Orders[0] no"),
        ("klog", "E1122 16:14:14.123456       1 file.go:12] no"),
        ("text", "16:14:14 ERROR no"),
        ("python_logging", "ERROR:root:no"),
    ):
        row = event(name, line)
        assert (row["timestamp"], row["level"], row["message"]) == (None, "error", "no")


def test_klog_takes_its_year_from_the_header_also_in_a_later_block():
    """The header says when the file was created; January after a December file is the next year's."""
    header = "Log file created at: 2026/12/31 23:00:00"
    klog = FORMATS["klog"]
    lines = ("E1231 23:59:59.000001       1 a.go:1] x", "E0101 00:00:01.000001       1 a.go:1] x")
    later = [datetime(2026, 12, 31, 23, 59, 59, 1, tzinfo=UTC), datetime(2027, 1, 1, 0, 0, 1, 1, tzinfo=UTC)]
    parsed = klog.parse(frame([header, *lines]), "UTC")
    assert parsed.events["timestamp"].to_list() == later
    assert parsed.directives == 1
    assert klog.after(frame([header])).parse(frame(lines), "UTC").events["timestamp"].to_list() == later


# -- ids


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x request_id=4f1c9a72 y", ("4f1c9a72", None, None)),
        ('x {"requestId": "4f1c-9a72", "traceId":"4f1c9a7211"}', ("4f1c-9a72", "4f1c9a7211", None)),
        ("X-Request-ID: 4f1c9a72, more", ("4f1c9a72", None, None)),
        ("Request id: 4f1c9a72.", ("4f1c9a72", None, None)),
        ("correlation-id=[4f1c9a72]", ("4f1c9a72", None, None)),
        ("RequestId:0HN1GPQ7:00000002 RequestPath:/x", ("0HN1GPQ7:00000002", None, None)),
        ("[req-4f1c9a72-0000 admin demo] x", ("req-4f1c9a72-0000", None, None)),
        (f"trace_id={TRACE} span_id={SPAN}", (None, TRACE, SPAN)),
        (f"SpanId:{SPAN}, TraceId:{TRACE}, ParentId:0000000000000000", (None, TRACE, SPAN)),
        (
            "dd.trace_id=1234567890123456789 dd.span_id=9876543210987654321",
            (None, "1234567890123456789", "9876543210987654321"),
        ),
        (f"traceparent: 00-{TRACE}-{SPAN}-01", (None, TRACE, SPAN)),
        (f"ERROR [orders,{TRACE},{SPAN}] 1", (None, TRACE, SPAN)),
        (f"ERROR [orders,{SPAN},{SPAN},true] 1", (None, SPAN, SPAN)),
        (f"[{TRACE}-{SPAN}] c.e.Foo", (None, TRACE, SPAN)),
        ("request id: missing", (None, None, None)),
        ("request_id=- trace_id=00000000000000000000000000000000", (None, None, None)),
        ("request_id=7", (None, None, None)),
        ("the id of the request is 4f1c9a72", (None, None, None)),
        ("invalid: 4f1c9a72, order id: 17171717", (None, None, None)),
        ("[1,2,3] and [main]", (None, None, None)),
    ],
)
def test_ids_that_nobody_can_mistake(text, expected):
    """Keys and the brackets of known libraries tell an id; a word, a nil and a short number are none."""
    found = pl.DataFrame({"text": [text]}).select(**_text_ids.read(pl.col("text"))).row(0)
    assert found == expected
    if any(expected):
        assert pl.DataFrame({"text": [text]}).select(_text_ids.may_hold(pl.col("text"))).item()


# -- lines that belong together


def test_lines_below_belong_to_the_event_above_and_lines_with_a_head_do_not():
    """A trace is one event of its lines; the next head begins the next one; what stands before the first is a reject."""
    block = read(
        "log4j",
        "\tat com.example.Cut(Off.java:1)",
        "2026-11-22 16:14:14,123 [main] ERROR com.example.Foo - no",
        "java.io.IOException: no space",
        "\tat com.example.Foo.save(Foo.java:7)",
        "2026-11-22 16:14:15,123 [main] INFO com.example.Foo - next",
    )
    assert block.rejects["line"].to_list() == [1]
    assert block.events.select("line", "exception_type", "top_frame").rows() == [
        (2, "java.io.IOException", "com.example.Foo.save (Foo.java:7)"),
        (5, None, None),
    ]
    assert block.ledger.event_lines == 4


def test_colours_of_a_terminal_are_no_part_of_the_text():
    """winston's and zerolog's colours stand around level and message; the line is recognised all the same."""
    line = "2026-11-22T16:14:14.123Z \x1b[31merror\x1b[39m: no \x1b[1mspace\x1b[0m"
    row = FORMATS["winston_text"].parse(frame([line]), "UTC").events.row(0, named=True)
    assert (row["level"], row["message"], row["raw"]) == ("error", "no space", line)
    assert chosen(line)[0] == "winston_text"


def test_a_line_with_a_time_that_nothing_reads_is_a_reject_and_ends_the_event_above():
    """A day that does not exist, or another program's line, is not taken for a part of the message."""
    head = "2026-11-22 16:14:14,123 [main] ERROR com.example.Foo - no"
    for line in ("2026-02-30 16:14:15,123 [main] INFO com.example.Foo - x", "2026-11-22 16:14:15 nobody's"):
        block = read("log4j", head, "of two lines", line, "\tat a.B.c(B.java:1)")
        assert block.events["message"].to_list() == ["no\nof two lines"]
        assert block.rejects["line"].to_list() == [3, 4]


@pytest.mark.parametrize(
    ("name", "line", "level"),
    [
        ("dotnet_console", "2026-11-22 16:14:14 trce: A[0] x", "trace"),
        ("dotnet_console", "2026-11-22 16:14:14 dbug: A[0] x", "debug"),
        ("dotnet_console", "2026-11-22 16:14:14 crit: A[0] x", "critical"),
        ("serilog", "[2026-11-22 16:14:14 VRB] x", "trace"),
        ("klog", "F20261122 16:14:14.123456 1 a.go:1] x", "critical"),
        ("python_logging", "2026-11-22 16:14:14.1 | SUCCESS  | a:b:1 - x", "info"),
        ("winston_text", "2026-11-22T16:14:14Z http: x", "info"),
        ("tomcat", "22-Nov-2026 16:14:14.123 CONFIG [main] a.B.c x", "debug"),
        ("apache_error", "[Sun Nov 22 16:14:14 2026] [core:trace5] [pid 1] x", "trace"),
        ("apache_error", "[Sun Nov 22 16:14:14 2026] [core:emerg] [pid 1] x", "critical"),
        ("go_log", "panic: x", "critical"),
    ],
)
def test_each_family_s_words_for_a_level(name, line, level):
    """All names come down to the seven of the canonical column."""
    assert event(name, line)["level"] == level


# -- Apache


@pytest.mark.parametrize(
    ("client", "address"),
    [
        ("192.0.2.1:50000", "192.0.2.1"),
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8::1:50000", "2001:db8::1"),
        ("2001:db8:0:0:0:0:0:1:50000", "2001:db8:0:0:0:0:0:1"),
        ("[2001:db8::1]:50000", "2001:db8::1"),
        ("::1:50000", "::1"),
        ("::1", "::1"),
    ],
)
def test_apache_2_4_writes_the_port_behind_the_address_without_brackets(client, address):
    """log.c writes %s:%d, so the last number of an IPv6 address is its port."""
    line = f"[Sun Nov 22 16:14:14.123456 2026] [core:error] [pid 1:tid 2] [client {client}] AH00126: x"
    assert event("apache_error", line)["client_ip"] == address


def test_apache_2_2_writes_no_port():
    """Its IPv6 address stays whole."""
    line = "[Sun Nov 22 16:14:14 2026] [error] [client 2001:db8::1:50] File does not exist: /a"
    assert event("apache_error", line)["client_ip"] == "2001:db8::1:50"


def test_the_status_of_apr_may_stand_on_either_side_of_the_client():
    """It is part of the message; the client is not."""
    head = "[Sun Nov 22 16:14:14.123456 2026] [ssl:info] [pid 1:tid 2]"
    for middle in (
        "(70014)End of file found: [client 192.0.2.1:5] AH02006: x",
        "[client 192.0.2.1:5] (70014)End of file found: AH02006: x",
    ):
        row = event("apache_error", f"{head} {middle}")
        assert (row["client_ip"], row["error"]) == ("192.0.2.1", "AH02006")
        assert row["message"] == "(70014)End of file found: AH02006: x"


def test_what_a_client_sent_is_not_taken_for_apache_s_own_fields():
    """A [client ...] inside the message is text."""
    line = "[Sun Nov 22 16:14:14.1 2026] [core:error] [pid 1] [client 192.0.2.1:5] AH1: bad [client 203.0.113.9:1] (1)x: [client y]"
    row = event("apache_error", line)
    assert row["client_ip"] == "192.0.2.1"
    assert row["message"] == "AH1: bad [client 203.0.113.9:1] (1)x: [client y]"


WSGI = "[Sun Nov 22 16:14:{} 2026] [wsgi:error] [pid 1:tid {}] [remote 192.0.2.7:51235] {}"


def test_mod_wsgi_calls_the_client_remote():
    """The other modules write remote for a server that Apache asked."""
    row = event("apache_error", WSGI.format(14, 2, "orders: retrying"))
    assert (row["client_ip"], row["upstream"]) == ("192.0.2.7", None)
    row = event("apache_error", WSGI.format(14, 2, "x").replace("wsgi", "proxy"))
    assert (row["client_ip"], row["upstream"]) == (None, ["192.0.2.7:51235"])


def test_a_trace_of_mod_wsgi_is_one_event_of_its_thread():
    """Each line has a head of its own; what came long before, or from another thread, is another event."""
    block = read(
        "apache_error",
        WSGI.format(10, 2, "orders: retrying"),
        WSGI.format(14, 2, "Traceback (most recent call last):"),
        WSGI.format(14, 3, '  File "/srv/other.py", line 1, in other'),
        WSGI.format(14, 2, '  File "/srv/a.py", line 3, in load'),
        WSGI.format(15, 2, "NoStock: gone"),
        WSGI.format(15, 2, "orders: giving up"),
    )
    assert block.ledger.event_lines == 6
    assert block.events.select("line", "exception_type", "top_frame").rows() == [
        (1, None, None),
        (2, "NoStock", "load (/srv/a.py:3)"),
        (3, None, None),
        (6, None, None),
    ]


def test_what_apache_says_before_its_log_is_open_is_an_event():
    """It has a code and no head, and is no part of the event above."""
    block = read("apache_error", WSGI.format(14, 2, "x"), "AH00558: apache2: Could not reliably determine the name")
    assert block.events.select("line", "error", "message").rows() == [
        (1, None, "x"),
        (2, "AH00558", "AH00558: apache2: Could not reliably determine the name"),
    ]


@pytest.mark.skipif(not DATA.exists(), reason="the shared data is not here")
def test_real_lines_of_apache():
    """The two error lines of a public test log give client, code and level, as httpd's documentation names them."""
    path = DATA / "logs" / "crowdsec-hub" / "apache2-logs" / "apache2-logs.log"
    lines = [line for line in path.read_text().splitlines() if line.startswith("[")]
    block = read("apache_error", *lines)
    assert block.rejects.is_empty()
    assert block.events.select("error", "level", "logger").rows() == [
        ("AH01618", "error", "auth_basic"),
        ("AH02006", "info", "ssl"),
    ]
    assert block.events["client_ip"].null_count() == 0


@pytest.mark.skipif(not DATA.exists(), reason="the shared data is not here")
def test_no_text_format_reads_a_real_access_log():
    """Ten thousand real lines of nginx and Apache: none of these formats reads more than its own error lines."""
    paths = [
        DATA / "logs" / "elastic-examples" / "apache_logs",
        *sorted((DATA / "logs" / "crowdsec-hub").glob("nginx*/*.log")),
    ]
    lines = [
        line
        for path in paths
        for line in path.read_text(errors="replace").splitlines()
        if '" ' in line and "#" not in line
    ]
    assert len(lines) > 10_000
    assert {
        name: FORMATS[name].parse(frame(lines), "UTC").events.height for name in MINE if name != "go_log"
    } == dict.fromkeys(sorted(set(MINE) - {"go_log"}), 0)


# -- promises

_SAMPLES = st.sampled_from([sample for name in MINE for sample in FORMATS[name].samples])
_LINES = st.lists(
    st.text(max_size=40)
    | _SAMPLES
    | st.builds(lambda text, end: text[:end], _SAMPLES, st.integers(0, 120))
    | st.builds(lambda text, more: f"{text}\n{more}", _SAMPLES, st.text(max_size=40)),
    max_size=6,
)


@settings(max_examples=30)
@given(_LINES, st.sampled_from(MINE))
def test_every_line_is_an_event_a_directive_or_a_reject_with_a_reason(lines, name):
    """Whatever the text is, joined or not: parse raises nothing and loses nothing."""
    parsed = FORMATS[name].parse(frame(lines), "Europe/Berlin")
    read_lines = [*parsed.events["line"], *parsed.rejects["line"]]
    assert len(read_lines) + parsed.directives == len(lines)
    assert len(set(read_lines)) == len(read_lines)
    assert parsed.rejects["reason"].null_count() == 0
    assert parsed.event_lines == parsed.events.height


@settings(max_examples=15)
@given(_LINES, st.permutations(MINE), st.integers(1, 4))
def test_the_ledger_adds_up_over_a_chain(lines, order, length):
    """Mixed files too: each line is accounted for once."""
    lines = [part for line in lines for part in line.split("\n")]
    block = formats.read_block(frame(lines), [FORMATS[name] for name in order[:length]], "UTC")
    assert block.ledger.adds_up
    assert block.ledger.lines == len(lines)


@pytest.mark.parametrize("name", MINE)
def test_a_joined_event_is_read_as_its_first_line_is(name):
    """The reader gives an event back with the lines below it: it is the same event."""
    for sample in FORMATS[name].samples:
        whole = FORMATS[name].parse(frame([f"{sample}\n  more"]), "UTC")
        alone = FORMATS[name].parse(frame([sample]), "UTC")
        assert whole.rejects.is_empty()
        same = ["timestamp", "logger"]
        kept = [column for column in same if column in alone.events.columns]
        assert whole.events.select(kept).equals(alone.events.select(kept))
        assert whole.events["message"].str.ends_with("more").all()


def test_a_finished_request_in_pairs_is_read():
    """As an application's record in JSON would tell it; a message that names a path alone speaks of something else."""
    head = "2026-11-22 16:14:14,123 - orders.http - INFO - "
    found = event(
        "python_logging",
        head + "request completed status=503 duration_ms=12.5 method=GET user=u-7 path=/v1/orders client_ip=10.0.0.9",
    )
    told = [found[name] for name in ("status", "duration_us", "method", "path", "client_ip")]
    assert told == [503, 12_500, "GET", "/v1/orders", "10.0.0.9"]
    assert found["stamped_at"] - found["timestamp"] == timedelta(milliseconds=12.5)
    other = event("python_logging", head + "cache missed path=/v1/orders status=cold")
    assert [other[name] for name in ("status", "method", "path")] == [None] * 3
