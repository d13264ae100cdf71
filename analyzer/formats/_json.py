"""Reads one JSON object per line by a table of keys; the only door to msgspec among the formats."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
import polars as pl

from analyzer.formats import _aliases, _events, _slots, _times
from analyzer.formats._plugin import Parsed

_DEEPEST = 8
_PLACE = re.compile(r"(.*) \(byte ([0-9]+)\)$")
_MOMENT = frozenset({"time", "message", "stack_trace", "exception_message", "status", "method", "request_line"})


@dataclass(frozen=True, slots=True)
class JsonFormat:
    """Reads records that hold one key of each group in requires; all other lines are rejects.

    keys: what a key means in this format, before the shared table; None for a key that means something else here.
    marks: what the time of a record stands for, where the record tells a duration.
    access: whether each record is a request, whatever level and message it has.
    """

    name: str
    title: str
    documentation: str
    product: str
    kind: str
    samples: tuple[str, ...]
    requires: tuple[tuple[str, ...], ...] = ()
    keys: Mapping[str, str | None] = field(default_factory=dict)
    marks: str = "end"
    access: bool = False

    def parse(self, lines: pl.DataFrame, zone: str) -> Parsed:
        """Reads a frame of line, raw: one event per record."""
        columns: dict[tuple[int, str, str], list[str | None]] = {}
        reasons: list[str | None] = []
        height = lines.height
        for row, raw in enumerate(lines["raw"]):
            record = decode(raw)
            reason = record if isinstance(record, str) else self._missing(record)
            if reason is None and not isinstance(record, str):
                reason = self._fill(columns, record, row, height)
            reasons.append(reason)
        marked = lines.select("line", "raw").with_columns(pl.Series("reason", reasons, dtype=pl.String))
        frame = _slot_frame(columns, height)
        kept = marked["reason"].is_null()
        events = self._events(lines.select("line", "raw").hstack(frame).filter(kept), zone)
        rejects = marked.filter(~kept).select("line", "reason", "raw")
        return Parsed(events, rejects, event_lines=events.height)

    def _missing(self, record: dict[str, Any]) -> str | None:
        for group in self.requires:
            if not any(_holds(record, key) for key in group):
                return f"JSON, but no {self.title} record: it has no {' or '.join(group[:3])}"
        return None

    def _fill(self, columns: dict[tuple[int, str, str], list[str | None]], record: dict[str, Any], row: int,
              height: int) -> str | None:  # fmt: skip
        known = False
        for key, value in leaves(record):
            found = self._meaning(key)
            if found is None:
                continue
            text = _text(value, found[1])
            if text is None:
                continue
            slot = _measured(found[1], text)
            place = (found[0], slot, key)
            if place not in columns:
                columns[place] = [None] * height
            columns[place][row] = text
            known = known or slot in _MOMENT
        return None if known else "JSON, but it has no time and no message"

    def _meaning(self, key: str) -> tuple[int, str] | None:
        if key in self.keys:
            slot = self.keys[key]
            return None if slot is None else (-1, slot)
        return _aliases.meaning(key)

    def _events(self, frame: pl.DataFrame, zone: str) -> pl.DataFrame:
        if "time" in frame.columns:
            frame = frame.with_columns(stamped_at=_times.read_any(frame["time"], zone)).drop("time")
        events = _exceptions(_events.build(frame, marks=self.marks))
        return _mark(events.with_columns(kind=self._kind(events)))

    def _kind(self, events: pl.DataFrame) -> pl.Expr:
        if self.access:
            return pl.lit("request")
        spoken = [pl.col(name).is_not_null() for name in ("level", "message") if name in events.columns]
        asked = [pl.col(name).is_not_null() for name in ("method", "path", "status") if name in events.columns]
        request = (pl.any_horizontal(asked) if asked else pl.lit(False)) & ~(
            pl.any_horizontal(spoken) if spoken else pl.lit(False)
        )
        return pl.when(request).then(pl.lit("request")).otherwise(pl.lit("application"))


def decode(line: str) -> dict[str, Any] | str:
    """Gives the object of a line, or the reason why there is none."""
    text = line.strip()
    if not text.startswith("{"):
        return "not JSON: a line of JSON begins with { at column 1"
    try:
        record = _DECODER.decode(text)
    except msgspec.DecodeError as problem:
        return _reason(text, str(problem))
    except RecursionError:
        return "not JSON: nested too deep"
    return record if isinstance(record, dict) else "JSON, but no object"


_DECODER = msgspec.json.Decoder()


def _reason(text: str, problem: str) -> str:
    place = _PLACE.match(problem)
    if place is None:
        short = "it ends in the middle" if "truncated" in problem else problem.split(" - at")[0].lower()
        return f"not JSON: {short} at column {len(text) + 1}" if "truncated" in problem else f"not JSON: {short}"
    what = place.group(1).removeprefix("JSON is malformed: ")
    column = len(text.encode()[: int(place.group(2))].decode(errors="ignore")) + 1
    return f"not JSON: {what} at column {column}"


def _holds(record: dict[str, Any], key: str) -> bool:
    if key in record:
        return True
    head, dot, rest = key.partition(".")
    inner = record.get(head)
    return bool(dot) and isinstance(inner, dict) and _holds(inner, rest)


def leaves(record: dict[str, Any], prefix: str = "", depth: int = 0) -> Iterator[tuple[str, Any]]:
    """Gives folded path and value of everything in a record that is no object itself."""
    for key, value in record.items():
        path = prefix + _aliases.fold(key)
        if isinstance(value, list) and value and isinstance(value[0], dict):
            value = value[0]  # noqa: PLW2901 - structlog lists exceptions, the outermost first
        if isinstance(value, dict):
            if depth < _DEEPEST:
                yield from leaves(value, f"{path}.", depth + 1)
        else:
            yield path, value


def _text(value: Any, slot: str) -> str | None:
    if isinstance(value, str):
        return value
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        # Caddy empties credentials, and what remains says that they were sent.
        return ", ".join(str(item) for item in value) or ("redacted" if slot == "authorization" else None)
    return str(value)


def _measured(slot: str, text: str) -> str:
    """Prefers the unit that stands beside a number to the one that the key promises."""
    return "duration_text" if slot.startswith("duration_") and text[-1:].isalpha() else slot


def _exceptions(events: pl.DataFrame) -> pl.DataFrame:
    """Takes type and message from the stack trace where the record does not name them.

    Python writes them on the last line, Java, JavaScript and .NET on the first.
    """
    if "stack_trace" not in events.columns or not events["stack_trace"].count():
        return events
    stack = pl.col("stack_trace").str.strip_chars_end()
    last = pl.when(stack.str.starts_with("Traceback")).then(stack.str.extract(r"\n([A-Za-z_][^\n]*)$", 1))
    line = pl.coalesce(last, stack.str.extract(r"^([^\n]*)", 1))
    found = line.str.extract_groups(r"^([A-Za-z_$][\w.$]*)(?:: ?(.*))?$").struct
    return events.with_columns(
        pl.coalesce([*([pl.col(name)] if name in events.columns else []), found.field(group)]).alias(name)
        for name, group in (("exception_type", "1"), ("exception_message", "2"))
    )


def _mark(events: pl.DataFrame) -> pl.DataFrame:
    """Lets the time of an application record without a duration be a moment, neither start nor end."""
    if "stamp_marks" not in events.columns:
        return events
    timed = pl.col("duration_us").is_not_null() if "duration_us" in events.columns else pl.lit(False)
    return events.with_columns(stamp_marks=pl.when((pl.col("kind") == "request") | timed).then("stamp_marks"))


def _slot_frame(columns: Mapping[tuple[int, str, str], list[str | None]], height: int) -> pl.DataFrame:
    """Gives one text column per slot: of the keys that mean the same, the one with the lowest rank that has a value."""
    slots: dict[str, list[pl.Expr]] = {}
    frame = pl.DataFrame({"_row": range(height)}, schema={"_row": pl.Int64})
    ordered = sorted(columns, key=lambda place: (place[1], place[0], place[2]))
    for number, place in enumerate(ordered):
        frame.insert_column(-1, pl.Series(f"_{number}", columns[place], dtype=pl.String))
        slots.setdefault(place[1], []).append(pl.col(f"_{number}"))
    return frame.select(_slots.merge(slots)) if slots else frame.select()
