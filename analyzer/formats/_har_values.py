"""Reads single values of a HAR whatever type they came in: the right type, or None."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import Any

from analyzer.values import EARLIEST, LATEST

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LIMIT = 10**15
_LONGEST_US = 9 * 10**15  # 285 years, as in the columns of logs


def mapping(value: Any) -> dict[str, Any]:
    """Gives the object, or an empty one."""
    return value if isinstance(value, dict) else {}


def sequence(value: Any) -> list[Any]:
    """Gives the array, or an empty one."""
    return value if isinstance(value, list) else []


def text(value: Any) -> str | None:
    """Gives a text that is not blank; numbers are written out."""
    if value is None:  # the most frequent of all; the checks below take longer
        return None
    if isinstance(value, str):
        return value if value and not value.isspace() else None
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return None


def number(value: Any) -> float | None:
    """Gives a finite number below 10^15 in size, also from its text; a boolean is none."""
    if type(value) is float or type(value) is int:  # nearly all, and both are sure to be no boolean
        return float(value) if -_LIMIT < value < _LIMIT else None
    if value is None:
        return None
    if isinstance(value, str) and len(value) <= 40:
        try:
            value = float(value)
        except ValueError:
            return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if -_LIMIT < value < _LIMIT and not math.isnan(value) else None


def amount(value: Any) -> float | None:
    """Gives a number that is not negative: -1 is how HAR writes an absent one."""
    found = number(value)
    return None if found is None or found < 0 else found


def size(value: Any) -> int | None:
    """Gives whole bytes."""
    found = amount(value)
    return None if found is None else round(found)


def milliseconds_as_us(value: Any) -> int | None:
    """Gives whole microseconds from milliseconds; None for what is longer than any capture."""
    found = value if type(value) is float or type(value) is int else number(value)
    return round(found * 1000) if found is not None and 0 <= found < _LONGEST_US // 1000 else None


def start_us(value: Any) -> tuple[int | None, bool]:
    """Gives microseconds since 1970 from an ISO 8601 text, and whether it named its zone; without one it is UTC.

    Digits beyond the microsecond are cut. A number is seconds, milliseconds or microseconds, by its size. None for
    what is unreadable, and for years that nobody can mean.
    """
    found, zoned = _any_us(value)
    return (found if found is not None and _FIRST_US <= found < _END_US else None), zoned


def _any_us(value: Any) -> tuple[int | None, bool]:
    if not isinstance(value, str):
        return _epoch_us(value), True
    try:
        moment = datetime.fromisoformat(value.strip().upper())
    except ValueError:
        return None, True
    zoned = moment.tzinfo is not None
    if not zoned:
        moment = moment.replace(tzinfo=UTC)
    return _us(moment), zoned


def _us(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1)


_FIRST_US, _END_US = _us(EARLIEST), _us(LATEST)


def iso(us: int) -> str:
    """Gives the ISO 8601 text of microseconds since 1970."""
    return (_EPOCH + timedelta(microseconds=us)).isoformat()


def _epoch_us(value: Any) -> int | None:
    found = amount(value) if isinstance(value, int | float) else None
    if found is None:
        return None
    if found < 1e11:
        return round(found * 1_000_000)
    return round(found * 1000) if found < 1e14 else round(found)
