"""Reads AWS's lines: values in a fixed order, of which several together give one column."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import polars as pl

from analyzer.formats import _events, _logformat, _patterns, _rejects, _slots, _times
from analyzer.formats._directives import Field, Text
from analyzer.formats._logformat import LogFormat
from analyzer.formats._patterns import Pattern
from analyzer.formats._plugin import LINES, Parsed

Pieces = Sequence[Text | Field]
ISO_TIME = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?Z?"
CLF_TIME = r"[0-9]{2}/[A-Za-z]{3}/[0-9]{4}:[0-9]{2}:[0-9]{2}:[0-9]{2} [+-][0-9]{4}"
_ESCAPES = {'\\"': '"', "\\\\": "\\"}
# A line that was cut behind a quoted value leaves the closing quote on the value.
_LAST_QUOTE = r'(^|[^\\])"$'


@dataclass(frozen=True, slots=True)
class AwsLayout:
    """Reads the first pattern that fits; derive turns the texts of its slots into the slots that _events knows.

    patterns: of whole lines, in the order of their use; broken: of lines that were cut or hold bare quotes.
    layout: explains what none of them could read. clock: UTC time of the text in the slot time, which is stamped_at.
    """

    name: str
    title: str
    documentation: str
    product: str
    samples: tuple[str, ...]
    layout: LogFormat
    patterns: tuple[Pattern, ...]
    broken: tuple[Pattern, ...]
    clock: Callable[[pl.Expr], pl.Expr]
    marks: Literal["start", "end"]
    derive: Callable[[pl.DataFrame], pl.DataFrame]
    kind: str = "request"

    @property
    def likely(self) -> tuple[str, ...]:
        """What a line that it reads fits: cheaper to try than parse."""
        return tuple(pattern.text for pattern in (*self.patterns, *self.broken))

    def parse(self, lines: pl.DataFrame, zone: str) -> Parsed:  # noqa: ARG002 - AWS's times are UTC
        """Reads a frame of line, raw; what no pattern fits is explained by the first value that cannot be read."""
        unread, read = lines.select("line", "raw"), [self._nothing()]
        for pattern in (*self.patterns, *self.broken):
            if unread.is_empty():
                break
            found = _logformat.capture(unread, pattern)
            unread = found.filter(pl.col("1").is_null()).select("line", "raw")
            read.append(_texts(found.filter(pl.col("1").is_not_null()), pattern, cut=pattern in self.broken))
        texts = pl.concat(read, how="diagonal").sort("line").with_columns(stamped_at=self.clock(pl.col("time")))
        timeless = _rejects.reject(texts.filter(pl.col("stamped_at").is_null()), _rejects.NO_TIME)
        timed = texts.filter(pl.col("stamped_at").is_not_null())
        events = _events.build(self.derive(timed), marks=self.marks)
        rejects = pl.concat([self.layout.explain(unread), timeless]).sort("line")
        return Parsed(events.with_columns(kind=pl.lit(self.kind)), rejects, event_lines=events.height)

    def _nothing(self) -> pl.DataFrame:
        """Gives no row, but a column of each slot that a pattern may fill, so that derive finds them all."""
        slots = {slot for pattern in (*self.patterns, *self.broken) for slot in pattern.groups if slot}
        return pl.DataFrame(schema=LINES | dict.fromkeys(sorted(slots - {_patterns.REST}), pl.String))


def layout(pieces: Pieces, name: str) -> LogFormat:
    """Compiles pieces whose quoted values may hold escaped quotes."""
    return _logformat.build(pieces, name)


def exact(*layouts: Pieces) -> tuple[Pattern, ...]:
    """Gives the patterns of lines that hold every value of one of the layouts, the longest layout first.

    Each is written with escaped quotes, and with backslashes that stand for themselves.
    """
    return tuple(
        pattern
        for pieces in layouts
        for pattern in (*_patterns.write(pieces, escapes=True)[:2], _patterns.write(pieces, escapes=False)[1])
    )


def ragged(pieces: Pieces) -> tuple[Pattern, ...]:
    """Gives the pattern of lines that end early, or hold quotes that nobody escaped."""
    return _patterns.write(pieces, escapes=True)[2:3]


def utc(text: pl.Expr) -> pl.Expr:
    """Gives the UTC time of an ISO 8601 text, whether its Z is written or not."""
    return _times.read(text.str.strip_suffix("Z"), "%Y-%m-%dT%H:%M:%S%.f", "UTC")


def clf(text: pl.Expr) -> pl.Expr:
    """Gives the UTC time of a text such as 06/Feb/2019:00:00:38 +0000."""
    return _times.read(text, _times.CLF, "UTC")


def _texts(found: pl.DataFrame, pattern: Pattern, *, cut: bool) -> pl.DataFrame:
    """Gives line, raw and one text per slot, null where it is a dash or empty."""
    fields: dict[str, list[pl.Expr]] = {}
    for number, slot in enumerate(pattern.groups, start=1):
        if slot is None or slot == _patterns.REST:
            continue
        text = pl.col(str(number))
        text = text.str.replace(_LAST_QUOTE, "$1") if cut else text
        text = text.str.replace_many(_ESCAPES, leftmost=True) if pattern.escaped else text
        fields.setdefault(slot, []).append(text)
    return found.select("line", "raw", *_slots.merge(fields))
