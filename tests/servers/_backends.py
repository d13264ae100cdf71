"""The servers behind: one that does what the path says, and three that fail in their own way."""

from __future__ import annotations

import contextlib
import re
import socket
import socketserver
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

SLOW = 1.5
_LENGTH = re.compile(rb"\r\ncontent-length: *([0-9]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Backends:
    """Ports of 127.0.0.1: willing answers, refusing has no listener, closing hangs up, silent never answers."""

    willing: int
    refusing: int
    closing: int
    silent: int


@contextlib.contextmanager
def backends() -> Iterator[Backends]:
    """Starts all of them and stops them again."""
    over = threading.Event()
    with contextlib.ExitStack() as cleanup:
        cleanup.callback(over.set)
        refusing = cleanup.enter_context(socket.socket())
        refusing.bind(("127.0.0.1", 0))
        ports = [_serve(cleanup, handler, over) for handler in (_Willing, _Closing, _Silent)]
        yield Backends(ports[0], refusing.getsockname()[1], ports[1], ports[2])


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128
    over: threading.Event

    def handle_error(self, request: object, client_address: object) -> None:
        """Servers that hang up are part of the play."""


def _serve(cleanup: contextlib.ExitStack, handler: type[socketserver.BaseRequestHandler], over: threading.Event) -> int:
    server = cleanup.enter_context(_Server(("127.0.0.1", 0), handler))
    server.over = over
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    cleanup.callback(server.shutdown)
    return int(server.server_address[1])


class _Willing(socketserver.BaseRequestHandler):
    """Reads requests and answers as the first known word of the path says."""

    def handle(self) -> None:
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        held = b""
        while True:
            while b"\r\n\r\n" not in held:
                block = self.request.recv(1 << 16)
                if not block:
                    return
                held += block
            head, _, held = held.partition(b"\r\n\r\n")
            length = _LENGTH.search(b"\r\n" + head)
            chunked = b"transfer-encoding: chunked" in head.lower()
            wanted = int(length[1]) if length else 0
            if b"100-continue" in head:
                self.request.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
            while len(held) < wanted or (chunked and b"0\r\n\r\n" not in held):
                block = self.request.recv(1 << 16)
                if not block:
                    return
                held += block
            held = b"" if chunked else held[wanted:]
            method, target, *_ = head.split(b" ")
            once = b" HTTP/1.0" in head or b"connection: close" in head.lower()
            if not self._answer(method, target.decode("latin-1")) or once:
                return

    def _answer(self, method: bytes, target: str) -> bool:
        words = target.partition("?")[0].split("/")
        if "slow" in words:
            time.sleep(SLOW)
        if "hang-up" in words:
            return False
        if "garbage" in words:
            self.request.sendall(b"this is no HTTP\r\n\r\n")
            return False
        if "half" in words:
            self.request.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 4000\r\n\r\n" + b"h" * 1000)
            return False
        status = next((int(word) for word in words if word in STATUSES), 200)
        body = b"" if status in {204, 304} else _content(words)
        extra = "Location: https://app.example/elsewhere\r\n" if status in {301, 302} else ""
        if "chunked" in words:
            self._send(f"{self._head(status, extra)}Transfer-Encoding: chunked\r\n\r\n")
            for start in range(0, len(body), 500):
                part = body[start : start + 500]
                self.request.sendall(f"{len(part):x}\r\n".encode() + part + b"\r\n")
            self.request.sendall(b"0\r\n\r\n")
            return True
        length = "" if status in {204, 304} else f"Content-Length: {len(body)}\r\n"
        self._send(f"{self._head(status, extra)}{length}\r\n")
        if method != b"HEAD":
            self.request.sendall(body)
        return True

    @staticmethod
    def _head(status: int, extra: str) -> str:
        return f"HTTP/1.1 {status} Answer\r\nContent-Type: text/plain\r\nCache-Control: no-store\r\n{extra}"

    def _send(self, text: str) -> None:
        self.request.sendall(text.encode())


STATUSES = {str(code) for code in (200, 201, 204, 301, 302, 304, 400, 401, 403, 404, 410, 429, 500, 502, 503)}


def _content(words: list[str]) -> bytes:
    if "big" in words:
        return b"0123456789abcdef" * (1 << 15)
    if "empty" in words:
        return b""
    return b"a willing server\n" * 100


class _Closing(socketserver.BaseRequestHandler):
    """Reads a little and hangs up."""

    def handle(self) -> None:
        self.request.recv(1 << 16)


class _Silent(socketserver.BaseRequestHandler):
    """Reads and says nothing."""

    def handle(self) -> None:
        self.request.settimeout(0.2)
        while not self.server.over.is_set():
            with contextlib.suppress(TimeoutError):
                if not self.request.recv(1 << 16):
                    return
