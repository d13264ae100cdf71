"""The relatives of the combined format: each is chosen for its lines, and its traps are rows, not rejects."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lines_by_hand import frame, read_with

from analyzer import formats

NAMES = (
    "bunkerweb", "combined", "combined_vhost", "common", "fastly", "hypercorn", "iis_event", "ingress_nginx", "lighttpd",
    "lighttpd_error", "litespeed", "litespeed_error", "morgan_short", "morgan_tiny", "nginx_combined", "nginx_main",
    "nginx_proxy_manager", "npmplus", "python_http_server", "rack_common", "rails", "traefik_clf", "uvicorn", "uwsgi",
    "vhost_combined", "zoraxy", "zoraxy_system",
)  # fmt: skip
FORMATS = formats.line_formats()
STAMP = "[24/Nov/2024:13:38:05 +0000]"
COMBINED = f'192.0.2.1 - - {STAMP} "GET /a HTTP/1.1" 200 5 "-" "curl/8.5.0"'
INGRESS = "80 0.001 [shop-web-80] [] 10.0.0.9:80 5 0.001 200 d0022df50e62e766d2f27103701601e6"


def read(name, *lines):
    return read_with(FORMATS[name], *lines)


def rows(name, *lines):
    block = read(name, *lines)
    assert block.rejects.rows() == []
    return block.events.rows(named=True)


def chosen(*lines):
    return formats.detect(lines, "UTC").formats[0].name


@pytest.mark.parametrize("name", ["combined", "nginx_combined"])
def test_a_missing_dash_shifts_no_field(name):
    """Either of the two fields before the time may be left out: `-` alone is nobody, a word alone is the user."""
    line = COMBINED.replace("- -", "-"), COMBINED.replace("- -", "alice"), COMBINED.replace("- -", "- alice")
    assert [(row["client_ip"], row["user"], row["status"]) for row in rows(name, *line)] == [
        ("192.0.2.1", None, 200),
        ("192.0.2.1", "alice", 200),
        ("192.0.2.1", "alice", 200),
    ]


@pytest.mark.parametrize(
    ("line", "name", "host"),
    [
        (f"www.example.com {COMBINED}", "combined_vhost", "www.example.com"),
        (f"www.example.com:8443 {COMBINED}", "vhost_combined", "www.example.com"),
        (f'["www.example.com"] {COMBINED}', "litespeed", "www.example.com"),
        (COMBINED.replace("- -", "www.example.com:81 -", 1), "lighttpd", "www.example.com:81"),
        (COMBINED, "combined", None),
    ],
)
def test_the_virtual_host_is_found_wherever_a_server_puts_it(line, name, host):
    """In front, with a port, in quotes or as second field: the format that knows it is chosen, and the client stays."""
    assert chosen(*[line] * 3) == name
    row = rows(name, line)[0]
    assert (row["host"], row["client_ip"]) == (host, "192.0.2.1")


@pytest.mark.parametrize(
    ("line", "name", "host"),
    [
        (COMBINED.replace("- -", "www.example.com a[b] c", 1), "lighttpd", "www.example.com"),
        (f"www.example.com {COMBINED.replace('- -', '- a[b] c')}", "combined_vhost", "www.example.com"),
        (f"www.example.com:8443 {COMBINED.replace('- -', '- a[b] c')}", "vhost_combined", "www.example.com"),
        (COMBINED.replace("- -", "- a[b] c"), "combined", None),
    ],
)
def test_a_name_with_brackets_and_blanks_swaps_no_host_and_client(line, name, host):
    """One line is enough: the format that knows the host reads it, and the name is whole."""
    assert chosen(line) == name
    row = rows(name, line)[0]
    assert (row["host"], row["client_ip"], row["user"]) == (host, "192.0.2.1", "a[b] c")


@pytest.mark.parametrize(
    ("name", "cut"), [("combined", None), ("nginx_combined", None), ("common", ' "-" "curl/8.5.0"')]
)
def test_an_unknown_client_is_null(name, cut):
    """Varnish writes three dashes where it could not read the request; a dash before a client is none."""
    line = COMBINED.removesuffix(cut or "")
    unknown = line.replace("192.0.2.1 - -", "- - -").replace("GET /a HTTP/1.1", "- http://localhost HTTP/1.0")
    row = rows(name, unknown)[0]
    found = tuple(row[column] for column in ("client_ip", "user", "method", "path", "status"))
    assert found == (None, None, None, None, 200)
    assert read(name, f"- {line}").events.is_empty()
    assert chosen(line, unknown) == name.removeprefix("nginx_")


@pytest.mark.parametrize(
    ("name", "marks"),
    [("common", None), ("combined", None), ("combined_vhost", None), ("nginx_combined", "end"), ("vhost_combined", "start"),
     ("nginx_main", "end"), ("lighttpd", "end")],
)  # fmt: skip
def test_only_a_format_that_tells_the_server_says_what_its_time_marks(name, marks):
    """Apache stamps the start, nginx and lighttpd the end; the line that all of them write says neither."""
    row = rows(name, FORMATS[name].samples[0])[0]
    assert (row["stamp_marks"], row["timestamp"]) == (marks, row["stamped_at"])


@pytest.mark.parametrize("line", [COMBINED, COMBINED.removesuffix(' "-" "curl/8.5.0"')], ids=["combined", "common"])
def test_no_relative_with_one_more_field_takes_plain_lines(line):
    """Neither nginx's main, nor Rack, nor Traefik, nor an nginx that claims the end is chosen for them."""
    assert [form.name for form in formats.detect([line] * 60, "UTC").formats] == [
        "combined" if line == COMBINED else "common"
    ]


