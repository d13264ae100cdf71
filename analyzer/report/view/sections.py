"""What the template of each section may read."""

from __future__ import annotations

from dataclasses import dataclass

from analyzer.report.view.charts import HeatChart, LadderChart, SpentChart, TimelineChart, WaterfallChart
from analyzer.report.view.evidence import Block
from analyzer.report.view.pieces import Card, Claim, Fact, Listing, Moment, Place, Run, Table
from analyzer.report.view.sides import SidesChart


@dataclass(frozen=True, slots=True)
class Lead:
    """The most important incident.

    card: it in short; error: the words of the failure, or None; quote: the line behind it, or empty; written: in which
    zone that line is written where that is not UTC, or empty; reasons: why this layer; steps: what to do next; ladder:
    its layers; ticket: all of it as plain text.
    """

    card: Card
    error: Claim | None
    quote: str
    written: str
    reasons: Listing[Claim]
    steps: Listing[tuple[Run, ...]]
    ladder: LadderChart
    ticket: str


@dataclass(frozen=True, slots=True)
class VerdictView:
    """The first screen.

    lead: the incident, or None if there is none above low; headline, looked: what to say then; problems: inputs that
    could not be read; unseen: what nobody could judge; others: the next incidents; others_title: their heading.
    """

    lead: Lead | None
    headline: str
    looked: tuple[str, ...]
    problems: Listing[str]
    unseen: Listing[str]
    others: Listing[Card]
    others_title: str


@dataclass(frozen=True, slots=True)
class Turn:
    """moment: when; label: the incident; text: what began, ended or changed; place: its proof, or None; anchor."""

    moment: Moment | None
    label: str
    text: str
    place: Place | None
    anchor: str


@dataclass(frozen=True, slots=True)
class TimelineView:
    """chart, heat: pictures, or None without counts; empty: why there are none; turns: what happened in order."""

    chart: TimelineChart | None
    heat: HeatChart | None
    empty: str
    turns: Listing[Turn]


@dataclass(frozen=True, slots=True)
class ImpactView:
    """What happened and to whom.

    facts: counts in words; chart: of its endpoints, or None; sides: affected against unaffected, or None; durations:
    of its endpoints, or None; clients, endpoints, errors, ids: named; decisive: lines that decide; compared: a request
    of each side of an attribute that separates; preceding: what came just before, or None; working: a comparable
    request that worked, or None.
    """

    facts: tuple[Fact, ...]
    chart: TimelineChart | None
    sides: SidesChart | None
    durations: Table | None
    clients: Table | None
    endpoints: Listing[str]
    errors: Listing[str]
    ids: Listing[str]
    decisive: Listing[Claim]
    compared: tuple[Claim, ...]
    preceding: Claim | None
    working: Claim | None


@dataclass(frozen=True, slots=True)
class CourseStep:
    """moment: when it began; claim: what happened, and the first line of it."""

    moment: Moment
    claim: Claim


@dataclass(frozen=True, slots=True)
class CourseView:
    """stages: the root of an incident that spread, then its consequences by their time."""

    stages: Listing[CourseStep]


@dataclass(frozen=True, slots=True)
class LayerItem:
    """layer: its word; verdict: cause, suspected, ruled_out or not_visible; word: the same; claims: why; would_show."""

    layer: str
    verdict: str
    word: str
    claims: Listing[Claim]
    would_show: str


@dataclass(frozen=True, slots=True)
class LayersView:
    """layers: all ten, in travel order."""

    layers: tuple[LayerItem, ...]


@dataclass(frozen=True, slots=True)
class Stage:
    """One hop: said, what it is and its proof; moment: its start; facts: what else its line tells.

    trace: its stack trace, or None.
    """

    said: Claim
    moment: Moment
    facts: tuple[str, ...]
    trace: Block | None


@dataclass(frozen=True, slots=True)
class SpentView:
    """Where the time of one request went: chart: the parts; contradictions: where the sources do not agree."""

    chart: SpentChart
    contradictions: Listing[Claim]


@dataclass(frozen=True, slots=True)
class HopsView:
    """The way of one failing request.

    chart: its hops on one time axis; spent: where its time went, or None; hops: each stop; note: what was cut, or
    empty; ids: what `analyzer trace` finds it by.
    """

    chart: WaterfallChart
    spent: SpentView | None
    hops: tuple[Stage, ...]
    note: str
    ids: Listing[str]


@dataclass(frozen=True, slots=True)
class StepsView:
    """steps: what to do next; owner: who is likely to own it, or empty."""

    steps: Listing[tuple[Run, ...]]
    owner: str


@dataclass(frozen=True, slots=True)
class ReproductionView:
    """How to see it again.

    id: of the command, for its copy button; curl: the command; steps: what to do around it; variables: what the reader
    must supply; expected: what comes while the fault lasts; working: a comparable request that worked, or None.
    """

    id: str
    curl: str
    steps: Listing[str]
    variables: tuple[Fact, ...]
    expected: str
    working: Claim | None


@dataclass(frozen=True, slots=True)
class Unseen:
    """what: layers, or what the inputs lack; why: what hides it; how: what would show it; incidents: their numbers."""

    what: str
    why: str
    how: tuple[Run, ...]
    incidents: str


@dataclass(frozen=True, slots=True)
class NotVisibleView:
    """items: what could not be judged or was not there, and what would show it."""

    items: Listing[Unseen]


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One source.

    name, kinds, formats: what it is; lines, event_lines, rejects, directives, blank: its ledger; balance: whether that
    adds up; events: how many; time: from when until when; zone, clock: how its times were read; notes: sentences.
    """

    name: str
    kinds: str
    formats: str
    lines: str
    event_lines: str
    rejects: str
    directives: str
    blank: str
    events: str
    balance: str
    time: str
    zone: str
    clock: str
    notes: Listing[str]


@dataclass(frozen=True, slots=True)
class SourcesView:
    """rows: one per source; total: the sum in words; problems: inputs that could not be read."""

    rows: Listing[SourceRow]
    total: str
    problems: Listing[str]


@dataclass(frozen=True, slots=True)
class RejectRow:
    """place: source:line; reason: why no format reads it; text: the line."""

    place: str
    reason: str
    text: str


@dataclass(frozen=True, slots=True)
class RejectsView:
    """rows: rejected lines; reasons: how many of each source have which reason; summary: how many there are in all."""

    rows: Listing[RejectRow]
    reasons: Table | None
    summary: str


@dataclass(frozen=True, slots=True)
class RulesView:
    """fired: rules that matched; silent: rules that could not be evaluated; summary: both in words."""

    fired: Table | None
    silent: Table | None
    summary: str


@dataclass(frozen=True, slots=True)
class MethodView:
    """statements: how the report came about and how secrets were replaced; facts: program, version, rules."""

    statements: tuple[str, ...]
    facts: tuple[Fact, ...]
