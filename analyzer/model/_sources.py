"""What was read, and what became of every line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from analyzer.model._evidence import Gap, Ref


@dataclass(frozen=True, slots=True)
class Ledger:
    """Where every line of a source went; for a HAR, lines are entries and the last two are 0."""

    lines: int = 0
    event_lines: int = 0
    rejects: int = 0
    directives: int = 0
    blank: int = 0

    @property
    def adds_up(self) -> bool:
        """Whether each line is accounted for exactly once."""
        return self.lines == self.event_lines + self.rejects + self.directives + self.blank

    def __add__(self, other: Ledger) -> Ledger:
        """Adds two parts of one source."""
        return Ledger(
            self.lines + other.lines,
            self.event_lines + other.event_lines,
            self.rejects + other.rejects,
            self.directives + other.directives,
            self.blank + other.blank,
        )


@dataclass(frozen=True, slots=True)
class FormatUse:
    """How many lines of a source one format read."""

    name: str
    lines: int


@dataclass(frozen=True, slots=True)
class ZoneGap:
    """Which rows of a source have times without a zone, read as UTC for want of a better one.

    Rows of these formats, of every one if None; rows whose time is the collector's carry what that carries:
    collector is carried if its times have a zone of their own, lacking if not, and none without a collector.
    """

    formats: tuple[str, ...] | None = None
    collector: Literal["none", "carried", "lacking"] = "none"


@dataclass(frozen=True, slots=True)
class SourceReport:
    """What became of one source; entries is None unless it is a HAR; notes are sentences for the reader.

    gaps names what a capture cannot show, so that its absence proves nothing; each is said in a note too. bytes is
    its size, decompressed.
    """

    name: str
    kinds: tuple[str, ...]
    formats: tuple[FormatUse, ...]
    entries: int | None
    confidence: float
    ledger: Ledger
    events: int
    start: datetime | None
    end: datetime | None
    timezone: str
    timezone_from: str
    clock_offset_ms: int | None = None
    notes: tuple[str, ...] = ()
    zone_gap: ZoneGap | None = None
    gaps: tuple[Gap, ...] = ()
    bytes: int = 0


@dataclass(frozen=True, slots=True)
class Reject:
    """A line or HAR entry that no format could read."""

    ref: Ref
    reason: str
    text: str


@dataclass(frozen=True, slots=True)
class RejectCount:
    """How many lines or entries of a source were rejected for one reason; first is the first of them."""

    first: Ref
    reason: str
    count: int
