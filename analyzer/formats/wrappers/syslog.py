"""Syslog: the BSD form of RFC 3164, the same with an ISO 8601 time, and RFC 5424.

https://www.rfc-editor.org/rfc/rfc3164#section-4, https://www.rfc-editor.org/rfc/rfc5424#section-6,
https://www.rsyslog.com/doc/configuration/templates.html (RSYSLOG_FileFormat)
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import polars as pl

from analyzer import values
from analyzer.formats._needles import Screen
from analyzer.formats._plugin import Unwrapped, Wrapper
from analyzer.formats.wrappers import _lines

_TAG = r"([^\s:\[\]<>{}\"=,]{1,64})(?:\[[^\]\s]*\])?"
_BSD = (
    r"(?s)^(?:[0-9]+ )?(?:<([0-9]{1,3})>)?"
    r"([A-Z][a-z]{2} [ 0-9][0-9] (?:[0-9]{4} )?[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?) "
    rf"(?:([A-Za-z0-9_.:-]*[A-Za-z0-9_.-]) )?{_TAG}: ?(.*)$"
)
# Applications begin their own lines with such a time too: here only a process id in brackets proves the tag.
_ISO = (
    r"(?s)^(?:[0-9]+ )?(?:<([0-9]{1,3})>)?"
    r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}(?:\.[0-9]{1,9})?(?:Z|[+-][0-9]{2}:?[0-9]{2})) "
    rf"([A-Za-z0-9_.:-]*[A-Za-z0-9_.-]) {_TAG}: ?(.*)$"
)
_ISO_PROVEN = r"^(?:[0-9]+ )?(?:<[0-9]|\S+ \S+ (?:[^\s\[]+\[[0-9]+\]|kernel|systemd|CRON|sudo|sshd):)"
_MODERN = (
    r"(?s)^(?:[0-9]+ )?<([0-9]{1,3})>1 (\S+) (\S+) (\S+) \S+ \S+ (?:-|(?:\[(?:[^\]\"\\]|\\.|\"(?:[^\"\\]|\\.)*\")*\])+)"
    r"(?: \x{feff}?| ?)(.*)$"
)
_NAMES = ("priority", "at", "host_name", "process", "raw")
_YEARS = 5
_AHEAD = timedelta(days=1)  # another zone, or a clock that runs ahead


@dataclass(frozen=True, slots=True)
class Syslog:
    """Unwraps one of the forms of syslog."""

    name: str
    title: str
    documentation: str
    samples: tuple[str, ...]
    pattern: str
    proof: str = ""
    certain: bool = True

    def may_unwrap(self, screen: Screen) -> bool:
        """Whether a text looks like a line of it."""
        return screen.may_fit(self.pattern)

    def unwrap(self, lines: pl.DataFrame, zone: str, now: datetime) -> Unwrapped:
        """Gives one row per line inside, with the level of its PRI; a time without a year is the last before now."""
        found, _ = _lines.capture(lines, self.pattern, _NAMES)
        if not found.height:  # the usual case: most logs came through no syslog
            return _lines.nothing(lines)
        stamp = _bsd_time(pl.col("at"), zone, now) if self.pattern == _BSD else _lines.stamp(pl.col("at"), zone)
        told = found.select(
            "line",
            "raw",
            "host_name",
            "process",
            collected_at=stamp,
            level=_lines.severity(pl.col("priority")),
            stream=pl.concat_str("host_name", "process", separator="/", ignore_nulls=True),
            meant=stamp.is_not_null() | pl.col("at").is_null(),
        )
        proven = lines.select("line", _proven=pl.col("raw").str.contains(self.proof))
        taken = told.join(proven, on="line", maintain_order="left").filter("_proven", "meant").drop("_proven", "meant")
        rest = lines.select("line", "raw").join(taken.select("line"), on="line", how="anti", maintain_order="left")
        return Unwrapped(_lines.one_each(taken), rest)

    def pending(self, lines: pl.DataFrame) -> int:  # noqa: ARG002 - each line is whole
        """Counts nothing: each line is whole."""
        return 0


def _bsd_time(text: pl.Expr, zone: str, now: datetime) -> pl.Expr:
    """Reads `Nov  2 16:14:14`, with or without a year; without one, the latest year that is not ahead of now."""
    spelled = text.str.replace(r"^([A-Z][a-z]{2}) +([0-9]+) ([0-9]{4} )", "${3}${1} ${2} ").str.replace(" +", " ")
    limit = pl.lit(now + _AHEAD)
    times = [values.localised(spelled.str.to_datetime("%Y %b %d %H:%M:%S%.f", strict=False, time_unit="us"), zone)]
    for year in range(now.year + 1, now.year - _YEARS, -1):
        dated = pl.concat_str(pl.lit(f"{year} "), spelled)
        naive = dated.str.to_datetime("%Y %b %d %H:%M:%S%.f", strict=False, time_unit="us")
        time = values.localised(naive, zone)
        times.append(pl.when(time <= limit).then(time))
    return values.possible(pl.coalesce(times))


WRAPPERS: tuple[Wrapper, ...] = (
    Syslog(
        "syslog",
        "syslog (RFC 3164)",
        "https://www.rfc-editor.org/rfc/rfc3164#section-4.1",
        (
            "<34>Oct 11 22:14:15 mymachine su: 'su root' failed for lonvick on /dev/pts/8",
            'Nov  2 16:14:14 web-1 nginx[4242]: 192.0.2.1 - - [02/Nov/2026:16:14:14 +0000] "GET /a HTTP/1.1" 200 5',
        ),
        _BSD,
    ),
    Syslog(
        "syslog_iso",
        "syslog with ISO 8601 times",
        "https://www.rsyslog.com/doc/configuration/templates.html",
        (
            "2026-11-22T16:14:14.123456+01:00 web-1 haproxy[4242]: Proxy web started.",
            "2026-11-22T16:14:14+0000 web-1 kernel: Out of memory: Killed process 4242 (java)",
        ),
        _ISO,
        _ISO_PROVEN,
    ),
    Syslog(
        "syslog_5424",
        "syslog (RFC 5424)",
        "https://www.rfc-editor.org/rfc/rfc5424#section-6.5",
        (
            "<34>1 2003-10-11T22:14:15.003Z mymachine.example.com su - ID47 - 'su root' failed for lonvick",
            '<165>1 2003-10-11T22:14:15.003Z host.example.com evntslog - ID47 [a@32473 iut="3"] An application event',
        ),
        _MODERN,
    ),
)
