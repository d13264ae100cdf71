"""Reads one JSON object per line by a table of keys; the only door to msgspec among the formats."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import msgspec
import polars as pl

from analyzer.formats import _aliases, _events, _kinds, _times
from analyzer.formats._json_sheet import DEEPEST, Sheet
from analyzer.formats._needles import Screen
from analyzer.formats._plugin import LINES, Parsed

_SIGN = re.compile("[+-]")
# A pair of surrogates, half of one, or any other escape.
_ESCAPE = re.compile(r"\\u[dD][89abAB]..\\u[dD][c-fC-F]..|\\u[dD][89a-fA-F]..|\\.", re.DOTALL)
_PLACE = re.compile(r"(.*) \(byte ([0-9]+)\)$")
_TIMES = ("time", "time_end", "collected_at")
_NAMES: dict[type | tuple[type, ...], str] = {int: "whole number", (int, float): "number", str: "text"}


@dataclass(frozen=True, slots=True)
class JsonFormat:
    """Reads records that hold one key of each group in requires; all other lines are rejects.

    begins: under one of these paths stands a text that begins so, in any letter case.
    one_of: the text under this path, up to a + or -, must be one of these.
    types: what the value under a path must be, if it is there: int, (int, float) or str.
    keys: what a key means in this format, before the shared table, best first; None if it means something else here.
    A slot that begins with `_` is for refine alone; time_end is the end of the exchange where time is its start.
    unfold: makes a plain record of one, or gives the reason why it cannot be read.
    refine: corrects the frame of texts, one String column per slot; a column `kind` decides on the kind.
    marks: what the time of a record stands for, where the record tells a duration.
    access: whether each record is a request, whatever level and message it has.
    notes: sentences for the reader of the report, given where a record was read.
    """

    name: str
    title: str
    documentation: str
    product: str
    kind: str
    samples: tuple[str, ...]
    requires: tuple[tuple[str, ...], ...] = ()
    begins: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    one_of: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    types: Mapping[str, type | tuple[type, ...]] = field(default_factory=dict)
    keys: Mapping[str, str | None] = field(default_factory=dict)
    unfold: Callable[[dict[str, Any]], dict[str, Any] | str] | None = None
    refine: Callable[[pl.DataFrame], pl.DataFrame] | None = None
    marks: str = "end"
    access: bool = False
    notes: tuple[str, ...] = ()
    alone: ClassVar[bool] = True

    def may_read(self, screen: Screen) -> bool:
        """Whether the texts hold a key of each group, wherever it stands; escapes and what unfolds may hide keys."""
        if self.unfold is not None or screen.holds("\\u") or screen.holds("\\/"):
            return True
        groups = [*self.requires, *((path,) for path in self.one_of), *([tuple(self.begins)] if self.begins else [])]
        return all(any(all(map(screen.holds, path.split("."))) for path in group) for group in groups)

    def parse(self, lines: pl.DataFrame, zone: str) -> Parsed:
        """Reads a frame of line, raw: one event per record."""
        ranks = {_aliases.fold(path): rank - len(self.keys) for rank, path in enumerate(self.keys)}
        slots = {_aliases.fold(path): slot for path, slot in self.keys.items()}

        def meaning(path: str) -> tuple[int, str] | None:
            folded = _aliases.fold(path)
            if folded not in slots:
                return _aliases.meaning(folded)
            slot = slots[folded]
            return None if slot is None else (ranks[folded], slot)

        sheet = Sheet(meaning, lines.height)
        reasons = [self._read(sheet, raw, row) for row, raw in enumerate(lines["raw"])]
        marked = lines.select("line", "raw").with_columns(pl.Series("reason", reasons, dtype=pl.String))
        kept = marked["reason"].is_null()
        rejects = marked.filter(~kept).select("line", "reason", "raw")
        if rejects.height == lines.height:
            return Parsed(pl.DataFrame(schema=LINES), rejects)
        events = self._events(lines.select("line", "raw").hstack(sheet.frame()).filter(kept), zone)
        return Parsed(events, rejects, event_lines=events.height, notes=self.notes)

    def _read(self, sheet: Sheet, raw: str, row: int) -> str | None:
        """Puts one record on the sheet; gives the reason if it is a reject."""
        record = decode(raw)
        if isinstance(record, str):
            return record
        if self.unfold is not None:
            record = self.unfold(record)
            if isinstance(record, str):
                return record
        lack = self._lack(record)
        if lack is not None:
            return _several(record, raw) or f"JSON, but no {self.title} record: {lack}"
        return None if sheet.put(record, row) else _several(record, raw) or "JSON, but it has no time and no message"

    def _lack(self, record: dict[str, Any]) -> str | None:
        """Tells what keeps a record from being of this format."""
        top = record.keys()
        for group in self.requires:
            if top.isdisjoint(group) and not any(_found(record, key) is not _NOTHING for key in group):
                return f"it has no {' or '.join(group[:3])}"
        for path, kind in self.types.items():
            value = _found(record, path)
            if value is not _NOTHING and (not isinstance(value, kind) or isinstance(value, bool)):
                return f"its {path} is no {_NAMES[kind]}"
        for path, texts in self.one_of.items():
            if _SIGN.split(str(_found(record, path)), 1)[0] not in texts:
                return f"its {path} is none of {', '.join(texts)}"
        if self.begins and not any(
            str(_found(record, path)).lower().startswith(starts) for path, starts in self.begins.items()
        ):
            return f"its {' or '.join(self.begins)} is another"
        return None

    def _events(self, frame: pl.DataFrame, zone: str) -> pl.DataFrame:
        if self.refine is not None:
            frame = self.refine(frame)
        frame = frame.with_columns(
            _times.read_any(frame[name], zone).alias(name) for name in _TIMES if name in frame.columns
        )
        frame = _stamped(frame)
        events = _events.build(frame, marks=self.marks)
        if "collected_at" in frame.columns:
            events = events.with_columns(frame["collected_at"])
        if "time_end" in frame.columns:
            events = _ended(events.with_columns(frame["time"], frame["time_end"]))
        usual = pl.lit("request") if self.access else _kinds.of_records(events)
        kind = frame["kind"] if "kind" in frame.columns else usual
        return _kinds.unmark_moments(events.with_columns(kind=kind))


def _several(record: dict[str, Any], raw: str) -> str | None:
    """Gives the reason for a line that is nothing but a list of records, which cannot be one event."""
    (key, value), *others = record.items() if record else [("", None)]
    if others or not isinstance(value, list) or len(value) < 2 or not all(isinstance(item, dict) for item in value):
        return None
    column = raw.find('"') + 1
    return f"JSON, but {key} holds {len(value)} records: give each a line (jq -c '.{key}[]'), at column {column}"


def _stamped(frame: pl.DataFrame) -> pl.DataFrame:
    """Makes stamped_at of time, or of time_end where that is all there is."""
    if "time_end" in frame.columns and "time" not in frame.columns:
        frame = frame.with_columns(time=pl.lit(None, dtype=pl.Datetime("us", "UTC")))
    known = [name for name in ("time", "time_end") if name in frame.columns]
    return frame.with_columns(stamped_at=pl.coalesce(known)) if known else frame


def _ended(events: pl.DataFrame) -> pl.DataFrame:
    """Takes the duration from both times where nothing else tells it; a lone time_end marks the end.

    Between two whole seconds lies a second more or less, so that less than two seconds would tell nothing.
    """
    between = (pl.col("time_end") - pl.col("time")).dt.total_microseconds()
    coarse = (pl.col("time_end").dt.microsecond() == 0) & (pl.col("time").dt.microsecond() == 0)
    told = [pl.col("duration_us")] if "duration_us" in events.columns else []
    duration = pl.coalesce(*told, pl.when(between >= pl.when(coarse).then(2_000_000).otherwise(0)).then(between))
    lone = pl.col("time").is_null() & pl.col("time_end").is_not_null()
    start = pl.col("time_end") - pl.duration(microseconds=duration.fill_null(0))
    return events.with_columns(
        duration_us=duration,
        timestamp=pl.when(lone).then(start).otherwise("timestamp"),
        stamp_marks=pl.when(lone).then(pl.lit("end")).otherwise("stamp_marks"),
    ).drop("time", "time_end")


def decode(line: str) -> dict[str, Any] | str:
    """Gives the object of a line, or the reason why there is none."""
    try:
        record = _DECODER.decode(line)
    except msgspec.DecodeError:
        return _mended(line.strip())
    except RecursionError:
        return "not JSON: nested too deep"
    return record if isinstance(record, dict) else "JSON, but no object"


def _mended(text: str) -> dict[str, Any] | str:
    """Gives the object of a text that is not quite JSON, or the reason why there is none."""
    if not text.startswith("{"):
        return "not JSON: expected { at column 1"
    mended = _UNQUOTED.sub(_mend, text)
    try:
        return decode(mended) if mended != text else _DECODER.decode(text)
    except msgspec.DecodeError as problem:
        return _reason(text, str(problem))


# What templates of servers make of values that nobody quoted: nginx writes a dash or nothing for an absent one, bytes
# as \xHH, and 009 for the status of an answer that is no HTTP. Texts come first, as what looks like it in them stays.
# Who cuts a text at a number of UTF-16 units writes half a character.
_UNQUOTED = re.compile(r'"(?:[^"\\]|\\.)*"|:\s*-?\s*(?=[,}\]])|:\s*0+(?=[0-9])')


def _mend(found: re.Match[str]) -> str:
    written = found[0]
    if written.startswith('"'):
        return _ESCAPE.sub(_mend_escape, written) if "\\" in written else written
    return ":" if written.endswith("0") else ":null"


def _mend_escape(found: re.Match[str]) -> str:
    written = found[0]
    return "\\ufffd" if len(written) == len("\\ud800") else written.replace("\\x", "\\\\x")


_DECODER = msgspec.json.Decoder()


def _reason(text: str, problem: str) -> str:
    place = _PLACE.match(problem)
    if place is None:
        short = "it ends in the middle" if "truncated" in problem else problem.partition(" - at")[0].lower()
        return f"not JSON: {short} at column {len(text) + 1}" if "truncated" in problem else f"not JSON: {short}"
    what = place.group(1).removeprefix("JSON is malformed: ")
    column = len(text.encode()[: int(place.group(2))].decode(errors="ignore")) + 1
    return f"not JSON: {what} at column {column}"


_NOTHING = object()


def _found(record: dict[str, Any], path: str) -> Any:
    """Gives the value under a dotted path, whether its dots are nesting or letters; _NOTHING if there is none."""
    if path in record:
        return record[path]
    head, dot, rest = path.partition(".")
    inner = record.get(head)
    return _found(inner, rest) if dot and isinstance(inner, dict) else _NOTHING


def leaves(record: dict[str, Any], prefix: str = "", depth: int = 0) -> Iterator[tuple[str, Any]]:
    """Gives path and value of everything in a record that is no object itself."""
    for key, value in record.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            value = value[0]  # noqa: PLW2901 - structlog lists exceptions, the outermost first
        if isinstance(value, dict):
            if depth < DEEPEST:
                yield from leaves(value, f"{prefix}{key}.", depth + 1)
        else:
            yield prefix + key, value
