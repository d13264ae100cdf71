"""Apache httpd: its access log in six shapes, and its error log.

https://httpd.apache.org/docs/2.4/mod/mod_log_config.html#formats, https://httpd.apache.org/docs/2.4/logs.html
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from servers import _asks
from servers._apache_setup import ENDS, PROGRAM, RICH, UNIQUE, ZONE, configure, special
from servers._asks import AGENT, forwarded
from servers._backends import SLOW, backends
from servers._lines import (
    ANYTHING,
    Between,
    Like,
    Line,
    Log,
    OneOf,
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
from servers._programs import Server, certificate, free_ports, has_ipv6, running
from servers._traffic import addresses, play
from servers._wire import HOST, Ask, Exchange


def record(home: Path) -> list[Log]:
    """Plays all requests; gives the logs with what must be in them."""
    with backends() as behind:
        ports = free_ports(2)
        certificate(home)
        configure(home, ports, behind)
        plain, secure = (("127.0.0.1", port) for port in ports)
        with running([PROGRAM, "-f", home / "httpd.conf", "-DFOREGROUND"], home, ports=ports, zone=ZONE):
            visits = [
                *_asks.ordinary(),
                *_asks.odd(),
                *_asks.identified(),
                *_asks.users(LOCKED),
                *special(),
                *_asks.broken(),
            ]
            tls = [
                *_asks.single(Ask("TLS 1.2", "/tls", headers=(AGENT,)), tls="TLSv1.2"),
                *_asks.single(Ask("TLS 1.3", "/app/tls", headers=(AGENT,)), tls="TLSv1.3"),
                *_asks.single(Ask("plain on the TLS port", "/tls", headers=(AGENT,))),
            ]
            extra = [(("::1", ports[0]), _asks.over_ipv6())] if has_ipv6() else []
            seen = play([(plain, one) for one in visits] + [(secure, one) for one in tls] + extra, addresses())
    return logs(home / "logs", seen)


LOCKED = "/locked/page.txt"
# Known from Apache's documentation where the client saw nothing: 408, and what it went away from.
STATUSES = {
    "left early": 200,
    "slow line": 408,
    "broken: empty lines": 408,
    "broken: two words": 200,
    "broken: half a head": 400,
}
# No line of the access log: nothing came, or no whole request line.
SILENT = {"broken: nothing sent", "broken: half a request line"}
# What %r holds where it is not what was sent: Apache stops at the first byte that no request line may have.
LINES: dict[str, str] = {
    "odd: blank": "GET /two words",
    "odd: version inside": "GET /a HTTP/1.1",
    "odd: two blanks": "GET /a b",
    "broken: tab in the target": "GET /a b",
    "broken: binary": "",
    "broken: empty lines": "",
    "slow line": "",
    "plain on the TLS port": "GET / HTTP/1.0",
}
UNREAD = {
    "odd: blank", "odd: version inside", "odd: two blanks", "odd: fragment", "odd: backslash", "odd: pipe and braces",
    "odd: angle brackets", "odd: double quote", "plain on the TLS port",
}  # fmt: skip
READ = {"broken: two hosts", "broken: bad length", "broken: lower case method", "broken: wrong version"}
LONG = Like("/t{4000,}")
_CONTROLS = {8: "\\b", 9: "\\t", 10: "\\n", 11: "\\v", 13: "\\r"}
SPELL = spelling(lambda code: _CONTROLS.get(code, f"\\x{code:02x}"))


def request(exchange: Exchange) -> dict[str, Any]:
    """Method, target and protocol as %r has them."""
    ask = exchange.ask
    if ask.name == "broken: too long":
        return {"method": "GET", **dict.fromkeys(("path", "target", "route"), LONG)}
    if ask.raw is None and ask.name not in LINES:
        return request_columns(exchange, SPELL)
    line = (ask.raw or b"").partition(b"\r\n")[0].decode("utf-8", "surrogateescape")
    return read_request_line(LINES.get(ask.name, line), SPELL)


def header(exchange: Exchange, name: str) -> str | None:
    """A header as Apache knew it; those of a refused head are unknown."""
    ask = exchange.ask
    if ask.raw is not None:
        return AGENT[1] if ask.name in READ and name == "User-Agent" else None
    refused = ask.name in UNREAD and exchange.status == 400
    return None if refused else shown(ask.header(name), SPELL)


def user(exchange: Exchange) -> str | None:
    """The name that was sent to a place which asks for one (%u)."""
    sent = exchange.ask.header("Authorization")
    return shown(base64.b64decode(sent.split(" ")[1]).decode().partition(":")[0], SPELL) if sent else None


def moment(exchange: Exchange, unit: float, *, duration: bool) -> dict[str, Any]:
    """%t is the start of the request; one that never came starts when Apache stops waiting for it."""
    if exchange.name in {"slow line", "broken: empty lines"}:
        return {**error_time(exchange, unit), "stamp_marks": "start"}
    return stamp(exchange, "start", unit, duration=duration)


def body(exchange: Exchange) -> int:
    """%B: bytes of the body, without the framing of chunks; Apache sends on to a client that left."""
    return 1700 if exchange.name == "left early" else exchange.body


def whole(exchange: Exchange) -> Any:
    """%O: all bytes on the connection, TLS included."""
    most = exchange.received + exchange.interim
    if exchange.tls:
        return Between(most, most + 4000)
    return Between(0, 4000) if exchange.name in {"left early", "broken: half a head"} else most


def common(exchange: Exchange) -> dict[str, Any]:
    """Common Log Format."""
    return {
        "kind": "request",
        "client_ip": exchange.client,
        "user": user(exchange),
        **request(exchange),
        "status": STATUSES.get(exchange.name, exchange.status),
        "response_bytes": (266 if exchange.name == "broken: half a head" else body(exchange)) or None,
        **moment(exchange, 1.0, duration=False),
    }


def combined(exchange: Exchange) -> dict[str, Any]:
    """Combined Log Format."""
    return {**common(exchange), "referrer": header(exchange, "Referer"), "user_agent": header(exchange, "User-Agent")}


def vhost(exchange: Exchange) -> dict[str, Any]:
    """Debian's vhost_combined, which has %O for the bytes."""
    return {**combined(exchange), "host": HOST, "response_bytes": whole(exchange)}


