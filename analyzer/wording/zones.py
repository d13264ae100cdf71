"""Times in the zone of the case, beside UTC; the offset always stands behind them, as autumn repeats an hour."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone, tzinfo
from functools import cache
from zoneinfo import ZoneInfo

_OFFSET = re.compile(r"([+-])(0[0-9]|1[0-4]):([0-5][0-9])")
_NAME = re.compile(r"[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*")


@cache
def zone_of(name: str) -> tzinfo | None:
    """Gives the zone of an IANA name, or of an offset such as +02:00; None for what is neither."""
    if found := _OFFSET.fullmatch(name):
        ahead = timedelta(hours=int(found[2]), minutes=int(found[3]))
        return timezone(ahead if found[1] == "+" else -ahead)
    if not _NAME.fullmatch(name):
        return None
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # the database has folders, too
        return None


def local(moment: datetime, name: str | None) -> datetime | None:
    """Gives a UTC time in a zone; None without one, and where the calendar ends before the zone's time does."""
    zone = zone_of(name) if name else None
    try:
        return moment.astimezone(zone) if zone else None
    except OverflowError:
        return None


def local_time(moment: datetime, name: str | None) -> str:
    """Gives a UTC time in a zone, to the millisecond: 2026-11-22 18:54:11.123 +01:00; empty without a zone."""
    there = local(moment, name)
    if there is None:
        return ""
    text = there.isoformat(sep=" ", timespec="milliseconds")
    return f"{text[:23]} {text[23:]}"


def local_span(start: datetime, end: datetime, name: str | None) -> str:
    """Gives a stretch of time in a zone, with its name: 2026-11-22 18:54:11 to 18:54:31 +01:00 (Europe/Amsterdam).

    Each end has its own offset where the two differ. Empty without a zone.
    """
    first, last = local(start, name), local(end, name)
    if name is None or first is None or last is None:
        return ""
    begin, until = (each.isoformat(sep=" ", timespec="seconds") for each in (first, last))
    named = "" if _OFFSET.fullmatch(name) else f" ({name})"
    if begin == until:
        return f"{_day(begin)} {_clock(begin)} {_offset(begin)}{named}"
    same_day, same_offset = _day(begin) == _day(until), _offset(begin) == _offset(until)
    left = f"{_day(begin)} {_clock(begin)}" + ("" if same_offset else f" {_offset(begin)}")
    right = ("" if same_day else f"{_day(until)} ") + f"{_clock(until)} {_offset(until)}"
    gap = "" if same_day and same_offset else " "
    return f"{left}{gap}\u2013{gap}{right}{named}"


def _day(text: str) -> str:
    return text[:10]


def _clock(text: str) -> str:
    return text[11:19]


def _offset(text: str) -> str:
    return text[19:]
