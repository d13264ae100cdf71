"""A client that sends exactly the bytes it is told to, and measures what comes back."""

from __future__ import annotations

import contextlib
import socket
import ssl
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

PATIENCE = 6.0
HOST = "app.example"


@dataclass(frozen=True, slots=True)
class Ask:
    """One request; texts become UTF-8, their surrogates the single bytes they stand for (PEP 383).

    name: says what is asked, unique per server. raw: the whole request where it is no proper one. route: the path with
    ids replaced, where it differs. leave_after: seconds after which the client goes without an answer. pieces: seconds
    between the head's first line, the rest of it, and the body. at_least: seconds that the server must need.
    """

    name: str
    target: str = "/plain"
    method: str = "GET"
    version: str = "HTTP/1.1"
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    host: str | None = HOST
    raw: bytes | None = None
    route: str | None = None
    leave_after: float | None = None
    pieces: float | None = None
    at_least: float = 0.0

    def header(self, name: str) -> str | None:
        """The first header of this name."""
        if name == "Host":
            return self.host
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)

    def spelled(self, *, last: bool) -> bytes:
        """The bytes to send; the last request of a connection asks to close it."""
        if self.raw is not None:
            return self.raw
        lines = [f"{self.method} {self.target} {self.version}"]
        lines += [f"Host: {self.host}"] if self.host is not None else []
        lines += [f"{name}: {value}" for name, value in self.headers]
        if self.body and self.header("Transfer-Encoding") is None and self.header("Content-Length") is None:
            lines.append(f"Content-Length: {len(self.body)}")
        if last and self.header("Connection") is None:
            lines.append("Connection: close")
        return "".join(f"{line}\r\n" for line in [*lines, ""]).encode("utf-8", "surrogateescape") + self.body


@dataclass(frozen=True, slots=True)
class Visit:
    """The requests of one connection; tls is the highest version to offer, such as TLSv1.2."""

    asks: tuple[Ask, ...]
    pipelined: bool = False
    tls: str | None = None
    prelude: bytes = b""


@dataclass(slots=True)
class Exchange:
    """What the client did and saw; times are seconds since the epoch, sizes are bytes."""

    ask: Ask
    client: str
    port: int
    number: int
    begun: float
    sent: int
    ended: float = 0.0
    status: int | None = None
    interim: int = 0
    head: int = 0
    body: int = 0
    framed: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    tls: tuple[str, str] | None = None
    whole: bool = False

    @property
    def received(self) -> int:
        """All bytes of the answer, without a 100 before it."""
        return self.head + self.framed

    @property
    def name(self) -> str:
        """What was asked."""
        return self.ask.name


class _Incoming:
    """Reads an answer from a connection that may hold several."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._held = b""
        self.closed = False

    def more(self) -> bool:
        """Waits for bytes; false once there are none to come."""
        try:
            block = self._connection.recv(1 << 16)
        except (ConnectionError, ssl.SSLError):
            block = b""
        self._held += block
        self.closed = self.closed or not block
        return bool(block)

    def say_goodbye(self) -> None:
        """Tells that nothing more will be sent."""
        self._connection.shutdown(socket.SHUT_WR)

    def until(self, mark: bytes) -> bytes | None:
        """Everything up to and with the mark; None if the connection ends before."""
        while mark not in self._held:
            if not self.more():
                return None
        before, _, self._held = self._held.partition(mark)
        return before + mark

    def exactly(self, count: int) -> bytes:
        """So many bytes, or fewer at the end of the connection."""
        while len(self._held) < count and self.more():
            pass
        taken, self._held = self._held[:count], self._held[count:]
        return taken

    def rest(self) -> bytes:
        """Everything up to the end of the connection."""
        while self.more():
            pass
        taken, self._held = self._held, b""
        return taken


def visit(address: tuple[str, int], plan: Visit, client: str) -> list[Exchange]:
    """Plays one connection from the client's own address."""
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as plain:
        plain.settimeout(PATIENCE)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        plain.bind((client, 0))
        plain.connect(address)
        plain.sendall(plan.prelude)
        connection = _wrapped(plain, plan.tls) if plan.tls else plain
        with contextlib.closing(connection):
            return _talk(connection, plan, client)


