"""HAProxy, Squid and Envoy: the traps of their text logs, each with the value that the vendor's manual gives it."""

from __future__ import annotations

import gzip
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lines_by_hand import frame, only_event, read_with

from analyzer.formats import envoy, haproxy, haproxy_error, squid

FORMATS = {form.name: form for module in (haproxy, haproxy_error, squid, envoy) for form in module.FORMATS}
DATA = Path(__file__).parents[2].parent / "shared" / "data" / "incidents"
RECORDED = sorted(DATA.glob("*/haproxy.log*"))
HTTP = (
    "192.0.2.7:3 [06/Feb/2009:12:14:14.655] fe{tls} {server} {timers} {status} {bytes} - - {state} 1/1/1/1/0 0/0 {end}"
)
ENVOY = (
    '[2026-11-22T16:14:14.123Z] "{request}" {code} {flags} {details}{received} {sent} 9 {service} "{forwarded}" "{agent}" '
    '"{id}" "app.example.com" "{upstream}"{mesh}'
)
SQUID = "1795379775.423  {elapsed} 192.0.2.9 {result} 192 {request} - {peer} text/html"


def read(name, *texts, zone="UTC"):
    return read_with(FORMATS[name], *texts, zone=zone)


def only(name, text, **options):
    return only_event(read(name, text, **options))


def http(name="haproxy_http", **parts):
    usual = {"tls": "", "server": "be/app1", "timers": "10/0/30/69/109", "status": "200", "bytes": "2750",
             "state": "----", "end": '"GET /a HTTP/1.1"'}  # fmt: skip
    return only(name, HTTP.format(**usual | parts))


def access(**parts):
    usual = {"request": "GET /a HTTP/1.1", "code": "200", "flags": "-", "details": "", "received": "10", "sent": "20",
             "service": "8", "forwarded": "-", "agent": "x", "id": "id-1", "upstream": "198.51.100.1:80", "mesh": ""}  # fmt: skip
    return only("envoy", ENVOY.format(**usual | parts))


def proxied(**parts):
    usual = {"elapsed": "5", "result": "TCP_MISS/200", "request": "GET http://www.example.com/a?b=c",
             "peer": "HIER_DIRECT/203.0.113.1"}  # fmt: skip
    return only("squid", SQUID.format(**usual | parts))


# -- HAProxy


@pytest.mark.parametrize(
    ("timers", "queue", "connect", "response", "duration"),
    [
        ("6559/1230/7/147/6870", 1_230_000, [7_000], [147_000], 6_870_000),
        ("0/0/-1/-1/1504", 0, None, None, 1_504_000),
        ("0/0/0/-1/1001", 0, [0], None, 1_001_000),
        ("-1/-1/-1/-1/8490", None, None, None, 8_490_000),
        ("9/0/7/14/+30", 0, [7_000], [14_000], 30_000),
    ],
)
def test_haproxy_timers_are_microseconds_and_minus_one_is_a_phase_never_reached(
    timers, queue, connect, response, duration
):
    """TR/Tw/Tc/Tr/Ta in ms: -1 is null, never 0; a + in front of a total is no part of the number."""
    event = http(timers=timers)
    assert (event["queue_us"], event["upstream_connect_us"], event["upstream_us"]) == (queue, connect, response)
    assert event["duration_us"] == duration


@pytest.mark.parametrize(
    ("state", "timers", "server", "status", "expected"),
    [
        ("----", "0/0/0/1/1", "be/app1", "500", [500]),
        ("--VN", "0/0/0/1/1", "be/app1", "200", [200]),
        ("sD--", "0/0/0/1/1002", "be/app1", "200", [200]),  # the headers were there when the data stopped
        ("CD--", "0/0/0/1/10", "be/app1", "404", [404]),
        ("sH--", "0/0/0/-1/1001", "be/app1", "504", None),
        ("SC--", "0/0/-1/-1/1504", "be/app1", "503", None),
        ("PH--", "9/0/7/14/30", "be/app1", "502", None),  # the server answered, HAProxy did not let it pass
        ("PR--", "0/-1/-1/-1/0", "fe/<NOSRV>", "403", None),
        ("LR--", "0/0/0/0/0", "fe/<STATS>", "200", None),
        ("LH--", "0/0/0/1/1", "be/app1", "302", None),
        ("CD--", "0/0/0/-1/10", "be/app1", "400", None),
    ],
)
def test_haproxy_status_is_the_servers_only_where_the_termination_state_shows_it(
    state, timers, server, status, expected
):
    """Section 8.5: in the data phase and after it the server's headers had come; else HAProxy wrote the status."""
    event = http(state=state, timers=timers, server=server, status=status)
    assert (event["status"], event["upstream_status"]) == (int(status), expected)
    assert event["termination_state"] == state


