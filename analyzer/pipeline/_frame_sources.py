"""What a frame tells of the sources of its rows, as JSON in the metadata of the Parquet file."""

from __future__ import annotations

from dataclasses import dataclass, replace

import msgspec
import polars as pl

from analyzer.errors import InputError
from analyzer.formats import FRAME_KEY
from analyzer.model import FormatUse, Ledger, SourceReport
from analyzer.pipeline._frame_seal import open_seal
from analyzer.pipeline._plan import Run

_VERSION = 1
_AGAIN = "Its lines are read from a frame that an earlier run wrote."


@dataclass(frozen=True, slots=True)
class FrameSource:
    """One source of a frame; digest is what its content is known by, as Reading.digests has it."""

    report: SourceReport
    digest: str


@dataclass(frozen=True, slots=True)
class Description:
    """All that a frame says of itself: sources, and the profile that it was redacted for, empty if it was not."""

    version: int
    profile: str
    sources: tuple[FrameSource, ...]


def frame_metadata(state: Run) -> dict[str, str]:
    """Gives the metadata of the frame's Parquet file: the redacted reports as they were before sources were compared.

    Zones that were found are the frame's, so nothing is left to find.
    """
    assert state.reading is not None  # noqa: S101 - read before
    assert state.redactor is not None  # noqa: S101 - filled by parse and by run
    found = {shift.source for shift in state.shifts}
    sources = tuple(
        FrameSource(state.redactor.value(replace(report, zone_gap=None) if report.name in found else report), digest)
        for report, digest in zip(state.placed or state.reading.sources, state.reading.digests, strict=True)
    )
    described = Description(_VERSION, state.redactor.profile if state.plan.redact else "", sources)
    return {FRAME_KEY: msgspec.json.encode(described).decode(), **open_seal()}


def read_metadata(text: str) -> Description:
    """Reads it back; raises InputError for what no frame of this version says, and for a source told twice."""
    try:
        described = msgspec.json.decode(text, type=Description)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise InputError(
            f"is a frame whose description of its sources cannot be read ({error})",
            hint="Write it again with `analyzer parse`.",
        ) from error
    if described.version != _VERSION:
        raise InputError(
            f"is a frame of version {described.version}, where {_VERSION} can be read",
            hint="Write it again with `analyzer parse`.",
        )
    names = [source.report.name for source in described.sources]
    if len(set(names)) < len(names):
        raise InputError("is a frame that describes a source twice")
    return described


def report_again(told: SourceReport, rows: pl.DataFrame) -> SourceReport:
    """Gives the report of a source that is read from a frame; rows are its own (format, kind, rows).

    start and end are found when the rows are read.

    What can be counted is counted; what the frame does not hold is said.
    """
    used = dict.fromkeys((use.name for use in told.formats), 0)
    for name, count in rows.select("format", "rows").iter_rows():
        used[name] = used.get(name, 0) + count
    total = sum(used.values())
    return replace(
        told,
        kinds=tuple(rows["kind"].unique().sort()),
        formats=tuple(FormatUse(name, count) for name, count in used.items() if count),
        entries=None if told.entries is None else total,
        ledger=Ledger(lines=total, event_lines=total),
        events=total,
        start=None,
        end=None,
        clock_offset_ms=None,
        notes=tuple(dict.fromkeys((*told.notes, *_notes(told)))),
    )


def _notes(told: SourceReport) -> tuple[str, ...]:
    rejects = told.ledger.rejects
    were = "was" if rejects == 1 else "were"
    unit = "lines" if told.entries is None else "entries"
    lost = (
        f"{rejects:,} of {told.ledger.lines:,} {unit} {were} rejected when the frame was written, and not kept in it."
    )
    return (_AGAIN, *((lost,) if rejects else ()))
