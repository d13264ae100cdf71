"""Says how far apart a change and the first failure are."""

from __future__ import annotations

from datetime import datetime


def apart(moment: datetime, started: datetime) -> str:
    """Gives "12 s before the first failure", or that it was within a second of it."""
    seconds = (started - moment).total_seconds()
    if abs(seconds) < 1:
        return "Within a second of the first failure"
    return f"{abs(seconds):.0f} s {'before' if seconds > 0 else 'after'} the first failure"
