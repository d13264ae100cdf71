"""Varnish: what varnishncsa writes by default, and with a format of one's own.

https://varnish-cache.org/docs/7.1/reference/varnishncsa.html
"""

from __future__ import annotations

import base64
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from servers import _asks
from servers._asks import AGENT
from servers._backends import SLOW, backends
from servers._lines import (
    ANYTHING,
    Between,
    Like,
    Line,
    Log,
    OneOf,
    Stray,
    located,
    read_request_line,
    request_columns,
    shown,
    spelling,
    stamp,
    took,
    unmarked,
)  # fmt: skip
from servers._programs import Server, free_ports, running
from servers._traffic import addresses, play
from servers._wire import Ask, Exchange, Visit

PROGRAM = "/usr/sbin/varnishd"
WRITER = "/usr/bin/varnishncsa"
ZONE = "America/Sao_Paulo"
RICH = (
    '%h %l %u %t "%r" %s %b "%{Referer}i" "%{User-agent}i" %D %T %I %O %{Varnish:time_firstbyte}x %{Varnish:hitmiss}x '
    '%{Varnish:handling}x "%{X-Forwarded-For}i" "%{X-Request-ID}i" %{VSL:Timestamp:Resp[2]}x %{Varnish:vxid}x'
)
VCL = """\
vcl 4.1;
backend default { .host = "127.0.0.1"; .port = "@WILLING@"; .first_byte_timeout = 3s; }
backend refusing { .host = "127.0.0.1"; .port = "@REFUSING@"; .connect_timeout = 1s; }
backend closing { .host = "127.0.0.1"; .port = "@CLOSING@"; }
backend silent { .host = "127.0.0.1"; .port = "@SILENT@"; .first_byte_timeout = 1s; }
sub vcl_recv {
    if (req.url ~ "^/refusing/") { set req.backend_hint = refusing; return (pass); }
    if (req.url ~ "^/closing/") { set req.backend_hint = closing; return (pass); }
    if (req.url ~ "^/silent/") { set req.backend_hint = silent; return (pass); }
    if (req.url ~ "^/moved/") { return (synth(301, "Moved")); }
    if (req.url ~ "^/kept/") { return (hash); }
    return (pass);
}
sub vcl_backend_response { if (bereq.url ~ "^/kept/") { set beresp.ttl = 60s; set beresp.uncacheable = false; unset beresp.http.Cache-Control; } }
"""


def special() -> list[Visit]:
    a = (AGENT,)
    codes = (201, 204, 302, 400, 403, 404, 429, 500, 502, 503)
    asks = [
        *(Ask(f"upstream: {code}", f"/app/{code}/x", headers=a, route="/app/{id}/x") for code in codes),
        Ask("upstream: chunked", "/app/chunked", headers=a),
        Ask("upstream: big", "/app/big", headers=a),
        Ask("upstream: slow", "/app/slow", headers=a, at_least=SLOW),
        Ask("upstream: hangs up", "/app/hang-up", headers=a),
        Ask("upstream: refused", "/refusing/x", headers=a),
        Ask("upstream: closed", "/closing/x", headers=a),
        Ask("upstream: silent", "/silent/x", headers=a, at_least=1.0),
        Ask("left early", "/app/slow/left", headers=a, leave_after=0.3),
        Ask("moved", "/moved/x", headers=a),
    ]
    return _asks.single(*asks)


def record(home: Path) -> list[Log]:
    """Plays all requests; gives the logs with what must be in them."""
    with backends() as behind, ExitStack() as stack:
        ports = free_ports(1)
        places = {
            "WILLING": behind.willing,
            "REFUSING": behind.refusing,
            "CLOSING": behind.closing,
            "SILENT": behind.silent,
        }
        text = VCL
        for name, value in places.items():
            text = text.replace(f"@{name}@", str(value))
        (home / "default.vcl").write_text(text)
        work = home / "work"
        command = [
            PROGRAM, "-F", "-j", "none", "-n", work, "-a", f"127.0.0.1:{ports[0]}", "-f", home / "default.vcl", "-s", "malloc,16m",
            "-p", "timeout_idle=2", "-p", "vsl_buffer=32k", "-p", "vsl_reclen=16k",
        ]  # fmt: skip
        stack.enter_context(running(command, home, ports=ports, zone=ZONE))
        for name, options in {"default": [], "rich": ["-F", RICH]}.items():
            writer = [WRITER, "-n", work, "-w", home / f"{name}.log", "-t", "10", *options]
            stack.enter_context(running(writer, home, zone=ZONE, name=f"ncsa-{name}"))
        time.sleep(1.0)  # until both have found the shared memory
        visits = [*_asks.ordinary(), *_asks.odd(), *_asks.identified(), *_asks.users(), *special(), *_asks.broken()]
        seen = play([(("127.0.0.1", ports[0]), one) for one in visits], addresses())
        time.sleep(SLOW + 0.5)
    logged = [exchange for exchange in seen if exchange.name not in SILENT]
    nameless = sum(exchange.name in SILENT and exchange.status == 400 for exchange in seen)
    odd = (
        "method",
        "path",
        "query",
        "target",
        "route",
        "url",
        "scheme",
        "host",
        "protocol",
        "stamped_at",
        "timestamp",
        "result",
    )
    refused = {"kind": "request", "status": 400, **dict.fromkeys(odd, ANYTHING), "method": None}

    def log(name: str, columns: Callable[[Exchange], Mapping[str, Any]], stray: Mapping[str, Any], **how: Any) -> Log:
        lines = [Line(exchange, located(columns(exchange))) for exchange in logged]
        strays = (Stray("^- - - ", stray, count=nameless),)
        return Log(name, (home / f"{name}.log").read_bytes(), ZONE, lines, strays=strays, **how)

    counted = {
        **refused,
        "request_bytes": Between(0, 200_000),
        "response_bytes": 28,
        "request_id": ANYTHING,
        "duration_us": OneOf((None, 0)),
    }
    return [
        log(
            "default",
            lambda one: unmarked(default(one)),
            unmarked({**refused, "response_bytes": 0}),
            names=("combined",),
        ),
        log("rich", rich, {**counted, "stamp_marks": "start"}, text=RICH),
    ]


