"""Writes times as every file of a packet has them."""

from __future__ import annotations

from datetime import UTC, datetime


def instant(moment: datetime | None) -> str | None:
    """Gives a time in ISO 8601 with milliseconds, in UTC; one without a zone is UTC already."""
    if moment is None:
        return None
    utc = moment.astimezone(UTC) if moment.tzinfo else moment
    return f"{utc:%Y-%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03}Z"
