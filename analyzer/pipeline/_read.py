"""Reads every input into Parquet parts of canonical rows, and keeps the ledger of each source."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

import polars as pl

from analyzer.errors import FormatError, InputError, UsageError
from analyzer.formats import Choice, compile_log_format, detect, document_formats, line_formats, read_block
from analyzer.formats._plugin import DocumentFormat, Format
from analyzer.model import FormatUse, Ledger, SourceReport
from analyzer.pipeline._meter import Meter
from analyzer.pipeline._plan import Plan, Reading
from analyzer.pipeline._zone import zone_of
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

    def keep(self, events: pl.DataFrame, rejects: pl.DataFrame) -> None:
        """Writes both frames if they hold rows; columns without a value are left out, as they would cost memory."""
        filled = events.select(
            column for column in events if column.null_count() < events.height or column.name in _ORDER
        )
        for frame, written, stem in ((filled, self.parts, "events"), (rejects, self.reject_parts, "rejects")):
            if frame.height:
                path = self.work / f"{stem}-{len(written):06}.parquet"
                _write(frame, path)
                written.append(path)


def _write(frame: pl.DataFrame, path: Path) -> None:
    try:
        frame.write_parquet(path, compression="lz4")
    except (pl.exceptions.ComputeError, OSError) as error:  # Polars has no error of its own for a full disk
        hint = "Make room, or name another folder for temporary files with the variable TMPDIR."
        raise UsageError(f"intermediate files cannot be written: {error}.", hint=hint) from error


def read_inputs(plan: Plan) -> Reading:
    """Reads all inputs in the order in which they were named.

    Raises UsageError for a pattern that matches nothing and FormatError if the format that the user chose reads no
    source at all; whatever is wrong with one input is a problem of that input only.
    """
    expanded = expand(plan.inputs)
    problems: list[InputError] = list(expanded.problems)
    store, sources, documents = _Store(plan.work, Meter(expanded.files, plan.progress)), [], []
    chosen, opened = _chosen(plan), False
    for stream in _streams(expanded.files, plan, store.meter, problems):
        store.meter.show(stream, 0)
        opened = True
        try:
            report, document = _read_stream(stream, chosen, plan, store)
        except InputError as error:
            problems.append(error)
            continue
        sources.append(report)
        problems += _unread(report)
        documents += [document] if document is not None else []
        problems += [stream.problem] if stream.problem else []
    # A document format that does not fit raises, so that its sources are missing; a line format leaves rejects.
    if sources or (opened and chosen.document):
        _check_choice(plan, chosen, sources)
    if sources and expanded.notes:
        sources[0] = replace(sources[0], notes=(*sources[0].notes, *expanded.notes))
    return Reading(tuple(sources), tuple(store.parts), tuple(store.reject_parts), tuple(problems), tuple(documents))


def _unread(report: SourceReport) -> list[InputError]:
    """Gives the problem of a source of which no line could be read."""
    if report.events or not report.ledger.rejects:
        return []
    rejects = report.ledger.rejects
    lines = "its only line is" if rejects == 1 else f"all {rejects:,} lines are"
    hint = "`analyzer formats` lists what can be read; --log-format takes the server's own format text."
    return [InputError(f"{report.name}: no format reads it; {lines} rejected.", hint=hint)]


def _streams(files: tuple[str, ...], plan: Plan, meter: Meter, problems: list[InputError]) -> Iterator[Stream]:
    for path in files:
        meter.begin(path)
        try:
            yield from open_streams(path, limits=plan.limits, stdin=plan.stdin)
        except InputError as error:
            problems.append(error)


@dataclass(frozen=True, slots=True)
class _Chosen:
    """What the user chose: a line format, a document format, or neither."""

    lines: Format | None = None
    document: DocumentFormat | None = None


def _chosen(plan: Plan) -> _Chosen:
    if plan.log_format is not None:
        return _Chosen(lines=compile_log_format(plan.log_format))
    if plan.format_name is None:
        return _Chosen()
    chosen = _Chosen(line_formats().get(plan.format_name), document_formats().get(plan.format_name))
    if chosen == _Chosen():
        known = ", ".join(sorted([*line_formats(), *document_formats()]))
        raise FormatError(f"there is no format {plan.format_name!r}.", hint=f"Known formats: {known}.")
    return chosen


def _check_choice(plan: Plan, chosen: _Chosen, sources: list[SourceReport]) -> None:
    wanted = chosen.lines or chosen.document
    if wanted is None:
        return
    if not any(use.name == wanted.name for source in sources for use in source.formats):
        text = plan.log_format or plan.format_name
        hint = "Leave the option out to let each source's format be detected."
        raise FormatError(f"the chosen format {text!r} reads no line of any input.", hint=hint)


def _read_stream(stream: Stream, chosen: _Chosen, plan: Plan, store: _Store) -> tuple[SourceReport, object | None]:
    if chosen.document is not None:
        return _read_document(stream, chosen.document, plan, store)
    for document_format in document_formats().values():
        if document_format.recognise(stream.head):
            return _read_document(stream, document_format, plan, store)
    return _read_lines(stream, chosen.lines, plan, store), None


def _read_document(
    stream: Stream, document_format: DocumentFormat, plan: Plan, store: _Store
) -> tuple[SourceReport, object]:
    data = stream.whole()
    try:
        parsed = document_format.parse_document(data)
    except InputError as error:
        raise InputError(f"{stream.name}: {error.message}", hint=error.hint) from error
    events = _within(_placed(parsed.events, stream.name), plan)
    store.keep(events, _placed_rejects(parsed.rejects, stream.name, document_format.name))
    ledger = Ledger(lines=parsed.entries, event_lines=parsed.events.height, rejects=parsed.rejects.height)
    report = SourceReport(
        name=stream.name,
        kinds=("request",) if events.height else (),
        formats=(FormatUse(document_format.name, parsed.events.height),),
        entries=parsed.entries,
        confidence=1.0,
        ledger=ledger,
        events=parsed.events.height,
        start=_bound(events, last=False),
        end=_bound(events, last=True),
        timezone="UTC",
        timezone_from="each entry's time carries its offset",
        notes=(*parsed.notes, *stream.notes, *_range_note(parsed.events, events)),
    )
    return report, parsed.document


def _read_lines(stream: Stream, chosen: Format | None, plan: Plan, store: _Store) -> SourceReport:
    head = stream.head_lines()
    zone = plan.zone or "UTC"
    choice = detect(head, zone)
    formats = choice.formats
    if chosen is not None:
        formats = (chosen, *(known for known in formats if known.name != chosen.name))
    tally = _Tally()
    for block in stream.blocks():
        result = read_block(block, formats, zone)
        events = _placed(result.events, stream.name)
        kept = _within(events, plan)
        name = formats[0].name if formats else ""
        store.keep(kept, _placed_rejects(result.rejects, stream.name, name))
        tally.add(result.ledger, result.used, result.notes, events, kept)
        store.meter.show(stream, tally.ledger.lines)
    return tally.report(stream, choice, zone_of(head, formats, plan.zone))


@dataclass
class _Tally:
    """Adds up the blocks of one source."""

    ledger: Ledger = field(default_factory=Ledger)
    used: dict[str, int] = field(default_factory=dict)
    notes: dict[str, None] = field(default_factory=dict)
    kinds: set[str] = field(default_factory=set)
    events: int = 0
    left_out: int = 0
    bounds: list[datetime] = field(default_factory=list)

    def add(
        self,
        ledger: Ledger,
        used: tuple[FormatUse, ...],
        notes: tuple[str, ...],
        events: pl.DataFrame,
        kept: pl.DataFrame,
    ) -> None:
        """Adds one block; events are all of it, kept those inside the time range."""
        self.ledger += ledger
        for use in used:
            self.used[use.name] = self.used.get(use.name, 0) + use.lines
        self.notes |= dict.fromkeys(notes)
        self.kinds |= set(events["kind"].drop_nulls().unique().to_list())
        self.events += events.height
        self.left_out += events.height - kept.height
        self.bounds += [bound for last in (False, True) if (bound := _bound(kept, last=last))]

    def report(self, stream: Stream, choice: Choice, zone: tuple[str, str]) -> SourceReport:
        """Gives the source's report."""
        left_out = (f"{self.left_out:,} events outside --since/--until were left out.",) if self.left_out else ()
        return SourceReport(
            name=stream.name,
            kinds=tuple(sorted(self.kinds)),
            formats=tuple(FormatUse(name, lines) for name, lines in self.used.items() if lines),
            entries=None,
            confidence=round(choice.confidence, 3),
            ledger=self.ledger,
            events=self.events,
            start=min(self.bounds, default=None),
            end=max(self.bounds, default=None),
            timezone=zone[0],
            timezone_from=zone[1],
            notes=(choice.reason, *self.notes, *stream.notes, *left_out),
        )


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


def _range_note(events: pl.DataFrame, kept: pl.DataFrame) -> tuple[str, ...]:
    left_out = events.height - kept.height
    return (f"{left_out:,} events outside --since/--until were left out.",) if left_out else ()


def _bound(events: pl.DataFrame, *, last: bool) -> datetime | None:
    found = events["timestamp"].max() if last else events["timestamp"].min()
    return found if isinstance(found, datetime) else None
