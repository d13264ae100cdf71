"""P06, P07 and P20: what was asked, the exact answer, and which resources it is about."""

from __future__ import annotations

import re

from analyzer.packet._item import Question
from analyzer.packet.items._check import Check, Derived, Material, listed, places, quoted
from analyzer.wording.words import plural, series

_MOST_ENDPOINTS = 6
_FIRST_REFUSAL = 400
_URL = re.compile(r"https?://[^\s'\"?#`]{1,300}")  # without the query, which is told by its names
_REQUEST = Question(
    "request",
    "Which requests fail: method, host, path, and the names of the query parameters (no values)?",
    "The receiver looks for the same requests.",
    "POST https://api.example.com/v1/orders, query names: page, limit",
    many=True,
)
_ERROR = Question(
    "error",
    "What is the exact text of the error, copied and not retyped?",
    "Support teams search for it word for word.",
    "net::ERR_CONNECTION_RESET",
    many=True,
)
_RESOURCES = Question(
    "resources",
    "Which resources is it about: full URLs, names, ids or ARNs?",
    "The receiver looks at exactly these.",
    "arn:aws:s3:::example-bucket",
    many=True,
)
# Columns that hold words of an error, the most exact first.
ERROR_TEXTS = (
    "error", "error_code", "error_title", "error_detail", "exception_type", "exception_message", "message",
)  # fmt: skip


def _request(material: Material) -> Derived | None:
    incident = material.incident
    if incident is None or not incident.endpoints:
        return None
    endpoints = [quoted(endpoint) for endpoint in incident.endpoints]
    hosts, names = material.facts.of("host"), material.facts.of("query_names")
    parts = [series(endpoints, _MOST_ENDPOINTS)]
    example = _URL.search(incident.reproduction.curl) if incident.reproduction else None
    if example:
        parts.append(f"such as {quoted(example[0])}")
    affected = [item for item in hosts if item.count]
    if affected:
        parts.append(f"host {listed(affected, counts=len(affected) > 1)}")
    if names:
        parts.append(f"names of query parameters {listed(names, most=10, counts=False)}")
    return Derived("; ".join(parts) + ".", places((*material.facts.of("route"), *affected, *names)) or material.first)


def _error(material: Material) -> Derived | None:
    incident = material.incident
    if incident is None:
        return None
    said = material.facts.of(*ERROR_TEXTS)
    values = dict.fromkeys((*incident.errors, *(item.value for item in said)))
    told = [status for status in incident.statuses if status >= _FIRST_REFUSAL or not values]
    parts = [f"status {', '.join(map(str, told[:8]))}"] if told else []
    parts += [quoted(value) for value in list(values)[:8]]
    if len(values) > 8:
        parts.append(plural(len(values) - 8, "more text"))
    refs = places((*said, *incident.root_evidence))
    return Derived("; ".join(parts) + ".", refs or material.first) if parts else None


def _resources(material: Material) -> Derived | None:
    routes = {item.value for item in material.facts.of("route")}
    paths = [item for item in material.facts.of("path") if item.value not in routes]
    if not paths:
        return None
    return Derived(f"Paths of failing requests: {listed(paths)}.", places(paths), draft=True)


ITEMS = (
    Check("P06", "Method, host, path template, query names", "derived", _request, (_REQUEST,)),
    Check("P07", "Status and exact error text", "derived", _error, (_ERROR,)),
    Check("P20", "Resource ids", "confirm", _resources, (_RESOURCES,), required=lambda _: False),
)
