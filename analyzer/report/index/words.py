"""Says in words what an index tells of a report."""

from __future__ import annotations

import posixpath
from collections import Counter
from collections.abc import Sequence

from analyzer.model import SEVERITIES
from analyzer.report.index.document import Told
from analyzer.report.index.reports import Report, Reports, severities
from analyzer.report.view.pieces import Moment
from analyzer.wording.quoting import clip
from analyzer.wording.words import LAYER_WORDS, clock, day, either, iso, number, plural, sentence, source_name, span

_LONGEST_LAYER = 40
_LONGEST_TITLE = 300


def headline(found: Reports) -> str:
    """Says how many reports found something, by the severity of their worst incident."""
    total = len(found.reports)
    if not total:
        return "No report lies in this folder"
    serious = sum(report.is_serious for report in found.reports)
    if not serious:
        return "1 report: no incident above low" if total == 1 else f"{number(total)} reports: no incident above low"
    worst = ", ".join(f"{number(count)} {severity}" for severity, count in severities(found.reports))
    of_all = f"{number(serious)} of {plural(total, 'report')}"
    return f"{of_all} {'has' if serious == 1 else 'have'} an incident above low: {worst}"


def counted(found: Reports) -> str:
    """Counts the incidents of all reports by severity."""
    counts: Counter[str] = Counter()
    for report in found.reports:
        counts.update(dict(report.counts))
    return ", ".join(f"{number(counts[name])} {name}" for name in SEVERITIES if counts[name]) or "none"


def incidents(report: Report) -> str:
    """Counts the incidents of one report by severity."""
    return ", ".join(f"{number(count)} {severity}" for severity, count in report.counts) or "none"


def title(report: Report) -> str:
    """Gives the title of the worst incident, or says that there is none."""
    if report.worst:
        return clip(report.worst.title, _LONGEST_TITLE) or "An incident without a title"
    if not report.events:
        return "No request or message could be read, so nothing can be said"
    return "No incident was found"


def layer(report: Report) -> str:
    """Gives the layer of the worst incident; where it is not proven, what is suspected."""
    told = report.worst
    if told is None:
        return "none"
    if told.layer == "unknown" or any(item.verdict == "cause" for item in told.layers):
        return sentence(_name(told.layer))
    suspected = [_name(item.layer) for item in told.layers if item.verdict == "suspected"][:3]
    return f"Not proven; {either(suspected or [_name(told.layer)])} suspected"


def _name(name: str) -> str:
    return LAYER_WORDS.get(name) or clip(name, _LONGEST_LAYER)


def when(report: Report) -> str:
    """Gives the time from the first failing exchange of the worst incident to the last."""
    told = report.worst
    return span(*sorted((told.started, told.ended))) if told else "none" if report.events else "not known"


def whom(report: Report) -> str:
    """Says how many of the clients that used the endpoints were affected by the worst incident."""
    return _whom(report.worst) if report.worst else "none" if report.events else "not known"


def _whom(told: Told) -> str:
    known = told.clients
    if not known.on_endpoints:
        return "not known"
    if known.affected == known.on_endpoints == 1:
        return "1 client, the only one"
    affected, used = ("about " if name in known.estimated else "" for name in ("affected", "on_endpoints"))
    if known.scope == "all":
        return f"all {plural(known.affected, 'client')}"
    return f"{affected}{number(known.affected)} of {used}{plural(known.on_endpoints, 'client')}"


def inputs(report: Report) -> str:
    """Names the folder that the inputs share, the first of them, and counts the others."""
    names = [source_name(name) for name in report.inputs]
    folder = _shared(names)
    told = f"{folder}/: {', '.join(name.removeprefix(f'{folder}/') for name in names)}" if folder else ", ".join(names)
    rest = report.input_count - len(names)
    return f"{told} and {number(rest)} more" if rest else told or "none"


def _shared(names: Sequence[str]) -> str:
    """Gives the folder that all of several names begin with, or nothing."""
    parts = [name.split("/")[:-1] for name in names]
    return "/".join(posixpath.commonprefix(parts)) if len(parts) > 1 else ""


def last_line(report: Report) -> Moment | None:
    """Gives the time of the last line to the second, which tells two reports apart."""
    end = report.end
    return Moment(f"{day(end)} {clock(end)}", iso(end)) if end else None


def window(reports: Sequence[Report]) -> str:
    """Gives the time from the first line of all reports to the last."""
    starts = [report.start for report in reports if report.start]
    ends = [report.end for report in reports if report.end]
    return span(*sorted((min(starts), max(ends)))) if starts and ends else "no times"