@pytest.mark.parametrize(
    ("server", "name"), [("be/app1", "be/app1"), ("be/<NOSRV>", "be"), ("fe/<STATS>", "fe"), ("b.e:1/a-1", "b.e:1/a-1")]
)
def test_haproxy_names_the_server_and_no_address(server, name):
    """The name of backend and server is no address; where no server was asked, the backend is known."""
    event = http(server=server)
    assert (event["upstream_name"], event["upstream"]) == (name, None)


def test_haproxy_status_minus_one_and_bad_requests_are_rows():
    """A request that never came has no status, no method and no path, and is a row."""
    event = http(status="-1", timers="-1/-1/-1/-1/0", server="fe/<NOSRV>", state="CR--", end='"<BADREQ>"')
    assert [event[name] for name in ("status", "method", "path", "target", "protocol")] == [None] * 5
    assert event["client_ip"] == "192.0.2.7"


def test_haproxy_marks_tls_with_a_tilde():
    """`~` behind the frontend says TLS; without it nobody knows what the client spoke to a hop before."""
    assert http(tls="~")["scheme"] == "https"
    assert http()["scheme"] is None


@pytest.mark.parametrize(
    ("end", "request_id"),
    [
        ('{48b625966e8c0ba8d621a72ed10264d1|curl/8.5 (x)} {} "GET /a HTTP/1.1"', "48b625966e8c0ba8d621a72ed10264d1"),
        ('{} {e5b64c5b-d5db-90d5-9ac7-05d94ebe910b} "GET /a HTTP/1.1"', "e5b64c5b-d5db-90d5-9ac7-05d94ebe910b"),
        ('{www.example.com|48b625966e8c0ba8d621a72ed10264d1-x} "GET /a HTTP/1.1"', None),
        ('{48b625966e8c0ba8d621a72ed10264d1|fedcba9876543210fedcba9876543210} "GET /a HTTP/1.1"', None),
        ('{48b625966e8c0ba8d621a72ed10264d1} {fedcba9876543210fedcba9876543210} "GET /a HTTP/1.1"', None),
        ('{x 48b625966e8c0ba8d621a72ed10264d1} "GET /a HTTP/1.1"', None),
        ('{|} "GET /a HTTP/1.1"', None),
        ('"GET /a HTTP/1.1" 7F000001:8296_7F00001E:1F90_4F7B0A69_0003:790E', "7F000001:8296_7F00001E:1F90_4F7B0A69_0003:790E"),
        ('{48b625966e8c0ba8d621a72ed10264d1} "GET /a HTTP/1.1" "01ARZ3NDEKTSV4RRFFQ69G5FAV"', "01ARZ3NDEKTSV4RRFFQ69G5FAV"),
        ('"GET /a HTTP/1.1" www.example.com', None),
    ],
)  # fmt: skip
def test_haproxy_takes_an_id_where_nothing_else_can_be_meant(end, request_id):
    """The unique-id behind the request, else the one captured value of the line that is a UUID or 32 hex digits."""
    event = http(end=end)
    assert (event["request_id"], event["path"]) == (request_id, "/a")


def test_haproxy_takes_no_captured_value_that_lines_share():
    """A value that three lines of three have is a key or a session: it would join requests that are not one."""
    line = HTTP.format(tls="", server="be/app1", timers="0/0/0/1/1", status="200", bytes="1", state="----",
                       end='{48b625966e8c0ba8d621a72ed10264d1} "GET /a HTTP/1.1"')  # fmt: skip
    assert read("haproxy_http", *[line] * 3).events["request_id"].to_list() == [None] * 3
    other = line.replace("48b6", "48b7")
    ids = read("haproxy_http", line, line, other, other).events["request_id"].to_list()
    assert [value[:4] for value in ids] == ["48b6", "48b6", "48b7", "48b7"]


