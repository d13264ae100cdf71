"""HAProxy: option httplog, httpslog and tcplog and its error lines, sent to syslog in three shapes and to its output.

https://docs.haproxy.org/2.6/configuration.html#8.2
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from servers import _asks
from servers._backends import SLOW, backends
from servers._haproxy_setup import LISTENERS, PROGRAM, SYSLOGS, ZONE, configure, visits
from servers._lines import (
    ANYTHING,
    CLOCK_SLACK,
    LAG,
    Between,
    Like,
    Line,
    Log,
    OneOf,
    Stray,
    at,
    error_time,
    located,
    read_request_line,
    request_columns,
    spelling,
    stamp,
    took,
)  # fmt: skip
from servers._programs import Server, certificate, free_ports, has_ipv6, running
from servers._syslog import receivers
from servers._traffic import addresses, play
from servers._wire import HOST, Exchange


def record(home: Path) -> list[Log]:
    """Plays all requests; gives the logs with what must be in them."""
    with backends() as behind:
        with receivers(*SYSLOGS) as syslogs:
            ports = dict(zip(LISTENERS, free_ports(len(LISTENERS)), strict=True))
            certificate(home)
            configure(home, ports | {name: receiver.port for name, receiver in syslogs.items()}, behind)
            with running([PROGRAM, "-db", "-f", home / "haproxy.cfg"], home, ports=list(ports.values()), zone=ZONE):
                plans = visits()
                chosen = [(("127.0.0.1", ports[name]), one) for name, some in plans.items() for one in some]
                if has_ipv6():
                    plans["PLAIN"].append(_asks.over_ipv6())
                    chosen.append((("::1", ports["PLAIN"]), plans["PLAIN"][-1]))
                seen = play(chosen, addresses())
                time.sleep(SLOW)  # for the lines of clients that left
        content = {name: receiver.content for name, receiver in syslogs.items()}
        content["STDOUT"] = (home / "server.out").read_bytes()
    names = {id(ask): name for name, some in plans.items() for one in some for ask in one.asks}
    return logs(content, {name: [one for one in seen if names[id(one.ask)] == name] for name in plans})


# No line: the connection preface of HTTP/2 without a request behind it.
SILENT = {"broken: HTTP/2 without upgrade"}
# backend/server, state at the end, and whether the server answered; the rest is willing/one, ---- and yes.
ENDS: dict[str, tuple[str, str, bool]] = {
    "upstream: hangs up": ("willing/one", "SH--", False),
    "upstream: garbage": ("willing/one", "PH--", False),
    "upstream: half": ("willing/one", "SD--", True),
    "upstream: refused": ("refusing/none", "SC--", False),
    "IPv6 refused": ("refusing/none", "SC--", False),
    "TLS refused": ("refusing/none", "SC--", False),
    "upstream: closed": ("closing/shy", "SH--", False),
    "upstream: silent": ("silent/mute", "sH--", False),
    "upstream: second asked": ("retried/none", "SC--", False),
    "upstream: none": ("nobody", "SC--", False),
    "at once": ("web", "LR--", False),
    "moved": ("web", "LR--", False),
    "forbidden": ("web", "PR--", False),
    "denied": ("denied", "PR--", False),
    "slow head": ("web", "cR--", False),
    "slow line": ("web", "cR--", False),
    "broken: empty lines": ("web", "cR--", False),
    "slow body": ("willing/one", "sH--", False),
    "broken: nothing sent": ("web", "CR--", False),
    "broken: half a request line": ("web", "CR--", False),
    "broken: half a head": ("web", "CR--", False),
}
REACHED = {"SH--", "PH--", "SD--", "sH--", "----"}
# What HAProxy takes though it is wrong; it answers all else that is broken with 400, or 408, and logs <BADREQ>.
TAKEN = {
    "broken: wrong version": "GET /version HTTP/9.9",
    "broken: header with a zero byte": "GET /header HTTP/1.1",
    "broken: no host": "GET /nohost HTTP/1.1",
    "broken: bad host": "GET /host HTTP/1.1",
    "broken: lower case method": "get /lower HTTP/1.1",
}
SPELL = spelling(lambda code: f"#{code:02X}")


def refused(exchange: Exchange) -> bool:
    """Whether HAProxy made nothing of the request."""
    if exchange.ask.raw is not None:
        return exchange.name not in TAKEN
    return exchange.status == 400 and not exchange.name.startswith("upstream: 4")


def ended(exchange: Exchange) -> tuple[str, str, bool]:
    """Backend and server, state at the end, whether the server answered."""
    if exchange.name in ENDS:
        return ENDS[exchange.name]
    return ("web", "PR--", False) if refused(exchange) else ("willing/one", "----", True)


def http(exchange: Exchange) -> dict[str, Any]:
    """The columns of option httplog: local time of the first byte with milliseconds and without a zone.

    Of a request, 1,024 characters are logged (tune.http.logurilen).
    """
    ask = exchange.ask
    name, state, answered = ended(exchange)
    server = "/" in name
    most = max(took(exchange).high, 2_000_000)
    unknown = refused(exchange)
    status = exchange.status
    if ask.leave_after is not None:
        status = 400 if unknown else 200  # it does not notice that the client left
    if unknown:
        told: dict[str, Any] = {}
    elif ask.name == "target: long":
        told = {
            "method": "GET",
            **dict.fromkeys(("path", "target", "route"), Like("/long/(?:segment/){100,126}[a-z]*")),
        }
    else:
        told = request_columns(exchange, SPELL) if ask.raw is None else read_request_line(TAKEN[ask.name], SPELL)
    # What it sends itself after an error is not counted; headers that it adds or takes are not, either.
    size = exchange.received + exchange.interim if status == exchange.status else 1799
    return {
        "kind": "request",
        "client_ip": exchange.client,
        "scheme": "https" if exchange.tls else None,
        **told,
        "status": status,
        "response_bytes": 0 if unknown else Between(size - 60, size + 60),
        "duration_us": waited(exchange),
        **(
            error_time(exchange, 0.001) | {"stamp_marks": "start"}
            if ask.name in LATE
            else stamp(exchange, "start", 0.001, duration=True)
        ),
        "upstream_name": name,
        "termination_state": state,
        "queue_us": Between(0, most) if server else None,
        "upstream_connect_us": [Between(0, most)] if server and state in REACHED else None,
        "upstream_us": [Between(round(ask.at_least * 1e6) - 30_000 if answered and not ask.pieces else 0, most)]
        if answered
        else None,
        "upstream_status": [status] if answered else None,
    }


# The time of these is that of the last byte of the request line, or of the request behind blank lines.
LATE = {"in pieces"}


def waited(exchange: Exchange) -> Any:
    """Ta, the time from the first byte of the request: one that came in pieces is timed from its last head."""
    limits = took(exchange)
    if exchange.ask.leave_after is not None and not refused(exchange):
        return Between(1_450_000, 2_000_000)
    return Between(0, limits.high) if exchange.name in LATE | {"broken: empty lines"} else limits


def captured(exchange: Exchange) -> dict[str, Any]:
    """With captured headers, whose names no line tells, and the unique id at the end."""
    ids = exchange.name == "captured: id"
    return {
        **http(exchange),
        "request_id": OneOf(
            (
                Like("[0-9A-F]+:[0-9A-F]+_[0-9A-F]+:[0-9A-F]+_[0-9A-F]+_[0-9A-F]+:[0-9A-F]+"),
                *((CAPTURED_ID,) if ids else ()),
            )
        ),
    }


CAPTURED_ID = "3f2504e0-4f89-41d3-9a0c-0305e82c3301"


def https(exchange: Exchange) -> dict[str, Any]:
    """The columns of option httpslog; the name that the client asked for is in its handshake."""
    version, cipher = exchange.tls or ("", "")
    return {**http(exchange), "tls_version": version, "tls_cipher": cipher, "host": HOST}


def failed(exchange: Exchange) -> dict[str, Any]:
    """A connection that came to nothing, in the form of error lines that is the default."""
    message = {
        "plain on the TLS port": "SSL handshake failure",
        "TLS broken off": "Connection closed during SSL handshake",
    }
    return {
        "kind": "error",
        "client_ip": exchange.client,
        "message": message[exchange.name],
        "logger": "failing/1",
        "level": OneOf((None, "error")),
        "error": ANYTHING,
        **error_time(exchange, 0.001),
        "stamp_marks": ANYTHING,
    }


def tcp(exchange: Exchange, size: int, seconds: float) -> dict[str, Any]:
    """The columns of option tcplog for a whole connection, which may last for as long as a client may be silent."""
    return {
        "kind": "request",
        "client_ip": exchange.client,
        "response_bytes": size,
        "duration_us": Between(round((seconds - 1.1) * 1e6), round((seconds + 1.1) * 1e6)),
        **stamp(exchange, "start", 0.001, duration=True),
        "upstream_name": "stream/one",
        "termination_state": Like("[-CcSsPI][-CDLQSHRT]"),
        "queue_us": Between(0, 500_000),
        "upstream_connect_us": [Between(0, 500_000)],
    }


def wrapped(columns: Mapping[str, Any], exchange: Exchange, *, precise: bool) -> dict[str, Any]:
    """With the header of syslog around it: who wrote the line on which machine, and when it was sent."""
    unit = 0.000_001 if precise else 1.0
    end = exchange.ended if exchange.ask.leave_after is None else exchange.begun + SLOW + LAG
    sent = Between(at(exchange.begun - unit - CLOCK_SLACK), at(end + CLOCK_SLACK))
    level = OneOf((None, "info")) if columns["kind"] == "request" else ANYTHING
    return {**columns, "collected_at": sent, "host_name": socket.gethostname(), "process": "haproxy", "level": level}


SPOKEN = {
    "kind": OneOf(("error", "application")), "level": OneOf(("notice", "warning")), "message": Like(".+"), "process": ANYTHING,
    "logger": ANYTHING, "upstream_name": ANYTHING, "client_ip": None,
}  # fmt: skip


def logs(content: Mapping[str, bytes], seen: Mapping[str, list[Exchange]]) -> list[Log]:
    """One log per receiver; the plain listener writes to four of them."""
    plain = [one for one in seen["PLAIN"] if one.name not in SILENT]

    def access(
        name: str,
        exchanges: Sequence[Exchange],
        columns: Callable[[Exchange], Mapping[str, Any]],
        *names: str,
        **how: Any,
    ) -> Log:
        lines = [Line(exchange, located(columns(exchange))) for exchange in exchanges]
        return Log(name.lower(), content[name], ZONE, lines, names=names, **how)

    one, two, left = (exchange for exchange in seen["STRAIGHT"] if exchange.name != "tcp: three")
    three = next(exchange for exchange in seen["STRAIGHT"] if exchange.name == "tcp: three")
    streams = [
        Line(one, tcp(one, one.received, 1.0)),
        Line(two, tcp(two, two.received + three.received, SLOW)),
        Line(left, tcp(left, 1796, SLOW)),
    ]
    return [
        access("RAW", plain, http, "haproxy_http"),
        access("RFC3164", plain, lambda one: wrapped(http(one), one, precise=False), "haproxy_http"),
        access("RFC5424", plain, lambda one: wrapped(http(one), one, precise=True), "haproxy_http"),
        access(
            "STDOUT",
            plain,
            http,
            "haproxy_http",
            strays=(Stray(r"^\[(?:NOTICE|WARNING)\] ", SPOKEN), Stray("^Proxy |^Stopping ", SPOKEN)),
        ),
        access("CAPTURED", seen["CAPTURING"], captured, "haproxy_http"),
        access("HTTPS", seen["SECURE"], https, "haproxy_https"),
        access(
            "ERRORS",
            seen["FAILING"],
            lambda one: http(one) if one.tls else failed(one),
            "haproxy_error",
            "haproxy_http",
        ),
        Log("tcp", content["TCP"], ZONE, streams, names=("haproxy_tcp",)),
    ]


SERVER = Server("haproxy", packages=("haproxy",), program=PROGRAM, record=record)
