"""Gives Chromium an address of its own: a TCP relay that binds its far side, as a home router would."""

from __future__ import annotations

import contextlib
import socket
import socketserver
import threading
from collections.abc import Iterator


@contextlib.contextmanager
def relay(listen: tuple[str, int], target: tuple[str, int], source: str) -> Iterator[None]:
    """Forwards connections to `listen` on to `target`, sent from the address `source`."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with socket.create_connection(target, timeout=5, source_address=(source, 0)) as far:
                far.settimeout(None)
                outward = threading.Thread(target=_pump, args=(self.request, far), daemon=True)
                outward.start()
                _pump(far, self.request)
                outward.join(timeout=5)

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = True
        daemon_threads = True

    with Server(listen, Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join(timeout=5)


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while block := source.recv(65536):
            sink.sendall(block)
    with contextlib.suppress(OSError):
        sink.shutdown(socket.SHUT_WR)
