"""P04 and P05: request ids with all their names, and trace ids."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from analyzer.model import Identified, Incident, Ref
from analyzer.packet._item import Question
from analyzer.packet.items._check import Check, Derived, Material, quoted
from analyzer.wording.phrases import of_all
from analyzer.wording.words import clock, number, plural

_MOST_REQUESTS = 4
_MOST_IDS = 10
# Names that stand for a whole trace, not for one request.
TRACES = frozenset({
    "trace id", "span id", "traceparent", "x-amzn-trace-id", "x-b3-traceid", "uber-trace-id", "x-cloud-trace-context",
    "x-datadog-trace-id", "atl-traceid", "x-correlation-id",
})  # fmt: skip
_BEFORE_AN_ANSWER = ("dns", "connect", "tls")
NO_ANSWER = "None: no failing request got an answer, so no server gave it an id."
_REQUEST_IDS = Question(
    "request_ids",
    "Which request ids do failing requests have? Send every id header of one answer (with S3, x-amz-request-id and "
    "x-amz-id-2).",
    "Support teams look requests up by id; some ids are of use in pairs only.",
    "x-amz-request-id 79104EXAMPLEB723 with x-amz-id-2 IOWQ4fDEXAMPLEQMey7N9WgVhSnQ6JEXAMPLEZb7hSQDASKJd1vEXAMPLE=",
    many=True,
)
_TRACE_IDS = Question(
    "trace_ids",
    "Which trace id (traceparent, X-Amzn-Trace-Id, atl-traceid ...) ties a failing request through the systems?",
    "It leads from the client's request to the lines of each server.",
    "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    many=True,
)


def unanswered(incident: Incident) -> bool:
    """Whether its requests failed before any server could give them an id."""
    return not incident.statuses and incident.layer in _BEFORE_AN_ANSWER


def _request_ids(material: Material) -> Derived | None:
    incident = material.incident
    if incident is None:
        return None
    told = list(_sets(material.facts.identified, traces=False))[:_MOST_REQUESTS]
    if told:
        total = max(incident.correlation_id_count, len(material.facts.identified))
        rest = f" {plural(total, 'failing request')} with ids in all." if total > len(told) else ""
        return Derived("; ".join(text for text, _ in told) + f".{rest}", tuple(ref for _, ref in told))
    if not incident.correlation_ids:
        return Derived(NO_ANSWER, material.first) if unanswered(incident) else None
    ids = [quoted(value) for value in incident.correlation_ids[:_MOST_IDS]]
    return Derived(f"{of_all(ids, incident.correlation_id_count)}.", material.first)


def _trace_ids(material: Material) -> Derived | None:
    told = list(_sets(material.facts.identified, traces=True))
    if told:
        rest = f" and {number(len(told) - _MOST_REQUESTS)} more" if len(told) > _MOST_REQUESTS else ""
        shown = told[:_MOST_REQUESTS]
        return Derived("; ".join(text for text, _ in shown) + f"{rest}.", tuple(ref for _, ref in shown))
    of_hops = dict.fromkeys((name, value) for hop in material.hops for name, value in hop.ids if "trace" in name)
    if not of_hops:
        return None
    return Derived(f"{pairs(of_hops)}.", tuple(hop.ref for hop in material.hops if hop.ids))


def _sets(requests: Iterable[Identified], *, traces: bool) -> Iterator[tuple[str, Ref]]:
    for request in requests:
        ids = [pair for pair in request.ids if (pair[0] in TRACES) == traces]
        if ids:
            at = f"at {clock(request.at)} UTC: " if request.at else ""
            yield f"{at}{pairs(ids)}", request.ref


def pairs(ids: Iterable[tuple[str, str]]) -> str:
    """Gives the ids of one request with their names; they belong together."""
    return " with ".join(f"{name} {quoted(value)}" for name, value in ids)


ITEMS = (
    Check("P04", "Request ids, every pair and alias", "derived", _request_ids, (_REQUEST_IDS,)),
    Check("P05", "Trace ids", "derived", _trace_ids, (_TRACE_IDS,)),
)
