"""A name server for the servers' own zone: knows the application's name, says NXDOMAIN to any other (RFC 1035)."""

from __future__ import annotations

import contextlib
import socket
import threading

from lab.addresses import APPLICATION, NAME_SERVER

APPLICATION_NAME = "bookings.harbor.internal"
NXDOMAIN = 3
TYPE_A = 1


def serve(over: threading.Event) -> None:
    """Answers in a thread of its own until `over` is set."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    listener.bind(NAME_SERVER)
    listener.settimeout(0.3)

    def run() -> None:
        with listener:
            while not over.is_set():
                with contextlib.suppress(TimeoutError):
                    question, asker = listener.recvfrom(512)
                    listener.sendto(answer(question), asker)

    threading.Thread(target=run, daemon=True).start()


def answer(message: bytes) -> bytes:
    """The response to a message with one question, with a lifetime of one second."""
    labels, position = [], 12
    while length := message[position]:
        labels.append(message[position + 1 : position + 1 + length].decode())
        position += length + 1
    question = message[12 : position + 5]
    known = ".".join(labels) == APPLICATION_NAME
    has_address = known and int.from_bytes(message[position + 1 : position + 3]) == TYPE_A
    flags = 0x8180 | (0 if known else NXDOMAIN)
    header = message[:2] + b"".join(n.to_bytes(2) for n in (flags, 1, int(has_address), 0, 0))
    record = b"\xc0\x0c" + b"\x00\x01\x00\x01" + (1).to_bytes(4) + b"\x00\x04" + socket.inet_aton(APPLICATION[0])
    return header + question + (record if has_address else b"")