MALFORMED = ("", "-", r"\x16\x03\x01\x02\x00\x01", r"\x03\x00\x00/*\xE0\x00Cookie: mstshash=Administr", "HELP")
AROUND = {
    "combined": '192.0.2.1 - - {stamp} "{request}" 400 0 "-" "probe"',
    "nginx_main": '192.0.2.1 - - {stamp} "{request}" 400 0 "-" "-" "-"',
    "traefik_clf": '192.0.2.1 - - {stamp} "{request}" 400 0 "-" "-" 7 "-" "-" 0ms',
    "ingress_nginx": f'192.0.2.1 - - {{stamp}} "{{request}}" 400 0 "-" "-" {INGRESS}',
    "bunkerweb": '_ 192.0.2.1 - d0022df50e62e766d2f27103701601e6 - {stamp} "{request}" 400 0 "-" "-"',
    "npmplus": '{stamp} _ 192.0.2.1 0.811 "{request}" 400 122 282 - -',
    "lighttpd": '192.0.2.1 www.example.com - {stamp} "{request}" 400 0 "-" "-"',
    "litespeed": '["www.example.com"] 192.0.2.1 - - {stamp} "{request}" 400 0 "-" "-"',
    "rack_common": '192.0.2.1 - - {stamp} "{request}" 400 - 0.0001',
}


@pytest.mark.parametrize("name", AROUND)
def test_a_malformed_request_is_a_row_without_method_and_path(name):
    """Empty, a dash, TLS bytes, remote desktop and a bare word: status and client are still known."""
    lines = [AROUND[name].format(stamp=STAMP, request=request) for request in MALFORMED]
    for row in rows(name, *lines):
        assert (row["method"], row["path"], row["status"], row["client_ip"]) == (None, None, 400, "192.0.2.1")


@pytest.mark.parametrize("name", sorted(set(AROUND) - {"combined"}))
def test_a_cut_line_is_read_among_whole_ones_only(name):
    """What is cut where all servers write the same could be anybody's, so a relative takes no combined file over."""
    whole = AROUND[name].format(stamp=STAMP, request="GET /a HTTP/1.1")
    cut = whole[: whole.index(" 400 ") + 6]
    among = rows(name, whole, cut)
    assert [row["status"] for row in among] == [400, 400]
    assert among[1]["path"] == "/a"
    assert read(name, cut).events.is_empty()
    assert read(name, *[COMBINED] * 3).events.is_empty()