def test_haproxy_reads_a_captured_traceparent():
    """The trace part of a captured traceparent is the trace id."""
    event = http(end='{a|00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01} "GET /a HTTP/1.1"')
    assert (event["trace_id"], event["request_id"]) == ("4bf92f3577b34da6a3ce929d0e0e4736", None)


@pytest.mark.parametrize(
    ("end", "path", "query", "protocol"),
    [
        ('"GET /a/b HTT', "/a/b", None, None),
        ('"GET /a/b HTTP/1.1', "/a/b", None, "HTTP/1.1"),
        ('"GET /a/b?c=d', "/a/b", "c=d", None),
        ('\\"GET /a/b HTTP/1.0\\"', "/a/b", None, "HTTP/1.0"),
        ('"GET /a#23b?c=#22d#7C HTTP/1.1"', "/a#b", 'c="d|', "HTTP/1.1"),
        ('"GET https://API.example:443/x HTTP/2.0"', "/x", None, "HTTP/2"),
    ],
)
def test_haproxy_requests_may_be_cut_escaped_or_absolute(end, path, query, protocol):
    """A line of 1,024 characters ends inside the request; # escapes quotes and itself (section 8.6)."""
    event = http(end=end)
    assert (event["method"], event["path"], event["query"], event["protocol"]) == ("GET", path, query, protocol)


def test_haproxy_tells_that_it_logged_early():
    """With option logasap, time and bytes are lower bounds: the report's reader is told."""
    line = HTTP.format(tls="", server="be/app1", timers="9/0/7/14/+30", status="200", bytes="+243", state="----",
                       end='"GET /a HTTP/1.1"')  # fmt: skip
    block = read("haproxy_http", line)
    assert "logasap" in block.notes[0]
    assert block.events["response_bytes"].to_list() == [243]
    assert read("haproxy_http", line.replace("+", "")).notes == ()


def test_haproxy_times_are_the_start_in_the_zone_given():
    """The accept date has no zone: 12:14 in Berlin's winter is 11:14 UTC; it marks the start, and stays it."""
    line = HTTP.format(
        tls="", server="be/app1", timers="0/0/0/1/60000", status="200", bytes="1", state="----", end='""'
    )
    event = only("haproxy_http", line, zone="Europe/Berlin")
    assert event["timestamp"] == datetime(2009, 2, 6, 11, 14, 14, 655_000, UTC)
    assert event["stamp_marks"] == "start"


@pytest.mark.parametrize("prefix", ["", "haproxy[123]: ", "haproxy: ", "lb-public[9]: "])
@pytest.mark.parametrize("client", ["192.0.2.7", "2001:db8::7", "::ffff:192.0.2.7", "unix"])
def test_haproxy_clients_are_addresses_without_their_port(prefix, client):
    """IPv6 stands without brackets in front of its port; `unix` is no address; a process may stand in front."""
    line = (
        f'{prefix}{client}:3 [06/Feb/2009:12:14:14.655] fe be/a 0/0/0/1/1 200 1 - - ---- 1/1/1/1/0 0/0 "GET / HTTP/1.1"'
    )
    event = only("haproxy_http", line)
    assert event["client_ip"] == {"unix": None, "::ffff:192.0.2.7": "192.0.2.7"}.get(client, client)
    assert event["process"] == (re.sub(r"\[.*|:.*", "", prefix) or None)


def test_haproxy_formats_do_not_read_each_others_lines():
    """Each sample is read by its own format alone, but for httpslog, which httplog's format reads with less."""
    names = ("haproxy_http", "haproxy_https", "haproxy_tcp", "haproxy_error")
    reads = {
        (reader, owner)
        for reader in names
        for owner in names
        for sample in FORMATS[owner].samples
        if read(reader, sample).rejects.is_empty()
    }
    assert reads == {(name, name) for name in names} | {("haproxy_http", "haproxy_https")}


