"""Reads every input into Parquet parts of canonical rows, and keeps the ledger of each source."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from analyzer.errors import InputError
from analyzer.model import SourceReport
from analyzer.pipeline._chosen import check_choice, choose
from analyzer.pipeline._map import map_files
from analyzer.pipeline._plan import Document, Plan, Reading
from analyzer.pipeline._read_file import FileRead, SourceRead, shorter
from analyzer.sources import expand


def read_inputs(plan: Plan) -> Reading:
    """Reads all inputs in the order in which they were named.

    Raises UsageError for a pattern that matches nothing and FormatError if the format that the user chose reads no
    source at all; whatever is wrong with one input is a problem of that input only.
    """
    expanded = expand(plan.inputs)
    chosen = choose(plan)
    merged = _Merged([shorter(problem, plan) for problem in expanded.problems])
    merged.add(map_files(expanded.files, plan, chosen))
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

    problems: list[InputError]
    sources: list[SourceReport] = field(default_factory=list)
    parts: list[Path] = field(default_factory=list)
    reject_parts: list[Path] = field(default_factory=list)
    documents: list[Document] = field(default_factory=list)
    secrets: dict[str, str] = field(default_factory=dict)
    seen: dict[bytes, str] = field(default_factory=dict)
    opened: bool = False

    def add(self, files: Iterable[FileRead]) -> None:
        """Adds files in the order in which they were named."""
        for file in files:
            self.opened |= file.opened
            for found in file.found:
                if found.source:
                    self._add_source(found.source)
                self.problems += [found.problem] if found.problem else []

    def _add_source(self, found: SourceRead) -> None:
        report = found.report
        same = self.seen.get(found.digest) if report.events else None
        if same is not None:
            note = f"It holds the same as {same}: its {report.events:,} events are counted once, there."
            report = replace(report, events=0, notes=(note, *report.notes))
            for path in found.parts:
                path.unlink()
        else:
            self.parts += found.parts
        if report.events:
            self.seen.setdefault(found.digest, report.name)
        self.sources.append(report)
        self.reject_parts += found.reject_parts
        self.documents += [Document(report.name, found.document)] if found.document else []
        self.secrets |= dict(found.secrets)
        self.problems += _unread(report)
        self.problems += [found.problem] if found.problem else []

    def reading(self) -> Reading:
        """Gives what was read."""
        return Reading(
            tuple(self.sources),
            tuple(self.parts),
            tuple(self.reject_parts),
            tuple(self.problems),
            tuple(self.documents),
            tuple(sorted(self.secrets.items())),
        )


def _unread(report: SourceReport) -> list[InputError]:
    """Gives the problem of a source of which no line could be read."""
    if report.ledger.event_lines or not report.ledger.rejects:
        return []
    rejects = report.ledger.rejects
    lines = "its only line is" if rejects == 1 else f"all {rejects:,} lines are"
    hint = "`analyzer formats` lists what can be read; --log-format takes the server's own format text."
    return [InputError(f"{report.name}: no format reads it; {lines} rejected.", hint=hint)]
