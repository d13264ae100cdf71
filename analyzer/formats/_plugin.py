"""What formats and wrappers are: a plug-in module exports FORMATS or WRAPPERS, tuples of values of these protocols."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO, Literal, Protocol, runtime_checkable

import polars as pl

from analyzer.formats._needles import Screen
from analyzer.model import Gap

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
    gaps: what the document cannot show.
    """

    events: pl.DataFrame
    rejects: pl.DataFrame
    entries: int
    notes: tuple[str, ...] = ()
    document: Any = None
    gaps: tuple[Gap, ...] = ()


class Frame(Protocol):
    """Rows that an earlier run wrote; each method raises InputError for what is damaged."""

    @property
    def described(self) -> str:
        """What was written of the sources, as a text."""

    def counts(self) -> pl.DataFrame:
        """Gives rows (Int64) of each source, format and kind, sorted by these."""

    def batches(self) -> Iterator[pl.DataFrame]:
        """Yields canonical rows: each capture whole, by line, then all else in order, some at a time."""


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


@runtime_checkable
class Hinting(Protocol):
    """A format that knows patterns of which one at least fits each line that it reads."""

    @property
    def likely(self) -> tuple[str, ...]:
        """Patterns that detection tries first, as they are cheaper than parse."""


@runtime_checkable
class Screened(Protocol):
    """A format that can tell from what its lines hold that it reads none of some."""

    def may_read(self, screen: Screen) -> bool:
        """Whether it reads any of the texts; False only if it reads none of them."""


@dataclass(frozen=True, slots=True)
class Glimpse:
    """What a format reads of a frame, without the reasons why it does not read the others.

    events, notes: those of Parsed. read: numbers of the lines that it reads.
    sure: those of read that it reads in whatever frame they stand. alone: whether all of read are so, and no others.
    """

    events: pl.DataFrame
    notes: tuple[str, ...]
    read: frozenset[int]
    sure: frozenset[int]
    alone: bool


@runtime_checkable
class Glancing(Protocol):
    """A format of which finding out what it reads costs much less than to tell why it does not read the rest."""

    @property
    def twin(self) -> Hashable:
        """What two formats have in common that read the same lines, and fill the same cells of as many columns."""

    def glance(self, lines: pl.DataFrame, zone: str) -> Glimpse:
        """Reads a frame of line, raw as parse does."""


@runtime_checkable
class Spanning(Protocol):
    """A format whose events may own several lines."""

    @property
    def spans(self) -> Literal["itself", "rest"]:
        """Who joins them: parse itself, or the reader, which adds what no format reads to the event above.

        With "rest", parse must read such a joined event too: its raw holds line feeds.
        """


@runtime_checkable
class Remembering(Protocol):
    """A format whose lines can only be read with what stood above them, such as #Fields."""

    def after(self, lines: pl.DataFrame) -> Format:
        """Gives the format as it reads what follows these lines (line, raw)."""


@dataclass(frozen=True, slots=True)
class Unwrapped:
    """What a wrapper made of a frame of lines.

    lines: line (the first one), raw (what was wrapped), lines (how many it took), and any of collected_at,
    host_name, process, level, request_id, trace_id; stream tells apart the writers whose lines are mixed.
    rest: line, raw of the lines that it does not wrap.
    """

    lines: pl.DataFrame
    rest: pl.DataFrame


class Wrapper(Protocol):
    """What a collector puts around each line: syslog, Docker, CRI."""

    @property
    def name(self) -> str:
        """A word such as cri."""

    @property
    def title(self) -> str:
        """What a person calls it."""

    @property
    def documentation(self) -> str:
        """Address of the specification or the vendor's page."""

    @property
    def samples(self) -> tuple[str, ...]:
        """Lines of the documentation or of a real collector that it must unwrap."""

    @property
    def certain(self) -> bool:
        """Whether nothing else looks like it; if not, it is taken off only where that helps to read the line."""

    def may_unwrap(self, screen: Screen) -> bool:
        """Whether it unwraps any of the texts; False only if it unwraps none of them."""

    def unwrap(self, lines: pl.DataFrame, zone: str, now: datetime) -> Unwrapped:
        """Unwraps a frame of line, raw; now decides the year of a time that has none. Never raises."""

    def pending(self, lines: pl.DataFrame) -> int:
        """Gives the number of last lines (of line, raw) that can only be read together with lines that follow."""


class DocumentFormat(Described, Protocol):
    """Reads a whole document, such as a HAR."""

    def recognise(self, head: bytes) -> bool:
        """Whether the first bytes (up to 64 KiB, decompressed) look like such a document."""

    def parse_document(self, data: bytes) -> ParsedDocument:
        """Reads the document; raises InputError only if there is nothing in it to read."""


class FrameFormat(Described, Protocol):
    """Reads canonical rows back."""

    def recognise(self, head: bytes) -> bool:
        """Whether the first bytes are those of such a file."""

    def open_frame(self, file: BinaryIO) -> Frame:
        """Opens the file; raises InputError if it is broken, or holds other columns."""