# Refused before the request was known: a line without a client, or none.
SILENT = {
    "odd: blank", "odd: version inside", "odd: two blanks", "broken: bare word", "broken: two words", "broken: no version",
    "broken: no target", "broken: only a version", "broken: empty lines", "broken: TLS on a plain port", "broken: remote desktop",
    "broken: SSH banner", "broken: binary", "broken: quotes", "broken: wrong version", "broken: strange version",
    "broken: HTTP/2 without upgrade", "broken: header without a colon", "broken: header with a blank name",
    "broken: header with a zero byte", "broken: bad length", "broken: tab in the target", "broken: too long",
    "broken: too large a header", "broken: nothing sent", "broken: half a request line", "broken: half a head",
}  # fmt: skip
_CONTROLS = {8: "\\b", 9: "\\t", 10: "\\n", 11: "\\v", 13: "\\r"}
SPELL = spelling(lambda code: _CONTROLS.get(code, f"\\x{code:02x}"))
# Varnish puts the host in front of whatever the target is.
GLUED = {"absolute target without a path", "asterisk", "broken: bad host"}
# Its host is that of the backend's view of HTTP/1.0: none was sent.
HOSTS = {"HTTP/1.0 without a host": "localhost", "broken: no host": "localhost", "broken: two hosts": "a.example"}


def request(exchange: Exchange) -> dict[str, Any]:
    """The request line with the host put into the target (%r)."""
    ask = exchange.ask
    if ask.name in GLUED:
        return dict.fromkeys(("method", "protocol", "path", "query", "target", "route", "scheme", "host"), ANYTHING)
    host = HOSTS.get(ask.name, (ask.host or "localhost").lower().removesuffix(":80"))
    if ask.raw is None:
        return {"scheme": "http", "host": host, **request_columns(exchange, SPELL)}
    found = read_request_line(ask.raw.partition(b"\r\n")[0].decode(), SPELL)
    return {"scheme": "http", "host": host, **found} if found else {}


def default(exchange: Exchange) -> dict[str, Any]:
    """Combined; %t is the start, %b the body without the framing of chunks."""
    ask = exchange.ask
    sent = ask.header("Authorization")
    name = base64.b64decode(sent.split(" ")[1]).decode().partition(":")[0] if sent else None
    agent = AGENT[1] if ask.raw is not None and b"User-Agent" in ask.raw else None
    left = ask.leave_after is not None
    return {
        "kind": "request",
        "client_ip": exchange.client,
        "user": shown(name, SPELL),
        **request(exchange),
        "status": 200 if left else exchange.status,
        "response_bytes": 1700 if left else exchange.body,
        "referrer": shown(ask.header("Referer"), SPELL),
        "user_agent": agent or shown(ask.header("User-Agent"), SPELL),
        **stamp(exchange, "start", 1.0, duration=False),
    }


def rich(exchange: Exchange) -> dict[str, Any]:
    """With sizes, times, Varnish's own words, and the chain of addresses, to which it adds the client."""
    ask = exchange.ask
    chain = (
        (ask.header("X-Forwarded-For") or "").replace("unknown", "").split(",")
        if exchange.name != "broken: two hosts"
        else None
    )
    known = _asks.FORWARDED_CLIENT.get(exchange.name.removeprefix("forwarded: "))
    rule = (
        "first public of forwarded_for"
        if known and not exchange.name.endswith("only private")
        else "first of forwarded_for"
    )
    limits = took(exchange)
    left = ask.leave_after is not None
    sizes = (exchange.body, exchange.received)
    return {
        **default(exchange),
        "client_ip": known or exchange.client,
        "peer_ip": exchange.client if known else None,
        "client_ip_from": rule if chain is not None else None,
        "response_bytes": Between(1700, 2000)
        if left or exchange.framed > exchange.body
        else OneOf(tuple(dict.fromkeys(sizes))),
        "request_bytes": Between(exchange.sent - 60, exchange.sent),
        "duration_us": Between(1_450_000, 2_000_000)
        if left
        else Between(limits.low if ask.at_least else 0, limits.high),
        "request_id": shown(ask.header("X-Request-ID"), SPELL) or OneOf((None, Like("[0-9]+"))),
        "result": OneOf((None, "miss", "hit", "pass", "synth")),
        "upstream_us": ANYTHING,
    }


SERVER = Server("varnish", packages=("varnish",), program=PROGRAM, record=record)
