"""Reads every input into Parquet parts of canonical rows, and keeps the ledger of each source."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path

import msgspec
import polars as pl

from analyzer.errors import InputError, UsageError
from analyzer.formats import Choice, DocumentFormat, Format, Reader, detect, document_formats
from analyzer.model import FormatUse, Ledger, SourceReport
from analyzer.pipeline._chosen import Chosen, check_choice, choose
from analyzer.pipeline._meter import Meter
from analyzer.pipeline._plan import Document, Plan, Reading
from analyzer.pipeline._tally import Tally, bound, left_out_note
from analyzer.pipeline._zone import ZoneWatch, year_note
from analyzer.redact import SpanningSecrets
from analyzer.schema import conform
from analyzer.sources import Stream, expand, open_streams

_ORDER = ("timestamp", "source", "line")  # what rows are sorted by stays, even where no row has a time
REJECTS = {"source": pl.String, "line": pl.Int64, "reason": pl.String, "raw": pl.String, "format": pl.String}


@dataclass
class _Store:
    """Writes parts one after the other, and remembers them."""

    work: Path
    meter: Meter
    parts: list[Path] = field(default_factory=list)
    reject_parts: list[Path] = field(default_factory=list)
    documents: list[Document] = field(default_factory=list)
    seen: dict[bytes, str] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)
    first: int = 0

    def begin(self) -> None:
        """Begins with another source."""
        self.first = len(self.parts)

    def count_once(self, report: SourceReport, digest: bytes) -> SourceReport:
        """Forgets the events of a source that holds just what another one holds, and says so in its report."""
        if not report.events:
            return report
        same = self.seen.get(digest)
        if same is None:
            self.seen[digest] = report.name
            return report
        for path in self.parts[self.first :]:
            path.unlink()
        del self.parts[self.first :]
        note = f"It holds the same as {same}: its {report.events:,} events are counted once, there."
        return replace(report, events=0, notes=(note, *report.notes))

    def keep(self, events: pl.DataFrame, rejects: pl.DataFrame) -> None:
        """Writes both frames if they hold rows; columns without a value are left out, as they would cost memory."""
        filled = events.select(
            column for column in events if column.null_count() < events.height or column.name in _ORDER
        )
        for frame, written, stem in ((filled, self.parts, "events"), (rejects, self.reject_parts, "rejects")):
            if frame.height:
                path = self.work / f"{stem}-{len(written):06}.parquet"
                _write(path, frame)
                written.append(path)

    def keep_document(self, source: str, document: object) -> None:
        """Writes a normalised document."""
        path = self.work / f"document-{len(self.documents):06}.json"
        _write(path, msgspec.json.encode(document))
        self.documents.append(Document(source, path))


def _write(path: Path, content: pl.DataFrame | bytes) -> None:
    try:
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            content.write_parquet(path, compression="lz4")
    except (pl.exceptions.ComputeError, OSError) as error:  # Polars has no error of its own for a full disk
        hint = "Make room, or name another folder for temporary files with the variable TMPDIR."
        raise UsageError(f"intermediate files cannot be written: {error}.", hint=hint) from error


def read_inputs(plan: Plan) -> Reading:
    """Reads all inputs in the order in which they were named.

    Raises UsageError for a pattern that matches nothing and FormatError if the format that the user chose reads no
    source at all; whatever is wrong with one input is a problem of that input only.
    """
    expanded = expand(plan.inputs)
    problems = [_shorter(problem, plan) for problem in expanded.problems]
    store, sources = _Store(plan.work, Meter(expanded.files, plan.progress)), []
    chosen, opened = choose(plan), False
    for stream in _streams(expanded.files, plan, store.meter, problems):
        store.begin()
        store.meter.show(stream, 0)
        opened = True
        try:
            report = _read_stream(stream, chosen, plan, store)
        except InputError as error:
            problems.append(error)
            continue
        report = replace(store.count_once(report, stream.digest), bytes=stream.size)
        sources.append(report)
        problems += _unread(report)
        problems += [stream.problem] if stream.problem else []
    # A document format that does not fit raises, so that its sources are missing; a line format leaves rejects.
    if sources or (opened and chosen.document):
        check_choice(plan, chosen, sources)
    notes = (*map(plan.machine.shorter, expanded.notes), *(chosen.configuration.notes if chosen.configuration else ()))
    if sources and notes:
        sources[0] = replace(sources[0], notes=(*sources[0].notes, *notes))
    return Reading(
        tuple(sources),
        tuple(store.parts),
        tuple(store.reject_parts),
        tuple(problems),
        tuple(store.documents),
        tuple(sorted(store.secrets.items())),
    )


def _unread(report: SourceReport) -> list[InputError]:
    """Gives the problem of a source of which no line could be read."""
    if report.ledger.event_lines or not report.ledger.rejects:
        return []
    rejects = report.ledger.rejects
    lines = "its only line is" if rejects == 1 else f"all {rejects:,} lines are"
    hint = "`analyzer formats` lists what can be read; --log-format takes the server's own format text."
    return [InputError(f"{report.name}: no format reads it; {lines} rejected.", hint=hint)]


def _streams(files: tuple[str, ...], plan: Plan, meter: Meter, problems: list[InputError]) -> Iterator[Stream]:
    for path in files:
        meter.begin(path)
        try:
            for stream in open_streams(path, limits=plan.limits, stdin=plan.stdin):
                stream.name = plan.machine.shorter(stream.name)
                yield stream
        except InputError as error:
            problems.append(_shorter(error, plan))


def _shorter(problem: InputError, plan: Plan) -> InputError:
    """Gives the problem with ~ for the home folder of whoever runs this."""
    place, hint = problem.location, problem.hint
    shown = place and replace(place, path=plan.machine.shorter(place.path))
    return InputError(plan.machine.shorter(problem.message), location=shown, hint=hint and plan.machine.shorter(hint))


def _read_stream(stream: Stream, chosen: Chosen, plan: Plan, store: _Store) -> SourceReport:
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
    events = _within(_placed(parsed.events, stream.name), plan)
    store.keep(events, _placed_rejects(parsed.rejects, stream.name, document_format.name))
    store.keep_document(stream.name, parsed.document)
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
    blocks = _watched(stream.blocks(), store)
    for result in chain(map(reader.read, blocks), reader.rest()):
        events = watch.settle(_placed(result.events, stream.name))
        kept = _within(events, plan)
        name = choice.formats[0].name if choice.formats else ""
        store.keep(kept, _placed_rejects(result.rejects, stream.name, name))
        tally.add(result, kept)
        store.meter.show(stream, tally.ledger.lines)
    notes = (*year_note(head, choice, plan.now), *watch.notes(), *stream.notes)
    return tally.report(stream.name, choice, watch, notes)


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
    return replace(choice, formats=(wanted, *(form for form in choice.formats if form.name != wanted.name)))


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


def _within(events: pl.DataFrame, plan: Plan) -> pl.DataFrame:
    """Keeps rows inside --since/--until; a row without a time stays, since it may belong there."""
    kept = events
    if plan.since is not None:
        kept = kept.filter((pl.col("timestamp") >= plan.since).fill_null(True))
    if plan.until is not None:
        kept = kept.filter((pl.col("timestamp") < plan.until).fill_null(True))
    return kept
