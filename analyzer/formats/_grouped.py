"""Reads lines by one pattern whose named groups are slots, for formats that no directives describe."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar, Literal

import polars as pl

from analyzer.formats import _events, _rejects, _slots, _times
from analyzer.formats._plugin import REJECTS, Parsed

ANY = "any"  # a time in one of the forms of _times.read_any
_COPY = re.compile(r"__[0-9]+$")


@dataclass(frozen=True, slots=True)
class GroupedFormat:
    """Reads lines that all parts fit, one after the other.

    parts: (what a reader of a reject calls it, pattern). A group is named after its slot; time__2 is another place of
    time. clocks: strptime's forms of the time, or ANY. marks: what the time stands for. finish: a last step over the
    canonical columns.
    """

    name: str
    title: str
    documentation: str
    product: str
    samples: tuple[str, ...]
    parts: tuple[tuple[str, str], ...]
    clocks: tuple[str, ...] = ()
    marks: str | None = None
    kind: str = "request"
    finish: Callable[[pl.DataFrame], pl.DataFrame] | None = None
    alone: ClassVar[bool] = True

    @property
    def likely(self) -> tuple[str, ...]:
        """What a line that it reads fits: cheaper to try than parse."""
        return ("(?s)^" + "".join(pattern for _, pattern in self.parts) + r"\s*$",)

    def parse(self, lines: pl.DataFrame, zone: str) -> Parsed:
        """Reads a frame of line, raw; a line whose time does not exist is a reject, one without a time is an event."""
        found = lines.select("line", "raw", pl.col("raw").str.extract_groups(f"({self.likely[0]})").alias("_groups"))
        hit = pl.col("_groups").struct.field("1").is_not_null()
        texts, wrong = self._texts(found.filter(hit), zone)
        events = _events.build(texts, marks=self.marks).with_columns(kind=pl.lit(self.kind))
        rejects = pl.concat([_rejects.explain(found.filter(~hit), self._steps()), wrong]).sort("line")
        finished = self.finish(events) if self.finish else events
        return Parsed(finished, rejects, event_lines=events.height)

    def _texts(self, found: pl.DataFrame, zone: str) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Gives line, raw, stamped_at and one text per slot, and the rejects for times that do not exist."""
        slots: dict[str, list[pl.Expr]] = {}
        for group in _names(self.parts):
            slots.setdefault(_COPY.sub("", group), []).append(pl.col("_groups").struct.field(group))
        merged = found.select("line", "raw", *_slots.merge(slots))
        if "time" not in merged.columns:
            return merged, pl.DataFrame(schema=REJECTS)
        return _rejects.without_timeless(merged.with_columns(self._stamp(merged, zone).alias("stamped_at")))

    def _stamp(self, texts: pl.DataFrame, zone: str) -> pl.Series:
        if ANY in self.clocks:
            return _times.read_any(texts["time"], zone)
        return texts.select(pl.coalesce(_times.read(pl.col("time"), form, zone) for form in self.clocks)).to_series()

    def _steps(self) -> Iterator[_rejects.Step]:
        pattern = ""
        for label, part in self.parts:
            pattern += part
            yield _rejects.Step(f"(?s)^({pattern})", label)


@dataclass(frozen=True, slots=True)
class SpanningGroupedFormat(GroupedFormat):
    """Reads lines whose message may go on in lines below, which nothing else reads."""

    spans: Literal["rest"] = "rest"


@lru_cache(maxsize=256)
def _names(parts: tuple[tuple[str, str], ...]) -> tuple[str, ...]:
    return tuple(re.findall(r"\(\?P<([a-z_0-9]+)>", "".join(pattern for _, pattern in parts)))
