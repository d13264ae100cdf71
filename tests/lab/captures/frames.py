"""Frames of RFC 6455, for the server's WebSockets and for the protocols that drive a browser."""

from __future__ import annotations

import base64
import hashlib
import os
import socket
from typing import BinaryIO

TEXT, CLOSE = 0x1, 0x8
_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


def accept_of(key: str) -> str:
    """Gives Sec-WebSocket-Accept for a Sec-WebSocket-Key (RFC 6455, 4.2.2)."""
    return base64.b64encode(hashlib.sha1((key + _GUID).encode(), usedforsecurity=False).digest()).decode()


def frame(opcode: int, payload: bytes, *, masked: bool) -> bytes:
    """Gives one final frame; what a client sends must be masked (RFC 6455, 5.3)."""
    mark = 0x80 if masked else 0
    size = len(payload)
    if size < 126:
        head = bytes([0x80 | opcode, mark | size])
    elif size < 65_536:
        head = bytes([0x80 | opcode, mark | 126]) + size.to_bytes(2, "big")
    else:
        head = bytes([0x80 | opcode, mark | 127]) + size.to_bytes(8, "big")
    if not masked:
        return head + payload
    key = os.urandom(4)
    return head + key + bytes(byte ^ key[place % 4] for place, byte in enumerate(payload))


def read_message(stream: BinaryIO) -> tuple[int, bytes]:
    """Gives opcode and payload of the next message, its fragments joined; raises EOFError when the stream ends."""
    opcode, payload, final = 0, b"", False
    while not final:
        first, second = _exactly(stream, 2)
        final, opcode = bool(first & 0x80), first & 0x0F or opcode
        size = second & 0x7F
        if size >= 126:
            size = int.from_bytes(_exactly(stream, 2 if size == 126 else 8), "big")
        key = _exactly(stream, 4) if second & 0x80 else b""
        part = _exactly(stream, size)
        payload += bytes(byte ^ key[place % 4] for place, byte in enumerate(part)) if key else part
    return opcode, payload


def connect(host: str, port: int, path: str) -> tuple[socket.socket, BinaryIO]:
    """Opens a WebSocket as a client."""
    link = socket.create_connection((host, port), timeout=60)
    key = base64.b64encode(os.urandom(16)).decode()
    link.sendall(
        f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
    )
    stream = link.makefile("rb")
    status = stream.readline()
    if b" 101 " not in status:
        raise ConnectionError(status.decode("latin-1").strip())
    while stream.readline().strip():
        pass
    return link, stream


def _exactly(stream: BinaryIO, count: int) -> bytes:
    found = stream.read(count)
    if found is None or len(found) < count:
        raise EOFError
    return found
