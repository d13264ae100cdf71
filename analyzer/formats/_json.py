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
_ESCAPE = re.compile(r"\\.")
_PLACE = re.compile(r"(.*) \(byte ([0-9]+)\)$")
_DURATIONS = frozenset({"duration_ns", "duration_us", "duration_ms", "duration_s"})
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
        sheet = _Sheet(self, lines.height)
        reasons = [self._read(sheet, raw, row) for row, raw in enumerate(lines["raw"])]
        marked = lines.select("line", "raw").with_columns(pl.Series("reason", reasons, dtype=pl.String))
        kept = marked["reason"].is_null()
        events = self._events(lines.select("line", "raw").hstack(sheet.frame()).filter(kept), zone)
        rejects = marked.filter(~kept).select("line", "reason", "raw")
        return Parsed(events, rejects, event_lines=events.height)

    def meaning(self, path: str) -> tuple[int, str] | None:
        """Gives (rank, slot) of a path; None if it is not kept."""
        folded = _aliases.fold(path)
        if folded in self.keys:
            slot = self.keys[folded]
            return None if slot is None else (-1, slot)
        return _aliases.meaning(folded)

    def _read(self, sheet: _Sheet, raw: str, row: int) -> str | None:
        """Puts one record on the sheet; gives the reason if it is a reject."""
        record = decode(raw)
        if isinstance(record, str):
            return record
        for group in self.requires:
            if not any(_holds(record, key) for key in group):
                return f"JSON, but no {self.title} record: it has no {' or '.join(group[:3])}"
        return None if sheet.put(record, row) else "JSON, but it has no time and no message"

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
    if not text.startswith(_BEGINNINGS):
        return "not JSON: expected { at column 1"
    try:
        try:
            record = _DECODER.decode(text)
        except msgspec.DecodeError:
            if "\\x" not in text:
                raise
            # nginx without escape=json writes bytes as \xHH, which JSON does not know.
            record = _DECODER.decode(_ESCAPE.sub(lambda found: found[0].replace("\\x", "\\\\x"), text))
    except msgspec.DecodeError as problem:
        return _reason(text, str(problem)) if text.startswith("{") else "not JSON: expected { at column 1"
    except RecursionError:
        return "not JSON: nested too deep"
    return record if isinstance(record, dict) else "JSON, but no object"


_BEGINNINGS = ("{", "[", '"', "-", "true", "false", "null", *"0123456789")
_DECODER = msgspec.json.Decoder()


def _reason(text: str, problem: str) -> str:
    place = _PLACE.match(problem)
    if place is None:
        short = "it ends in the middle" if "truncated" in problem else problem.partition(" - at")[0].lower()
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
    """Gives path and value of everything in a record that is no object itself."""
    for key, value in record.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            value = value[0]  # noqa: PLW2901 - structlog lists exceptions, the outermost first
        if isinstance(value, dict):
            if depth < _DEEPEST:
                yield from leaves(value, f"{prefix}{key}.", depth + 1)
        else:
            yield prefix + key, value


class _Sheet:
    """Collects the texts of a block: one column per key that means something."""

    def __init__(self, form: JsonFormat, height: int) -> None:
        self._form = form
        self._height = height
        self._meanings: dict[str, tuple[int, str] | None] = {}
        self._columns: dict[tuple[str, int, str], list[str | None]] = {}

    def put(self, record: dict[str, Any], row: int) -> bool:
        """Writes a record into its row; says whether it tells when or what happened."""
        known = False
        for path, value in leaves(record):
            try:
                meaning = self._meanings[path]
            except KeyError:
                meaning = self._meanings[path] = self._form.meaning(path)
            if meaning is None:
                continue
            rank, slot = meaning
            text = value if isinstance(value, str) else _text(value, slot)
            if text is None:
                continue
            if slot in _DURATIONS and text[-1:].isalpha():
                slot = "duration_text"  # the unit beside a number counts more than the one the key promises
            self._column(slot, rank, path)[row] = text
            known = known or slot in _MOMENT
        return known

    def _column(self, slot: str, rank: int, path: str) -> list[str | None]:
        place = (slot, rank, path)
        if place not in self._columns:
            self._columns[place] = [None] * self._height
        return self._columns[place]

    def frame(self) -> pl.DataFrame:
        """Gives one text column per slot: of the keys that mean the same, the best one that has a value."""
        slots: dict[str, list[pl.Expr]] = {}
        texts = []
        for number, (place, values) in enumerate(sorted(self._columns.items(), key=lambda item: item[0])):
            texts.append(pl.Series(f"_{number}", values, dtype=pl.String))
            slots.setdefault(place[0], []).append(pl.col(f"_{number}"))
        return pl.DataFrame(texts).select(_slots.merge(slots)) if texts else pl.DataFrame()


def _text(value: Any, slot: str) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        # Caddy empties credentials, and what remains says that they were sent.
        return ", ".join(str(item) for item in value) or ("redacted" if slot == "authorization" else None)
    return str(value)


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