@pytest.mark.parametrize(
    ("message", "name", "error", "level"),
    [
        ("Server b/s is DOWN, reason: Layer4 timeout, check duration: 1001ms. 0 active", "b/s", "Layer4 timeout", "critical"),
        ("Server b/s is UP, reason: Layer7 check passed, code: 200. 1 active", "b/s", None, "notice"),
        ("backend b has no server available!", "b", None, "critical"),
        ('Health check for server b/s failed, reason: Layer4 connection problem, info: "x", status: 1/3 UP.', "b/s",
         "Layer4 connection problem", "notice"),
        ("Health check for server b/s succeeded, reason: Layer4 check passed, status: 1/2 DOWN.", "b/s", None, "notice"),
        ("Proxy fe started.", None, None, "notice"),
        ("Stopping frontend fe in 0 ms.", None, None, "warning"),
    ],
)  # fmt: skip
def test_haproxy_events_are_no_rejects(message, name, error, level):
    """Events stand bare, behind the process, or behind the level that the terminal shows; they name their server."""
    for line in (message, f"haproxy[7]: {message}"):
        event = only("haproxy_error", line)
        assert (event["kind"], event["message"], event["timestamp"]) == ("error", message, None)
        assert (event["upstream_name"], event["error"], event["level"]) == (name, error, level)
    assert only("haproxy_error", f"[WARNING] 124/210930 (59014) : {message}")["level"] == "warning"


def test_haproxy_failed_handshakes_are_errors_with_client_and_listener():
    """The error log format of section 8.2.5, with the detail that newer versions add."""
    line = "192.0.2.7:56059 [03/Dec/2012:17:35:10.380] frt/f1: SSL handshake failure (error:0A000416:SSL routines::x)"
    event = only("haproxy_error", line)
    assert (event["client_ip"], event["logger"], event["error"]) == ("192.0.2.7", "frt/f1", "SSL handshake failure")
    assert event["message"] == "SSL handshake failure (error:0A000416:SSL routines::x)"


@pytest.mark.skipif(not RECORDED, reason="the folder with recorded logs is not on this machine")
@pytest.mark.parametrize("path", RECORDED or [DATA], ids=lambda path: path.parent.name)
def test_recorded_haproxy_logs_are_read_with_the_right_columns(path):
    """Every line of a real HAProxy: client, backend, timers, status, bytes, id and request are what stands there."""
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    lines = [line.partition(" lb01 ")[2] for line in data.decode().splitlines()]
    block = read("haproxy_http", *lines)
    assert (block.events.height, block.rejects.height) == (len(lines), 0)
    written = re.compile(
        r"haproxy\[\d+\]: (\S+):\d+ \[([^\]]+)\] \S+ (\S+) \d+/(\d+)/(\d+)/(\d+)/(\d+) (\d+) (\d+) \S+ \S+ (\S+) "
        r'\S+ \S+ \{([0-9a-f]{32})\|[^}]*\} "([A-Z]+) (\S+) HTTP/1.1"'
    )
    for line, event in zip(lines, block.events.iter_rows(named=True), strict=True):
        client, stamp, name, queue, connect, response, total, status, size, state, rid, method, target = (
            written.fullmatch(line).groups()  # type: ignore[union-attr]
        )
        started = datetime.strptime(stamp, "%d/%b/%Y:%H:%M:%S.%f").replace(tzinfo=UTC)
        assert (event["client_ip"], event["timestamp"], event["upstream_name"]) == (client, started, name)
        assert (event["queue_us"], event["duration_us"]) == (int(queue) * 1000, int(total) * 1000)
        assert (event["upstream_connect_us"], event["upstream_us"]) == ([int(connect) * 1000], [int(response) * 1000])
        assert (event["status"], event["response_bytes"]) == (int(status), int(size))
        assert event["upstream_status"] == ([int(status)] if state == "----" else None)
        assert (event["termination_state"], event["request_id"]) == (state, rid)
        assert (event["method"], event["target"]) == (method, target)


# -- Squid


def test_squid_stamps_the_end():
    """The time is that of completion: 12 s of work began 12 s before."""
    event = proxied(elapsed="12000")
    assert event["stamped_at"] == datetime(2026, 11, 22, 20, 36, 15, 423_000, UTC)
    assert event["timestamp"] == datetime(2026, 11, 22, 20, 36, 3, 423_000, UTC)
    assert (event["stamp_marks"], event["duration_us"]) == ("end", 12_000_000)


