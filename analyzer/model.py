"""Values that cross stages; all frozen. Their field names are those of findings.json, version 1."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Layer = Literal[
    "browser", "dns", "connect", "tls", "proxy", "rate_limit", "authentication", "authorization", "request", "backend"
]
Verdict = Literal["cause", "suspected", "ruled_out", "not_visible"]
Severity = Literal["critical", "high", "medium", "low", "info"]
Join = Literal["exact", "strong", "weak"]
# What a capture cannot show: see formats/_har_gaps.py; clock_off is found when clocks are compared.
Gap = Literal[
    "sanitised", "masked", "no_bodies", "only_failures", "starts_with_failure", "no_page_load", "cut",
    "service_worker", "cached", "clock_off",
]  # fmt: skip

LAYERS: tuple[Layer, ...] = (
    "browser",
    "dns",
    "connect",
    "tls",
    "proxy",
    "rate_limit",
    "authentication",
    "authorization",
    "request",
    "backend",
)
SEVERITIES: tuple[Severity, ...] = ("critical", "high", "medium", "low", "info")


@dataclass(frozen=True, slots=True, order=True)
class Ref:
    """A place that a reader can open: line counts from 1 in a log, entry from 0 in log.entries of a HAR."""

    source: str
    line: int | None = None
    entry: int | None = None

    def __str__(self) -> str:
        """Gives source:line, or source#entry for a HAR."""
        if self.entry is not None:
            return f"{self.source}#{self.entry}"
        return self.source if self.line is None else f"{self.source}:{self.line}"


@dataclass(frozen=True, slots=True)
class Ledger:
    """Where every line of a source went; for a HAR, lines are entries and the last two are 0."""

    lines: int = 0
    event_lines: int = 0
    rejects: int = 0
    directives: int = 0
    blank: int = 0

    @property
    def adds_up(self) -> bool:
        """Whether each line is accounted for exactly once."""
        return self.lines == self.event_lines + self.rejects + self.directives + self.blank

    def __add__(self, other: Ledger) -> Ledger:
        """Adds two parts of one source."""
        return Ledger(
            self.lines + other.lines,
            self.event_lines + other.event_lines,
            self.rejects + other.rejects,
            self.directives + other.directives,
            self.blank + other.blank,
        )


@dataclass(frozen=True, slots=True)
class FormatUse:
    """How many lines of a source one format read."""

    name: str
    lines: int


@dataclass(frozen=True, slots=True)
class ZoneGap:
    """Which rows of a source have times without a zone, read as UTC for want of a better one.

    Rows of these formats, of every one if None; rows whose time is the collector's carry what that carries:
    collector is carried if its times have a zone of their own, lacking if not, and none without a collector.
    """

    formats: tuple[str, ...] | None = None
    collector: Literal["none", "carried", "lacking"] = "none"


@dataclass(frozen=True, slots=True)
class SourceReport:
    """What became of one source; entries is None unless it is a HAR; notes are sentences for the reader.

    gaps names what a capture cannot show, so that its absence proves nothing; each is said in a note too.
    """

    name: str
    kinds: tuple[str, ...]
    formats: tuple[FormatUse, ...]
    entries: int | None
    confidence: float
    ledger: Ledger
    events: int
    start: datetime | None
    end: datetime | None
    timezone: str
    timezone_from: str
    clock_offset_ms: int | None = None
    notes: tuple[str, ...] = ()
    zone_gap: ZoneGap | None = None
    gaps: tuple[Gap, ...] = ()


@dataclass(frozen=True, slots=True)
class Reject:
    """A line or HAR entry that no format could read."""

    ref: Ref
    reason: str
    text: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence and the place that proves it; join says how the place was tied to the incident."""

    text: str
    ref: Ref | None = None
    join: Join | None = None


@dataclass(frozen=True, slots=True)
class LayerVerdict:
    """What an incident says of one layer; would_show names the capture that would make a hidden layer visible."""

    layer: Layer
    verdict: Verdict
    evidence: tuple[Evidence, ...] = ()
    would_show: str | None = None


@dataclass(frozen=True, slots=True)
class Bucket:
    """Requests and failures that began in one interval of the chart."""

    start: datetime
    requests: int
    failed: int


@dataclass(frozen=True, slots=True)
class Ratio:
    """A ratio of two rates with its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class ClientCount:
    """One client; identity: what its name is, that of a user, an address, or the capture it was recorded in."""

    client: str
    failed: int
    requests: int
    identity: Literal["user", "address", "capture"] | None = None


@dataclass(frozen=True, slots=True)
class Clients:
    """Who was affected, among those who used the endpoints, among all."""

    affected: int
    on_endpoints: int
    total: int
    scope: Literal["one", "some", "all"]
    top: tuple[ClientCount, ...] = ()


@dataclass(frozen=True, slots=True)
class Separating:
    """The attribute that tells failing from working requests best, with counts of the requests that have the value.

    shared_by: whether it is the failing ones that share it, or the working ones that alone have it. alike: other
    attributes ("user agent = a/1") that part the two sides as well. The places are of one failing request, and of a
    working one from the other side.
    """

    attribute: str
    value: str
    failing: int
    failing_total: int
    working: int
    working_total: int
    shared_by: Literal["failing", "working"] = "failing"
    alike: tuple[str, ...] = ()
    failing_ref: Ref | None = None
    working_ref: Ref | None = None


def comparison(separating: Separating | None) -> tuple[Evidence, ...]:
    """Gives a failing and a working request of the two sides of a comparison, as sentences with their places."""
    if separating is None:
        return ()
    sides = [("failing", separating.failing_ref), ("working", separating.working_ref)]
    sides.sort(key=lambda side: side[0] != separating.shared_by)
    named = f"with {separating.attribute} = {separating.value}"
    return tuple(
        Evidence(f"A {side} request {named if side == separating.shared_by else 'without it'}.", ref)
        for side, ref in sides
        if ref is not None
    )