def needed(exchange: Exchange, unit: float) -> Any:
    """The duration; nothing of a request that never came was timed, and one that was left goes on."""
    most = took(exchange, unit).high
    if exchange.name in {"slow line", "broken: empty lines"}:
        return Between(0, most)
    return (
        Between(round((SLOW - unit) * 1e6), round((SLOW + 0.5) * 1e6))
        if exchange.name == "left early"
        else took(exchange, unit)
    )


def rich(exchange: Exchange) -> dict[str, Any]:
    """Everything that a line of text can hold."""
    size = whole(exchange)
    traced = exchange.ask.header("traceparent") is not None
    return {
        **combined(exchange),
        **forwarded(exchange),
        **moment(exchange, 0.000_001, duration=True),
        **({"trace_id": _asks.TRACE, "span_id": OneOf((None, _asks.SPAN))} if traced else {}),
        "response_bytes": size if hasattr(size, "holds") else OneOf((size, body(exchange) or None)),
        "request_bytes": Between(0, exchange.sent + (4000 if exchange.tls else 2)),
        "duration_us": needed(exchange, 0.000_001),
        "request_id": header(exchange, "X-Request-ID"),
        "host": HOST,
        "tls_version": exchange.tls[0] if exchange.tls else None,
        "tls_cipher": exchange.tls[1] if exchange.tls else None,
        # %k counts what was kept alive: the last request of a connection has the number of the one before.
        "connection_requests": OneOf((exchange.number, max(1, exchange.number - 1))),
        "location": exchange.headers.get("location"),
    }


