"""A token bucket per caller."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass

from harbor.settings import WatchedFile

RETRY_AFTER_SECONDS = 2


@dataclass(frozen=True, slots=True)
class Plan:
    """`rate` requests per second after a first `burst`."""

    rate: float
    burst: float


class Limiter:
    """Allows what `plan` says; limits.json may name another plan for a caller."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._plans = WatchedFile("limits.json", announce="limits reloaded", default={})
        self._lock = threading.Lock()
        self._buckets: dict[str, tuple[float, float]] = {}

    def plan(self, caller: str) -> Plan:
        """The plan of this caller."""
        own = self._plans.read().get(caller) or self._plans.read().get("everybody")
        return Plan(**own) if own else self._plan

    def take(self, caller: str) -> bool:
        """False when the caller's bucket is empty."""
        plan = self.plan(caller)
        now = time.monotonic()
        with self._lock:
            level, filled = self._buckets.get(caller, (plan.burst, now))
            level = min(plan.burst, level + (now - filled) * plan.rate)
            allowed = level >= 1
            self._buckets[caller] = (level - 1 if allowed else level, now)
        return allowed