def _wrapped(plain: socket.socket, version: str) -> ssl.SSLSocket:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.maximum_version = {"TLSv1.2": ssl.TLSVersion.TLSv1_2, "TLSv1.3": ssl.TLSVersion.TLSv1_3}[version]
    return context.wrap_socket(plain, server_hostname=HOST)


def _talk(connection: socket.socket, plan: Visit, client: str) -> list[Exchange]:
    incoming = _Incoming(connection)
    port = connection.getsockname()[1]
    last = len(plan.asks) - 1
    texts = [ask.spelled(last=number == last) for number, ask in enumerate(plan.asks)]
    cipher = connection.cipher() if isinstance(connection, ssl.SSLSocket) else None
    tls = (str(connection.version()), str(cipher[0])) if isinstance(connection, ssl.SSLSocket) and cipher else None
    seen: list[Exchange] = []
    for number, (ask, text) in enumerate(zip(plan.asks, texts, strict=True)):
        exchange = Exchange(ask, client, port, number + 1, time.time(), len(text), tls=tls)
        seen.append(exchange)
        if plan.pipelined:
            exchange.begun = seen[0].begun
            if number == 0:
                connection.sendall(b"".join(texts))
        else:
            _send(connection, ask, text)
        if ask.leave_after is not None:
            time.sleep(ask.leave_after)
            exchange.ended = time.time()
            break
        _receive(incoming, exchange)
        exchange.ended = time.time()
        if incoming.closed:
            break
    if seen[-1].ask.leave_after is None:
        with contextlib.suppress(TimeoutError):
            incoming.rest()
    return seen


def _send(connection: socket.socket, ask: Ask, text: bytes) -> None:
    with contextlib.suppress(ConnectionError):
        if ask.pieces is None:
            connection.sendall(text)
            return
        line, _, rest = text.partition(b"\r\n")
        head, _, body = rest.partition(b"\r\n\r\n")
        for piece in (line + b"\r\n", head + b"\r\n\r\n", body):
            connection.sendall(piece)
            time.sleep(ask.pieces)


def _receive(incoming: _Incoming, exchange: Exchange) -> None:
    try:
        _answer(incoming, exchange)
    except TimeoutError:
        exchange.whole = False


def _answer(incoming: _Incoming, exchange: Exchange) -> None:
    start = incoming.exactly(5)
    if start != b"HTTP/":
        exchange.framed = exchange.body = len(start) + len(incoming.rest())
        exchange.whole = bool(start)
        return
    head = start + (incoming.until(b"\r\n\r\n") or b"")
    lines = head.decode("latin-1").split("\r\n")
    status = int(lines[0].split(" ")[1])
    if status == 100:
        exchange.interim = len(head)
        _answer(incoming, exchange)
        return
    exchange.status = status
    exchange.head = len(head)
    exchange.headers = {
        name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:] if line)
    }
    exchange.whole = _body(incoming, exchange)


def _body(incoming: _Incoming, exchange: Exchange) -> bool:
    length = exchange.headers.get("content-length")
    if exchange.ask.method == "HEAD" or exchange.status in {204, 304}:
        return True
    if exchange.ask.method == "CONNECT" and exchange.status == 200:
        incoming.say_goodbye()
        exchange.framed = exchange.body = len(incoming.rest())
        return True
    if exchange.headers.get("transfer-encoding") == "chunked":
        return _chunks(incoming, exchange)
    if length is not None:
        exchange.framed = exchange.body = len(incoming.exactly(int(length)))
        return exchange.body == int(length)
    exchange.framed = exchange.body = len(incoming.rest())
    return True


def _chunks(incoming: _Incoming, exchange: Exchange) -> bool:
    while True:
        line = incoming.until(b"\r\n")
        if line is None:
            return False
        size = int(line.split(b";")[0], 16)
        data = incoming.exactly(size + 2)
        exchange.framed += len(line) + len(data)
        exchange.body += min(size, len(data))
        if len(data) < size + 2:
            return False
        if size == 0:
            return True


def exchanges_by_name(seen: Sequence[Exchange]) -> dict[str, Exchange]:
    """The exchanges by what was asked; names are unique."""
    found = {exchange.name: exchange for exchange in seen}
    if len(found) != len(seen):
        raise ValueError("two requests share a name")
    return found
