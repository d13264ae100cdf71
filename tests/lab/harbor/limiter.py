"""A token bucket per caller."""

from __future__ import annotations

import threading
import time

RETRY_AFTER_SECONDS = 2


class Limiter:
    """Allows `rate` requests per second per caller, after a first `burst`."""

    def __init__(self, rate: float, burst: int) -> None:
        self.rate = rate
        self.burst = burst
        self._lock = threading.Lock()
        self._buckets: dict[str, tuple[float, float]] = {}

    def take(self, caller: str) -> bool:
        """False when the caller's bucket is empty."""
        now = time.monotonic()
        with self._lock:
            level, filled = self._buckets.get(caller, (float(self.burst), now))
            level = min(float(self.burst), level + (now - filled) * self.rate)
            allowed = level >= 1
            self._buckets[caller] = (level - 1 if allowed else level, now)
        return allowed
