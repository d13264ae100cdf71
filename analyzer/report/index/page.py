"""Makes the parts of index.html: how many found something, a row for each report, what was passed over, the method."""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.report.index import words
from analyzer.report.index.reports import Report, Reports
from analyzer.report.links import beside
from analyzer.report.view.index import (
    IndexMethodView,
    IndexPassedView,
    IndexReportsView,
    IndexSummaryView,
    PassedRow,
    ReportRow,
)
from analyzer.report.view.page import PageView, Part
from analyzer.report.view.pieces import Fact, Listing
from analyzer.wording.quoting import clip
from analyzer.wording.words import number, plural

_MOST_PASSED = 200
_LONGEST_NAME = 255
_METHOD = (
    "The newest day comes first and, within a day, the worst report: by severity, then by the clients affected.",
    "The day is that of the last line that was read, in UTC: a report holds no time of its own making.",
    "A report is told by the first of its most severe incidents; the others are counted and stand in the report.",
    "Each row comes from the findings.json of a folder beside this file.",
    "Folders inside these folders, folders whose name begins with a dot, and links were not opened.",
)


def build_index(found: Reports, policy: str, tool: str, most: int) -> PageView:
    """Gives the page with at most so many reports."""
    total = len(found.reports)
    return PageView(
        title=words.headline(found),
        inputs=plural(total + len(found.passed), "folder"),
        window=words.window(found.reports),
        scale=plural(total, "report"),
        parts=tuple(_parts(found, most)),
        policy=policy,
        tool=tool,
    )


def _parts(found: Reports, most: int) -> Iterator[Part]:
    yield Part("summary", "Summary", "index/summary.html.j2", _summary(found))
    if found.reports:
        yield Part("reports", "Reports", "index/reports.html.j2", _reports(found, most))
    if found.passed:
        yield Part("passed", "Folders that are not shown", "index/passed.html.j2", _passed(found))
    yield Part("method", "How this list is made", "index/method.html.j2", IndexMethodView(Listing(_METHOD, "")))


def _summary(found: Reports) -> IndexSummaryView:
    facts = [Fact("Incidents", f"{words.counted(found)}, in all reports together" if found.reports else "none", "")]
    if found.passed:
        facts.append(Fact("Not shown", f"{plural(len(found.passed), 'folder')}; the reasons stand below", ""))
    return IndexSummaryView(words.headline(found), tuple(facts))


def _reports(found: Reports, most: int) -> IndexReportsView:
    rows = tuple(_row(report) for report in found.reports[:most])
    cut = len(found.reports) - len(rows)
    note = ""
    if cut:
        note = f"First {number(len(rows))} of {number(len(found.reports))}; the others lie in folders beside this file."
    return IndexReportsView(Listing(rows, note))


def _row(report: Report) -> ReportRow:
    return ReportRow(
        folder=clip(report.folder, _LONGEST_NAME),
        address=beside(report.folder) if report.has_page else "",
        severity=report.worst.severity if report.worst else "none" if report.events else "unknown",
        rank=report.rank,
        title=words.title(report),
        layer=words.layer(report),
        when=words.when(report),
        whom=words.whom(report),
        incidents=words.incidents(report),
        total=sum(count for _, count in report.counts),
        inputs=words.inputs(report),
        until=words.last_line(report),
    )


def _passed(found: Reports) -> IndexPassedView:
    rows = tuple(PassedRow(clip(item.folder, _LONGEST_NAME), item.reason) for item in found.passed[:_MOST_PASSED])
    note = "" if len(rows) == len(found.passed) else f"First {number(len(rows))} of {number(len(found.passed))}."
    return IndexPassedView(Listing(rows, note))
