"""Receives what a server sends to syslog over UDP: one datagram is one line."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator


class Receiver:
    """Keeps every datagram in its order."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.settimeout(0.2)
        self._over = threading.Event()
        self._datagrams: list[bytes] = []
        self._thread = threading.Thread(target=self._receive, daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        """Where to send to."""
        return int(self._socket.getsockname()[1])

    @property
    def content(self) -> bytes:
        """All lines, each with its end."""
        return b"".join(datagram.rstrip(b"\n\0") + b"\n" for datagram in self._datagrams)

    def close(self) -> None:
        """Takes what is on its way, and no more."""
        self._over.set()
        self._thread.join()
        self._socket.close()

    def _receive(self) -> None:
        while True:
            try:
                self._datagrams.append(self._socket.recv(1 << 16))
            except TimeoutError:
                if self._over.is_set():
                    return


@contextlib.contextmanager
def receivers(*names: str) -> Iterator[dict[str, Receiver]]:
    """One for each name."""
    made = {name: Receiver() for name in names}
    try:
        yield made
    finally:
        for receiver in made.values():
            receiver.close()
