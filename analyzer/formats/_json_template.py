"""Compiles a log_format or LogFormat text that writes JSON: its keys get the meaning of its variables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import polars as pl

from analyzer.formats import _aliases, _json, _logformat, _patterns, _times
from analyzer.formats._directives import Field, FormatText, Text
from analyzer.formats._logformat import LogFormat
from analyzer.formats._plugin import Parsed

_MARK = "\ue000"  # private use: stands for the number of a field


@dataclass(frozen=True, slots=True)
class JsonText:
    """Reads records by their keys, and by the text around the values what is no JSON, such as an empty number.

    text_first: whether only the text tells how its times are written.
    """

    records: _json.JsonFormat
    text: LogFormat | None
    text_first: bool
    name: str
    title: str
    documentation: str
    product: str
    kind: str = "request"
    samples: tuple[str, ...] = ()

    def parse(self, lines: pl.DataFrame, zone: str) -> Parsed:
        """Reads a frame of line, raw: one event per record; a reject says what is wrong with the JSON."""
        if self.text is None:
            return self.records.parse(lines, zone)
        first, second = (self.text, self.records) if self.text_first else (self.records, self.text)
        parsed = first.parse(lines, zone)
        if parsed.rejects.is_empty():
            return parsed
        rest = second.parse(parsed.rejects.select("line", "raw"), zone)
        told = rest.rejects if self.text_first else parsed.rejects.join(rest.rejects, on="line", how="semi")
        events = pl.concat([parsed.events, rest.events], how="diagonal").sort("line")
        notes = tuple(dict.fromkeys((*parsed.notes, *rest.notes)))
        return Parsed(events, told.sort("line"), event_lines=events.height, notes=notes)


def build(text: FormatText, pieces: Sequence[Text | Field], *, title: str, documentation: str) -> JsonText:
    """Gives a format that reads the records which the text writes; raises FormatError if they are no JSON."""
    fields = [piece for piece in pieces if isinstance(piece, Field)]
    template = _json.decode(_fill(pieces))
    if isinstance(template, str):
        hint = "Every variable that can be empty or text needs quotes around it, and names need them too."
        problem = template.removeprefix("not JSON: ").partition(" at column")[0]
        raise text.error(0, f"The text looks like JSON, but it is not: {problem}.", hint)
    keys: dict[str, str | None] = {}
    unreadable = False
    for key, value in _json.leaves(template):
        parts = str(value).split(_MARK)
        named = [fields[int(number)] for number in parts[1::2]]
        if named:
            keys[_aliases.fold(key)] = _slot(named)
            unreadable |= named[0].slot == "time" and not _times.reads_sample(_sampled(parts, fields))
    marks = next((field.marks for field in fields if field.slot == "time"), None) or "end"
    records = _json.JsonFormat(
        name=text.name,
        title=title,
        documentation=documentation,
        product=text.dialect,
        kind="request",
        samples=(),
        keys=keys,
        marks=marks,
        access=True,
    )
    by_text = _by_text(text, pieces)
    return JsonText(records, by_text, by_text is not None and unreadable, text.name, title, documentation, text.dialect)


def _by_text(text: FormatText, pieces: Sequence[Text | Field]) -> LogFormat | None:
    if _patterns.unbounded(pieces) is not None:
        return None
    try:
        return replace(_logformat.build(pieces, text.name, escapes=text.escape != "none"), product=text.dialect)
    except ValueError:
        return None


def _slot(named: list[Field]) -> str | None:
    """Gives the meaning of a value that one field makes, or that begins with a time; nothing else is certain."""
    return named[0].slot if len(named) == 1 or named[0].slot == "time" else None


def _sampled(parts: list[str], fields: list[Field]) -> str:
    """Writes a value with the moment of a sample; fields stand at the odd places of parts."""
    clocks = [fields[int(part)].clock if place % 2 else None for place, part in enumerate(parts)]
    return "".join(
        part if not place % 2 else _times.sample(clock) if clock else ""
        for place, (part, clock) in enumerate(zip(parts, clocks, strict=True))
    )


def _fill(pieces: Sequence[Text | Field]) -> str:
    """Writes the record with numbered marks for its fields, quoted where the text does not."""
    written, number, quoted = "", 0, False
    for piece in pieces:
        if isinstance(piece, Text):
            written += piece.text
            quoted ^= piece.text.replace("\\\\", "").replace('\\"', "").count('"') % 2 == 1
            continue
        mark = f"{_MARK}{number}{_MARK}"
        written += mark if quoted else f'"{mark}"'
        number += 1
    return written
