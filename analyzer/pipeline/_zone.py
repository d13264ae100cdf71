"""Finds out whether a source's lines carry their time zone and their year."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal

import polars as pl

from analyzer.formats import Choice, line_formats, read_block
from analyzer.model import ZoneGap
from analyzer.pipeline._repeated_hour import RepeatedHour

ZONE_ASSUMED = "assumed: the lines carry no zone and --tz was not given"
_FAR_AWAY = "Pacific/Kiritimati"
_OFFSET = re.compile(r"[0-9]{2}:[0-9]{2}:[0-9]{2}(?:[.,][0-9]{1,9})? ?([+-][0-9]{2}):?([0-9]{2})\b")
_YEARS = timedelta(days=3653)
_BUT = " do not: "
_NO_TIME = "no line of the head has a time"
_SAMPLE = 20


class ZoneWatch:
    """Says of each format of a source whether its lines carry their zone: they read the same in two zones only then.

    The formats of the head are judged there, those that appear later by some of their first lines.
    """

    def __init__(self, head: Sequence[str], choice: Choice, asked: str | None, now: datetime) -> None:
        self._choice, self._asked, self._now = choice, asked, now
        self._same: dict[str, int] = {}
        self._different: dict[str, int] = {}
        self._collector: Literal["none", "carried", "lacking"] = "none"
        self._borrowed = False
        self._offsets = sorted({f"{sign}:{minutes}" for line in head for sign, minutes in _OFFSET.findall(line)[:1]})
        # A fixed offset, such as +05:30, repeats no hour.
        self._repeated = RepeatedHour(asked) if asked and not asked.startswith(("+", "-")) else None
        self._judge_head(head)

    def look(self, events: pl.DataFrame) -> None:
        """Judges formats that no block before had, by up to twenty of their rows."""
        forms = dict(line_formats()) | {form.name: form for form in self._choice.formats}
        for name in events["format"].drop_nulls().unique().sort():
            if name in self._same or name not in forms:
                continue
            mine = events.filter(pl.col("format") == name, pl.col("stamped_at").is_not_null()).select("line", "raw")
            sample = mine.gather_every(max(1, mine.height // _SAMPLE)).head(_SAMPLE)
            if sample.is_empty():
                continue
            here, there = (read_block(sample, [forms[name]], zone, (), self._now).events for zone in ("UTC", _FAR_AWAY))
            self._count(_beside(here, there))

    @property
    def zoneless(self) -> tuple[str, ...]:
        """Formats whose lines carry no zone."""
        return tuple(name for name in sorted(self._different) if self._different[name] and not self._same[name])

    def settle(self, events: pl.DataFrame) -> pl.DataFrame:
        """Puts times of --tz that may be meant twice, in the night on which clocks go back, on the later pass."""
        self.look(events)
        if self._repeated is None or not self._lacks:
            return events
        return self._repeated.settle(events, ZoneGap(self.zoneless, self._collector))

    @property
    def gap(self) -> ZoneGap | None:
        """Gives the rows whose zone is not known at all, None where --tz was given or every row carries one."""
        return None if self._asked or not self._lacks else ZoneGap(self.zoneless, self._collector)

    def zone(self) -> tuple[str, str]:
        """Gives the zone's name and how it is known."""
        offsets = f" ({', '.join(self._offsets)})" if self._offsets else ""
        if not self._lacks:
            untimed = not self._same and not self._borrowed
            return (self._asked or "UTC", _NO_TIME) if untimed else ("UTC", f"each line carries its offset{offsets}")
        if self._asked:
            return self._asked, "--tz"
        if not any(self._same.values()):
            return "UTC", ZONE_ASSUMED
        others = ", ".join(self.zoneless) or "the collector"
        return "UTC", f"lines carry their offset{offsets}, those of {others}{_BUT}{ZONE_ASSUMED}"

    def notes(self) -> tuple[str, ...]:
        """Gives sentences for formats of which some lines carry a zone and others none, and for the repeated hour."""
        mixed = [name for name in sorted(self._same) if self._same[name] and self._different[name]]
        told = f"Some lines of {', '.join(mixed)} carry their zone, others none: those are read in {self.zone()[0]}."
        return (*((told,) if mixed else ()), *(self._repeated.notes() if self._repeated else ()))

    @property
    def _lacks(self) -> bool:
        return bool(self.zoneless) or (self._borrowed and self._collector == "lacking")

    def _judge_head(self, head: Sequence[str]) -> None:
        if not head:
            return
        if self._choice.zoned is not None:
            self._tell(self._choice.formats[0].name, self._choice.zoned, 0)
            return
        here, there = (_read(head, self._choice, zone, self._now) for zone in ("UTC", _FAR_AWAY))
        rows = _beside(here, there)
        collected = rows.filter(pl.col("collected_at").is_not_null())
        if collected.height:
            carried = (collected["collected_at"] == collected["collected_at_far"]).all()
            self._collector = "carried" if carried else "lacking"
        borrowed = pl.all_horizontal(
            pl.col(f"stamped_at{reading}").eq_missing(pl.col(f"collected_at{reading}")) for reading in ("", "_far")
        )
        self._borrowed = not rows.filter(borrowed).is_empty()
        self._count(rows.filter(~borrowed))

    def _count(self, rows: pl.DataFrame) -> None:
        same = pl.col("stamped_at").eq_missing(pl.col("stamped_at_far"))
        counted = rows.group_by("format").agg(same=same.sum(), different=(~same).sum())
        for name, alike, different in counted.iter_rows():
            self._tell(name, alike, different)

    def _tell(self, name: str, alike: int, different: int) -> None:
        if alike or different:
            self._same[name] = self._same.get(name, 0) + alike
            self._different[name] = self._different.get(name, 0) + different


def retold(known: str, how: str) -> str:
    """Says how the zone was found of those lines that carry none, keeping what is said of the others."""
    others, but, _ = known.partition(_BUT)
    return f"{others}{but}{how}" if but else how


def year_note(head: Sequence[str], choice: Choice, now: datetime) -> tuple[str, ...]:
    """Gives a sentence if the lines carry no year: they read differently ten years earlier."""
    if not choice.wrappers:
        return ()
    times = [_read(head, choice, "UTC", moment)["stamped_at"] for moment in (now, now - _YEARS)]
    if times[0].equals(times[1], null_equal=True):
        return ()
    return (f"The lines carry no year: each time is the last one that is not after {now:%Y-%m-%d} (--now).",)


def _read(head: Sequence[str], choice: Choice, zone: str, now: datetime) -> pl.DataFrame:
    lines = pl.DataFrame(
        {"line": range(1, len(head) + 1), "raw": list(head)}, schema={"line": pl.Int64, "raw": pl.String}
    )
    return read_block(lines, choice.formats, zone, choice.wrappers, now).events


def _beside(here: pl.DataFrame, there: pl.DataFrame) -> pl.DataFrame:
    """Gives format and both readings of the times of the rows that have one."""
    times = here.filter(pl.col("stamped_at").is_not_null()).select("line", "format", "stamped_at", "collected_at")
    far = there.select("line", "format", "stamped_at", "collected_at")
    return times.join(far, on=["line", "format"], suffix="_far")
