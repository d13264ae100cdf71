"""The door to dask.distributed: opens a cluster by its address, or starts one on this machine."""

from __future__ import annotations

import ipaddress
import logging
from collections.abc import Iterator
from concurrent.futures import CancelledError
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from analyzer.errors import ClusterError, UsageError
from analyzer.pipeline._batch import check_versions, versions
from analyzer.pipeline._plan import Workers

_LOCAL = "local:"
_FORMS = "tls://host:8786, tcp://127.0.0.1:8786 or local:N"
_CONNECT_S = 10
_ENDED = ("closed", "failed")


@contextmanager
def open_cluster(address: str, checkpoints: Path | None = None) -> Iterator[Workers]:
    """Yields the workers behind an address: tls://host:port, tcp:// on loopback, or local:N, which starts N processes.

    The certificates of tls:// are those that Dask's own configuration names. Whoever reaches a tcp:// scheduler can
    run any code on its workers, so such a one must be on this machine. Raises UsageError for an address that is none
    of these and where the package is not installed, and ClusterError where the cluster cannot be used.
    """
    check_address(address)
    distributed = _distributed()
    with ExitStack() as stack:
        # What Dask has to say of lost workers is said in the report; its own lines have no place on a terminal.
        logging.getLogger("distributed").setLevel(logging.CRITICAL)
        local = stack.enter_context(_local(distributed, address)) if address.startswith(_LOCAL) else None
        client = stack.enter_context(_client(distributed, address, local))
        _check_versions(client)
        yield Workers(
            executor=client.get_executor(pure=False),
            lost=(distributed.KilledWorker, distributed.comm.CommClosedError, CancelledError),
            count=lambda: _count(client, local),
            checkpoints=checkpoints,
        )


def _count(client: Any, local: Any) -> int | None:
    try:
        found = sum(client.nthreads().values()) if client.status == "running" else None
    except (OSError, TimeoutError):
        return None
    if local is not None and found is not None and found < len(local.worker_spec):
        _restore(local)
    return found


def _restore(local: Any) -> None:
    """Starts the workers that Dask does not: those that it gave up, as they took long, and those that did not start."""

    def forget_ended() -> None:
        for name, worker in tuple(local.workers.items()):
            if worker.status.name in _ENDED:
                del local.workers[name]

    local.loop.add_callback(forget_ended)  # in the thread of the loop, as scale does
    local.scale(len(local.worker_spec))


def check_address(address: str) -> None:
    """Raises UsageError for an address that is not one of the forms, or that anybody else could reach."""
    if address.startswith(_LOCAL):
        number = address.removeprefix(_LOCAL)
        if not number.isascii() or not number.isdigit() or not 1 <= int(number) <= 1024:
            raise UsageError(f"--cluster {address!r} does not say how many workers.", hint="Write local:2, for two.")
        return
    parts = urlsplit(address)
    try:
        known = parts.scheme in ("tls", "tcp") and bool(parts.hostname) and parts.port is not None
    except ValueError:
        known = False
    if not known or parts.username or parts.path or parts.query:
        raise UsageError(f"--cluster {address!r} is no address of a scheduler.", hint=f"Write {_FORMS}.")
    if parts.scheme == "tcp" and not _is_loopback(str(parts.hostname)):
        hint = "Start the scheduler and its workers with TLS certificates, and write tls://."
        message = f"--cluster {address} is refused: without TLS whoever reaches that port can run code on the workers."
        raise UsageError(message, hint=hint)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _distributed() -> Any:
    try:
        import distributed  # noqa: PLC0415 - a second to load, and an extra
    except ImportError as error:
        hint = "Install it with: pip install 'whichlayer[cluster]'"
        raise UsageError("--cluster needs the package distributed, which is not installed.", hint=hint) from error
    return distributed


def _local(distributed: Any, address: str) -> Any:
    with _reached(address):
        return distributed.LocalCluster(
            n_workers=int(address.removeprefix(_LOCAL)),
            threads_per_worker=1,
            host="127.0.0.1",
            dashboard_address=None,
            # A server listens even where there is no dashboard, and a fixed port may be taken.
            scheduler_kwargs={"dashboard_address": "127.0.0.1:0"},
            silence_logs=logging.CRITICAL,
            env={"POLARS_MAX_THREADS": "1"},
        )


def _client(distributed: Any, address: str, local: Any) -> Any:
    with _reached(address):
        if local is not None:
            return distributed.Client(local)
        security = distributed.Security(require_encryption=address.startswith("tls://"))
        return distributed.Client(address, security=security, timeout=_CONNECT_S)


@contextmanager
def _reached(address: str) -> Iterator[None]:
    try:
        yield
    except (OSError, TimeoutError, ValueError, TypeError, RuntimeError) as error:
        hint = "Is the scheduler running, and do the certificates fit? Dask's configuration names them (comm.tls)."
        raise ClusterError(f"the cluster {address} cannot be reached: {error}.", hint=hint) from error


def _check_versions(client: Any) -> None:
    found = client.run(versions, on_error="return")
    for theirs in found.values():
        if isinstance(theirs, BaseException):
            hint = "Install the same versions of analyzer, Polars and Python on all machines."
            raise ClusterError(f"a worker cannot load analyzer: {theirs}.", hint=hint) from theirs
        check_versions(theirs)
    if not found:
        raise ClusterError("the cluster has no workers.", hint="Start some, and name the scheduler's address to them.")
