"""Reads text logs of applications: a head with time, level and logger begins an event, the lines below belong to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Literal

import polars as pl

from analyzer.formats import _events, _rejects, _slots, _text_ids, _text_requests, _text_times
from analyzer.formats._plugin import LINES, REJECTS, Parsed

WORDS = (
    "TRACE|DEBUG|VERBOSE|FINEST|FINER|FINE|CONFIG|INFORMATION|INFO|NOTICE|SUCCESS|WARNING|WARN|ERROR|ERR|SEVERE"
    "|CRITICAL|CRIT|FATAL|ALERT|EMERGENCY|EMERG|PANIC|DPANIC|TRC|DBG|INF|WRN|FTL"
)
# Words that only text logs use, in the words that values.level knows.
_LEVELS = {
    **dict.fromkeys(("trce", "vrb", "trc", "silly", "finer"), "trace"),
    **dict.fromkeys(("dbug", "config"), "debug"),
    **dict.fromkeys(("http", "success", "log", "note", "system"), "info"),
    "deprecated": "notice",
    **dict.fromkeys(("fail", "exception"), "error"),
    **dict.fromkeys(("pnc", "fatal error", "parse error", "compile error"), "critical"),
}
_COLOURS = "\x1b\\[[0-9;]*m"


@dataclass(frozen=True, slots=True)
class TextFormat:
    """Reads events whose first line one of the heads fits; heads are tried in their order.

    heads: patterns with the group message, and any of time, level, logger and slots; a group may be missing.
    expected: what a head is made of, for the reason of a reject.
    never: lines that look like a head and are another format's.
    below: a pattern with the groups message and others, for a format that puts them on the lines under the head.
    margin: a pattern for what stands in front of the message on those lines, or is no part of it.
    levels: words of this format alone.
    """

    name: str
    title: str
    documentation: str
    heads: tuple[str, ...]
    expected: str
    samples: tuple[str, ...]
    product: str = ""
    kind: str = "application"
    never: str | None = None
    below: str | None = None
    margin: str | None = None
    levels: Mapping[str, str] = field(default_factory=dict)
    spans: Literal["rest"] = "rest"
    alone: ClassVar[bool] = True

    @property
    def likely(self) -> tuple[str, ...]:
        """What a line that it reads fits: cheaper to try than parse."""
        return self.heads

    def parse(self, lines: pl.DataFrame, zone: str) -> Parsed:
        """Reads a frame of line, raw; of raw that holds line feeds, only the first line is looked at for the head."""
        unread = _split(lines)
        barred = unread.clear()
        if self.never is not None:
            other = pl.col("_head").str.contains(self.never)
            unread, barred = unread.filter(~other), unread.filter(other)
        read, timeless = [pl.DataFrame(schema=LINES)], [pl.DataFrame(schema=REJECTS)]
        for pattern in self.heads:
            if unread.is_empty():
                break
            captured = unread.with_columns(pl.col("_head").str.extract_groups(pattern).alias("_groups"))
            found = captured.unnest("_groups")
            hit = pl.col("message").is_not_null()
            unread = found.filter(~hit).select(unread.columns)
            events, wrong = self._read(found.filter(hit), zone)
            read.append(events)
            timeless.append(wrong)
        refused = _rejects.reject(pl.concat([unread, barred]), f"expected {self.expected} at column 1")
        events = pl.concat(read, how="diagonal").sort("line").with_columns(kind=pl.lit(self.kind))
        return Parsed(events, pl.concat([*timeless, refused]).sort("line"), event_lines=events.height)

    def _read(self, found: pl.DataFrame, zone: str) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Gives events, and rejects for those whose time does not exist."""
        wrong = pl.DataFrame(schema=REJECTS)
        if "time" in found.columns:
            found = found.with_columns(_text_times.read(found["time"], zone).alias("stamped_at"))
            untold = pl.col("time").is_not_null() & pl.col("stamped_at").is_null()
            wrong = _rejects.reject(found.filter(untold), _wrong_time())
            found = found.filter(~untold).drop("time")
        if found.is_empty():
            return pl.DataFrame(schema=LINES), wrong
        texts = _identify(self._texts(found))
        # A head has no place for a duration: one tells of a request that is over.
        return _events.build(texts, marks="end" if "duration_ms" in texts.columns else None), wrong

    def _texts(self, found: pl.DataFrame) -> pl.DataFrame:
        """Gives line, raw, stamped_at and slots; the message goes on with the lines below the head."""
        said = pl.col("message").str.strip_chars_end()
        rest = pl.col("_rest") if self.margin is None else pl.col("_rest").str.replace_all(self.margin, "")
        whole = pl.concat_str(pl.when(said != "").then(said), rest, separator="\n", ignore_nulls=True)
        found = found.with_columns(pl.when(pl.col("_rest").is_null()).then(said).otherwise(whole).alias("message"))
        if self.below is not None:
            found = _lower(found, self.below)
        slots = [name for name in found.columns if name in {*_slots.SLOTS, *_slots.COMPOUND}]
        texts = found.select(
            "line",
            "raw",
            *(["stamped_at"] if "stamped_at" in found.columns else []),
            *_slots.merge({name: [pl.col(name).str.strip_chars()] for name in slots if name != "message"}),
            pl.when(pl.col("message") != "").then("message").alias("message"),
        )
        if "level" not in texts.columns:
            return texts
        known = {**_LEVELS, **self.levels}
        return texts.with_columns(pl.col("level").str.to_lowercase().replace(list(known), list(known.values())))


def _split(lines: pl.DataFrame) -> pl.DataFrame:
    """Adds _head, the first line without colours, and _rest, the lines below it."""
    frame = lines.select("line", "raw", pl.col("raw").alias("_head"))
    if frame["raw"].str.contains("\x1b[", literal=True).any():
        frame = frame.with_columns(pl.col("_head").str.replace_all(_COLOURS, ""))
    if not frame["raw"].str.contains("\n", literal=True).any():
        return frame.with_columns(_rest=pl.lit(None, dtype=pl.String))
    parts = pl.col("_head").str.splitn("\n", 2).struct
    return frame.with_columns(_head=parts.field("field_0"), _rest=parts.field("field_1"))


def _lower(found: pl.DataFrame, pattern: str) -> pl.DataFrame:
    """Takes from the lines below the head what its format puts there."""
    below = found.select(pl.col("message").str.extract_groups(pattern).struct.unnest())
    return found.with_columns(
        pl.coalesce(below[name], pl.col(name)).alias(name) if name in found.columns else below[name]
        for name in below.columns
    )


def _identify(texts: pl.DataFrame) -> pl.DataFrame:
    """Adds the ids and the finished request that the text names, where the head has no place of its own for them."""
    for told, text in ((_text_ids, pl.col("raw")), (_text_requests, _slots.optional(texts, "message"))):
        may = told.may_hold(text)
        if texts.select(may.any()).item():
            texts = _slots.fill(texts, told.read(pl.when(may).then(text)))
    return texts


def _wrong_time() -> pl.Expr:
    column = pl.col("raw").str.find(pl.col("time"), literal=True).fill_null(0) + 1
    return pl.format("the time at column {} is not a time that exists", column)