# %U is the path that Apache looks up.
NORMAL = {"target: double slash": "/double/slash", "target: dots": "/a/c", "odd: percent zero": "/a"}  # a text of C


def ends(exchange: Exchange) -> dict[str, Any]:
    """A stamp of the end; %U is the path decoded, and only a guess of it where the request line was refused."""
    ask = exchange.ask
    found: dict[str, Any] = dict.fromkeys(("method", "path", "query", "target", "route", "protocol", "url"), ANYTHING)
    if ask.raw is None and exchange.status != 400:
        path, mark, query = re.sub("^http://[^/]+", "", ask.target).partition("?")
        plain = NORMAL.get(ask.name) or unquote(path, "utf-8", "surrogateescape") or "/"
        found = {
            "method": ask.method,
            "protocol": ask.version,
            **target_columns(plain + mark + query, SPELL, ask.route),
        }
    if exchange.name == "target: empty query":  # %q is a lone question mark
        found |= {"query": OneOf((None, "")), "target": OneOf(("/find", "/find?"))}
    late = exchange.name in {"left early", "slow line", "broken: empty lines"}
    return {
        "kind": "request",
        "client_ip": exchange.client,
        **found,
        "status": STATUSES.get(exchange.name, exchange.status),
        "response_bytes": 266 if exchange.name == "broken: half a head" else body(exchange),
        "duration_us": needed(exchange, 0.001),
        **(
            error_time(exchange, 1.0) | {"stamp_marks": "end", "stamped_at": ANYTHING}
            if late
            else stamp(exchange, "end", 1.0, duration=True)
        ),
        "request_id": OneOf((None, Like("[A-Za-z0-9@_-]{24,27}"))),
    }


def unique(exchange: Exchange) -> dict[str, Any]:
    """Milliseconds of the start, whole seconds of the duration, mod_unique_id, and columns for some statuses only."""
    known = exchange.ask.raw is None and exchange.name not in UNREAD
    status = STATUSES.get(exchange.name, exchange.status)
    return {
        "kind": "request",
        "client_ip": exchange.client,
        **request(exchange),
        "status": status,
        "user_agent": header(exchange, "User-Agent") if status not in {200, 304} else None,
        "duration_us": needed(exchange, 1.0),
        "request_id": Like("[A-Za-z0-9@_-]{24,27}") if known else OneOf((None, Like("[A-Za-z0-9@_-]{24,27}"))),
        **moment(exchange, 0.001, duration=True),
    }


READING = "error reading status line from remote server 127\\.0\\.0\\.1:[0-9]+"
RETURNED = "Error reading from remote server returned by "
NOCANON = (("warning", "proxy", "Unescaped URL path matched ProxyPass; ignoring unsafe nocanon"),)
TIMEOUT = ("info", "reqtimeout", "Request header read timeout")
# level, module and message of each line of the error log that names the client.
ERRORS: dict[str, tuple[tuple[str, str, str], ...]] = {
    **dict.fromkeys(
        ("target: double slash", "absolute target", "absolute target with a port", "absolute target without a path"),
        NOCANON,
    ),
    "odd: percent percent": (("error", "core", r"invalid URI path \(/%%32%%\)"),),
    "upstream: hangs up": (("error", "proxy_http", READING), ("error", "proxy", f"{RETURNED}/app/hang-up")),
    "upstream: half": (("error", "proxy_http", "error reading response"),),
    "IPv6 refused": (("error", "proxy_http", r"HTTP: failed to make connection to backend: 127\.0\.0\.1"),),
    "upstream: refused": (("error", "proxy_http", r"HTTP: failed to make connection to backend: 127\.0\.0\.1"),),
    "upstream: closed": (("error", "proxy_http", READING), ("error", "proxy", f"{RETURNED}/closing/x")),
    "upstream: silent": (("error", "proxy_http", READING), ("error", "proxy", f"{RETURNED}/silent/x")),
    "forbidden": (("error", "authz_core", "client denied by server configuration: .*/www/forbidden"),),
    "file missing": (("info", "core", "File does not exist: .*/www/files/missing.txt"),),
    "locked, wrong password": (
        ("error", "auth_basic", 'user frank: authentication failure for "/locked/page.txt": Password Mismatch'),
    ),
    "locked, wrong name": (("error", "auth_basic", "user nobody here not found: /locked/page.txt"),),
    "body too large": (
        ("info", "http", "Requested content-length of 300000 is larger than the configured limit of 200000"),
    ),
    "slow head": (TIMEOUT,),
    "slow line": (TIMEOUT,),
    "broken: empty lines": (TIMEOUT,),
    "slow body": (
        ("info", "reqtimeout", "Request body read timeout"),
        ("error", "proxy", r"prefetch request body failed to 127\.0\.0\.1:[0-9]+ \(127\.0\.0\.1\) from [0-9.]+ \(\)"),
    ),
    "broken: too long": (
        ("info", "core", r"request failed: client's request-line exceeds LimitRequestLine \(longer than 8190\)"),
    ),
    "broken: too large a header": (("info", "core", "Request header exceeds LimitRequestFieldSize: X-Large"),),
}


