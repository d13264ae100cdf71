"""Compiles Apache LogFormat and nginx log_format text to a format that reads its lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from analyzer.errors import FormatError
from analyzer.formats import _apache, _directives, _events, _nginx, _patterns, _slots, _times
from analyzer.formats._directives import Field, FormatText, Text
from analyzer.formats._patterns import Pattern, Stop
from analyzer.formats._plugin import REJECTS, Parsed

_DOCUMENTATION = {
    "apache": "https://httpd.apache.org/docs/2.4/mod/mod_log_config.html#formats",
    "nginx": "https://nginx.org/en/docs/http/ngx_http_log_module.html#log_format",
}
_MOST_FIELDS = 200
# Both servers' escapes of quote and backslash; other bytes stay as they were written.
_ESCAPES = {'\\"': '"', "\\\\": "\\", "\\x22": '"', "\\x5C": "\\"}


@dataclass(frozen=True, slots=True)
class LogFormat:
    """Reads lines of one format text; patterns are tried in order, each on what the ones before could not read."""

    name: str
    title: str
    documentation: str
    product: str
    samples: tuple[str, ...]
    patterns: tuple[Pattern, ...]
    stops: tuple[Stop, ...]
    marks: str | None
    kind: str = "request"

    def parse(self, lines: pl.DataFrame, zone: str) -> Parsed:
        """Reads a frame of line, raw."""
        read, unread, notes = [], lines, []
        wrong_times = lines.clear()
        for number, pattern in enumerate(self.patterns):
            if unread.is_empty() and number:
                break
            found = _capture(unread, pattern)
            unread = found.filter(pl.col("1").is_null()).select("line", "raw")
            texts = _texts(found.filter(pl.col("1").is_not_null()), pattern, zone)
            notes += self._notes(texts)
            if pattern.clocks:
                wrong_times = wrong_times.vstack(texts.filter(pl.col("stamped_at").is_null()).select("line", "raw"))
                texts = texts.filter(pl.col("stamped_at").is_not_null())
            read.append(_events.build(texts.drop(_patterns.REST), marks=self.marks))
        events = pl.concat(read, how="diagonal").with_columns(kind=pl.lit(self.kind))
        rejects = pl.concat([self._explain(unread), self._wrong_times(wrong_times)]).sort("line")
        return Parsed(events.sort("line"), rejects, event_lines=events.height, notes=tuple(dict.fromkeys(notes)))

    def _notes(self, texts: pl.DataFrame) -> list[str]:
        rest = texts[_patterns.REST]
        notes = []
        if rest.null_count():
            notes.append(f"Some lines end before the last field of {self.name}: what they lack is unknown.")
        if (rest != "").any():
            notes.append(f"Some lines go on after the last field of {self.name}: the rest is not read.")
        return notes

    def _wrong_times(self, lines: pl.DataFrame) -> pl.DataFrame:
        label = next((stop.field.label for stop in self.stops if stop.field.slot == "time"), "")
        return lines.select("line", pl.lit(f"the time ({label}) is not a time that exists").alias("reason"), "raw")

    def _explain(self, lines: pl.DataFrame) -> pl.DataFrame:
        """Names the first field that could not be read, and the column where it should begin."""
        explained = [pl.DataFrame(schema=REJECTS)]
        unread = lines.with_columns(_column=pl.lit(1, dtype=pl.UInt32))
        for stop in self.stops:
            if unread.is_empty():
                break
            reached = unread.with_columns(pl.col("raw").str.extract(stop.prefix, 0).str.len_chars().alias("_end"))
            failed = reached.filter(pl.col("_end").is_null())
            explained.append(_reject(failed, f"{_name(stop.field)} cannot be read at column "))
            unread = reached.filter(pl.col("_end").is_not_null()).select("line", "raw", _column=pl.col("_end") + 1)
        explained.append(_reject(unread, "more text than the format names at column "))
        return pl.concat(explained)


def compile_text(
    given: str,
    *,
    name: str | None = None,
    title: str | None = None,
    product: str | None = None,
    samples: tuple[str, ...] = (),
) -> tuple[LogFormat | None, FormatText, list[Text | Field]]:
    """Compiles a format text, bare or with its directive around it; a JSON text gives no LogFormat but its pieces.

    Raises FormatError with line and column in the given text, and a hint.
    """
    text = _directives.read(given)
    pieces = _merge_texts(_nginx.fields(text) if text.dialect == "nginx" else _apache.fields(text))
    named = [piece for piece in pieces if isinstance(piece, Field)]
    _check(text, named, pieces)
    if _patterns.is_json(pieces):
        return None, text, pieces
    pieces = _one_clock(pieces, named)
    return from_pieces(
        pieces,
        name=name or text.name,
        title=title or f"{'log_format' if text.dialect == 'nginx' else 'LogFormat'} {text.name}",
        documentation=_DOCUMENTATION[text.dialect],
        product=product if product is not None else text.dialect,
        samples=samples,
        escapes=text.escape != "none",
        error=lambda: text.error(0, "The format text is too long to compile.", "Leave out fields that nobody needs."),
    ), text, pieces
