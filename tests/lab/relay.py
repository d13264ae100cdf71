"""Carries connections from one address to another, and can refuse, reset or ignore them as a network would."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from types import TracebackType
from typing import Self

Address = tuple[str, int]
# more attempts than a listener without a backlog admits: the kernel drops the next SYN
FILLING = 4
BACKLOG = 128


class Relay:
    """Context manager; `source` is the address on the far side, as a home router would bind it."""

    def __init__(self, listen: Address, target: Address, source: str | None = None) -> None:
        self._listen = listen
        self._target = target
        self._source = source
        self._listener: socket.socket | None = None
        self._resetting = False
        self._dropping = False
        self._kept: list[socket.socket] = []
        self._open: set[socket.socket] = set()

    def __enter__(self) -> Self:
        self.carry()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.refuse()

    def carry(self, target: Address | None = None) -> None:
        """Passes connections on, to `target` from now on if given; closes those that stand."""
        self._target = target or self._target
        if self._dropping and self._listener:
            # the same listener goes on, so that nobody is refused in between
            self._dropping = False
            self._close(self._kept)
            self._listener.listen(BACKLOG)
            threading.Thread(target=self._serve, args=(self._listener,), daemon=True).start()
        elif self._resetting and self._listener:
            self._resetting = False
        else:
            self.refuse()
            self._accept()

    def refuse(self, *, keep: bool = False) -> None:
        """Nobody listens; connections that stand are closed unless they are to be kept."""
        self._resetting = False
        if self._listener:
            # close() alone would leave a thread that waits in accept() with the port
            with contextlib.suppress(OSError):
                self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
            self._listener = None
        self._dropping = False
        self._close(self._kept)
        if not keep:
            self._close([*self._open])

    def reset(self) -> None:
        """Accepts, and resets each connection at once."""
        if self._dropping or not self._listener:
            self.refuse()
            self._accept()
        # a listener that stands goes on, so that nobody is refused in between
        self._resetting = True
        self._close([*self._open])

    def drop(self, *, keep: bool = False) -> None:
        """Never answers a SYN: the listener's backlog is full and nobody accepts."""
        self.refuse(keep=keep)
        self._dropping = True
        self._listener = _listening(self._listen, backlog=0)
        for _ in range(FILLING):
            one = socket.socket()
            one.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                one.connect(self._listen)
            self._kept.append(one)

    def _close(self, connections: list[socket.socket]) -> None:
        for one in connections:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        connections.clear()

    def _accept(self) -> None:
        self._listener = _listening(self._listen, backlog=BACKLOG)
        threading.Thread(target=self._serve, args=(self._listener,), daemon=True).start()

    def _serve(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = listener.accept()
                if self._resetting:
                    near.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    near.close()
                else:
                    threading.Thread(target=self._carry_one, args=(near,), daemon=True).start()

    def _carry_one(self, near: socket.socket) -> None:
        with near, contextlib.suppress(OSError):
            source = (self._source, 0) if self._source else None
            with socket.create_connection(self._target, timeout=5, source_address=source) as far:
                far.settimeout(None)
                self._open.update((near, far))
                outward = threading.Thread(target=_pump, args=(near, far), daemon=True)
                outward.start()
                _pump(far, near)
                outward.join(timeout=5)
                self._open.difference_update((near, far))


def _listening(address: Address, *, backlog: int) -> socket.socket:
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(address)
    listener.listen(backlog)
    return listener


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while block := source.recv(65536):
            sink.sendall(block)
    with contextlib.suppress(OSError):
        sink.shutdown(socket.SHUT_WR)
