"""What an item of the checklist is made of, and what it is answered from."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from analyzer.model import Analysis, Evidence, Exhibit, Hop, Incident, IncidentFacts, Ref, SourceReport, Told
from analyzer.packet._case import Case
from analyzer.packet._item import Question
from analyzer.redact import Profile
from analyzer.wording.phrases import serious
from analyzer.wording.quoting import clip
from analyzer.wording.words import number

_MOST_REFS = 8
_MOST_QUOTED = 300
_MOST_TYPED = 2_000
_NUMBER = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,6})?")
_NOTHING = IncidentFacts(0, 0)


@dataclass(frozen=True)
class Material:
    """What items are answered from: the redacted analysis, the redacted case, and for whom the packet is.

    profile is None where redaction is switched off.
    """

    analysis: Analysis
    case: Case
    profile: Profile | None

    @cached_property
    def incident(self) -> Incident | None:
        """The incident that the packet is about: the first above low, else the first."""
        findings = self.analysis.findings
        return next(iter((*serious(findings), *findings.incidents)), None)

    @cached_property
    def facts(self) -> IncidentFacts:
        """What failing requests of the incident have in common; nothing where the analysis was not asked for it."""
        return self.analysis.facts.get(self.incident.id, _NOTHING) if self.incident else _NOTHING

    @property
    def captures(self) -> tuple[SourceReport, ...]:
        """The HARs among the sources."""
        return tuple(source for source in self.analysis.findings.sources if source.entries is not None)

    @property
    def hops(self) -> tuple[Hop, ...]:
        """The way of one failing request."""
        return self.analysis.hops.get(self.incident.id, ()) if self.incident else ()

    @property
    def exhibits(self) -> tuple[Exhibit, ...]:
        """The quoted lines of the incident, in their order."""
        wanted = self.incident.id if self.incident else ""
        return tuple(exhibit for exhibit in self.analysis.exhibits if exhibit.incident == wanted)

    @property
    def first(self) -> tuple[Ref, ...]:
        """The place of the failing request that is followed, else of the first quoted line, else none."""
        return (*(hop.ref for hop in self.hops[:1]), *(exhibit.ref for exhibit in self.exhibits[:1]))[:1]

    def has_status(self, *wanted: int) -> bool:
        """Whether failing requests were answered with one of these statuses."""
        return self.incident is not None and not set(wanted).isdisjoint(self.incident.statuses)


@dataclass(frozen=True, slots=True)
class Derived:
    """An answer made of the inputs: quoted pieces stand between backticks; refs are the places that it rests on.

    draft: a person has to confirm it; whole: it answers the item alone.
    """

    text: str
    refs: tuple[Ref, ...] = ()
    draft: bool = False
    whole: bool = True


def always(_: Material) -> bool:
    """Says that an item is wanted in every packet."""
    return True


def never(_: Material) -> bool:
    """Says that an item is optional."""
    return False


def nothing(_: Material) -> Derived | None:
    """Derives nothing: only a person knows."""
    return None


@dataclass(frozen=True, slots=True)
class Check:
    """One item: who knows its answer, when a packet needs it, what it is made of, and what to ask.

    questions: those whose answers make the item whole, all of them; withheld: profiles that leave out what was asked.
    ask is the question for an item that no key of a case file answers.
    """

    id: str
    name: str
    source: Literal["derived", "confirm", "mixed", "ask"]
    derive: Callable[[Material], Derived | None] = nothing
    questions: tuple[Question, ...] = ()
    ask: str = ""
    required: Callable[[Material], bool] = always
    withheld: frozenset[Profile] = field(default_factory=frozenset)


def quoted(value: str, most: int = _MOST_QUOTED) -> str:
    r"""Marks a piece that comes from the inputs, cut at most characters; a backtick in it is written as \x60."""
    return "`" + clip(value, most).replace("`", "\\x60") + "`"


def unmarked(text: str, most: int = _MOST_TYPED) -> str:
    """Gives text that a person typed on one line, without backticks, so that it marks nothing as quoted."""
    return " ".join(clip(text, most).replace("`", "'").split())


def listed(items: Iterable[Told], *, most: int = 4, counts: bool = True) -> str:
    """Gives the values, most frequent first, with their counts, and how many more there are."""
    known = list(items)
    shown = [quoted(item.value) + (f" ({number(item.count)})" if counts else "") for item in known[:most]]
    rest = (known[0].distinct if known else 0) - len(shown)
    return ", ".join(shown) + (f" and {number(rest)} more" if rest > 0 else "")


def amounts(items: Iterable[Told]) -> list[float]:
    """Gives the values that are numbers; one that was redacted is none."""
    return [float(item.value) for item in items if _NUMBER.fullmatch(item.value)]


def places(items: Iterable[Told | Evidence | None]) -> tuple[Ref, ...]:
    """Gives the distinct places of what is told, the first few."""
    found: dict[Ref, None] = {}
    for item in items:
        if item is not None and item.ref is not None:
            found[item.ref] = None
    return tuple(found)[:_MOST_REFS]
