"""Reads glog's and klog's lines: one letter, the day without a year, and a header that may tell the year."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

import polars as pl

from analyzer.formats import _times
from analyzer.formats._plugin import Parsed
from analyzer.formats._text import TextFormat

_HEADER = r"^(?:Log file created at: |Running on machine: |Binary: Built with |Running duration \(|Log line format: )"
_LETTER = "[IWEFV][0-9]{4}"
_CREATED = r"^Log file created at: ([0-9]{4}/[0-9]{2}/[0-9]{2})"
_CLOCK = r"[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}"
_TAIL = r" *[0-9]+ (?P<logger>[^\s:\]]+):[0-9]+\] (?P<message>.*)$"
_DAY = r"^[IWEFV]([0-9]{4}) ([0-9:.]{15}) "


@dataclass(frozen=True, slots=True)
class Glog:
    """Reads the year where C++'s glog writes it or the header of the file tells it; else an event has no time.

    created: the day on which the file began, where its header was above these lines.
    """

    name: str = "klog"
    title: str = "Klog and glog"
    documentation: str = "https://kubernetes.io/docs/concepts/cluster-administration/system-logs/#klog-output"
    product: str = ""
    kind: str = "application"
    spans: Literal["rest"] = "rest"
    created: date | None = None
    samples: tuple[str, ...] = (
        "I20261122 16:14:14.123456       1 service.cc:42] loaded",
        "E20261122 16:14:14.123456   12345 orders.go:17] could not load order 17",
    )

    @property
    def likely(self) -> tuple[str, ...]:
        """What a line that it reads fits: cheaper to try than parse."""
        return (_HEADER, _LETTER)

    def parse(self, lines: pl.DataFrame, zone: str) -> Parsed:
        """Reads a frame of line, raw; the lines of the header are directives."""
        header = pl.col("raw").str.contains(_HEADER)
        created = self.after(lines).created
        parsed = _TEXT.parse(lines.filter(~header), zone)
        events = parsed.events if created is None else _date(parsed.events, created, zone)
        return replace(parsed, events=events, directives=lines.select(header.sum()).item())

    def after(self, lines: pl.DataFrame) -> Glog:
        """Gives the format that knows the day on which the file began, if these lines tell it."""
        told = lines["raw"].str.extract(_CREATED, 1).str.to_date("%Y/%m/%d", strict=False).drop_nulls()
        return replace(self, created=told[0]) if told.len() else self


def _date(events: pl.DataFrame, created: date, zone: str) -> pl.DataFrame:
    """Gives events without a time the header's year, or the next one for days before the header's."""
    written = pl.col("raw").str.extract_groups(_DAY).struct
    later = written.field("1").cast(pl.Int32, strict=False) < created.month * 100 + created.day
    year = pl.lit(created.year) + later.cast(pl.Int32)
    moment = pl.concat_str(year.cast(pl.String), written.field("1"), pl.lit(" "), written.field("2"))
    have = [pl.col(name) for name in ("stamped_at",) if name in events.columns]
    stamped = pl.coalesce(*have, _times.read(moment, "%Y%m%d %H:%M:%S%.f", zone))
    return events.with_columns(stamped_at=stamped, timestamp=stamped)


_TEXT = TextFormat(
    name="klog",
    title="Klog and glog",
    documentation="",
    heads=(
        rf"^(?P<level>[IWEFV])(?P<time>[0-9]{{8}} {_CLOCK}) {_TAIL}",
        rf"^(?P<level>[IWEFV])[0-9]{{4}} {_CLOCK} {_TAIL}",
    ),
    expected="a letter of I, W, E, F, the day, a time with microseconds and a number",
    samples=(),
    levels={"f": "critical", "v": "debug"},
)
