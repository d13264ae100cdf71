"""Lines that no format could read, with the reason for each."""

from __future__ import annotations

from collections import Counter

from analyzer.report.material import Material
from analyzer.report.sections._section import Section
from analyzer.report.view.pieces import Table
from analyzer.report.view.sections import RejectRow, RejectsView
from analyzer.wording.words import number, plural, where


def build(material: Material) -> RejectsView:
    """Gives the first rejects and how often each reason occurs among those known here."""
    analysis = material.analysis
    total = max(analysis.reject_total, len(analysis.rejects))
    rows = [
        RejectRow(material.label(where(reject.ref)), material.label(reject.reason), material.text(reject.text))
        for reject in analysis.rejects[: material.limits.rejects]
    ]
    summary = "Every line was read." if not total else f"{plural(total, 'line')} could be read by no format."
    return RejectsView(
        rows=material.listing(rows, len(rows), "all in rejects.ndjson", total=total),
        reasons=_reasons(material, total),
        summary=summary,
    )


def _reasons(material: Material, total: int) -> Table | None:
    counts = Counter(reject.reason for reject in material.analysis.rejects)
    if not counts:
        return None
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    rows = tuple((material.label(reason), number(count)) for reason, count in ranked[: material.limits.items])
    notes = []
    if len(ranked) > len(rows):
        notes.append(f"First {number(len(rows))} of {plural(len(ranked), 'reason')}.")
    if total > counts.total():
        notes.append(material.words(f"Counted over the first {number(counts.total())} rejects; all in rejects.ndjson."))
    return Table("Reasons", ("Reason", "Lines"), rows, " ".join(notes))


SECTION = Section("Rejected lines", after="sources", build=build)