def test_a_verb_with_a_letter_too_much_is_kept():
    """PATCHp is a token: a method like another."""
    assert rows("combined", COMBINED.replace("GET", "PATCHp"))[0]["method"] == "PATCHP"


@pytest.mark.parametrize(
    ("peer", "forwarded", "client", "rule"),
    [
        ("192.0.2.1", "-", "192.0.2.1", None),
        ("10.0.0.4", "unknown, 10.1.1.1, 198.51.100.7:5000", "198.51.100.7", "first public of forwarded_for"),
        ("10.0.0.4", "[2001:db8::5]:443", "2001:db8::5", "first public of forwarded_for"),
        ("10.0.0.4", "10.9.9.9", "10.9.9.9", "first of forwarded_for"),
        ("203.0.113.9", "198.51.100.7", "203.0.113.9", "peer"),
    ],
)
def test_a_trailing_forwarded_for_column_names_the_client(peer, forwarded, client, rule):
    """It counts only behind a private peer, who is kept; a dash is no header."""
    line = f'{COMBINED.replace("192.0.2.1", peer)} "{forwarded}"'
    row = rows("nginx_main", line)[0]
    assert (row["client_ip"], row["client_ip_from"]) == (client, rule)
    assert row["peer_ip"] == (peer if client != peer else None)


@pytest.mark.parametrize(
    ("tail", "upstream", "statuses", "times", "name"),
    [
        (
            "[a-b-80] [a-canary-80] 10.0.0.7:80, 10.0.0.8:80 0, 13 1.000, 0.050 502, 200",
            ["10.0.0.7:80", "10.0.0.8:80"], [502, 200], [1_000_000, 50_000], "a-b-80",
        ),
        ("[a-b-80] [] 10.0.0.7:80 : 10.0.0.8:80 0 : 5 0.100 : 0.200 503 : 200",
         ["10.0.0.7:80", "10.0.0.8:80"], [503, 200], [100_000, 200_000], "a-b-80"),
        ("[a-b-80] [] 10.0.0.7:80 0 60.001 -", ["10.0.0.7:80"], None, [60_001_000], "a-b-80"),
        ("[] [] - - - -", None, None, None, None),
    ],
    ids=["two", "groups", "left", "never asked"],
)  # fmt: skip
def test_ingress_nginx_keeps_what_each_upstream_did(tail, upstream, statuses, times, name):
    """Lists stay lists, an empty name and a dash are null, and the id is no status."""
    line = f"{COMBINED} 502 1.052 {tail} d0022df50e62e766d2f27103701601e6"
    row = rows("ingress_nginx", line)[0]
    found = (row["upstream"], row["upstream_status"], row["upstream_us"], row["upstream_name"])
    assert found == (upstream, statuses, times, name)
    assert (row["request_id"], row["duration_us"]) == ("d0022df50e62e766d2f27103701601e6", 1_052_000)


def test_old_ingress_nginx_names_the_real_client_in_brackets():
    """Before 0.30 the peer stood first, the client in brackets."""
    line = f"{COMBINED.replace('- -', '- [198.51.100.6] - -')} 80 0.001 [a-b-80] 10.0.0.9:80 5 0.001 200"
    row = rows("ingress_nginx", line)[0]
    assert (row["client_ip"], row["peer_ip"], row["upstream_status"]) == ("198.51.100.6", "192.0.2.1", [200])


def test_traefik_tells_what_was_never_routed():
    """Status and size may both be dashes, and so may router and server; a chain of routers stays as it is written."""
    never = f'192.0.2.1 - - {STAMP} "GET /x HTTP/1.1" - - "-" "-" 45640 "-" "-" 0ms'
    chain = f'{COMBINED} 244 "root@docker -> leaf@docker" "http://172.17.0.3:80" 42ms'
    first, second = rows("traefik_clf", never, chain)
    names = ("status", "response_bytes", "upstream_name", "upstream", "duration_us")
    assert [first[name] for name in names] == [None, None, None, None, 0]
    assert [second[name] for name in names] == [200, 5, "root@docker -> leaf@docker", ["172.17.0.3:80"], 42_000]
    assert second["timestamp"] == second["stamped_at"] == datetime(2024, 11, 24, 13, 38, 5, tzinfo=UTC)
    assert chosen(never, chain) == "traefik_clf"


