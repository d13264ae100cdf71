"""The lines that claims point at, quoted with stable ids, place and time."""

from __future__ import annotations

from datetime import datetime

from analyzer.report.material import Material, anchor
from analyzer.report.moments import moment
from analyzer.report.sections._section import Section
from analyzer.report.view.pieces import Moment
from analyzer.report.view.sections import EvidenceRow, EvidenceView
from analyzer.wording.quoting import excerpt
from analyzer.wording.words import number, series, where


def build(material: Material) -> EvidenceView:
    """Gives the rows in time order; rows without a time come last."""
    rows = tuple(
        EvidenceRow(
            id=anchor(line.ref),
            place=material.label(where(line.ref)),
            moment=_without_zone(line.timestamp),
            incidents=series([str(rank) for rank in line.incidents], material.limits.items),
            text=excerpt(line.text, material.limits.text, line.about),
        )
        for line in material.lines
    )
    cut = material.line_total > len(rows)
    note = (
        f"{number(len(rows))} of {number(material.line_total)} lines; the places of the others are in findings.json, "
        "the lines themselves in the sources."
    )
    return EvidenceView(rows, material.words(note) if cut else "")


def _without_zone(timestamp: datetime | None) -> Moment | None:
    # The head of the column says UTC.
    if timestamp is None:
        return None
    whole = moment(timestamp)
    return Moment(whole.text.removesuffix(" UTC"), whole.datetime)


SECTION = Section("Evidence", after="reproduction", build=build)
