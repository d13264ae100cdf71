"""P09 and P13: how often it fails, and whether it can be repeated."""

from __future__ import annotations

from analyzer.model import Incident
from analyzer.packet._item import Question
from analyzer.packet.items._check import Check, Derived, Material
from analyzer.wording import phrases
from analyzer.wording.words import lasted, number, percent, plural

_FREQUENCY = Question(
    "frequency",
    "Does it fail always, now and then, or was it a single time? How often, and since when?",
    "A fault that comes and goes is looked for elsewhere than one that stays.",
    "every call since 12:03 UTC, about 40 a minute",
)
_REPEATABLE = Question(
    "repeatable",
    "Can you make it happen again? How many of how many tries failed?",
    "The receiver knows whether to try it, or to look at records only.",
    "3 of 5 tries failed",
)
# Google Cloud asks whether a problem is intermittent, transient or consistent.
_PATTERNS = {"constant": "consistent while it lasted", "intermittent": "intermittent", None: "pattern not known"}


def _frequency(material: Material) -> Derived | None:
    incident = material.incident
    if incident is None:
        return None
    after = phrases.aftermath(incident, material.analysis.findings, material.analysis.bucket_seconds)
    word = _pattern(incident)
    if after.startswith("over") and incident.failed > 1:
        word = f"{word}, and transient" if incident.pattern else "transient"
    text = f"{word[0].upper()}{word[1:]}: {phrases.share(incident)}; {_rate(incident)}."
    return Derived(f"{text} {after[0].upper()}{after[1:]}." if after else text, material.first, draft=True)


def _pattern(incident: Incident) -> str:
    """Names the pattern that affected clients saw: what one of many meets always is not consistent for all."""
    if incident.failed == 1:
        return "a single failure"
    if incident.pattern == "constant" and incident.clients.affected < incident.clients.on_endpoints:
        return f"{_PATTERNS['constant']} for those affected"
    return _PATTERNS[incident.pattern]


def _rate(incident: Incident) -> str:
    seconds = (incident.ended - incident.started).total_seconds()
    if seconds < 60 or incident.failed < seconds / 60:
        return f"{plural(incident.failed, 'failure')} within {lasted(incident.started, incident.ended)}"
    return f"about {number(round(incident.failed / seconds * 60))} failures a minute"


def _repeatable(material: Material) -> Derived | None:
    incident = material.incident
    if incident is None or incident.requests < 2:
        return None
    share = percent(incident.failure_rate)
    counted = (
        f"{number(incident.failed)} of {plural(incident.requests, 'such request')} failed while it lasted ({share})"
    )
    return Derived(f"{counted}; whether it can be repeated on purpose is not known.", material.first, draft=True)


ITEMS = (
    Check("P09", "Frequency and rate", "confirm", _frequency, (_FREQUENCY,)),
    Check("P13", "Repeatable, how many of N tries", "mixed", _repeatable, (_REPEATABLE,)),
)