def test_nginx_proxy_manager_reads_all_it_puts_into_one_file():
    """Lines with and without an upstream, combined ones and errors are read, each by its format."""
    head = f"{STAMP} HIT 502, 200 200 - GET https example.com"
    tail = '[Client 192.0.2.4] [Length 5] [Gzip -] {sent}"curl/8.5.0" "-"'
    lines = [
        f'{head} "/twice" {tail.format(sent="[Sent-to 10.0.0.15:8080] ")}',
        f'{STAMP} 444 - GET https 198.51.100.4 "/.env" {tail.format(sent="")}',
        COMBINED,
        '2024/11/24 13:38:05 [error] 1#1: *2 open() "/x" failed, client: 192.0.2.4, server: s, request: "GET /x HTTP/1.1"',
    ]
    block = formats.read_block(frame(lines), formats.detect(lines, "UTC").formats, "UTC")
    assert block.rejects.is_empty()
    assert block.events["format"].to_list() == ["nginx_proxy_manager", "nginx_proxy_manager", "combined", "nginx_error"]
    assert block.events["status"].to_list() == [200, 444, 200, None]
    assert block.events["upstream_status"].to_list() == [[502, 200], None, None, None]
    assert block.events["result"].to_list() == ["HIT", None, None, None]


def test_npmplus_reads_an_unquoted_agent_to_the_end_of_the_line():
    """The last two fields have no quotes; bytes are those that were sent, with the headers."""
    line = (
        f'{STAMP} a.example 192.0.2.1 0.156 "GET / HTTP/2.0" 200 2048 2156 https://b.example/?q=c Mozilla/5.0 (X11; x)'
    )
    row = rows("npmplus", line)[0]
    assert (row["user_agent"], row["referrer"]) == ("Mozilla/5.0 (X11; x)", "https://b.example/?q=c")
    assert (row["response_bytes"], row["duration_us"], row["host"]) == (2156, 156_000, "a.example")


def test_gunicorn_writes_combined():
    """Its default access_log_format is combined, text for text."""
    assert chosen(*[f'127.0.0.1 - - {STAMP} "GET / HTTP/1.1" 200 13 "-" "curl/8.5.0"'] * 3) == "combined"


TIMELESS = {
    "uvicorn": ('INFO:     192.0.2.1:50000 - "GET /a?b=c HTTP/1.1" 200 OK', "192.0.2.1"),
    "morgan_tiny": ("GET /a?b=c 200 5.123 ms - 10", None),
    "morgan_short": ("192.0.2.1 - GET /a?b=c HTTP/1.1 200 10 - 5.123 ms", "192.0.2.1"),
}


@pytest.mark.parametrize("name", TIMELESS)
def test_lines_without_any_time_are_events(name):
    """What these servers write by default has no time, so it is null, never guessed."""
    line, client = TIMELESS[name]
    row = rows(name, line)[0]
    assert chosen(line) == name
    assert (row["timestamp"], row["stamped_at"], row["client_ip"]) == (None, None, client)
    assert (row["method"], row["target"], row["status"]) == ("GET", "/a?b=c", 200)


