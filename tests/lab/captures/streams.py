"""What the server does to a connection itself: WebSockets, event streams, and answers that break off."""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler

from lab.captures import frames

_STARTED = "HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\n{more}Connection: close\r\n\r\n"


def _websocket(handler: BaseHTTPRequestHandler, code: int, reason: str) -> int:
    key = handler.headers.get("Sec-WebSocket-Key", "")
    handler.wfile.write(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Accept: {frames.accept_of(key)}\r\n\r\n".encode()
    )
    frames.read_message(handler.rfile)
    handler.wfile.write(frames.frame(frames.TEXT, b'{"departed": "SGSIN"}', masked=False))
    time.sleep(0.1)
    handler.wfile.write(frames.frame(frames.CLOSE, code.to_bytes(2, "big") + reason.encode(), masked=False))
    frames.read_message(handler.rfile)
    return 101


def _socket_done(handler: BaseHTTPRequestHandler) -> int:
    return _websocket(handler, 1000, "done")


def _socket_broken(handler: BaseHTTPRequestHandler) -> int:
    return _websocket(handler, 1011, "internal error")


def _socket_refused(handler: BaseHTTPRequestHandler) -> int:
    handler.wfile.write(
        b"HTTP/1.1 403 Forbidden\r\nContent-Type: application/json\r\nContent-Length: 21\r\n"
        b'Connection: close\r\n\r\n{"error":"forbidden"}'
    )
    return 403


def _events(handler: BaseHTTPRequestHandler) -> int:
    handler.wfile.write(_STARTED.format(kind="text/event-stream", more="Cache-Control: no-store\r\n").encode())
    for number, port in enumerate(("SGSIN", "DEHAM"), 1):
        handler.wfile.write(f'id: {number}\nevent: departed\ndata: {{"port": "{port}"}}\n\n'.encode())
        time.sleep(0.05)
    return 200


def _empty(handler: BaseHTTPRequestHandler) -> None:
    """Closes without a byte: the browser sees an orderly end where a status line should be."""
    handler.connection.shutdown(socket.SHUT_RDWR)


def _reset(handler: BaseHTTPRequestHandler) -> None:
    """Closes with RST instead of FIN: SO_LINGER with a time of 0."""
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    # The stream objects keep the descriptor open; only the last close sends the RST.
    handler.rfile.close()
    handler.wfile.close()
    handler.connection.close()


def _short(handler: BaseHTTPRequestHandler) -> int:
    handler.wfile.write(
        (_STARTED.format(kind="application/json", more="Content-Length: 500\r\n") + '{"ports": ["SG').encode()
    )
    return 200


# The value returned is the status that was sent, None if none was.
STREAMS: dict[str, Callable[[BaseHTTPRequestHandler], int | None]] = {
    "/socket/done": _socket_done,
    "/socket/broken": _socket_broken,
    "/socket/refused": _socket_refused,
    "/events": _events,
    "/api/empty": _empty,
    "/api/reset": _reset,
    "/api/short": _short,
}
