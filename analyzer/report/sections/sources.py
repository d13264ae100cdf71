"""What was read: each source with its ledger, times, zone and clock."""

from __future__ import annotations

from analyzer.model import Ledger, SourceReport
from analyzer.report.material import Material
from analyzer.report.sections._section import Section
from analyzer.report.view.pieces import Listing
from analyzer.report.view.sections import SourceRow, SourcesView
from analyzer.wording.words import number, percent, plural, series, span


def build(material: Material) -> SourcesView:
    """Gives one row per source and the sum of all."""
    sources = material.analysis.findings.sources
    rows = [_row(material, source) for source in sources[: material.limits.rows]]
    return SourcesView(
        rows=material.listing(rows, len(rows), "all in findings.json", total=len(sources)),
        total=_total(sources),
        problems=_problems(material),
    )


def _problems(material: Material) -> Listing[str]:
    problems = material.analysis.problems
    shown = [material.text(problem) for problem in problems[: material.limits.rows]]
    return material.listing(shown, len(shown), "the command prints them all", total=len(problems))


def _row(material: Material, source: SourceReport) -> SourceRow:
    ledger = source.ledger
    formats = [material.label(f"{item.name} ({number(item.lines)})") for item in source.formats]
    return SourceRow(
        name=material.source(source.name),
        kinds=material.label(", ".join(source.kinds)),
        formats=f"{series(formats, material.limits.items) or 'none'}; confidence {percent(source.confidence)}",
        lines=plural(ledger.lines, "entry", "entries") if source.entries is not None else number(ledger.lines),
        event_lines=number(ledger.event_lines),
        rejects=number(ledger.rejects),
        directives=number(ledger.directives),
        blank=number(ledger.blank),
        events=number(source.events),
        balance="adds up" if ledger.adds_up else "DOES NOT ADD UP",
        time=span(source.start, source.end) if source.start and source.end else "no times",
        zone=material.label(f"{source.timezone} ({source.timezone_from})"),
        clock=_clock(source),
        notes=material.labels(source.notes),
    )


def _clock(source: SourceReport) -> str:
    offset = source.clock_offset_ms
    if offset is None:
        return "not compared"
    if "clock_off" not in source.gaps:
        return "agrees with the servers"
    return f"{abs(offset) / 1000:,.1f} s {'behind' if offset > 0 else 'ahead of'} the servers, corrected"


def _total(sources: tuple[SourceReport, ...]) -> str:
    ledger = sum((source.ledger for source in sources), Ledger())
    text = (
        f"{plural(ledger.lines, 'line or entry', 'lines and entries')} in {plural(len(sources), 'source')} = "
        f"{number(ledger.event_lines)} of events + {number(ledger.rejects)} rejected + "
        f"{number(ledger.directives)} directives + {number(ledger.blank)} blank"
    )
    return f"{text}." if ledger.adds_up else f"{text}: this does not add up; please report it as a fault."


SECTION = Section("Sources", after="not_visible", build=build)