def test_lines_without_any_time_take_that_of_their_wrapper():
    """In a container the runtime says when the line came."""
    lines = [f"2024-05-01T12:00:0{second}.5Z stdout F {TIMELESS['uvicorn'][0]}" for second in range(3)]
    choice = formats.detect(lines, "UTC")
    block = formats.read_block(frame(lines), choice.formats, "UTC", choice.wrappers)
    assert (choice.formats[0].name, choice.wrappers[0].name) == ("uvicorn", "cri")
    assert block.events["timestamp"][1] == datetime(2024, 5, 1, 12, 0, 1, 500_000, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "line", "path"),
    [
        (
            "uvicorn",
            '\x1b[32mINFO\x1b[0m:     192.0.2.1:5 - "\x1b[1mGET /c HTTP/1.1\x1b[0m" \x1b[32m200 OK\x1b[0m',
            "/c",
        ),
        ("morgan_tiny", "\x1b[0mGET /c \x1b[32m200\x1b[0m 5.123 ms - 10\x1b[0m", "/c"),
        ("python_http_server", '192.0.2.1 - - [01/May/2024 12:00:05] "\x1b[33mGET /c HTTP/1.1\x1b[0m" 200 -', "/c"),
    ],
)
def test_colours_of_a_terminal_do_not_hide_the_fields(name, line, path):
    """Servers colour what they write, and the fields are read without."""
    row = rows(name, line)[0]
    assert (row["status"], row["path"]) == (200, path)
    assert chosen(line) == name


def test_a_websocket_that_uvicorn_accepted_has_no_status():
    """Nobody writes 101, so nothing is guessed; a refused one has its status."""
    accepted, refused = rows(
        "uvicorn",
        'INFO:     192.0.2.1:5 - "WebSocket /ws" [accepted]',
        "INFO:     ('192.0.2.1', 5) - \"WebSocket /ws\" 403",
    )
    assert (accepted["path"], accepted["status"], accepted["method"]) == ("/ws", None, None)
    assert (refused["client_ip"], refused["status"]) == ("192.0.2.1", 403)


def test_hypercorn_writes_a_bare_version():
    """Combined would take `/a 1.1` for the target."""
    line = f'192.0.2.1:50000 - - {STAMP} "GET /a 1.1" 200 12 "-" "curl/8.5.0"'
    row = rows("hypercorn", line)[0]
    assert chosen(line) == "hypercorn"
    assert (row["target"], row["protocol"], row["client_ip"]) == ("/a", "HTTP/1.1", "192.0.2.1")


def test_what_http_server_says_twice_is_one_request():
    """`code 404, message ...` repeats the status of the line below it."""
    said, asked = rows(
        "python_http_server",
        "192.0.2.1 - - [01/May/2024 12:00:01] code 404, message File not found",
        '192.0.2.1 - - [01/May/2024 12:00:01] "GET /nothing HTTP/1.1" 404 -',
    )
    assert (said["kind"], said["message"]) == ("error", "File not found")
    assert (asked["kind"], asked["status"], asked["response_bytes"]) == ("request", 404, None)


def test_local_times_are_read_in_the_given_zone():
    """http.server, uWSGI, LiteSpeed and Zoraxy write no offset."""
    line = "[2025-05-01 12:01:50.912318] [router:host-http] [origin:a.example] [client: 192.0.2.1] [useragent: x] GET /a 404"
    block = read_with(FORMATS["zoraxy"], line, zone="Europe/Berlin")
    assert block.events["stamped_at"].to_list() == [datetime(2025, 5, 1, 10, 1, 50, 912_318, tzinfo=UTC)]


UWSGI = (
    "[pid: 1|app: 0|req: 1/1] {client} () {{42 vars in 675 bytes}} [Fri Jan  2 01:04:09 2015] {request} => "
    "generated 10 bytes in 5 {unit} (HTTP/1.1 {status}) 2 headers in 71 bytes (1 switches on core 0)"
)


@pytest.mark.parametrize(
    ("client", "request_text", "unit", "status", "expected"),
    [
        ("192.0.2.1", "GET /a b", "msecs", 200, ("192.0.2.1", "/a b", 5_000, 200)),
        ("198.51.100.7, 10.0.0.2", "GET /a", "micros", 200, ("198.51.100.7", "/a", 5, 200)),
        ("0.0.0.0", "- -", "msecs", 500, (None, None, 5_000, 500)),
        ("192.0.2.1", "GET /a", "msecs via sendfile()", 0, ("192.0.2.1", "/a", 5_000, None)),
    ],
)
def test_uwsgi_units_and_placeholders(client, request_text, unit, status, expected):
    """Milliseconds and microseconds, several forwarded addresses, and what stands for a line that was too long."""
    line = UWSGI.format(client=client, request=request_text, unit=unit, status=status)
    row = rows("uwsgi", line)[0]
    assert (row["client_ip"], row["path"], row["duration_us"], row["status"]) == expected
    assert row["timestamp"] == datetime(2015, 1, 2, 1, 4, 9, tzinfo=UTC)


