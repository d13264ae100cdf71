"""What a format is: a plug-in module exports FORMATS, a tuple of values that fit one of these two protocols."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import polars as pl

LINES = {"line": pl.Int64, "raw": pl.String}
REJECTS = {"line": pl.Int64, "reason": pl.String, "raw": pl.String}


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a format made of a block of lines, none of which was blank.

    events: canonical columns, as many as the format fills, always with line and raw; one row per event.
    rejects: line, reason, raw of the lines it could not read.
    directives: lines that steer the reading and are no events (#Fields).
    event_lines: lines that belong to events (more than events where one owns a stack trace).
    notes: sentences for the reader of the report.
    """

    events: pl.DataFrame
    rejects: pl.DataFrame
    directives: int = 0
    event_lines: int = 0
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ParsedDocument:
    """What a document format made of a whole file: events + rejects == entries, always.

    events: canonical columns with line = index in log.entries.
    rejects: line (index), reason, raw (the entry's text, cut).
    document: the normalised document as plain Python, for the redactor to learn secrets from.
    """

    events: pl.DataFrame
    rejects: pl.DataFrame
    entries: int
    notes: tuple[str, ...] = ()
    document: Any = None


class Described(Protocol):
    """What every format says of itself."""

    @property
    def name(self) -> str:
        """The word for --format, such as combined."""

    @property
    def title(self) -> str:
        """What a person calls it."""

    @property
    def documentation(self) -> str:
        """Address of the vendor's page or the specification."""

    @property
    def product(self) -> str:
        """Sigma's logsource product: nginx, apache, har ...; empty where several servers write it."""

    @property
    def kind(self) -> str:
        """The kind of most rows: request, error or application."""


class Format(Described, Protocol):
    """Reads lines; parse never raises, whatever the lines hold."""

    @property
    def samples(self) -> tuple[str, ...]:
        """Lines of the documentation or of a real server that the format must read."""

    def parse(self, lines: pl.DataFrame, zone: str) -> Parsed:
        """Reads a frame of line (Int64), raw (String); zone is for times that carry none."""


class DocumentFormat(Described, Protocol):
    """Reads a whole document, such as a HAR."""

    def recognise(self, head: bytes) -> bool:
        """Whether the first bytes (up to 64 KiB, decompressed) look like such a document."""

    def parse_document(self, data: bytes) -> ParsedDocument:
        """Reads the document; raises InputError only if there is nothing in it to read."""
