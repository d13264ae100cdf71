"""Reads every input into Parquet parts of canonical rows, and keeps the ledger of each source."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from pathlib import Path

import polars as pl

from analyzer.errors import InputError
from analyzer.model import SourceReport
from analyzer.pipeline._chosen import check_choice, choose
from analyzer.pipeline._map import map_files
from analyzer.pipeline._plan import Document, Plan, Reading, Span
from analyzer.pipeline._read_file import FileRead, SourceRead, shorter
from analyzer.pipeline._read_frame import FrameRead
from analyzer.pipeline._tables import write_file
from analyzer.sources import displayed, expand


def read_inputs(plan: Plan) -> Reading:
    """Reads all inputs in the order in which they were named.

    Raises UsageError for a pattern that matches nothing and FormatError if the format that the user chose reads no
    source at all; whatever is wrong with one input is a problem of that input only.
    """
    expanded = expand(plan.inputs)
    chosen = choose(plan)
    merged = _Merged(plan, [shorter(problem, plan) for problem in expanded.problems])
    merged.names |= {plan.machine.shorter(displayed(file)) for file in expanded.files}
    merged.add(map_files(expanded, plan, chosen))
    # A document format that does not fit raises, so that its sources are missing; a line format leaves rejects.
    if merged.sources or (merged.opened and chosen.document):
        check_choice(plan, chosen, merged.sources)
    notes = (*map(plan.machine.shorter, expanded.notes), *(chosen.configuration.notes if chosen.configuration else ()))
    if merged.sources and notes:
        merged.sources[0] = replace(merged.sources[0], notes=(*merged.sources[0].notes, *notes))
    return merged.reading()


@dataclass
class _Merged:
    """What became of the files so far; a source that holds just what an earlier one holds counts once."""

    plan: Plan
    problems: list[InputError]
    sources: list[SourceReport] = field(default_factory=list)
    digests: list[str] = field(default_factory=list)
    parts: list[Path] = field(default_factory=list)
    spans: dict[Path, Span] = field(default_factory=dict)
    clean: set[Path] = field(default_factory=set)
    reject_parts: list[Path] = field(default_factory=list)
    documents: list[Document] = field(default_factory=list)
    secrets: dict[str, str] = field(default_factory=dict)
    seen: dict[str, str] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    opened: bool = False

    def add(self, files: Iterable[FileRead]) -> None:
        """Adds files in the order in which they were named."""
        for file in files:
            self.opened |= file.opened
            for found in file.found:
                if found.source:
                    self._add_source(found.source)
                if found.frame:
                    self._add_frame(found.frame)
                self.problems += [found.problem] if found.problem else []

    def _add_source(self, found: SourceRead) -> None:
        digest = blake2b(found.digest, key=self.plan.key[:64], digest_size=16).hexdigest()
        report = self._counted_once(found.report, digest)
        if report.events or not found.report.events:
            self.parts += found.parts
            self.spans |= {
                part: Span(report.name, *lines) for part, lines in zip(found.parts, found.lines, strict=True)
            }
        else:
            _remove(found.parts)
        self._report(report, digest)
        self.reject_parts += found.reject_parts
        self.documents += [Document(report.name, found.document)] if found.document else []
        self.secrets |= dict(found.secrets)

    def _add_frame(self, found: FrameRead) -> None:
        """Adds the sources of a frame; one whose name is taken gets that of the frame in front of it."""
        names = {
            report.name: f"{found.name}!{report.name}" if self._is_taken(report.name) else report.name
            for report, _ in found.sources
        }
        twice = []
        for told, digest in found.sources:
            report = replace(told, name=names[told.name])
            counted = self._counted_once(report, digest) if digest else report
            twice += [] if counted is report else [told.name]
            self._report(counted, digest)
        self.names |= set(names.values())
        if twice or any(old != new for old, new in names.items()):
            for part in found.parts:
                rows = pl.read_parquet(part, glob=False).filter(~pl.col("source").is_in(twice))
                write_file(part, rows.with_columns(pl.col("source").replace(names)))
        self.parts += found.parts
        self.clean |= set(found.parts if found.clean else ())
        self.secrets |= dict(found.secrets)

    def _is_taken(self, name: str) -> bool:
        """Whether another source has this name, or will have it as a file or a member of one."""
        return name in self.names or name.partition("!")[0] in self.names

    def _counted_once(self, report: SourceReport, digest: str) -> SourceReport:
        """Gives the report; without events if another source holds the same, as it says then."""
        if not report.events:
            return report
        same = self.seen.get(digest)
        if same is None:
            self.seen[digest] = report.name
            return report
        note = f"It holds the same as {same}: its {report.events:,} events are counted once, there."
        return replace(report, events=0, notes=(note, *report.notes))

    def _report(self, report: SourceReport, digest: str) -> None:
        self.sources.append(report)
        self.digests.append(digest)
        self.problems += _unread(report)

    def reading(self) -> Reading:
        """Gives what was read."""
        return Reading(
            tuple(self.sources),
            tuple(self.parts),
            tuple(self.reject_parts),
            tuple(self.problems),
            tuple(self.documents),
            tuple(sorted(self.secrets.items())),
            tuple(self.digests),
            frozenset(self.clean),
            self.spans,
        )


def _remove(parts: Iterable[Path]) -> None:
    for part in parts:
        part.unlink()


def _unread(report: SourceReport) -> list[InputError]:
    """Gives the problem of a source of which no line could be read."""
    if report.ledger.event_lines or not report.ledger.rejects:
        return []
    rejects = report.ledger.rejects
    lines = "its only line is" if rejects == 1 else f"all {rejects:,} lines are"
    hint = "`analyzer formats` lists what can be read; --log-format takes the server's own format text."
    return [InputError(f"{report.name}: no format reads it; {lines} rejected.", hint=hint)]