def test_rack_writes_the_seconds_last():
    """The time is that of the end, so the start is earlier; common would not know the duration."""
    line = f'192.0.2.1 - - {STAMP} "GET /a HTTP/1.1" 500 - 1.5000'
    row = rows("rack_common", line)[0]
    assert chosen(line) == "rack_common"
    assert (row["duration_us"], row["timestamp"]) == (1_500_000, datetime(2024, 11, 24, 13, 38, 3, 500_000, tzinfo=UTC))


STARTED = 'Started GET "/{path}" for 192.0.2.1 at 2024-05-01 12:00:00 +0000'
COMPLETED = "Completed {status} Whatever in 5ms (Allocations: 9)"


def test_rails_joins_by_tags_however_the_lines_are_mixed():
    """Each request has the status that its own tag says, and its request id."""
    a, b = "[aaaaaaaa-0000-4000-8000-000000000001]", "[bbbbbbbb-0000-4000-8000-000000000002]"
    lines = [
        f"{a} {STARTED.format(path='a')}", f"{b} {STARTED.format(path='b')}",
        f"{b} {COMPLETED.format(status=200)}", f"{a} {COMPLETED.format(status=503)}",
    ]  # fmt: skip
    found = [(row["line"], row["path"], row["status"], row["request_id"]) for row in rows("rails", *lines)]
    assert found == [(1, "/a", 503, a[1:-1]), (2, "/b", 200, b[1:-1])]
    assert read("rails", *lines).ledger.event_lines == 4


def test_rails_guesses_nothing_where_lines_without_tags_are_mixed():
    """Two open requests: neither takes a status; one after the other: each takes its own."""
    start, end = STARTED.format(path="a"), COMPLETED.format(status=500)
    mixed = rows("rails", start, start, end, COMPLETED.format(status=200))
    assert [(row["kind"], row["status"]) for row in mixed] == [
        ("request", None), ("request", None), ("application", 500), ("application", 200),
    ]  # fmt: skip
    ordered = rows("rails", start, end, start, COMPLETED.format(status=200))
    assert [(row["kind"], row["status"]) for row in ordered] == [("request", 500), ("request", 200)]


def test_rails_keeps_the_exception_of_a_request():
    """A missing route has no `Completed`; the exception belongs to the request and closes it."""
    lines = [STARTED.format(path="a"), "ActionController::RoutingError (No route):", "app/a.rb:1:in `call'",
             STARTED.format(path="b"), COMPLETED.format(status=200)]  # fmt: skip
    first, second = rows("rails", *lines)
    assert (first["exception_type"], first["exception_message"]) == ("ActionController::RoutingError", "No route")
    assert (first["raw"].count("\n"), first["status"], second["status"]) == (2, None, 200)


def test_litespeed_messages_of_several_lines_are_one_event():
    """The rest of a message has no head; it is joined to the line above."""
    head = "2021-11-15 14:44:56.090081 [INFO] [1064147] [192.0.2.1:1129:HTTP2-9] Content len: 0, Request line:"
    block = read("litespeed_error", head, "GET /some/url HTTP/1.1", head)
    assert block.events["message"].to_list() == [
        "Content len: 0, Request line:\nGET /some/url HTTP/1.1",
        "Content len: 0, Request line:",
    ]
    assert (block.ledger.event_lines, block.ledger.adds_up) == (3, True)


def test_zoraxy_keeps_brackets_in_the_agent():
    """The agent ends where the request begins, whatever it holds."""
    line = "[2025-05-01 12:01:50.9] [router:host-http] [origin:a.example] [client: 192.0.2.1] [useragent: x [FB] y] GET /a 404"
    row = rows("zoraxy", line)[0]
    assert (row["user_agent"], row["method"], row["path"], row["status"]) == ("x [FB] y", "GET", "/a", 404)


