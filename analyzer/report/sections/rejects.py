"""Lines that no format could read, with the reason for each."""

from __future__ import annotations

from collections.abc import Sequence

from analyzer.model import Reject, RejectCount
from analyzer.report.material import Material
from analyzer.report.sections._section import Section
from analyzer.report.view.pieces import Table
from analyzer.report.view.sections import RejectRow, RejectsView
from analyzer.wording.words import number, plural


def build(material: Material) -> RejectsView:
    """Gives how often each reason occurs in each source, and the first lines of each."""
    analysis = material.analysis
    total = max(analysis.reject_total, len(analysis.rejects))
    rows = [
        RejectRow(material.where(reject.ref), material.label(reject.reason), material.text(reject.text))
        for reject in analysis.rejects[: material.limits.rejects]
    ]
    summary = (
        material.words(
            f"{plural(total, 'line')} could be read by no format; rejects.ndjson holds every one, with its reason."
        )
        if total
        else "Every line was read."
    )
    return RejectsView(
        rows=material.listing(rows, len(rows), "every one is in rejects.ndjson", total=total),
        reasons=_reasons(material, total),
        summary=summary,
    )


def _reasons(material: Material, total: int) -> Table | None:
    counts = material.analysis.reject_counts or _counted(material.analysis.rejects)
    if not counts:
        return None
    rows = tuple(
        (
            material.source(item.first.source),
            material.label(item.reason),
            number(item.count),
            material.where(item.first),
        )
        for item in counts[: material.limits.rows]
    )
    untold = total - sum(item.count for item in counts[: material.limits.rows])
    note = f"{plural(untold, 'line')} of other sources or reasons; all in rejects.ndjson." if untold > 0 else ""
    return Table("Reasons", ("Source", "Reason", "Lines", "The first"), rows, material.words(note))


def _counted(rejects: Sequence[Reject]) -> list[RejectCount]:
    """Counts those that are known here, where nobody counted all."""
    found: dict[tuple[str, str], list[Reject]] = {}
    for reject in rejects:
        found.setdefault((reject.ref.source, reject.reason), []).append(reject)
    counts = [RejectCount(alike[0].ref, reason, len(alike)) for (_, reason), alike in found.items()]
    return sorted(counts, key=lambda item: -item.count)


SECTION = Section("Rejected lines", after="sources", build=build)
