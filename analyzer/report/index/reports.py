"""What an index knows of the reports in a folder, and in which order they stand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from analyzer.model import SEVERITIES, Severity
from analyzer.report.index.document import Document, Told
from analyzer.wording.quoting import clip
from analyzer.wording.words import SERIOUS

_LONGEST_NAME = 200
_NAMES = 3
_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Report:
    """One report that can be told.

    has_page: whether a report.html lies beside its findings.json; worst: the first of its most severe incidents, or
    None; counts: incidents of each severity; inputs: the first names of its sources, of input_count in all; events:
    what was read of them; start, end: the times of the first and the last line, in UTC.
    """

    folder: str
    has_page: bool
    worst: Told | None
    counts: tuple[tuple[Severity, int], ...]
    inputs: tuple[str, ...]
    input_count: int
    events: int
    start: datetime | None
    end: datetime | None

    @property
    def rank(self) -> int:
        """The severity of the worst incident as a number, 1 for critical; the last one for a report without any."""
        return SEVERITIES.index(self.worst.severity) + 1 if self.worst else len(SEVERITIES) + 1

    @property
    def texts(self) -> tuple[str, ...]:
        """What of it is shown in somebody's words: the title of the worst incident and the names of inputs."""
        return (*self.inputs, *((self.worst.title, self.worst.layer) if self.worst else ()))

    @property
    def is_serious(self) -> bool:
        """Whether an incident is above low."""
        return self.worst is not None and self.worst.severity in SERIOUS


@dataclass(frozen=True, slots=True)
class Passed:
    """A folder of which nothing is told, and why; is_broken: it looks like a report and cannot be read."""

    folder: str
    reason: str
    is_broken: bool


@dataclass(frozen=True, slots=True)
class Reports:
    """reports: in the order of the index; passed: by name."""

    reports: tuple[Report, ...]
    passed: tuple[Passed, ...]


def report_of(folder: str, document: Document, *, has_page: bool) -> Report:
    """Gives what the index keeps of a document."""
    worst = min(document.incidents, key=lambda told: SEVERITIES.index(told.severity), default=None)
    counts = Counter(told.severity for told in document.incidents)
    return Report(
        folder=folder,
        has_page=has_page,
        worst=worst,
        counts=tuple((severity, counts[severity]) for severity in SEVERITIES if counts[severity]),
        inputs=tuple(clip(source.name, _LONGEST_NAME) for source in document.sources[:_NAMES]),
        input_count=len(document.sources),
        events=sum(source.events for source in document.sources),
        start=document.window.start,
        end=document.window.end,
    )


def in_order(reports: Iterable[Report], passed: Iterable[Passed]) -> Reports:
    """Puts the newest day first and, within a day, the worst report; those without times come last."""
    return Reports(tuple(sorted(reports, key=_place)), tuple(sorted(passed, key=lambda item: item.folder)))


def _place(report: Report) -> tuple[int, int, int, float, str]:
    end = report.end or _NEVER
    affected = report.worst.clients.affected if report.worst else 0
    # The day is that of the last line: a report does not say when it was made, and a copied file forgets it.
    return (-end.toordinal(), report.rank, -affected, -(end - _NEVER).total_seconds(), report.folder)


def severities(reports: Sequence[Report]) -> tuple[tuple[Severity, int], ...]:
    """Counts reports above low by the severity of their worst incident, the worst first."""
    counts = Counter(report.worst.severity for report in reports if report.worst and report.is_serious)
    return tuple((severity, counts[severity]) for severity in SERIOUS if counts[severity])
