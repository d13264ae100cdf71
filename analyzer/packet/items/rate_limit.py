"""P26: what the limiter said, and how fast requests came."""

from __future__ import annotations

from analyzer.packet.items._check import Check, Derived, Material, listed, places
from analyzer.wording import phrases
from analyzer.wording.words import lasted, number, plural

_FIELDS = {
    "limiter": "limiter",
    "retry_after": "Retry-After",
    "ratelimit_limit": "limit",
    "ratelimit_remaining": "remaining",
    "ratelimit_reset": "reset",
    "ratelimit_window_s": "window in seconds",
}


def _evidence(material: Material) -> Derived | None:
    incident = material.incident
    if incident is None or not _wanted(material):
        return None
    facts = material.facts
    parts = [f"{word} {listed(facts.of(name))}" for name, word in _FIELDS.items() if facts.of(name)]
    seconds = max((incident.ended - incident.started).total_seconds(), 1)
    rate = number(round(incident.requests / seconds * 60))
    parts.append(
        f"{plural(incident.requests, 'request')} in {lasted(incident.started, incident.ended)}, about {rate} a minute"
    )
    if incident.clients.affected:
        about = phrases.roughly(incident.clients, "affected")
        parts.append(f"{about}{plural(incident.clients.affected, 'client')} refused")
    return Derived("; ".join(parts) + ".", places(facts.of(*_FIELDS)) or material.first)


def _wanted(material: Material) -> bool:
    incident = material.incident
    return material.has_status(429) or (incident is not None and incident.layer == "rate_limit")


ITEMS = (
    Check(
        "P26",
        "Evidence on the rate limit",
        "derived",
        _evidence,
        ask="Can you send Retry-After and the RateLimit headers of a refused request, and how many requests a minute "
        "you send?",
        required=_wanted,
    ),
)
