"""The loopback server: plain, plain at another port, TLS with a certificate that is trusted by flag, and with none."""

from __future__ import annotations

import contextlib
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from lab.captures.addresses import ADDRESS, API_PORT, PAGE_PORT, SHOP_HOST, TLS_PORT, UNTRUSTED_PORT
from lab.captures.answers import Answer, answer_to
from lab.captures.pages import page
from lab.captures.streams import STREAMS

# What the server did: method, path, status that it sent or None.
Log = list[tuple[str, str, int | None]]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def _answer(self) -> None:
        path = self.path.partition("?")[0]
        if path in STREAMS:
            self.close_connection = True
            with contextlib.suppress(OSError, EOFError):
                self._told(path, STREAMS[path](self))
            return
        length = int(self.headers.get("Content-Length") or 0)
        self.rfile.read(length)
        answer = page(path) or answer_to(self.command, path, self.headers.get("If-None-Match"))
        time.sleep(answer.after)
        self._told(path, answer.status)
        with contextlib.suppress(OSError):
            self._send(answer)

    do_GET = do_POST = do_PUT = do_DELETE = do_OPTIONS = _answer  # noqa: N815 - names that http.server calls

    def _told(self, path: str, status: int | None) -> None:
        self.server.log.append((self.command, path, status))

    def _send(self, answer: Answer) -> None:
        self.send_response_only(answer.status)
        self.send_header("Date", formatdate(time.time(), usegmt=True))
        for name, value in answer.headers:
            self.send_header(name, value)
        if answer.status not in (204, 304):
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name that http.server uses
        """Stays quiet: `log` holds what was done."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, port: int, log: Log) -> None:
        self.log = log
        super().__init__((ADDRESS, port), _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A refused handshake or a connection that was reset on purpose is no error of the server."""


def certify(folder: Path, name: str) -> Path:
    """Makes a self-signed certificate with its key, and gives the file that holds both."""
    made = folder / f"{name}.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", made, "-out", folder / f"{name}.crt",
         "-days", "2", "-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name},IP:{ADDRESS}"],
        check=True, capture_output=True,
    )  # fmt: skip
    with made.open("ab") as both:
        both.write((folder / f"{name}.crt").read_bytes())
    return made


@contextlib.contextmanager
def serving(folder: Path) -> Iterator[tuple[Log, Path]]:
    """Serves until the context ends; gives the log and the certificate that a browser is to trust."""
    log: Log = []
    trusted, untrusted = certify(folder, SHOP_HOST), certify(folder, "stranger.example")
    ports = {PAGE_PORT: None, API_PORT: None, TLS_PORT: trusted, UNTRUSTED_PORT: untrusted}
    with contextlib.ExitStack() as stack:
        for port, certificate in ports.items():
            server = stack.enter_context(_Server(port, log))
            if certificate:
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                context.load_cert_chain(certificate)
                # The handshake is left to the connection's own thread, so that one that hangs holds up nobody.
                server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
            threading.Thread(target=server.serve_forever, daemon=True).start()
            stack.callback(server.shutdown)
        yield log, trusted
