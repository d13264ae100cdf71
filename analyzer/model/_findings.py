"""All that a run found, and the lines behind it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from analyzer.model._evidence import Ref
from analyzer.model._hops import Hop
from analyzer.model._incident import Incident
from analyzer.model._latency import Latency
from analyzer.model._page import PageLoad
from analyzer.model._redaction import Redaction
from analyzer.model._sides import Sides
from analyzer.model._sources import Reject, RejectCount, SourceReport
from analyzer.model._told import IncidentFacts


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
class StatusMinute:
    """Requests of one status class (2, 3, 4, 5, or 0 without a status) that began in one interval."""

    start: datetime
    status_class: int
    count: int


@dataclass(frozen=True, slots=True)
class Analysis:
    """What the report is made of: the findings, and the lines and counts behind them.

    bucket_seconds is the width of every incident's buckets and of status_minutes; hops maps an incident's id to the
    way of one failing request, pages to the page of a browser on which that happened; reject_total counts all rejects,
    reject_counts the most frequent reasons of each source, and rejects holds the first of each; problems are sentences
    about inputs that could not be read; facts maps an incident's id to what a packet tells of it beyond the findings,
    and is empty unless the plan asks for it; redaction says what was replaced, None before that was done; latency says
    how long requests took; sides maps an incident's id to its affected and unaffected requests by the attribute that
    separates them, where one does; zone is the one in which times are shown beside UTC (an IANA name or an offset),
    None for UTC alone.
    """

    findings: Findings
    exhibits: tuple[Exhibit, ...] = ()
    hops: dict[str, tuple[Hop, ...]] = field(default_factory=dict)
    status_minutes: tuple[StatusMinute, ...] = ()
    bucket_seconds: int = 60
    rejects: tuple[Reject, ...] = ()
    reject_total: int = 0
    problems: tuple[str, ...] = ()
    facts: dict[str, IncidentFacts] = field(default_factory=dict)
    redaction: Redaction | None = None
    latency: Latency = field(default_factory=Latency)
    sides: dict[str, Sides] = field(default_factory=dict)
    zone: str | None = None
    reject_counts: tuple[RejectCount, ...] = ()
    pages: dict[str, PageLoad] = field(default_factory=dict)
