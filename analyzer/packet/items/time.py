"""P02 and P03: when it was, and how far the times can be trusted."""

from __future__ import annotations

from analyzer.model import Ref, SourceReport
from analyzer.packet._item import Question
from analyzer.packet.items._check import Check, Derived, Material, quoted
from analyzer.wording import phrases
from analyzer.wording.words import iso, lasted, microseconds, series, source_name
from analyzer.wording.zones import local_span

_MOST_SOURCES = 4
_WHEN = Question(
    "when",
    "When was it first and last seen, with the date and the offset from UTC?",
    "A receiver in another zone finds the records by it.",
    "from 2026-11-22T18:51:42+01:00 to 2026-11-22T18:52:06+01:00",
)
_CLOCKS = Question(
    "clocks",
    "In which time zones do the servers and the client write their times, and are their clocks right?",
    "An hour of difference sends the receiver to the wrong lines.",
    "All servers write UTC and use NTP; the client's PC stands in Berlin",
)


def _when(material: Material) -> Derived | None:
    incident = material.incident
    if incident is None:
        return None
    after = phrases.aftermath(incident, material.analysis.findings, material.analysis.bucket_seconds)
    first, last = (iso(moment).replace("Z", "+00:00") for moment in (incident.started, incident.ended))
    text = f"First seen {first}, last seen {last} (UTC), {lasted(incident.started, incident.ended)}"
    if there := local_span(incident.started, incident.ended, material.analysis.zone):
        text += f"; local time {there}"
    return Derived(f"{text}; {after}." if after else f"{text}.", material.first)


def _clocks(material: Material) -> Derived | None:
    sources = material.analysis.findings.sources
    if not sources:
        return None
    alike: dict[str, list[str]] = {}
    for source in sources:
        alike.setdefault(_clock(source), []).append(quoted(source_name(source.name)))
    told = [f"{series(names, _MOST_SOURCES)}: {said}" for said, names in alike.items()]
    return Derived("; ".join(told) + ".", tuple(Ref(source.name) for source in sources[:_MOST_SOURCES]), draft=True)


def _clock(source: SourceReport) -> str:
    said = f"zone {quoted(source.timezone)}, {quoted(source.timezone_from)}"
    if not source.clock_offset_ms:
        return said
    side = "behind" if source.clock_offset_ms > 0 else "ahead of"
    return f"{said}, clock {microseconds(1_000 * abs(source.clock_offset_ms))} {side} the servers'"


ITEMS = (
    Check("P02", "First and last seen", "derived", _when, (_WHEN,)),
    Check("P03", "Time zones and clock skew", "confirm", _clocks, (_CLOCKS,)),
)
