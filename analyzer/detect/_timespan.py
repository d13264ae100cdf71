"""Reads a timespan: a whole number and one of s, m, h, d."""

from __future__ import annotations

import re
from typing import Any

MAX_SECONDS = 3650 * 86_400
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_TIMESPAN = re.compile(r"([0-9]{1,10})([smhd])")


class TimespanError(Exception):
    """The text is no timespan."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


def parse(value: Any) -> int:
    """Gives seconds; raises TimespanError. Weeks, months and years are refused: `M` is a common slip for minutes."""
    match = _TIMESPAN.fullmatch(value) if isinstance(value, str) else None
    seconds = int(match[1]) * _SECONDS[match[2]] if match else 0
    if not 0 < seconds <= MAX_SECONDS:
        raise TimespanError(f"has {value!r} where a timespan belongs.", "Write a number and s, m, h or d, such as 5m.")
    return seconds


def write(seconds: int) -> str:
    """Gives the shortest way to write a timespan."""
    for unit in "dhm":
        if seconds % _SECONDS[unit] == 0:
            return f"{seconds // _SECONDS[unit]}{unit}"
    return f"{seconds}s"
