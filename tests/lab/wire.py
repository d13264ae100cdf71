"""One client's connections: keep-alive over TLS, from its own address; every exchange kept as it was seen."""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
import time

from lab.addresses import EDGE
from lab.exchange import Exchange, problem
from lab.outgoing import Outgoing, follow

REDIRECTS = {307, 308}


class EdgeConnection(http.client.HTTPSConnection):
    """Connects to the edge by address, from the client's own address, under the host's name."""

    def __init__(self, host: str, source: str, context: ssl.SSLContext) -> None:
        super().__init__(host, timeout=10, context=context)
        self._source = source
        self._trust = context

    def connect(self) -> None:
        plain = socket.create_connection(EDGE, timeout=5, source_address=(self._source, 0))
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sock = self._trust.wrap_socket(plain, server_hostname=self.host)


class Wire:
    """Sends one client's requests and keeps what came back."""

    def __init__(self, address: str, context: ssl.SSLContext, seen: list[Exchange], over: threading.Event) -> None:
        self._address = address
        self._context = context
        self._seen = seen
        self._over = over
        self._connections: dict[str, EdgeConnection] = {}
        self._cookie: str | None = None

    def close(self) -> None:
        for connection in self._connections.values():
            connection.close()

    def send(self, request: Outgoing) -> tuple[int | None, str]:
        """Status and body of the last answer; None without an answer."""
        if self._cookie:
            request = request.with_header("Cookie", self._cookie)
        status, text, location = self._exchange(request)
        if status in REDIRECTS and location:
            status, text, _ = self._exchange(follow(request, location))
        return status, text

    def _exchange(self, request: Outgoing) -> tuple[int | None, str, str | None]:
        connection = self._connections.setdefault(
            request.host, EdgeConnection(request.host, self._address, self._context)
        )
        started = time.time()
        status, request_id, location, text = None, None, None, ""
        try:
            if connection.sock is None:
                connection.connect()
            started = time.time()
            connection.sock.settimeout(request.patience)
            _write(connection, request, self._over)
            response = connection.getresponse()
            text = response.read().decode("utf-8", "replace")
            status, request_id, location = (
                response.status,
                response.getheader("X-Request-ID"),
                response.getheader("Location"),
            )
            self._cookie = (response.getheader("Set-Cookie") or self._cookie or "").partition(";")[0] or None
        except (OSError, http.client.HTTPException):
            connection.close()
        seen = Exchange(
            self._address, request.host, request.method, request.path, status, started, time.time(), request_id,
            problem(status, text),
        )  # fmt: skip
        self._seen.append(seen)
        return status, text, location


def _write(connection: EdgeConnection, request: Outgoing, over: threading.Event) -> None:
    if not request.stall or not request.body:
        connection.request(request.method, request.target, body=request.body, headers=dict(request.headers))
        return
    body = request.body.encode()
    connection.putrequest(request.method, request.target)
    for name, value in {**request.headers, "Content-Length": str(len(body))}.items():
        connection.putheader(name, value)
    connection.endheaders(body[: len(body) // 2])
    over.wait(request.stall)
    connection.send(body[len(body) // 2 :])
