"""The database as the API sees it: a pool of connections, and queries that take their time.

`database.json` says how long they take; nothing announces it, as no real database announces that it is slow.
"""

from __future__ import annotations

import contextlib
import random
import threading
import time
from collections.abc import Iterator

import structlog
from harbor.settings import WatchedFile

NORMAL = {
    "latency": [0.002, 0.02],
    "tables": {},
    "pool": 24,
    "pool_wait": 5.0,
    "statement_timeout": 30.0,
    "statement_timeouts": {},
}
SLOW_SECONDS = 1.0

log = structlog.get_logger("harbor.database")


class PoolTimeoutError(Exception):
    """No connection became free in time."""


class StatementTimeoutError(Exception):
    """The database gave the statement up."""


class Database:
    """Safe to share between threads."""

    def __init__(self) -> None:
        self._settings = WatchedFile("database.json", announce=None, default=NORMAL)
        self._free = threading.Condition()
        self._used = 0

    def query(self, table: str, statement: str) -> None:
        """Raises PoolTimeoutError or StatementTimeoutError."""
        settings = {**NORMAL, **self._settings.read()}
        low, high = settings["tables"].get(table, settings["latency"])
        with self._connection(settings["pool"], settings["pool_wait"]):
            limit = settings["statement_timeouts"].get(table, settings["statement_timeout"])
            self._run(statement, random.uniform(low, high), limit)

    @contextlib.contextmanager
    def _connection(self, size: int, patience: float) -> Iterator[None]:
        with self._free:
            if not self._free.wait_for(lambda: self._used < size, timeout=patience):
                raise PoolTimeoutError(f"connection pool of size {size} is exhausted, waited {patience:.2f} s")
            self._used += 1
        try:
            yield
        finally:
            with self._free:
                self._used -= 1
                self._free.notify()

    def _run(self, statement: str, seconds: float, limit: float) -> None:
        time.sleep(min(seconds, limit))
        if seconds > limit:
            raise StatementTimeoutError("canceling statement due to statement timeout")
        if seconds > SLOW_SECONDS:
            log.warning("slow query", statement=statement, query_ms=round(seconds * 1000))