@pytest.mark.parametrize(
    ("peer", "upstream"),
    [
        ("HIER_DIRECT/203.0.113.1", ["203.0.113.1"]),
        ("TIMEOUT_FIRSTUP_PARENT/parent.example", ["parent.example"]),
        ("HIER_DIRECT/2001:db8::1", ["2001:db8::1"]),
        ("HIER_NONE/-", None),
        ("NONE/-", None),
    ],
)
def test_squid_peer_none_means_that_nobody_was_asked(peer, upstream):
    """The peer behind the hierarchy code is the server that was asked, if one was."""
    assert proxied(peer=peer)["upstream"] == upstream


@pytest.mark.parametrize(
    ("request_", "method", "host", "path", "error"),
    [
        ("CONNECT www.example.com:443", "CONNECT", "www.example.com", None, None),
        ("CONNECT [2001:db8::1]:8443", "CONNECT", "[2001:db8::1]:8443", None, None),
        ("GET http://www.example.com/with space/x", "GET", "www.example.com", "/with space/x", None),
        ("GET http://www.example.com/%20%7e", "GET", "www.example.com", "/%20%7e", None),
        ("NONE error:invalid-request", None, None, None, "error:invalid-request"),
        ("- error:transaction-end-before-headers", None, None, None, "error:transaction-end-before-headers"),
        ("OPTIONS http://:80*", "OPTIONS", None, "*", None),
    ],
)
def test_squid_requests_of_all_kinds(request_, method, host, path, error):
    """A tunnel has a host and no path; what Squid could not read has neither method nor path."""
    event = proxied(request=request_)
    assert (event["method"], event["host"], event["path"], event["error"]) == (method, host, path, error)


def test_squid_results_and_status():
    """Words of a result are joined by _; 000 is no status."""
    event = proxied(result="TCP_REFRESH_MODIFIED_ABORTED/000")
    assert (event["result"], event["status"]) == ("TCP_REFRESH_MODIFIED_ABORTED", None)
    assert proxied(result="TCP_DENIED/407")["status"] == 407


def test_squid_columns_may_be_padded():
    """Old times are shorter, long ones wider than their columns."""
    line = SQUID.format(elapsed="       5", result="TCP_HIT/200", request="GET http://a.example/", peer="NONE/-")
    assert only("squid", f" {line}")["duration_us"] == 5_000


def test_squid_headers_in_brackets_fill_columns_and_cannot_be_forged():
    """log_mime_hdrs: what a client writes is escaped, so a backslash-n in its user agent opens no header."""
    line = SQUID.format(elapsed=5, result="TCP_MISS/503", request="GET http://a.example/", peer="HIER_DIRECT/192.0.2.1")
    asked = r"User-Agent: cu %5bx%5d\\r\\nX-Request-ID: forged\r\nX-Request-ID: true-1\r\nAuthorization: Basic eA==\r\n"
    event = only("squid", rf"{line} [{asked}] [HTTP/1.1 503 x\r\nX-Squid-Error: ERR_CONNECT_FAIL 111\r\n\r\n]")
    assert (event["user_agent"], event["request_id"]) == (r"cu [x]\r\nX-Request-ID: forged", "true-1")
    assert (event["error"], event["auth_scheme"], event["content_type"]) == (
        "ERR_CONNECT_FAIL 111",
        "Basic",
        "text/html",
    )
    assert only("squid", f"{line} [] []")["auth_present"] is None


def test_squid_httpd_formats_are_told_from_combined_by_their_end():
    """Result and hierarchy behind combined are Squid's; without them the line is not its own."""
    line = '192.0.2.9 - - [22/Nov/2026:20:36:07 +0000] "GET http://a.example/ HTTP/1.1" 200 5 "-" "x"'
    event = only("squid_combined", f"{line} TCP_MISS:HIER_DIRECT")
    assert (event["result"], event["stamp_marks"]) == ("TCP_MISS", "end")
    assert read("squid_combined", line).rejects.height == 1
    forged = only("squid_combined", f'{line[:-2]}y" TCP_HIT:HIER_NONE" TCP_MISS:HIER_DIRECT')
    assert (forged["result"], forged["user_agent"]) == ("TCP_MISS", 'y" TCP_HIT:HIER_NONE')


# -- Envoy


def test_envoy_bytes_received_come_before_bytes_sent():
    """The first number is the request's, the second the response's."""
    event = access(received="154", sent="7")
    assert (event["request_bytes"], event["response_bytes"]) == (154, 7)


