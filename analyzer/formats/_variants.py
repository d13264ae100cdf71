"""Reads lines of several format texts that one product writes, also into one file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import polars as pl

from analyzer.formats._logformat import MANY, LogFormat, Reading, able
from analyzer.formats._plugin import LINES, Parsed

_LOOSE = -1  # the last pattern of a LogFormat is the one for broken lines


@dataclass(frozen=True, slots=True)
class Variants:
    """Tries each form on the lines that the forms before could not read: whole lines first, then broken ones.

    A line that is cut inside the part which all servers write alike could be anybody's. Unless plain is set, it is
    read only where at least as many lines of the frame are whole: then it is one of theirs. basics read what is left:
    forms that know fewer fields.
    """

    name: str
    title: str
    documentation: str
    product: str
    samples: tuple[str, ...]
    forms: tuple[LogFormat, ...]
    kind: str = "request"
    plain: bool = False
    basics: tuple[LogFormat, ...] = ()

    @property
    def likely(self) -> tuple[str, ...]:
        """What a line that it reads fits: cheaper to try than parse."""
        return tuple(pattern.text for form in (*self.forms, *self.basics) for pattern in form.patterns)

    def parse(self, lines: pl.DataFrame, zone: str) -> Parsed:
        """Reads a frame of line, raw; what no form fits is explained by the first."""
        readings: list[Reading] = []
        unread = lines.select("line", "raw")
        whole = [replace(form, patterns=form.patterns[:_LOOSE]) for form in self.forms]
        unread = _read(whole, unread, zone, readings)
        if self.plain or unread.height * 2 <= lines.height:
            broken = [replace(form, patterns=form.patterns[_LOOSE:]) for form in self.forms]
            unread = _read(broken, unread, zone, readings)
        unread = _read(self.basics, unread, zone, readings)
        events = pl.concat([reading.events for reading in readings] or [_NOTHING], how="diagonal").sort("line")
        timeless = pl.concat([reading.timeless for reading in readings] or [_NOTHING])
        rejects = pl.concat([self.forms[0].explain(unread), self._wrong_times(timeless)]).sort("line")
        notes = tuple(dict.fromkeys(note for reading in readings for note in reading.notes))
        return Parsed(events.with_columns(kind=pl.lit(self.kind)), rejects, event_lines=events.height, notes=notes)

    def _wrong_times(self, lines: pl.DataFrame) -> pl.DataFrame:
        label = next((stop.field.label for stop in self.forms[0].stops if stop.field.slot == "time"), "")
        return lines.select("line", pl.lit(f"the time ({label}) is not a time that exists").alias("reason"), "raw")


_NOTHING = pl.DataFrame(schema=LINES)


def _read(forms: Sequence[LogFormat], unread: pl.DataFrame, zone: str, readings: list[Reading]) -> pl.DataFrame:
    """Lets each form read what those before it could not; gives what is left."""
    waiting = list(forms)
    while waiting and unread.height:
        if unread.height < MANY:  # a form that reads none of a few lines costs more than to ask all forms at once
            waiting = able(waiting, unread)
            if not waiting:
                break
        reading = waiting.pop(0).read(unread, zone)
        readings.append(reading)
        unread = reading.unread
    return unread
