"""nginx: its access log in four shapes, and its error log.

https://nginx.org/en/docs/http/ngx_http_log_module.html, https://nginx.org/en/docs/varindex.html
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from servers import _asks
from servers._asks import AGENT, forwarded
from servers._backends import Backends, backends
from servers._lines import (
    ANYTHING,
    Between,
    Like,
    Line,
    Log,
    OneOf,
    Spell,
    Stray,
    error_time,
    located,
    read_request_line,
    request_columns,
    shown,
    spelling,
    stamp,
    target_columns,
    took,
    unmarked,
)  # fmt: skip
from servers._nginx_setup import PROGRAM, RICH, ZONE, configure, special
from servers._programs import Server, certificate, free_ports, has_ipv6, running
from servers._traffic import addresses, play
from servers._wire import HOST, Ask, Exchange, Visit


def record(home: Path) -> list[Log]:
    """Plays all requests; gives the logs with what must be in them."""
    with backends() as behind:
        ports = free_ports(2)
        certificate(home)
        configure(home, ports, behind)
        plain, secure = (("127.0.0.1", port) for port in ports)
        command = [PROGRAM, "-p", home, "-c", home / "nginx.conf", "-e", "logs/error.log"]
        with running(command, home, ports=ports, zone=ZONE):
            limited = Visit(tuple(Ask(f"limited {n}", "/limited/x", headers=(AGENT,)) for n in (1, 2, 3)))
            visits = [
                *_asks.ordinary(),
                *_asks.odd(),
                *_asks.identified(),
                *_asks.users(),
                *special(),
                limited,
                *_asks.broken(),
            ]
            tls = [
                *_asks.single(Ask("TLS 1.2", "/tls", headers=(AGENT,)), tls="TLSv1.2"),
                *_asks.single(Ask("TLS 1.3", "/app/tls", headers=(AGENT,)), tls="TLSv1.3"),
                *_asks.single(Ask("plain on the TLS port", "/tls", headers=(AGENT,))),
            ]
            extra = [(("::1", ports[0]), _asks.over_ipv6())] if has_ipv6() else []
            seen = play([(plain, one) for one in visits] + [(secure, one) for one in tls] + extra, addresses())
    return logs(home / "logs", seen, behind)


# What the client saw of none of these is known from nginx's documentation: 408, 444, 499 and 400 without an answer.
STATUSES = {
    "left early": 499,
    "closed without an answer": 444,
    "slow head": 408,
    "slow line": 408,
    "slow body": 408,
    "broken: empty lines": 408,
    "broken: two words": 200,
    "broken: half a request line": 400,
    "broken: half a head": 400,
    # An upstream that is no HTTP is taken for HTTP/0.9, and 009 is no status.
    "upstream: garbage": None,
}
# No line of access.log: the connection was closed before a byte came.
SILENT = {"broken: nothing sent"}
LONG = Like("/t{4000,}")
# Refused before the header was read to its end, so that nothing is known of it.
UNREAD = {
    "broken: header with a blank name", "broken: header with a zero byte", "broken: bad host", "broken: no host",
    "broken: too large a header", "odd: blank", "odd: version inside", "odd: two blanks", "odd: percent percent",
    "odd: percent zero", "asterisk",
}  # fmt: skip
# What each was answered by: the kind of server behind, and its status; nginx writes 502 and 504 for those that failed.
UPSTREAMS: dict[str, tuple[tuple[str, int | None], ...]] = {
    "upstream: hangs up": (("willing", 502),),
    "upstream: half": (("willing", 200),),
    "upstream: garbage": (("willing", 200),),
    "upstream: refused": (("refusing", 502),),
    "IPv6 refused": (("refusing", 502),),
    "upstream: closed": (("closing", 502),),
    "upstream: silent": (("silent", 504),),
    "upstream: second asked": (("refusing", 502), ("willing", 200)),
    "upstream: third asked": (("refusing", 502), ("closing", 502), ("willing", 200)),
    "upstream: other group": (("refusing", 502), ("willing", 200)),
    "left early": (("willing", None),),
    "limited 1": (("willing", 200),),
    "slow body": (),
}


def _control(code: int) -> str:
    return f"\\x{code:02X}"


SPELL = spelling(_control)
SPELL_JSON = spelling(lambda code: chr(code) if code < 0x80 else "\ufffd")


def request(exchange: Exchange, spell: Spell) -> dict[str, Any]:
    """Method, target and protocol as far as nginx knew the request line."""
    ask = exchange.ask
    if ask.raw is None:
        return request_columns(exchange, spell)
    line = ask.raw.partition(b"\r\n")[0].decode("utf-8", "surrogateescape")
    if ask.name == "broken: too long":
        return {"method": "GET", "path": LONG, "target": LONG, "route": LONG}
    return read_request_line(line, spell)


def upstreams(exchange: Exchange, behind: Backends) -> list[tuple[str, int | None]]:
    """Address and status of each server that was asked."""
    asked = UPSTREAMS.get(exchange.name)
    if asked is None:
        asked = (("willing", exchange.status),) if exchange.ask.target.startswith("/app/") else ()
    return [(f"127.0.0.1:{getattr(behind, kind)}", status) for kind, status in asked]


def header(exchange: Exchange, name: str, spell: Spell) -> str | None:
    """A header as nginx knew it: those of a refused head are unknown, even if they came."""
    ask = exchange.ask
    if ask.name in UNREAD:
        return None
    if ask.raw is None:
        return shown(ask.header(name), spell)
    known = ask.name in {"broken: header without a colon", "broken: bad length"} and name == "User-Agent"
    return AGENT[1] if known else None


def user(exchange: Exchange, spell: Spell) -> str | None:
    """The name that was sent, whether or not anybody checked it ($remote_user)."""
    sent = exchange.ask.header("Authorization")
    return shown(base64.b64decode(sent.split(" ")[1]).decode().partition(":")[0], spell) if sent else None


def combined(exchange: Exchange, spell: Spell = SPELL) -> dict[str, Any]:
    """The columns of nginx's predefined format combined; $body_bytes_sent counts the framing of chunks."""
    return {
        "kind": "request",
        "client_ip": exchange.client,
        "user": user(exchange, spell),
        **request(exchange, spell),
        "status": STATUSES.get(exchange.name, exchange.status),
        "response_bytes": exchange.framed + exchange.interim,
        "referrer": header(exchange, "Referer", spell),
        "user_agent": header(exchange, "User-Agent", spell),
        **stamp(exchange, "end", 1.0, duration=False),
    }


