"""Starts a server in a folder of its own, on free ports of loopback, and stops it whatever happens."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from servers._lines import Log

READY_WITHIN = 20.0
STOPPED_WITHIN = 8.0


@dataclass(frozen=True, slots=True)
class Server:
    """A plug-in: Debian's packages, the program that tells whether they are there, and how its logs are recorded."""

    name: str
    packages: tuple[str, ...]
    program: str
    record: Callable[[Path], Sequence[Log]]


class NotReadyError(Exception):
    """A program did not start; carries what it wrote."""


def free_ports(count: int) -> list[int]:
    """Ports of loopback that nothing listens on now, all different."""
    with contextlib.ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


def has_ipv6() -> bool:
    """Whether this machine has IPv6's loopback."""
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as one:
        one.bind(("::1", 0))
        return True
    return False


@contextlib.contextmanager
def folder(name: str) -> Iterator[Path]:
    """A temporary folder that servers may enter which drop their rights."""
    with tempfile.TemporaryDirectory(prefix=f"conformance-{name}-", ignore_cleanup_errors=True) as made:
        path = Path(made)
        path.chmod(0o777)
        yield path


@contextlib.contextmanager
def running(
    command: Sequence[str | Path], home: Path, *, ports: Sequence[int] = (), zone: str = "UTC",
    variables: Mapping[str, str] | None = None, name: str = "server",
) -> Iterator[subprocess.Popen[bytes]]:  # fmt: skip
    """Runs a program in the foreground until the block ends; waits for its ports. Its output is in home/NAME.out."""
    environment = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "TZ": zone, **(variables or {})}
    output = home / f"{name}.out"
    with output.open("ab") as sink:
        process = subprocess.Popen(
            command,
            cwd=home,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=sink,
            start_new_session=True,
        )
    try:
        _await(process, ports, output)
        yield process
    finally:
        stop(process)


def _await(process: subprocess.Popen[bytes], ports: Sequence[int], output: Path) -> None:
    deadline = time.monotonic() + READY_WITHIN
    waiting = list(ports)
    while waiting:
        if process.poll() is not None or time.monotonic() > deadline:
            raise NotReadyError(f"{process.args!r} did not start:\n{output.read_text(errors='replace')[-3000:]}")
        # A connection would be logged, so the kernel's table of listeners is asked.
        listening = _listening()
        waiting = [port for port in waiting if port not in listening]
        time.sleep(0.05)


def _listening() -> set[int]:
    found = set()
    for table in ("tcp", "tcp6"):
        with contextlib.suppress(FileNotFoundError):
            for row in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
                words = row.split()
                if words[3] == "0A":
                    found.add(int(words[1].rpartition(":")[2], 16))
    return found


def stop(process: subprocess.Popen[bytes]) -> None:
    """Ends the program, politely first, and then all that it left behind."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(STOPPED_WITHIN)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def certificate(home: Path) -> Path:
    """A PEM file with a key and a certificate of its own."""
    pem = home / "server.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", "/CN=app.example", "-keyout", home / "key.pem", "-out", home / "certificate.pem"],
        check=True, capture_output=True,
    )  # fmt: skip
    pem.write_text((home / "key.pem").read_text() + (home / "certificate.pem").read_text())
    for made in (pem, home / "key.pem", home / "certificate.pem"):
        made.chmod(0o644)
    return pem