@dataclass(frozen=True, slots=True)
class Variable:
    """A value that only the reader has, by the name of its shell variable."""

    name: str


@dataclass(frozen=True, slots=True)
class Reproduction:
    """How to see it again: a command without secrets, and numbered steps.

    words are the command's words before they were quoted, so that what is redacted in them is still quoted rightly.
    """

    curl: str
    steps: tuple[str, ...] = ()
    words: tuple[tuple[str | Variable, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """One step of an incident that spread: what happened, where that is written first, since when, how often."""

    text: str
    ref: Ref | None
    started: datetime
    count: int


@dataclass(frozen=True, slots=True)
class Incident:
    """Signals that belong together, counted in exchanges; times are UTC.

    course holds the root and then its consequences, in order, where the incident spread; title, layers and evidence
    are then the root's, while statuses, endpoints, clients, correlation ids, begin and end are of all its requests.
    """

    id: str
    title: str
    severity: Severity
    confidence: float
    layer: Layer | Literal["unknown"]
    statuses: tuple[int, ...]
    errors: tuple[str, ...]
    endpoints: tuple[str, ...]
    started: datetime
    ended: datetime
    buckets: tuple[Bucket, ...]
    failed: int
    requests: int
    baseline_failure_rate: float | None
    failure_rate: float
    rate_ratio: Ratio | None
    expected_by_chance: float | None
    clients: Clients
    separating: Separating | None
    preceding: Evidence | None
    pattern: Literal["constant", "intermittent"] | None
    correlation_ids: tuple[str, ...]
    correlation_id_count: int
    rules: tuple[str, ...]
    layers: tuple[LayerVerdict, ...]
    root_evidence: tuple[Evidence, ...]
    next_steps: tuple[str, ...]
    reproduction: Reproduction | None
    owner_hint: str | None
    counter_example: Evidence | None
    course: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class Noise:
    """Background that is no incident: scanners, favicons, health checks, cancelled requests."""

    kind: str
    count: int
    example: Ref | None


@dataclass(frozen=True, slots=True)
class SignalReport:
    """One signal as findings.json shows it; author is printed because licences of public rules ask for it."""

    rule: str
    title: str
    level: str
    author: str | None
    group: dict[str, str]
    started: datetime
    ended: datetime
    count: int


@dataclass(frozen=True, slots=True)
class NotEvaluated:
    """A rule that could not be judged on these inputs, and why; title is None where the rule could not be read."""

    rule: str
    reason: str
    title: str | None = None


@dataclass(frozen=True, slots=True)
class Tool:
    """Which program and which rules made a finding."""

    name: str
    version: str
    rules_sha256: str


@dataclass(frozen=True, slots=True)
class Findings:
    """Everything findings.json holds; incidents and sources are in their final order.

    not_applicable counts the rules that the user named and that are about logs of other kinds.
    """

    tool: Tool
    start: datetime | None
    end: datetime | None
    sources: tuple[SourceReport, ...]
    incidents: tuple[Incident, ...]
    noise: tuple[Noise, ...]
    signals: tuple[SignalReport, ...]
    not_evaluated: tuple[NotEvaluated, ...]
    not_applicable: int = 0
    schema_version: Literal["1"] = "1"


@dataclass(frozen=True, slots=True)
class Exhibit:
    """One quoted line: what an evidence sentence points at; incident is None for lines that belong to no incident."""

    ref: Ref
    timestamp: datetime | None
    text: str
    incident: str | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One server behind a proxy that was asked; status is None where it gave no answer that the log knows."""

    address: str
    status: int | None = None
    duration_us: int | None = None
    connect_us: int | None = None


@dataclass(frozen=True, slots=True)
class Hop:
    """One stop of a request on its way; at is its start on the common UTC axis.

    What follows text is known where the whole row was read: join and candidates say how it was tied to the others (of
    how many rows that would have fitted), shifted_us and clock by how much and why its time was corrected, phases what
    a browser counted (µs, in travel order), attempts the servers that a proxy asked, connect_apart whether their times
    leave the connect out, queue_us the waiting before them, ids its correlation ids (kind, id as written).
    """

    name: str
    ref: Ref
    at: datetime
    duration_us: int | None
    status: int | None
    text: str
    join: Join | None = None
    candidates: int | None = None
    shifted_us: int = 0
    clock: str = ""
    error: str | None = None
    level: str | None = None
    exception: str | None = None
    stack_trace: str | None = None
    phases: tuple[tuple[str, int], ...] = ()
    attempts: tuple[Attempt, ...] = ()
    connect_apart: bool = False
    queue_us: int | None = None
    ids: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class StatusMinute:
    """Requests of one status class (2, 3, 4, 5, or 0 without a status) that began in one interval."""

    start: datetime
    status_class: int
    count: int


@dataclass(frozen=True, slots=True)
class Analysis:
    """What the report is made of: the findings, and the lines and counts behind them.

    bucket_seconds is the width of every incident's buckets and of status_minutes; hops maps an incident's id to the
    way of one failing request; reject_total counts all rejects, of which rejects holds the first; problems are
    sentences about inputs that could not be read.
    """

    findings: Findings
    exhibits: tuple[Exhibit, ...] = ()
    hops: dict[str, tuple[Hop, ...]] = field(default_factory=dict)
    status_minutes: tuple[StatusMinute, ...] = ()
    bucket_seconds: int = 60
    rejects: tuple[Reject, ...] = ()
    reject_total: int = 0
    problems: tuple[str, ...] = ()