def asked(exchange: Exchange, behind: Backends) -> dict[str, Any]:
    """The columns of the servers behind, and of the time that the request took."""
    servers = upstreams(exchange, behind)
    statuses = [status for _, status in servers]
    most = took(exchange)
    return {
        "duration_us": most,
        **stamp(exchange, "end", 1.0, duration=True),
        "upstream": [address for address, _ in servers] or None,
        # A lone dash is an absent value, and also the status of the one server that did not answer.
        "upstream_status": OneOf((None, [None])) if statuses == [None] else statuses or None,
        "upstream_us": [Between(0, most.high) for _ in servers] if servers else None,
    }


def hosted(exchange: Exchange) -> str:
    """$host: that of the target, else of the header, else the name of the server."""
    ask = exchange.ask
    if ask.name == "broken: two hosts":
        return "a.example"
    return HOST if ask.name in UNREAD or ask.raw is not None else (ask.host or HOST).lower().partition(":")[0]


def tail(exchange: Exchange, behind: Backends) -> dict[str, Any]:
    """Combined with pairs behind it."""
    return {
        **combined(exchange),
        "host": hosted(exchange),
        "request_id": Like("[0-9a-f]{32}"),
        **asked(exchange, behind),
    }


def trace(exchange: Exchange) -> dict[str, Any]:
    """The ids of a traceparent; the caller's span may be kept or not."""
    known = exchange.ask.header("traceparent") is not None
    return {"trace_id": _asks.TRACE, "span_id": OneOf((None, _asks.SPAN))} if known else {}


def rich(exchange: Exchange, behind: Backends) -> dict[str, Any]:
    """Everything that a line of text can hold."""
    servers = upstreams(exchange, behind)
    connects = [None if address.endswith(f":{behind.refusing}") else Between(0, 1_000_000) for address, _ in servers]
    received = exchange.received + exchange.interim
    return {
        **combined(exchange),
        **forwarded(exchange),
        **asked(exchange, behind),
        **trace(exchange),
        "connection": Between(1, 10_000),
        "connection_requests": exchange.number,
        "response_bytes": OneOf((exchange.framed + exchange.interim, received)),
        "request_bytes": exchange.sent if read_whole(exchange) else Between(0, exchange.sent),
        "scheme": "https" if exchange.tls else "http",
        "host": hosted(exchange),
        "request_id": Like("[0-9a-f]{32}"),
        "upstream_connect_us": OneOf((None, [None])) if connects == [None] else connects or None,
        "tls_version": exchange.tls[0] if exchange.tls else None,
        "tls_cipher": exchange.tls[1] if exchange.tls else None,
        "location": exchange.headers.get("location"),
    }


