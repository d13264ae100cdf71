"""One client's connections: keep-alive over TLS, from its own address; every exchange kept as it was seen."""

from __future__ import annotations

import http.client
import socket
import ssl
import time
from collections.abc import Mapping

from lab.addresses import EDGE
from lab.exchange import Exchange, problem, trace_id
from lab.outgoing import Outgoing, follow

REDIRECTS = {307, 308}

Answered = tuple[float, http.client.HTTPResponse]


class EdgeConnection(http.client.HTTPSConnection):
    """Connects to the edge by address, from the client's own address, under the host's name."""

    def __init__(
        self, host: str, source: str, context: ssl.SSLContext, addresses: Mapping[str, tuple[str, int]]
    ) -> None:
        super().__init__(host, timeout=10, context=context)
        self._source = source
        self._trust = context
        self._addresses = addresses
        self._reached = EDGE

    def leave_old_address(self) -> None:
        """Closes a kept connection to where the host is no longer reached."""
        if self._reached != self._addresses.get(self.host, EDGE):
            self.close()

    def connect(self) -> None:
        self._reached = self._addresses.get(self.host, EDGE)
        plain = socket.create_connection(self._reached, timeout=5, source_address=(self._source, 0))
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sock = self._trust.wrap_socket(plain, server_hostname=self.host)


class Wire:
    """Sends one client's requests and keeps what came back in `seen`."""

    def __init__(
        self, address: str, context: ssl.SSLContext, seen: list[Exchange], addresses: Mapping[str, tuple[str, int]]
    ) -> None:
        self._address = address
        self._context = context
        self._seen = seen
        self._addresses = addresses
        self._connections: dict[str, EdgeConnection] = {}
        self._cookie: str | None = None

    def close(self) -> None:
        for connection in self._connections.values():
            connection.close()

    def send(self, request: Outgoing) -> tuple[int | None, str]:
        """Status and body of the last answer; None without an answer."""
        if self._cookie:
            cookies = filter(None, (self._cookie, request.headers.get("Cookie")))
            request = request.with_header("Cookie", "; ".join(cookies))
        status, text, location = self._exchange(request)
        if status in REDIRECTS and location:
            status, text, _ = self._exchange(follow(request, location))
        return status, text

    def _exchange(self, request: Outgoing) -> tuple[int | None, str, str | None]:
        if request.host not in self._connections:
            connection = EdgeConnection(request.host, self._address, self._context, self._addresses)
            self._connections[request.host] = connection
        connection = self._connections[request.host]
        started, status, request_id, location, text, error = time.time(), None, None, None, "", None
        try:
            started, response = _answer(connection, request)
            text = response.read().decode("utf-8", "replace")
            status, request_id, location = (
                response.status, response.getheader("X-Request-ID"), response.getheader("Location"),
            )  # fmt: skip
            self._cookie = (response.getheader("Set-Cookie") or self._cookie or "").partition(";")[0] or None
        except (OSError, http.client.HTTPException) as failure:
            error = type(failure).__name__
            connection.close()
        seen = Exchange(
            client=self._address, host=request.host, method=request.method, path=request.path, status=status,
            started=started, ended=time.time(), request_id=request_id, problem=problem(status, text), error=error,
            trace_id=trace_id(request.headers),
        )  # fmt: skip
        self._seen.append(seen)
        return status, text, location


def _answer(connection: EdgeConnection, request: Outgoing) -> Answered:
    """The answer and when its request began; a kept connection that the server has closed meanwhile is opened anew."""
    connection.leave_old_address()
    kept = connection.sock is not None
    if not kept:
        connection.connect()
    started = time.time()
    try:
        connection.sock.settimeout(request.patience)
        _write(connection, request)
        return started, connection.getresponse()
    except (ConnectionError, ssl.SSLEOFError, http.client.BadStatusLine):
        connection.close()
        if not kept or request.stall:
            raise
    return _answer(connection, request)


def _write(connection: EdgeConnection, request: Outgoing) -> None:
    if not request.stall or not request.body:
        connection.request(request.method, request.target, body=request.body, headers=dict(request.headers))
        return
    body = request.body.encode()
    connection.putrequest(request.method, request.target)
    for name, value in {**request.headers, "Content-Length": str(len(body))}.items():
        connection.putheader(name, value)
    connection.endheaders(body[: len(body) // 2])
    time.sleep(request.stall)
    connection.send(body[len(body) // 2 :])