def test_envoy_code_zero_is_no_status_and_flags_are_a_list():
    """Code 0: no response was begun; a dash is no flag."""
    event = access(code="0", flags="UF,URX", service="-")
    assert (event["status"], event["response_flags"], event["upstream_us"]) == (None, ["UF", "URX"], None)
    assert access()["response_flags"] is None


RESET = "upstream_reset_before_response_started{connection_failure}"


@pytest.mark.parametrize(
    ("code", "flags", "details", "service", "upstream_status", "error", "result"),
    [
        ("503", "-", 'via_upstream - "-" ', "8", [503], None, "via_upstream"),
        ("200", "URX", 'via_upstream - "-" ', "8", [200], None, "via_upstream"),
        ("503", "UF", f'{RESET} - "-" ', "-", None, RESET, RESET),
        ("200", "UF", f'{RESET} - "-" ', "-", None, RESET, RESET),  # gRPC
        ("503", "UF", 'upstream_reset_before_response_started{connection failure} - "-" ', "-", None,
         "upstream_reset_before_response_started{connection failure}",
         "upstream_reset_before_response_started{connection failure}"),
        ("404", "NR", 'route_not_found - "-" ', "-", None, "route_not_found", "route_not_found"),
        ("200", "-", 'direct_response - "-" ', "-", None, None, "direct_response"),
        ("403", "-", '- rbac_access_denied_matched_policy[none] "-" ', "-", None,
         "rbac_access_denied_matched_policy[none]", None),
        ("503", "UF", '"-" "TLS error: 1" ', "-", None, "TLS error: 1", None),
        ("418", "-", '"-" ', "2", [418], None, None),
        ("418", "-", "", "2", [418], None, None),
        ("503", "-", "", "-", None, None, None),
        ("503", "UC", "", "2", None, None, None),
    ],
)  # fmt: skip
def test_envoy_tells_who_set_the_status(code, flags, details, service, upstream_status, error, result):  # noqa: PLR0917 - one row of the table
    """via_upstream: the upstream; other details are Envoy's own, and an error where the exchange failed."""
    event = access(code=code, flags=flags, details=details, service=service)
    assert (event["upstream_status"], event["error"], event["result"]) == (upstream_status, error, result)


def test_envoy_keeps_the_transport_failure_beside_the_details():
    """What the transport said is the message; the details stay the error."""
    event = access(code="503", flags="UF", details=f'{RESET} - "delayed_connect_error:_111" ', service="-")
    assert (event["error"], event["message"]) == (RESET, "delayed_connect_error:_111")


def test_istio_columns():
    """Cluster, addresses and server name follow the upstream host; the route may be missing."""
    mesh = " outbound|80||app.svc 10.1.0.8:1 10.1.0.9:8080 [2001:db8::9]:55808 outbound_.80_.v1_.app.svc"
    for route in ("", " default", " -"):
        event = access(details='via_upstream - "-" ', mesh=mesh + route)
        assert (event["upstream_name"], event["server_ip"]) == ("outbound|80||app.svc", "10.1.0.9")
        assert (event["client_ip"], event["upstream"]) == ("2001:db8::9", ["198.51.100.1:80"])
        assert event["host"] == "app.example.com"


def test_envoy_tcp_lines_have_no_request():
    """`- - -` is no request; the server name that the client asked for is the host."""
    line = '[2021-03-16T09:30:47.919Z] "- - -" 0 UF - - "-" 0 7 2285 - "-" "-" "-" "-" "10.1.0.1:1" c - 10.1.0.2:1 10.1.0.3:1 '
    event = only("envoy", f"{line}outbound_.443_._.api.example -")
    assert [event[name] for name in ("method", "path", "protocol", "status", "request_id")] == [None] * 5
    assert (event["host"], event["response_bytes"], event["upstream_name"]) == ("api.example", 7, "c")


def test_envoy_forwarded_addresses_with_blanks_brackets_and_ports():
    """The first public address of the list, whatever its spelling."""
    event = access(forwarded="10.0.0.3, [2001:db8::2]:443 ,192.0.2.1:80")
    assert (event["client_ip"], event["client_ip_from"]) == ("2001:db8::2", "first public of forwarded_for")


