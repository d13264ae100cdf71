"""The map step of reading: one file becomes Parquet parts of canonical rows, and the ledger of each source in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from itertools import chain, islice
from pathlib import Path

import msgspec
import polars as pl

from analyzer.errors import InputError
from analyzer.formats import (
    BlockResult,
    Choice,
    DocumentFormat,
    Format,
    Reader,
    detect,
    document_formats,
    frame_formats,
)
from analyzer.model import FormatUse, Ledger, SourceReport
from analyzer.pipeline._chosen import Chosen
from analyzer.pipeline._plan import Plan
from analyzer.pipeline._read_frame import FrameRead, read_frame
from analyzer.pipeline._tables import write_file, write_part
from analyzer.pipeline._tally import Tally, bound, left_out_note, within
from analyzer.pipeline._zone import ZoneWatch, year_note
from analyzer.redact import SpanningSecrets
from analyzer.schema import conform
from analyzer.sources import Stream, ahead

Show = Callable[[Stream, int], None]


@dataclass(frozen=True, slots=True)
class SourceRead:
    """What became of one source: its files, and a digest that equal content has in common.

    lines are the first and the last line in each of the parts;
    document is the normalised one; secrets are (value, kind) of pieces of secrets that stand on several lines.
    """

    report: SourceReport
    digest: bytes
    parts: tuple[Path, ...]
    lines: tuple[tuple[int, int], ...]
    reject_parts: tuple[Path, ...]
    document: Path | None
    secrets: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Found:
    """A source or a frame of which something was read, or the problem for which nothing was."""

    source: SourceRead | None = None
    frame: FrameRead | None = None
    problem: InputError | None = None


@dataclass(frozen=True, slots=True)
class FileRead:
    """What became of one file: its sources, in the order of reading, and whether any of them could be opened.

    Of an entry that is an error nothing could be read.
    """

    found: tuple[Found, ...]
    opened: bool


@dataclass
class _Store:
    """Writes parts of one source one after the other, and remembers them."""

    work: Path
    stem: str
    show: Show
    parts: list[Path] = field(default_factory=list)
    lines: list[tuple[int, int]] = field(default_factory=list)
    reject_parts: list[Path] = field(default_factory=list)
    document: Path | None = None
    secrets: dict[str, str] = field(default_factory=dict)

    def keep(self, events: pl.DataFrame, rejects: pl.DataFrame) -> None:
        """Writes both frames if they hold rows."""
        if events.height:
            self.lines.append(events.select(pl.col("line").min(), last=pl.col("line").max()).row(0))
            self.parts.append(write_part(self.work, f"events-{self.stem}-{len(self.parts):06}", events).path)
        if rejects.height:
            path = self.work / f"rejects-{self.stem}-{len(self.reject_parts):06}.parquet"
            self.reject_parts.append(write_file(path, rejects))

    def keep_events(self, events: pl.DataFrame) -> Path | None:
        """Writes rows that no reject stands beside; gives their part, if there are any."""
        known = len(self.parts)
        self.keep(events, pl.DataFrame())
        return self.parts[-1] if len(self.parts) > known else None

    def forget(self) -> None:
        """Removes the parts of events that were written."""
        for part in self.parts:
            part.unlink()

    def keep_document(self, document: object) -> None:
        """Writes a normalised document."""
        self.document = write_file(self.work / f"document-{self.stem}.json", msgspec.json.encode(document))


def read_file(number: int, path: str, plan: Plan, chosen: Chosen, show: Show) -> FileRead:
    """Reads all sources in a file, which is the number-th of the inputs; its parts are written to plan.work."""
    found: list[Found] = []
    opened = False
    try:
        for stream in plan.streams(path, limits=plan.limits, stdin=plan.stdin):
            stream.name = plan.machine.shorter(stream.name)
            store = _Store(plan.work, f"{number:06}-{len(found):06}", show)
            show(stream, 0)
            opened = True
            try:
                found.append(_read_stream(stream, chosen, plan, store))
            except InputError as error:
                store.forget()
                found.append(Found(problem=error))
    except InputError as error:
        found.append(Found(problem=shorter(error, plan)))
    return FileRead(tuple(found), opened)


def shorter(problem: InputError, plan: Plan) -> InputError:
    """Gives the problem with ~ for the home folder of whoever runs this."""
    place, hint = problem.location, problem.hint
    shown = place and replace(place, path=plan.machine.shorter(place.path))
    return InputError(plan.machine.shorter(problem.message), location=shown, hint=hint and plan.machine.shorter(hint))


def _read_stream(stream: Stream, chosen: Chosen, plan: Plan, store: _Store) -> Found:
    for frame_format in frame_formats().values():
        if frame_format.recognise(stream.head):
            try:
                return Found(frame=read_frame(stream, frame_format, plan, store.keep_events))
            except InputError as error:
                raise InputError(f"{stream.name}: {error.message}", hint=error.hint) from error
    report = _read_one(stream, chosen, plan, store)
    source = SourceRead(
        report=replace(report, bytes=stream.size),
        digest=stream.digest,
        parts=tuple(store.parts),
        lines=tuple(store.lines),
        reject_parts=tuple(store.reject_parts),
        document=store.document,
        secrets=tuple(store.secrets.items()),
    )
    return Found(source, problem=stream.problem)


def _read_one(stream: Stream, chosen: Chosen, plan: Plan, store: _Store) -> SourceReport:
    if chosen.document is not None:
        return _read_document(stream, chosen.document, plan, store)
    for document_format in document_formats().values():
        if document_format.recognise(stream.head):
            return _read_document(stream, document_format, plan, store)
    return _read_lines(stream, chosen, plan, store)


def _read_document(stream: Stream, document_format: DocumentFormat, plan: Plan, store: _Store) -> SourceReport:
    try:
        # The bytes have no name here, so that the format can let go of them when it has decoded them.
        parsed = document_format.parse_document(stream.whole())
    except InputError as error:
        raise InputError(f"{stream.name}: {error.message}", hint=error.hint) from error
    events = within(_placed(parsed.events, stream.name), plan)
    store.keep(events, _placed_rejects(parsed.rejects, stream.name, document_format.name))
    store.keep_document(parsed.document)
    ledger = Ledger(lines=parsed.entries, event_lines=parsed.events.height, rejects=parsed.rejects.height)
    return SourceReport(
        name=stream.name,
        kinds=("request",) if events.height else (),
        formats=(FormatUse(document_format.name, parsed.events.height),),
        entries=parsed.entries,
        confidence=1.0,
        ledger=ledger,
        events=parsed.events.height,
        start=bound(events, last=False),
        end=bound(events, last=True),
        timezone="UTC",
        timezone_from="each entry's time carries its offset",
        notes=(*parsed.notes, *stream.notes, *left_out_note(parsed.events.height - events.height)),
        gaps=parsed.gaps,
    )


def _read_lines(stream: Stream, chosen: Chosen, plan: Plan, store: _Store) -> SourceReport:
    head = stream.head_lines()
    zone = plan.zone or "UTC"
    choice = _first(chosen.for_source(stream.name), detect(head, zone, plan.now, chosen.own))
    tally, watch = Tally(), ZoneWatch(head, choice, plan.zone, plan.now)
    reader = Reader(choice.formats, choice.wrappers, zone, plan.now)
    # One thread cuts the next block while another parses this one and the one before is written.
    blocks = ahead(_watched(stream.blocks(plan.block_bytes), store), first=1, waiting=1)
    for result in _results(reader, blocks, plan.threads):
        events = watch.settle(_placed(result.events, stream.name))
        kept = within(events, plan)
        name = choice.formats[0].name if choice.formats else ""
        store.keep(kept, _placed_rejects(result.rejects, stream.name, name))
        tally.add(result, kept)
        store.show(stream, tally.ledger.lines)
    notes = (*year_note(head, choice, plan.now), *watch.notes(), *stream.notes)
    return tally.report(stream.name, choice, watch, notes)


def _results(reader: Reader, blocks: Iterator[pl.DataFrame], threads: int) -> Iterator[BlockResult]:
    """Yields the results of all blocks, after the first of which, since most files are short, threads are begun."""
    yield from map(reader.read, islice(blocks, 1))
    if threads == 1:
        yield from ahead(chain(map(reader.read, blocks), reader.rest()), first=0, waiting=1)
        return
    with ThreadPoolExecutor(threads) as pool:
        yield from ahead(reader.results(blocks, pool, threads), first=0, waiting=1)


def _watched(blocks: Iterator[pl.DataFrame], store: _Store) -> Iterator[pl.DataFrame]:
    """Passes blocks on, and keeps the pieces of secrets that go over several lines."""
    spanning = SpanningSecrets()
    for block in blocks:
        store.secrets |= {piece.value: piece.kind for piece in spanning.look(block) if piece.spreads}
        yield block


def _first(wanted: Format | None, choice: Choice) -> Choice:
    """Puts the format that is asked for in front of those that were detected."""
    if wanted is None:
        return choice
    formats = (wanted, *(form for form in choice.formats if form.name != wanted.name))
    return replace(choice, formats=formats, zoned=None)


def _placed(events: pl.DataFrame, source: str) -> pl.DataFrame:
    return conform(events.with_columns(source=pl.lit(source, dtype=pl.String)))


def _placed_rejects(rejects: pl.DataFrame, source: str, name: str) -> pl.DataFrame:
    return rejects.select(
        pl.lit(source, dtype=pl.String).alias("source"),
        "line",
        "reason",
        "raw",
        pl.lit(name, dtype=pl.String).alias("format"),
    )
