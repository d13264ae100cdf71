"""Reads lines by one pattern of the user's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import polars as pl

from analyzer.formats import _events, _rejects, _slots, _times
from analyzer.formats._plugin import REJECTS, Parsed


@dataclass(frozen=True, slots=True)
class CustomFormat:
    """Reads lines that the pattern fits; groups are names and meanings, clock is the form of the time."""

    name: str
    title: str
    documentation: str
    product: str
    kind: str
    samples: tuple[str, ...]
    pattern: str
    groups: tuple[tuple[str, str | None], ...]
    clock: str | None
    marks: Literal["start", "end"]

    def parse(self, lines: pl.DataFrame, zone: str) -> Parsed:
        """Reads a frame of line, raw; what the pattern does not fit, or whose time cannot be read, is a reject."""
        groups = pl.col("raw").str.extract_groups(self.pattern)
        found = lines.select("line", "raw", groups.alias("_groups"))
        fits = pl.col("raw").str.contains(self.pattern)
        read, rest = found.filter(fits), found.filter(~fits)
        texts = read.select(
            "line", "raw", *(pl.col("_groups").struct.field(name).alias(f"_{name}") for name, _ in self.groups)
        )
        timed, wrong = self._timed(texts, zone)
        events = _events.build(timed, marks=self.marks if self.kind == "request" else None)
        rejects = pl.concat([_rejects.reject(rest, f"the pattern of {self.name} does not fit"), wrong])
        return Parsed(events.with_columns(kind=pl.lit(self.kind)), rejects.sort("line"), event_lines=events.height)

    def _timed(self, texts: pl.DataFrame, zone: str) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Gives one text per meaning, and the rejects for times that cannot be read."""
        fields: dict[str, list[pl.Expr]] = {}
        for name, slot in self.groups:
            if slot is not None:
                fields.setdefault(slot, []).append(pl.col(f"_{name}"))
        named = texts.select("line", "raw", *_slots.merge(fields))
        if "time" not in fields:
            return named, pl.DataFrame(schema=REJECTS)
        return _rejects.without_timeless(named.with_columns(stamped_at=self._times(named["time"], zone)))

    def _times(self, texts: pl.Series, zone: str) -> pl.Series:
        if self.clock is None:
            return _times.read_any(texts, zone)
        return texts.to_frame("time").select(_times.read(pl.col("time"), self.clock, zone)).to_series()


@dataclass(frozen=True, slots=True)
class CustomSpanningFormat(CustomFormat):
    """The same, for events that go on with the lines below which no format reads."""

    spans: Literal["rest"] = "rest"
