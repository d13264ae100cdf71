"""The text of haproxy.cfg for a story, and the syslog daemon that keeps what HAProxy writes."""

from __future__ import annotations

import contextlib
import re
import socket
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from lab.addresses import BALANCER, BALANCER_LOG, EDGE, INNER_EDGE

HAPROXY = "/usr/sbin/haproxy"
PRIORITY = re.compile(rb"^<\d{1,3}>")
# RFC 5424, 6: version, time, host, program, process, message id and structured data come before the message
VERSION_1 = re.compile(rb"^1 (\S+) (\S+) (\S+) (\S+) \S+ - ?")


@dataclass(frozen=True, slots=True)
class Balancer:
    """`place` is front (it ends TLS for nginx) or behind (between nginx and the application); `log` names a syslog form."""

    place: str = "behind"
    log: str = "rfc3164"
    check: str = "/healthz"
    front_rules: str = ""
    server_timeout: str = "20s"
    timezone: str = "UTC"


TEMPLATE = """\
global
    log @LOG_TARGET@ format @LOG_FORM@ local0
    log-send-hostname lb01
    stats socket unix@haproxy.sock mode 600 level admin
    maxconn 512

defaults
    mode http
    log global
    option httplog
    option dontlognull
    timeout connect 2s
    timeout client 30s
    timeout server @SERVER_TIMEOUT@
    timeout http-request 10s
    retries 1
    default-server inter 1s fall 2 rise 1

@BODY@
"""

FRONT = """\
frontend fe_edge
    bind @EDGE@ ssl crt etc/edge-both.pem alpn h2,http/1.1
    unique-id-format %[uuid()]
    http-request set-var(txn.rid) unique-id,regsub(-,,g),lower
    http-request set-header X-Request-ID %[var(txn.rid)]
    http-request set-header X-Real-IP %[src]
    http-request capture var(txn.rid) len 40
    http-request capture req.fhdr(User-Agent) len 64
    @FRONT_RULES@
    http-after-response set-header X-Request-ID %[var(txn.rid)]
    default_backend be_edge

backend be_edge
    option httpchk GET /edge-check
    server nginx1 @INNER_EDGE@ check
"""

BEHIND = """\
frontend fe_api
    bind @BALANCER@
    http-request capture req.hdr(X-Request-ID) len 40
    http-request capture req.fhdr(User-Agent) len 64
    @FRONT_RULES@
    default_backend be_bookings

backend be_bookings
    balance roundrobin
    option httpchk GET @CHECK@
@SERVERS@
"""


def configuration(balancer: Balancer, servers: Sequence[tuple[str, int]]) -> str:
    """The file's text; relative paths, for a start in the recording's folder."""
    lines = [f"    server app{number} {_pair(one)} check" for number, one in enumerate(servers, 1)]
    values = {
        "BODY": FRONT if balancer.place == "front" else BEHIND,
        "SERVERS": "\n".join(lines),
        "FRONT_RULES": balancer.front_rules,
        "CHECK": balancer.check,
        "SERVER_TIMEOUT": balancer.server_timeout,
        "LOG_FORM": balancer.log,
        "LOG_TARGET": _pair(BALANCER_LOG),
        "EDGE": _pair(EDGE),
        "INNER_EDGE": _pair(INNER_EDGE),
        "BALANCER": _pair(BALANCER),
    }
    text = TEMPLATE
    for name, value in values.items():
        text = text.replace(f"@{name}@", value)
    return "\n".join(line for line in text.splitlines() if line.strip() or not line) + "\n"


class SyslogFile:
    """Receives datagrams and appends them one a line as rsyslog does: RSYSLOG_FileFormat, or the traditional form."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._thread = threading.Thread(target=self._keep, daemon=True)

    def __enter__(self) -> Self:
        self._socket.bind(BALANCER_LOG)
        self._socket.settimeout(0.2)
        self._over = threading.Event()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join(5)
        self._socket.close()

    def _keep(self) -> None:
        with self._path.open("ab") as file:
            while not self._over.is_set():
                with contextlib.suppress(TimeoutError):
                    file.write(as_line(self._socket.recv(65536)))


def as_line(datagram: bytes) -> bytes:
    """The line of a datagram of RFC 3164 or 5424, without its priority."""
    text = PRIORITY.sub(b"", datagram).rstrip(b"\n")
    return VERSION_1.sub(rb"\1 \2 \3[\4]: ", text) + b"\n"


def _pair(address: tuple[str, int]) -> str:
    return f"{address[0]}:{address[1]}"
