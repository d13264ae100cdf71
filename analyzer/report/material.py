"""What every section builds from: the analysis, the limits, and which lines the evidence table will show."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from hashlib import sha256
from typing import TypeVar

from analyzer.model import Analysis, Evidence, Incident, Ref, comparison
from analyzer.report.links import address
from analyzer.report.moments import moment
from analyzer.report.view.pieces import Claim, Listing, Moment, Place, Run
from analyzer.wording import phrases
from analyzer.wording.alike import grouped
from analyzer.wording.quoting import clip, clip_middle
from analyzer.wording.short_names import common_folder
from analyzer.wording.words import LAYER_WORDS, iso, number, plural, source_name, where

T = TypeVar("T")
_JOINS = {"exact": "exact match", "strong": "strong match", "weak": "weak match"}
_PUNCTUATION = ".,;:!?)\"'"


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of each thing the page shows; text, lines and label count characters, all others items."""

    incidents: int = 100
    listed: int = 400
    charts: int = 10
    columns: int = 120
    evidence: int = 500
    items: int = 20
    ids: int = 100
    rejects: int = 100
    rows: int = 200
    requests: int = 28
    text: int = 2_000
    lines: int = 8_000
    label: int = 300

    def halved(self) -> Limits:
        """Gives half of each limit, at least one item and forty characters."""
        floors = {"text": 40, "lines": 80, "label": 40, "columns": 12}
        halves = {name: max(getattr(self, name) // 2, floors.get(name, 1)) for name in _NAMES}
        return replace(self, **halves)


_NAMES = tuple(field.name for field in fields(Limits))


@dataclass(frozen=True, slots=True)
class Use:
    """A sentence that points at a line: where it stands (incident from 1, section), what it is there, and itself.

    incident is 0 for a section of the whole page; rank: how much it matters, the least number most.
    """

    incident: int
    rank: int
    section: str
    detail: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the evidence table before it is worded; incidents holds their numbers from 1.

    uses: the sentences that point at it; about: what was said of it, for the part of a long line that matters.
    """

    ref: Ref
    timestamp: datetime | None
    text: str
    incidents: tuple[int, ...]
    uses: tuple[Use, ...] = ()
    about: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Material:
    """The analysis, the incidents that are shown in full, the lines of the evidence table.

    folder is the one that all sources lie in, with its slash, or empty; absent are the names of files that this run
    does not write, so that no sentence sends a reader there.
    """

    analysis: Analysis
    limits: Limits
    incidents: tuple[Incident, ...]
    numbers: dict[str, int]
    lines: tuple[Line, ...]
    line_total: int
    shown: frozenset[Ref]
    folder: str = ""
    absent: frozenset[str] = frozenset()

    def where(self, ref: Ref) -> str:
        """Gives source:line or source#entry without the folder that all sources lie in, cut."""
        return self.label(where(ref).removeprefix(self.folder))

    def source(self, name: str) -> str:
        """Gives the name of a source without that folder, cut."""
        return self.label(source_name(name).removeprefix(self.folder))

    def text(self, value: str) -> str:
        """Gives a quoted line or sentence, cut."""
        return clip(value, self.limits.text)

    def cut_lines(self, value: str) -> str:
        """Gives several lines, such as a stack trace; what is too long is cut in the middle."""
        return clip_middle(value, self.limits.lines)

    def label(self, value: str) -> str:
        """Gives a name or value, cut."""
        return clip(value, self.limits.label)

    def words(self, told: str) -> str:
        """Gives our own words, where each file that was not written is followed by saying so."""
        for name in sorted(self.absent):
            told = told.replace(name, f"{name} (not written here)")
        return told

    def listing(self, items: Sequence[T], limit: int, rest: str, *, total: int | None = None) -> Listing[T]:
        """Gives the first items and a note that counts the others; rest says where they lie."""
        everything = len(items) if total is None else total
        shown = tuple(items[:limit])
        if len(shown) >= everything:
            return Listing(shown, "")
        return Listing(shown, f"First {number(len(shown))} of {number(everything)}; {self.words(rest)}.")

    def moment(self, value: datetime) -> Moment:
        """Gives a time in UTC, and beside it in the zone of the case."""
        return moment(value, self.analysis.zone)

    def place(self, ref: Ref) -> Place:
        """Gives source:line with the anchor of its row, if that row is shown."""
        return Place(self.where(ref), f"#{anchor(ref)}" if ref in self.shown else "")

    def claim(self, evidence: Evidence) -> Claim:
        """Gives a sentence with what proves it."""
        place = self.place(evidence.ref) if evidence.ref else None
        return Claim(
            self.text(phrases.said(evidence.text, self.analysis.findings)),
            place,
            _JOINS[evidence.join] if evidence.join else "",
        )

    def claims(
        self, evidence: Sequence[Evidence], *, limit: int | None = None, rest: str = "all in findings.json"
    ) -> Listing[Claim]:
        """Gives the first sentences with what proves them, those of one form together."""
        groups = grouped(evidence)
        first = [self._claim(group) for group in groups[: self.limits.items if limit is None else limit]]
        return self.listing(first, len(first), rest, total=len(groups))

    def _claim(self, group: Sequence[Evidence]) -> Claim:
        further = group[1:]
        if not further:
            return self.claim(group[0])
        alike = tuple(self.claim(item) for item in further[: self.limits.items])
        more = plural(len(further), "more like this", "more like this")
        if len(alike) < len(further):
            more += self.words(f", {number(len(alike))} of them here, all in findings.json")
        return replace(self.claim(group[0]), alike=alike, more=more)

    def steps(self, steps: Sequence[str]) -> Listing[tuple[Run, ...]]:
        """Gives the first steps, with https addresses in them apart so that they can be links."""
        first = [runs(self.text(step)) for step in steps[: self.limits.items]]
        return self.listing(first, len(first), "all in findings.json", total=len(steps))

    def labels(self, values: Sequence[str]) -> Listing[str]:
        """Gives the first names or values."""
        first = [self.label(value) for value in values[: self.limits.items]]
        return self.listing(first, len(first), "all in findings.json", total=len(values))


def prepare(analysis: Analysis, limits: Limits, absent: frozenset[str] = frozenset()) -> Material:
    """Gives the material, with the lines picked that claims point at first, then other lines of the incidents."""
    shown = analysis.findings.incidents[: limits.incidents]
    numbers = {incident.id: index for index, incident in enumerate(analysis.findings.incidents, start=1)}
    cited: dict[Ref, set[int]] = {}
    uses: dict[Ref, dict[Use, None]] = {}
    about: dict[Ref, tuple[str, ...]] = {}
    for incident in shown:
        for ref, use in _cited(incident, numbers[incident.id], analysis, limits.items):
            cited.setdefault(ref, set()).add(use.incident)
            uses.setdefault(ref, {})[use] = None
            about.setdefault(ref, phrases.about(incident, *([use.sentence] if use.sentence else [])))
    for ref, use in _aside(analysis, limits.rows):
        cited.setdefault(ref, set())
        uses.setdefault(ref, {})[use] = None
    texts: dict[Ref, dict[str, None]] = {}
    stamps: dict[Ref, datetime] = {}
    for exhibit in analysis.exhibits:
        owners = cited.setdefault(exhibit.ref, set())
        if exhibit.incident in numbers:
            owners.add(numbers[exhibit.incident])
        texts.setdefault(exhibit.ref, {})[exhibit.text] = None
        if exhibit.timestamp:
            stamps.setdefault(exhibit.ref, exhibit.timestamp)
    picked = list(cited)[: limits.evidence]
    lines = [
        Line(
            ref,
            stamps.get(ref),
            "\n".join(texts.get(ref, ())),
            tuple(sorted(cited[ref])),
            tuple(uses.get(ref, ())),
            about.get(ref, ()),
        )
        for ref in picked
    ]
    lines.sort(key=_in_order)
    folder = common_folder(analysis)
    return Material(analysis, limits, shown, numbers, tuple(lines), len(cited), frozenset(picked), folder, absent)


def anchor(ref: Ref) -> str:
    """Gives the stable id of a line: twelve hexadecimal digits of the SHA-256 of its source and number."""
    key = f"{ref.source}\0{ref.line}\0{ref.entry}".encode("utf-8", "surrogatepass")
    return f"e-{sha256(key).hexdigest()[:12]}"


def runs(text: str) -> tuple[Run, ...]:
    """Splits a sentence into plain pieces, commands between backticks, and https addresses."""
    pieces = text.split("`")
    if len(pieces) % 2 == 0:
        return _plain_runs(text)
    return tuple(
        run
        for index, piece in enumerate(pieces)
        for run in ((Run(piece, "", code=True),) if index % 2 else _plain_runs(piece))
        if run.text
    )


def _plain_runs(text: str) -> tuple[Run, ...]:
    pieces: list[Run] = []
    plain = ""
    for index, word in enumerate(text.split(" ")):
        bare = word.rstrip(_PUNCTUATION)
        found = address(bare)
        gap = " " if index else ""
        if found is None:
            plain += gap + word
            continue
        pieces.append(Run(plain + gap, "", code=False))
        pieces.append(Run(found, found, code=False))
        plain = word[len(bare) :]
    pieces.append(Run(plain, "", code=False))
    return tuple(piece for piece in pieces if piece.text)


def _cited(incident: Incident, number: int, analysis: Analysis, limit: int) -> Iterable[tuple[Ref, Use]]:
    """Yields each place that the page's sentences on an incident point at."""
    told = [(0, "impact", "", item) for item in _first(incident.root_evidence, limit)]
    single = (("just before", incident.preceding), ("a comparable request that worked", incident.counter_example))
    told += [(1, "impact", detail, item) for detail, item in single if item]
    told += [(1, "impact", "to compare", item) for item in comparison(incident.separating)]
    for verdict in incident.layers:
        rank = 1 if verdict.verdict in ("cause", "suspected") else 4
        told += [(rank, "layers", LAYER_WORDS[verdict.layer], item) for item in _first(verdict.evidence, limit)]
    told += [(2, "consequences", "", Evidence(phrases.step(step), step.ref)) for step in incident.course[:limit]]
    told += [(3, "hops", hop.name, Evidence("", hop.ref)) for hop in analysis.hops.get(incident.id, ())[:limit]]
    page = analysis.pages.get(incident.id)
    told += [(3, "page_load", "", Evidence("", ref)) for ref in (page.cited if page and page.entries else ())]
    for rank, section, detail, item in told:
        if item.ref:
            yield item.ref, Use(number, rank, section, detail, phrases.said(item.text, analysis.findings))


def _aside(analysis: Analysis, limit: int) -> Iterable[tuple[Ref, Use]]:
    """Yields each place that sentences on no incident point at."""
    for noise in analysis.findings.noise[:limit]:
        if noise.example:
            said = f"{plural(noise.count, 'request')} of the kind {noise.kind.replace('_', ' ')}"
            yield noise.example, Use(0, 5, "background", "", said)
    for series in analysis.latency.series:
        yield series.slowest, Use(0, 5, "latency", "", phrases.slowest(series))


def _first(evidence: Sequence[Evidence], limit: int) -> list[Evidence]:
    groups = grouped(evidence)[:limit]
    return [*(group[0] for group in groups), *(item for group in groups for item in group[1 : limit + 1])]


def _in_order(line: Line) -> tuple[int, bool, str, tuple[str, int, int]]:
    time = iso(line.timestamp) if line.timestamp else ""
    of_incident = any(use.incident for use in line.uses)
    return 0 if of_incident else 1 if line.uses else 2, not time, time, _key(line.ref)


def _key(ref: Ref) -> tuple[str, int, int]:
    return ref.source, -1 if ref.line is None else ref.line, -1 if ref.entry is None else ref.entry
