"""Reads lines of several format texts that one product writes, also into one file."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace

import polars as pl

from analyzer.formats._logformat import MANY, LogFormat, Reading, able
from analyzer.formats._plugin import LINES, Glimpse, Parsed

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
        readings, unread, _ = self._read(lines, zone)
        timeless = pl.concat([reading.timeless for reading in readings] or [_NOTHING])
        rejects = pl.concat([self.forms[0].explain(unread), self._wrong_times(timeless)]).sort("line")
        events = self._events(readings)
        return Parsed(events, rejects, event_lines=events.height, notes=_notes(readings))

    @property
    def twin(self) -> Hashable:
        """What two of a family have in common whose lines differ in nothing but in what their time marks."""
        forms = (*self.forms, *self.basics)
        patterns = tuple(
            (item.text, item.groups, item.clocks, item.escaped) for form in forms for item in form.patterns
        )
        told = tuple((form.name == self.name, len(form.patterns), len(form.notes)) for form in forms)
        return Variants, self.kind, self.plain, len(self.forms), told, patterns

    @property
    def carries_zone(self) -> bool:
        """Whether each time has its offset, and each line is read by itself."""
        clocks = {clock for form in (*self.forms, *self.basics) for item in form.patterns for _, clock in item.clocks}
        return self.plain and bool(clocks) and all("%z" in clock for clock in clocks)

    def glance(self, lines: pl.DataFrame, zone: str) -> Glimpse:
        """Reads a frame of line, raw; where loose forms are not asked or always, each line is read by itself."""
        readings, _, whole = self._read(lines, zone)
        events = self._events(readings)
        read = frozenset(events["line"].to_list())
        sure = read & frozenset(line for reading in readings[:whole] for line in reading.events["line"])
        alone = self.plain or not any(reading.events.height or reading.timeless.height for reading in readings[:whole])
        return Glimpse(events, _notes(readings), read, sure, alone)

    def _read(self, lines: pl.DataFrame, zone: str) -> tuple[list[Reading], pl.DataFrame, int]:
        """Gives the readings, what is unread, and how many of the readings are of whole lines."""
        readings: list[Reading] = []
        unread = lines.select("line", "raw")
        unread = _read([replace(form, patterns=form.patterns[:_LOOSE]) for form in self.forms], unread, zone, readings)
        whole = len(readings)
        if self.plain or unread.height * 2 <= lines.height:
            broken = [replace(form, patterns=form.patterns[_LOOSE:]) for form in self.forms]
            unread = _read(broken, unread, zone, readings)
        unread = _read(self.basics, unread, zone, readings)
        return readings, unread, whole

    def _events(self, readings: Sequence[Reading]) -> pl.DataFrame:
        events = pl.concat([reading.events for reading in readings] or [_NOTHING], how="diagonal").sort("line")
        return events.with_columns(kind=pl.lit(self.kind))

    def _wrong_times(self, lines: pl.DataFrame) -> pl.DataFrame:
        label = next((stop.field.label for stop in self.forms[0].stops if stop.field.slot == "time"), "")
        return lines.select("line", pl.lit(f"the time ({label}) is not a time that exists").alias("reason"), "raw")


def _notes(readings: Sequence[Reading]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(note for reading in readings for note in reading.notes))


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
