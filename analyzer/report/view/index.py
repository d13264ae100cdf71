"""What the templates of the index of reports may read."""

from __future__ import annotations

from dataclasses import dataclass

from analyzer.report.view.pieces import Fact, Listing, Moment


@dataclass(frozen=True, slots=True)
class IndexSummaryView:
    """headline: how many reports found something, by severity; facts: what there is in the folder."""

    headline: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class ReportRow:
    """One report, told by its worst incident.

    folder: its name; address: of its report.html, or empty; severity: of the incident, or what stands for it; rank:
    the severity as a number that sorts, the worst 1; title, layer, when, whom: of the incident; incidents: how many of
    each severity; total: all of them; inputs: names of what was read; until: the time of the last line, or None.
    """

    folder: str
    address: str
    severity: str
    rank: int
    title: str
    layer: str
    when: str
    whom: str
    incidents: str
    total: int
    inputs: str
    until: Moment | None


@dataclass(frozen=True, slots=True)
class IndexReportsView:
    """reports: the rows, and how many were cut."""

    reports: Listing[ReportRow]


@dataclass(frozen=True, slots=True)
class PassedRow:
    """folder: a name that was passed over; reason: why."""

    folder: str
    reason: str


@dataclass(frozen=True, slots=True)
class IndexPassedView:
    """passed: folders of which nothing is shown, and how many were cut."""

    passed: Listing[PassedRow]


@dataclass(frozen=True, slots=True)
class IndexMethodView:
    """method: sentences on how the index is made."""

    method: Listing[str]
