"""Reads a frame that an earlier run wrote: many sources in one file, with the names, lines and formats they had."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from os import SEEK_END
from pathlib import Path

import polars as pl

from analyzer.errors import InputError
from analyzer.formats import FrameFormat
from analyzer.model import SourceReport
from analyzer.pipeline._frame_seal import is_sealed
from analyzer.pipeline._frame_sources import Description, FrameSource, read_metadata, report_again
from analyzer.pipeline._plan import Plan
from analyzer.pipeline._tally import left_out_note, within
from analyzer.redact import SpanningSecrets
from analyzer.schema import TIMESTAMP
from analyzer.sources import Limits, Stream

_PLACED = "Its times were placed by the run that wrote the frame, so --tz does not move them."
_NO_RANGE = pl.DataFrame(schema={"source": pl.String, "kept": pl.Int64, "start": TIMESTAMP, "end": TIMESTAMP})


@dataclass(frozen=True, slots=True)
class FrameRead:
    """What a frame holds: the report and the digest of each source in the order of the run that wrote them, and parts.

    A part holds rows of any of them; clean says that no secret is in them; secrets are (value, kind) of pieces of
    secrets that stand on several lines.
    """

    name: str
    sources: tuple[tuple[SourceReport, str], ...]
    parts: tuple[Path, ...]
    clean: bool
    secrets: tuple[tuple[str, str], ...]


def read_frame(stream: Stream, form: FrameFormat, plan: Plan, keep: Callable[[pl.DataFrame], Path | None]) -> FrameRead:
    """Gives what the frame holds; keep writes rows that may be among those asked for, and gives their part.

    Raises InputError for what is damaged or no frame; rows may have been kept already.
    """
    secrets: dict[str, str] = {}
    with stream.file() as file:
        size = file.seek(0, SEEK_END)
        frame = form.open_frame(file)
        counts = frame.counts()
        described = read_metadata(frame.described)
        _check_names(described, counts)
        # What was redacted for another profile may show what this one hides.
        clean = described.profile == plan.profile and is_sealed(file, plan.key)
        ranges, parts = [_NO_RANGE], []
        batches = _proportionate(frame.batches(), size, plan.limits)
        for batch in batches if clean else _watched(batches, secrets):
            kept = within(batch, plan)
            parts.append(keep(kept))
            ranges.append(_ranges(kept))
    rows = {name: (number, start, end) for name, number, start, end in _summed(pl.concat(ranges)).iter_rows()}
    return FrameRead(
        name=stream.name,
        sources=tuple(
            _again(
                each, counts, rows.get(each.report.name, (0, None, None)), notes=() if plan.zone is None else (_PLACED,)
            )
            for each in described.sources
        ),
        parts=tuple(part for part in parts if part),
        clean=clean,
        secrets=tuple(secrets.items()),
    )


def _check_names(described: Description, counts: pl.DataFrame) -> None:
    known = {each.report.name for each in described.sources}
    if unknown := sorted(set(counts["source"]) - known):
        raise InputError(f"is a frame with rows of {unknown[0]}, a source that it does not describe")


def _again(
    each: FrameSource,
    counts: pl.DataFrame,
    rows: tuple[int, datetime | None, datetime | None],
    notes: tuple[str, ...],
) -> tuple[SourceReport, str]:
    report = report_again(each.report, counts.filter(pl.col("source") == each.report.name))
    # A frame of which rows were left out, by --since or by another hand, does not hold the same as the log.
    digest = each.digest if report.events == each.report.events else ""
    kept, start, end = rows
    left_out = left_out_note(report.events - kept)
    return replace(report, start=start, end=end, notes=(*report.notes, *left_out, *notes)), digest


def _ranges(kept: pl.DataFrame) -> pl.DataFrame:
    return kept.group_by("source").agg(
        kept=pl.len().cast(pl.Int64), start=pl.col("timestamp").min(), end=pl.col("timestamp").max()
    )


def _summed(ranges: pl.DataFrame) -> pl.DataFrame:
    return ranges.group_by("source").agg(pl.col("kept").sum(), pl.col("start").min(), pl.col("end").max())


def _proportionate(batches: Iterator[pl.DataFrame], size: int, limits: Limits) -> Iterator[pl.DataFrame]:
    """Passes batches on while their texts are in proportion to the file: dictionaries can repeat one without end."""
    allowed = max(limits.ratio_from_bytes, limits.line_ratio * size)
    given = 0
    for batch in batches:
        given += batch.select(pl.sum_horizontal(pl.col(pl.String).str.len_bytes().sum().cast(pl.Int64))).item()
        if given > allowed:
            raise InputError(
                f"holds texts of more than {limits.line_ratio:,} times its size ({allowed:,} bytes from {size:,}), "
                "which is the limit against decompression bombs"
            )
        yield batch


def _watched(batches: Iterator[pl.DataFrame], secrets: dict[str, str]) -> Iterator[pl.DataFrame]:
    """Passes batches on, and keeps the pieces of secrets that go over several lines: a frame need not be redacted."""
    spanning: dict[str, SpanningSecrets] = {}
    for batch in batches:
        for (source,), lines in batch.select("source", "line", "raw").partition_by("source", as_dict=True).items():
            watch = spanning.setdefault(str(source), SpanningSecrets())
            shown = lines.drop_nulls("raw").select("line", "raw")
            secrets |= {piece.value: piece.kind for piece in watch.look(shown) if piece.spreads}
        yield batch