@pytest.mark.parametrize("prefix", ["ACCESS ", "[2026-11-22T16:14:15Z] ", "ACCESS [2026-11-22 16:14:15.000] "])
def test_envoy_prefixes(prefix):
    """Ambassador's ACCESS and a repeated time stand in front of a whole line."""
    sample = FORMATS["envoy"].samples[1]
    assert only("envoy", prefix + sample) | {"raw": sample} == only("envoy", sample)


def test_envoy_quotes_in_values_move_no_field():
    """A client writes quotes into its user agent: the id and the upstream stay the line's last ones."""
    event = access(agent='x" "forged" "evil.example" "203.0.113.66:80', id="true-1")
    assert (event["request_id"], event["upstream"], event["host"]) == ("true-1", ["198.51.100.1:80"], "app.example.com")
    assert event["user_agent"] == 'x" "forged" "evil.example" "203.0.113.66:80'


@pytest.mark.parametrize("further", [' "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"', ' "a" 7', " 7 8"])
def test_envoy_further_fields_move_none_either(further):
    """Fields that a configuration adds behind the default ones are not taken for the line's last ones."""
    event = access(mesh=further)
    assert (event["request_id"], event["host"], event["user_agent"]) == ("id-1", "app.example.com", "x")


def test_envoy_times_are_utc_and_the_start():
    """An offset counts, whatever the zone of other sources."""
    sample = FORMATS["envoy"].samples[0].replace("00.310Z", "00.310+02:00")
    event = only("envoy", sample, zone="Asia/Tokyo")
    assert event["timestamp"] == datetime(2016, 4, 15, 18, 17, 0, 310_000, UTC)
    assert event["stamp_marks"] == "start"


def test_envoy_own_lines_are_in_the_zone_given_and_may_go_on():
    """Lines of the program have no zone; what follows without a head belongs to the line above."""
    lines = ["[2026-11-22 16:14:14.123][1][warning][upstream] [source/a/b.cc:7] dump:", "':path', '/a'", "end"]
    block = read("envoy_log", *lines, zone="Asia/Tokyo")
    (event,) = block.events.iter_rows(named=True)
    assert event["timestamp"] == datetime(2026, 11, 22, 7, 14, 14, 123_000, UTC)
    assert (event["level"], event["logger"], event["message"]) == ("warning", "upstream", "dump:\n':path', '/a'\nend")
    assert (event["kind"], block.ledger.event_lines) == ("error", 3)


# -- all of them


@pytest.mark.parametrize("name", sorted(set(FORMATS) - {"haproxy_error", "envoy_log"}))
def test_the_patterns_of_a_format_give_the_same_rows(name):
    """Quick patterns are there for speed only: each row they give, the patterns behind them give too."""
    form = FORMATS[name]
    (layout,) = form.layouts
    texts = (Path(__file__).parents[1] / "data/formats" / name / "input.log").read_text(encoding="utf-8").splitlines()
    lines = frame(texts)
    quick = lines.filter(pl.col("raw").str.contains(layout.patterns[0]))
    assert quick.height > 0
    slow = replace(form, layouts=(replace(layout, patterns=layout.patterns[1:]),))
    assert slow.parse(quick, "UTC").events.equals(form.parse(quick, "UTC").events)


SAMPLES = [sample for form in FORMATS.values() for sample in form.samples]
TEXTS = st.one_of(
    st.text(max_size=60),
    st.builds(lambda sample, cut: sample[:cut], st.sampled_from(SAMPLES), st.integers(0, 300)),
    st.builds(
        lambda sample, at, junk: sample[:at] + junk + sample[at:],
        st.sampled_from(SAMPLES),
        st.integers(0, 300),
        st.text(st.sampled_from('0 -"[]{}|/:\\\x00é#%~+<'), max_size=6),
    ),
    st.builds(lambda data: data.decode("utf-8", "replace"), st.binary(max_size=40)),
)


@settings(max_examples=30)
@given(st.lists(TEXTS, max_size=5))
def test_no_line_is_lost_whatever_it_holds(texts):
    """Any bytes, cut lines and lines with rubbish inside: each is an event's or a reject with a reason."""
    for name in FORMATS:
        block = read(name, *texts)
        assert block.ledger.rejects == block.rejects.height
        assert block.rejects["reason"].str.contains("column|time that exists").all()
