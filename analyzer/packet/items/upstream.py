"""P27: which server behind was asked, what it said, and who wrote the answer."""

from __future__ import annotations

from analyzer.packet.items._check import Check, Derived, Material, amounts, listed, places, quoted
from analyzer.wording.words import microseconds

_FIELDS = {
    "answered_by": "answered by",
    "upstream": "asked",
    "upstream_name": "backend",
    "upstream_status": "status logged of it",
    "response_flags": "response flags",
    "termination_state": "termination state",
    "result": "result",
    "proxy_status": "Proxy-Status",
    "server": "Server",
    "via": "Via",
    "x_cache": "X-Cache",
    "x-served-by": "X-Served-By",
}


def _evidence(material: Material) -> Derived | None:
    if not _wanted(material):
        return None
    facts = material.facts
    found = {name: [item for item in facts.of(name) if item.count] for name in _FIELDS}
    parts = [f"{_FIELDS[name]} {listed(items)}" for name, items in found.items() if items]
    times = [item for item in facts.of("upstream_us") if item.count]
    spent = [int(value) for value in amounts(times)]
    if spent:
        parts.append(f"after {microseconds(min(spent))} to {microseconds(max(spent))}")
    said = _said(material)
    parts += [said] if said else []
    refs = places(item for items in (*found.values(), times) for item in items)
    return Derived("; ".join(parts) + ".", refs or material.first) if parts else None


def _said(material: Material) -> str:
    """Gives what proxies and servers wrote of it, where a proxy's own log is there."""
    messages = [item for item in material.facts.of("message") if item.count]
    return f"messages: {', '.join(quoted(item.value) for item in messages[:2])}" if messages else ""


def _wanted(material: Material) -> bool:
    incident = material.incident
    return incident is not None and any(500 <= status <= 599 for status in incident.statuses)


ITEMS = (
    Check(
        "P27",
        "Evidence on the server behind",
        "derived",
        _evidence,
        ask="Can you send the proxy's or load balancer's log of the failing requests, with the status and time of the "
        "server behind?",
        required=_wanted,
    ),
)