def read_whole(exchange: Exchange) -> bool:
    """Whether nginx read the request to its end: it reads a body only for somebody who wants it."""
    ask = exchange.ask
    proxied = not ask.body or ask.target.startswith("/app/upload")
    return ask.raw is None and ask.name not in UNREAD and proxied


def json_columns(exchange: Exchange, behind: Backends) -> dict[str, Any]:
    """A record that nginx escaped as JSON; $request_uri has lost the host of an absolute target."""
    path = re.sub("^http://[^/]+", "", exchange.ask.target) or "/"
    within = target_columns(path, SPELL_JSON, exchange.ask.route) if "absolute target" in exchange.name else {}
    return {
        **{
            name: value
            for name, value in combined(exchange, SPELL_JSON).items()
            if not (within and name in {"host", "scheme"})
        },
        **within,
        **forwarded(exchange),
        **asked(exchange, behind),
        **trace(exchange),
        "request_bytes": Between(0, exchange.sent),
        "request_id": header(exchange, "X-Request-ID", SPELL_JSON),
    }


A, B = "while reading client request ", "while reading response header from upstream"
INVALID = ("info", f"client sent invalid request {A}line")
METHOD = ("info", f"client sent invalid method {A}line")
REFUSED = ("error", "connect() failed (111: Connection refused) while connecting to upstream", "refusing")
# level, message, and the server behind that it names.
ERRORS: dict[str, tuple[tuple[str, ...], ...]] = {
    **dict.fromkeys(
        ("odd: blank", "odd: version inside", "odd: two blanks", "odd: percent percent", "odd: percent zero", "asterisk",
         "broken: no version", "broken: strange version", "broken: HTTP/2 without upgrade", "broken: tab in the target"),
        (INVALID,),
    ),
    **dict.fromkeys(
        ("broken: bare word", "broken: no target", "broken: only a version", "broken: TLS on a plain port",
         "broken: remote desktop", "broken: SSH banner", "broken: binary", "broken: quotes", "broken: lower case method",
         "broken: bad method", "broken: method with quotes"),
        (METHOD,),
    ),
    "upstream: upload": (("warning", re.compile("a client request body is buffered to a temporary file .*/temp/body/[0-9]+")),),
    "upstream: hangs up": (("error", f"upstream prematurely closed connection {B}", "willing"),),
    "upstream: garbage": (("error", f"upstream sent no valid HTTP/1.0 header {B}", "willing"),),
    "upstream: half": (("error", "upstream prematurely closed connection while reading upstream", "willing"),),
    "upstream: refused": (REFUSED,),
    "IPv6 refused": (REFUSED,),
    "upstream: closed": (("error", f"upstream prematurely closed connection {B}", "closing"),),
    "upstream: silent": (("error", f"upstream timed out (110: Connection timed out) {B}", "silent"),),
    "upstream: second asked": (REFUSED,),
    "upstream: third asked": (REFUSED, ("error", f"upstream prematurely closed connection {B}", "closing")),
    "upstream: other group": (REFUSED,),
    "left early": (("info", ("epoll_wait() reported that client prematurely closed connection, so upstream connection is "
                    "closed too while sending request to upstream"), "willing"),),
    "forbidden": (("error", "access forbidden by rule"),),
    "file missing": (("error", re.compile(r'open\(\) ".*/www/files/missing\.txt" failed \(2: No such file or directory\)')),),
    "locked, no name": (("info", "no user/password was provided for basic authentication"),),
    "locked, wrong password": (("error", 'user "frank": password mismatch'),),
    "locked, wrong name": (("error", re.compile('user "john smith" was not found in ".*/users"')),),
    "body too large": (("error", "client intended to send too large body: 300000 bytes"),),
    "slow head": (("info", f"client timed out (110: Connection timed out) {A}headers"),),
    "slow line": (("info", f"client timed out (110: Connection timed out) {A}line"),),
    **dict.fromkeys(
        ("limited 2", "limited 3"), (("error", re.compile(r'limiting requests, excess: [01]\.[0-9]{3} by zone "tight"')),)
    ),
    "broken: empty lines": (("info", f"client timed out (110: Connection timed out) {A}line"),),
    "broken: wrong version": (("info", f"client sent invalid version {A}line"),),
    "broken: header with a blank name": (("info", f'client sent invalid header line: "\\x3a..." {A}headers'),),
    "broken: header with a zero byte": (("info", f'client sent invalid header line: "X-Zero: a\\x00..." {A}headers'),),
    "broken: no host": (("info", f'client sent HTTP/1.1 request without "Host" header {A}headers'),),
    "broken: two hosts": (("info", f'client sent duplicate host header: "Host: {HOST}", previous value: "Host: a.example" {A}headers'),),
    "broken: bad host": (("info", f"client sent invalid host header {A}headers"),),
    "broken: bad length": (("info", f'client sent invalid "Content-Length" header {A}headers'),),
    "broken: too long": (("info", f"client sent too long URI {A}line"),),
    "broken: too large a header": (("info", re.compile(f'client sent too long header line: "X-Large: l+\\.\\.\\." {A}headers')),),
    "broken: nothing sent": (("info", "client closed connection while waiting for request"),),
    "broken: half a request line": (("info", f"client prematurely closed connection {A}line"),),
    "broken: half a head": (("info", f"client prematurely closed connection {A}headers"),),
    "plain on the TLS port": (("info", f"client sent plain HTTP request to HTTPS port {A}headers"),),
}  # fmt: skip
# The host that an error line names; without a Host header that was read there is only the server's name.
ERROR_HOSTS = {
    "broken: bad host": "a b/c",
    "broken: two hosts": "a.example",
    "broken: nothing sent": Like("127\\.0\\.0\\.1:[0-9]+"),
}
SPELL_RAW = spelling(lambda code: chr(code) if code < 0x80 else "\ufffd")