def test_fastly_lines_come_out_of_their_syslog_prefix():
    """The classic prefix is a wrapper; inside is what the format text says, by default common."""
    lines = [
        f'<134>2016-07-04T22:37:26Z cache-sjc3128 LogTest[62959]: 192.0.2.1 - - {STAMP} "GET /a HTTP/1.1" 503 5'
    ] * 3
    choice = formats.detect(lines, "UTC")
    events = formats.read_block(frame(lines), choice.formats, "UTC", choice.wrappers).events
    assert choice.formats[0].name == "common"
    assert (events["status"][0], events["host_name"][0], events["process"][0]) == (503, "cache-sjc3128", "LogTest")
    dated = (
        '<134>2016-07-04T22:37:26Z cache-a L[1]: 192.0.2.1 "Mon, 04 Jul 2016 22:37:26 GMT" - "GET /a" HTTP/1.1 200 5'
    )
    assert formats.detect([dated], "UTC").formats[0].name == "fastly"


UPSUN = (
    '{"timestamp_ns":1756494783340876000,"container":{"service":"frontend","hostname":"frontend.0"},"level":"INFO",'
    '"message":"frontend.0 nginx: 192.0.2.1 - - [29/Aug/2025:19:13:03 +0000] \\"GET /a HTTP/1.1\\" 502 5 \\"-\\" \\"x\\""}'
)


def test_upsun_lines_come_out_of_their_objects():
    """The line of the journal is in message, the container tells the host, and nothing else is taken for it."""
    lines = [UPSUN, UPSUN]
    choice = formats.detect(lines, "UTC")
    row = formats.read_block(frame(lines), choice.formats, "UTC", choice.wrappers).events.row(0, named=True)
    assert (choice.wrappers[0].name, row["format"], row["status"]) == ("upsun", "combined", 502)
    assert (row["host_name"], row["process"]) == ("frontend.0", "nginx")
    assert row["collected_at"] == datetime(2025, 8, 29, 19, 13, 3, 340_876, tzinfo=UTC)
    others = ['{"timestamp_ns":1', '{"timestamp_ns":1,"message":"x"}', "{" * 3000 + '"timestamp_ns"', "[]", ""]
    unwrapped = formats.line_wrappers()["upsun"].unwrap(frame(others), "UTC", datetime(2026, 1, 1, tzinfo=UTC))
    assert (unwrapped.lines.height, unwrapped.rest["line"].to_list()) == (0, [1, 2, 3, 4, 5])


def test_an_event_of_iis_is_no_w3c_text():
    """The event log's XML has the same names, but no directive; entities are resolved, other events refused."""
    line = FORMATS["iis_event"].samples[0]
    row = rows("iis_event", line)[0]
    assert chosen(line) == "iis_event"
    assert (row["query"], row["status"], row["duration_us"]) == ("b=c&d=e", 400, 49_000)
    assert read("w3c", line).events.is_empty()
    assert read("iis_event", line.replace("IIS-Logging", "Security-Auditing")).events.is_empty()


_SAMPLES = st.sampled_from([sample for name in NAMES for sample in FORMATS[name].samples])
_LINES = st.lists(
    st.text(max_size=40)
    | _SAMPLES
    | st.builds(lambda text, end: text[:end], _SAMPLES, st.integers(0, 300))
    | st.builds(
        lambda text, at, extra: text[:at] + extra + text[at:], _SAMPLES, st.integers(0, 300), st.text(max_size=3)
    ),
    max_size=16,
)


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=4)
@given(lines=_LINES)
def test_no_line_is_lost_whatever_it_holds(name, lines):
    """Any text, any sample, cut or with something put in: part of an event, a reject with a reason, or blank."""
    block = read(name, *lines)
    assert block.ledger.adds_up
    assert block.ledger.lines == len(lines)
    assert block.ledger.rejects == block.rejects.height
    assert block.rejects["reason"].null_count() == 0