def error(exchange: Exchange, told: tuple[str, str, str]) -> dict[str, Any]:
    """The columns of a line of the error log: local time with microseconds and without a zone."""
    level, module, message = told
    return {
        "kind": "error",
        "level": level,
        "logger": module,
        "message": Like(rf"(?:\([0-9]+\)[^:]+: )?(?:AH[0-9]{{5}}: )?{message}"),
        "client_ip": exchange.client,
        "referrer": header(exchange, "Referer"),
        "error": Like("AH[0-9]{5}"),
        "upstream": [Like(r"127\.0\.0\.1:[0-9]+")] if "127" in message and ":[0-9]+" in message else None,
        **(target_columns(message.removeprefix(RETURNED), SPELL) if message.startswith(RETURNED) else {}),
        **error_time(exchange, 0.000_001),
    }


STRAY = {
    "kind": "error", "level": OneOf(("notice", "info", "warning", "error")), "message": Like(".+"), "logger": Like("[a-z_]+"),
    "stamped_at": ANYTHING, "timestamp": ANYTHING, "error": Like("AH[0-9]{5}"),
    "upstream": OneOf((None, [Like(r"127\.0\.0\.1:[0-9]+")])),
}  # fmt: skip


def logs(folder: Path, seen: Sequence[Exchange]) -> list[Log]:
    """The seven logs; every request has a line in each of the first six."""
    logged = [exchange for exchange in seen if exchange.name not in SILENT]

    def access(name: str, columns: Callable[[Exchange], Mapping[str, Any]], **how: Any) -> Log:
        lines = [Line(exchange, located(columns(exchange))) for exchange in logged]
        return Log(name, (folder / f"{name}.log").read_bytes(), ZONE, lines, **how)

    errors = [
        Line(exchange, located(error(exchange, told))) for exchange in seen for told in ERRORS.get(exchange.name, ())
    ]
    # The start and the end of the server, and AH00957, which does not name the client.
    stray = Stray(
        r"\[(?:mpm_event|core|ssl):(?:notice|info|warn)\]|AH00957: http: attempt to connect to 127\.0\.0\.1:", STRAY
    )
    return [
        access("common", lambda one: unmarked(common(one)), names=("common",)),
        access("combined", lambda one: unmarked(combined(one)), names=("combined",)),
        access("vhost_combined", vhost, names=("vhost_combined",)),
        access("rich", rich, text=f'LogFormat "{RICH}" rich'),
        access("ends", ends, text=f'LogFormat "{ENDS}" ends'),
        access("unique", unique, text=f'LogFormat "{UNIQUE}" unique'),
        Log("error", (folder / "error.log").read_bytes(), ZONE, errors, names=("apache_error",), strays=(stray,)),
    ]


SERVER = Server("apache", packages=("apache2",), program=PROGRAM, record=record)
