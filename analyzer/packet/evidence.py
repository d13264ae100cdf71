"""Writes the lines behind each incident as NDJSON for programs and CSV for spreadsheets."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

import polars as pl

from analyzer.model import Ref
from analyzer.packet._instant import instant
from analyzer.packet._json import json_bytes
from analyzer.packet._left_out import LeftOut
from analyzer.packet._pieces import in_files
from analyzer.packet.redaction_report import placeholders_in
from analyzer.redact import Fired
from analyzer.values import no_formula
from analyzer.wording.quoting import visible

_LONGEST_TEXT = 20_000
# An astral character takes 12 bytes as a JSON escape, and half as many characters as bytes are room enough for a row.
_BYTES_PER_CHARACTER = 16


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a log or entry of a HAR: cited where a sentence of the report rests on it, else failing.

    copy is where the packet holds the whole entry: the file and the entry's number in it.
    """

    ref: Ref
    time: datetime | None
    why: Literal["cited", "failing"]
    text: str
    copy: str | None = None


@dataclass(frozen=True, slots=True)
class Excerpt:
    """The rows of one incident, in time order, and how many more there are that were left out."""

    incident: str
    rows: tuple[Row, ...]
    left_out: int = 0


@dataclass
class Evidence:
    """Finished files, the number of rows in each; what was replaced in them, and what they do not hold."""

    files: dict[str, bytes] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    left_out: list[LeftOut] = field(default_factory=list)
    trail: list[Fired] = field(default_factory=list)


def evidence_files(excerpts: Sequence[Excerpt], most_bytes: int) -> Evidence:
    """Gives two files an incident, each in parts of at most most_bytes that are cut between rows.

    A text of more than 20,000 characters is cut, and says how many more there are. Rows are redacted before.
    """
    made = Evidence()
    longest = min(_LONGEST_TEXT, max(1, most_bytes // _BYTES_PER_CHARACTER))
    for excerpt in excerpts:
        made.trail += [fired for row in excerpt.rows for fired in placeholders_in(row.text, str(row.ref))]
        stem = f"evidence/{excerpt.incident}"
        if excerpt.left_out:
            made.left_out.append(LeftOut("rows", "only the first rows of an incident are kept", excerpt.left_out, stem))
        long = sum(len(row.text) > longest for row in excerpt.rows)
        if long:
            why = f"the text is longer than {longest:,} characters, and its end was cut"
            made.left_out.append(LeftOut("ends of texts", why, long, stem))
        rows = tuple(replace(row, text=_cut(row.text, longest)) for row in excerpt.rows)
        for suffix, lines, head in (
            ("ndjson", _json_lines(excerpt.incident, rows), b""),
            ("csv", *_csv_lines(excerpt.incident, rows)),
        ):
            for name, data, count in in_files(stem, suffix, lines, most_bytes, head=head):
                made.files[name], made.rows[name] = data, count
    return made


def _cut(text: str, longest: int) -> str:
    rest = len(text) - longest
    return text if rest <= 0 else f"{text[:longest]} … [{rest:,} more characters]"


def _record(incident: str, row: Row) -> dict[str, str | int | None]:
    return {
        "incident": incident,
        "place": str(row.ref),
        "source": row.ref.source,
        "line": row.ref.line,
        "entry": row.ref.entry,
        "time": instant(row.time),
        "why": row.why,
        "copy": row.copy,
        "text": row.text,
    }


_SCHEMA = {
    "incident": pl.String,
    "place": pl.String,
    "source": pl.String,
    "line": pl.Int64,
    "entry": pl.Int64,
    "time": pl.String,
    "why": pl.String,
    "copy": pl.String,
    "text": pl.String,
}


def _json_lines(incident: str, rows: Sequence[Row]) -> list[bytes]:
    return [json_bytes(_record(incident, row)) + b"\n" for row in rows]


def _csv_lines(incident: str, rows: Sequence[Row]) -> tuple[list[bytes], bytes]:
    r"""Gives each row as the bytes of one record (RFC 4180), and the record of the names.

    CSV has no escapes: characters that nobody can see are written out, such as \x1b, so that no terminal obeys them.
    """
    shown = [_record(incident, row) | {"text": visible(row.text)} for row in rows]
    frame = pl.DataFrame(shown, schema=_SCHEMA)
    safe = frame.with_columns(no_formula(name) for name, dtype in _SCHEMA.items() if dtype == pl.String)
    return [_csv_line(values) for values in safe.iter_rows()], _csv_line(safe.columns)


def _csv_line(values: Iterable[object]) -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerow(values)
    return buffer.getvalue().encode()
