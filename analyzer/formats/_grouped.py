"""Reads lines by one pattern whose named groups are slots, for formats that no directives describe."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import polars as pl

from analyzer.formats import _events, _slots, _times
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

    def parse(self, lines: pl.DataFrame, zone: str) -> Parsed:
        """Reads a frame of line, raw; a line whose time does not exist is a reject, one without a time is an event."""
        pattern = "(?s)^" + "".join(pattern for _, pattern in self.parts) + r"\s*$"
        found = lines.select("line", "raw", pl.col("raw").str.extract_groups(f"({pattern})").alias("_groups"))
        hit = pl.col("_groups").struct.field("1").is_not_null()
        texts = self._texts(found.filter(hit), zone)
        timeless = texts.filter(pl.col("_wrong"))
        events = _events.build(texts.filter(~pl.col("_wrong")).drop("_wrong"), marks=self.marks)
        events = events.with_columns(kind=pl.lit(self.kind))
        wrong = timeless.select("line", pl.lit("the time is not a time that exists").alias("reason"), "raw")
        rejects = pl.concat([self._explain(found.filter(~hit)), wrong]).sort("line")
        finished = self.finish(events) if self.finish else events
        return Parsed(finished, rejects, event_lines=events.height)

    def _texts(self, found: pl.DataFrame, zone: str) -> pl.DataFrame:
        """Gives line, raw, stamped_at, one text per slot, and whether a time is there that does not exist."""
        slots: dict[str, list[pl.Expr]] = {}
        for group in _names(self.parts):
            slots.setdefault(_COPY.sub("", group), []).append(pl.col("_groups").struct.field(group))
        merged = found.select("line", "raw", *_slots.merge(slots))
        if "time" not in merged.columns:
            return merged.with_columns(_wrong=pl.lit(value=False))
        stamped = merged.with_columns(self._stamp(merged, zone).alias("stamped_at"))
        return stamped.with_columns(_wrong=pl.col("stamped_at").is_null() & pl.col("time").is_not_null()).drop("time")

    def _stamp(self, texts: pl.DataFrame, zone: str) -> pl.Series:
        if ANY in self.clocks:
            return _times.read_any(texts["time"], zone)
        read = [_times.put_together([_times.Piece(pl.col("time"), form)], zone) for form in self.clocks]
        return texts.select(pl.coalesce(read)).to_series()

    def _explain(self, lines: pl.DataFrame) -> pl.DataFrame:
        """Names the first part that does not fit, and the column where it should begin."""
        told = [pl.DataFrame(schema=REJECTS)]
        unread = lines.with_columns(_column=pl.lit(1, dtype=pl.Int64))
        pattern = ""
        for label, part in self.parts:
            if unread.is_empty():
                break
            pattern += part
            length = pl.col("raw").str.extract(f"(?s)^({_nameless(pattern)})", 1).str.len_chars().cast(pl.Int64)
            reached = unread.with_columns(length.alias("_length"))
            told.append(_reject(reached.filter(pl.col("_length").is_null()), f"{label} cannot be read at column "))
            unread = reached.filter(pl.col("_length").is_not_null()).with_columns(_column=pl.col("_length") + 1)
        told.append(_reject(unread, "the format has no more fields, but the line goes on at column "))
        return pl.concat(told)


@dataclass(frozen=True, slots=True)
class SpanningGroupedFormat(GroupedFormat):
    """Reads lines whose message may go on in lines below, which nothing else reads."""

    spans: Literal["rest"] = "rest"


@lru_cache(maxsize=256)
def _names(parts: tuple[tuple[str, str], ...]) -> tuple[str, ...]:
    return tuple(re.findall(r"\(\?P<([a-z_0-9]+)>", "".join(pattern for _, pattern in parts)))


def _nameless(pattern: str) -> str:
    return re.sub(r"\(\?P<[a-z_0-9]+>", "(?:", pattern)


def _reject(lines: pl.DataFrame, reason: str) -> pl.DataFrame:
    return lines.select("line", pl.concat_str(pl.lit(reason), pl.col("_column").cast(pl.String)).alias("reason"), "raw")