def error(exchange: Exchange, told: tuple[Any, ...], behind: Backends) -> dict[str, Any]:
    """The columns of a line of error.log; its time has whole seconds and no zone."""
    level, message, *kind = told
    text = message.pattern if isinstance(message, re.Pattern) else message
    return {
        "kind": "error",
        "level": level,
        "message": Like(text) if isinstance(message, re.Pattern) else message,
        "client_ip": exchange.client,
        "user": user(exchange, SPELL_RAW) if text.startswith('user "') else None,
        **(request(exchange, SPELL_RAW) if exchange.name != "broken: too long" else CUT),
        "host": ERROR_HOSTS.get(exchange.name, hosted(exchange)),
        "referrer": header(exchange, "Referer", SPELL_RAW),
        "upstream": [f"127.0.0.1:{getattr(behind, kind[0])}"] if kind else None,
        "connection": Between(1, 10_000),
        **error_time(exchange, 1.0),
    }


# A line of error.log ends after 2048 bytes (NGX_MAX_ERROR_STR), wherever that is.
CUT = {"method": "GET", **dict.fromkeys(("path", "target", "route"), Like("/t{1000,}"))}
NOTICE = {"kind": "error", "level": "notice", "message": Like(".+"), "stamped_at": ANYTHING, "timestamp": ANYTHING}


def logs(folder: Path, seen: Sequence[Exchange], behind: Backends) -> list[Log]:
    """The five logs; every request has a line in each of the first four."""
    logged = [exchange for exchange in seen if exchange.name not in SILENT]

    def content(name: str) -> bytes:
        return (folder / f"{name}.log").read_bytes()

    def lines(columns: Callable[[Exchange], Mapping[str, Any]]) -> list[Line]:
        return [Line(exchange, located(columns(exchange))) for exchange in logged]

    errors = [
        Line(exchange, located(error(exchange, told, behind)))
        for exchange in seen
        for told in ERRORS.get(exchange.name, ())
    ]
    stray = Stray(r"^[0-9/]{10} [0-9:]{8} \[notice\] ", NOTICE)
    return [
        Log("combined", content("combined"), ZONE, lines(lambda one: unmarked(combined(one))), names=("combined",)),
        Log("rich", content("rich"), ZONE, lines(lambda one: rich(one, behind)), text=f"log_format rich '{RICH}';"),
        Log("pairs", content("tail"), ZONE, lines(lambda one: tail(one, behind)), names=("combined_pairs",)),
        Log(
            "json",
            content("json"),
            ZONE,
            lines(lambda one: json_columns(one, behind)),
            names=("json_access", "nginx_json"),
        ),
        Log("error", content("error"), ZONE, errors, names=("nginx_error",), strays=(stray,)),
    ]


SERVER = Server("nginx", packages=("nginx",), program=PROGRAM, record=record)
