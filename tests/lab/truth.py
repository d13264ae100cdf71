"""What really happened, from what the clients saw."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lab.addresses import BROWSER
from lab.exchange import Exchange
from lab.stories._story import EXPIRED_TOKENS, NORMAL_NOISE, Fault, Story

# a request that was under way for so many seconds when the switch was thrown fails with the others
UNDER_WAY = 3.0
PLANTED = re.compile(r"[A-Za-z0-9_.]*CANARY[0-9a-f]{16}(?:@harbor-mail\.example)?")
MISTYPED = re.compile(r"[0-9a-f]{16}YRANAC_wp")
TOKEN = re.compile(r"eyJ[A-Za-z0-9_-]+\.(eyJ[A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)")
# deleted bookings, a mistyped password, an expired token, a viewer, a booking that has departed
NORMAL_STATUSES = {401, 403, 404, 409}
# a client that waits 0.4 s only, and a browser that is closed in the middle of a request
IMPATIENT = {"TimeoutError", "net::ERR_ABORTED"}


class UnfitRecordingError(Exception):
    """The recording does not show what the story promises; record it again."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """Everything that was collected: `switched` is on and off per fault, `files` go to the tool under `names`.

    `edge` is the status that the edge logged, by request id.
    """

    exchanges: Sequence[Exchange]
    switched: Sequence[tuple[float, float]]
    files: Sequence[Path]
    names: Sequence[str]
    edge: Mapping[str, int]


def describe(story: Story, recorded: Recorded) -> dict[str, Any]:
    """The content of truth.json; raises UnfitRecordingError."""
    pairs = zip(story.faults, recorded.switched, strict=True)
    incidents = [_incident(fault, recorded, switched) for fault, switched in pairs]
    background = [one for one in recorded.exchanges if not any(fault.failed(one) for fault in story.faults)]
    unexplained = _statuses([one for one in recorded.exchanges if _is_unexplained(one, story.faults)])
    if unexplained and not story.faults:
        raise UnfitRecordingError(f"not healthy: {unexplained}")
    return {
        "story": story.name,
        "title": story.title,
        "what_happened": story.what_happened,
        "healthy": not story.faults,
        "incidents": incidents,
        "fault_on": stamp(min((on for on, _ in recorded.switched), default=None)),
        "fault_off": stamp(max((off for _, off in recorded.switched), default=None)),
        "recorded": _span(recorded.exchanges),
        "all_clients": len({exchange.client for exchange in recorded.exchanges}),
        "client_requests": len(recorded.exchanges),
        "client_statuses": _statuses(recorded.exchanges),
        "unexplained": unexplained,
        "inputs": list(recorded.names),
        "timezones": _timezones(story),
        "clock_offset": story.clock_offset,
        "distractors": [*story.distractors, *_noise(background)],
        "canaries": canaries(recorded.files),
    }


def stamp(moment: float | None) -> str | None:
    """ISO 8601, UTC, milliseconds."""
    if moment is None:
        return None
    return dt.datetime.fromtimestamp(moment, dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def canaries(files: Sequence[Path]) -> list[str]:
    """Planted strings that occur in the files, with claims and signature of every token."""
    found: set[str] = set()
    for path in files:
        text = path.read_text()
        found.update(PLANTED.findall(text), MISTYPED.findall(text))
        for claims, signature in TOKEN.findall(text):
            found.update((claims, signature))
    return sorted(found)


def _is_unexplained(exchange: Exchange, faults: Sequence[Fault]) -> bool:
    """A failure that neither a fault nor normal noise explains, such as a request that a restart cut off."""
    if any(fault.failed(exchange) for fault in faults):
        return False
    if exchange.status is None:
        return exchange.error not in IMPATIENT
    return exchange.status >= 400 and exchange.status not in NORMAL_STATUSES


def _timezones(story: Story) -> dict[str, str]:
    zones = {"access.log": story.edge.timezone, "error.log": story.edge.timezone, story.app_log: "UTC"}
    return zones | ({"haproxy.log": story.balancer.timezone} if story.balancer else {})


def _incident(fault: Fault, recorded: Recorded, switched: tuple[float, float]) -> dict[str, Any]:
    exchanges = recorded.exchanges
    failing = sorted((one for one in exchanges if fault.failed(one)), key=lambda one: one.started)
    if len(failing) < fault.at_least:
        raise UnfitRecordingError(f"{len(failing)} failing exchanges, {fault.at_least} expected")
    if failing[0].started < switched[0] - UNDER_WAY:
        raise UnfitRecordingError(f"{failing[0].endpoint} failed before the fault was caused: is the machine too busy?")
    endpoints = {one.endpoint for one in failing}
    alike = fault.group or (lambda one: one.endpoint in endpoints)
    whole = _extent(failing, [one for one in exchanges if alike(one)])
    is_visible = fault.visible or _leaves_a_trace
    visible = [one for one in exchanges if alike(one) and is_visible(one)]
    written = "".join(path.read_text() for path in recorded.files)
    _keep_promise(fault, failing, whole)
    _find_deciding(fault, recorded.files)
    return {
        "layer": fault.layer,
        "layer_accept": sorted({fault.layer, *fault.layer_accept}),
        "statuses": list(fault.statuses),
        "errors": list(fault.errors),
        "endpoints": sorted(endpoints),
        "fault_on": stamp(switched[0]),
        "fault_off": stamp(switched[1]),
        **whole,
        "scope_accept": sorted({*whole["scope_accept"], *fault.scope_accept}),
        "all_clients": len({one.client for one in exchanges}),
        # the failing requests that left something in the inputs: at a server, or in the browser's HAR
        "visible": _extent([one for one in failing if is_visible(one)], visible),
        # what servers wrote of requests whose answer the client never saw
        "server_statuses": sorted(
            {recorded.edge[one.request_id] for one in failing if one.status is None and one.request_id in recorded.edge}
        ),
        # an edge that logs no ids hides those of requests that went no further
        "correlation_ids": [one.request_id for one in failing if one.request_id and one.request_id in written],
        "deciding": {"file": fault.deciding[0], "contains": fault.deciding[1]},
    }


def _extent(failing: Sequence[Exchange], alike: Sequence[Exchange]) -> dict[str, Any]:
    started, ended = failing[0].started, max(one.ended for one in failing)
    nearby = [one for one in alike if started <= one.started and one.ended <= ended]
    # once the last failing request had begun, others may have worked again before it gave up
    core = [one for one in nearby if one.started <= failing[-1].started]
    return {
        "started": stamp(started),
        "ended": stamp(ended),
        "affected_clients": sorted({one.client for one in failing}),
        "clients_on_endpoints": len({one.client for one in nearby}),
        "scope": _scope(failing, core),
        "scope_accept": sorted({_scope(failing, one) for one in (core, nearby)}),
        "pattern": _pattern(failing, core),
        "pattern_accept": sorted({_pattern(failing, one) for one in (core, nearby)}),
        "failed": len(failing),
        "succeeded_meanwhile": len(nearby) - len(failing),
    }


def _keep_promise(fault: Fault, failing: Sequence[Exchange], whole: Mapping[str, Any]) -> None:
    statuses = sorted({one.status for one in failing if one.status is not None})
    errors = sorted({one.error for one in failing if one.client == BROWSER and one.error})
    found = (whole["scope"], whole["pattern"], statuses, errors)
    promised = (fault.scope, fault.pattern, sorted(fault.statuses), sorted(fault.errors))
    if found != promised:
        raise UnfitRecordingError(f"{found}; {promised} expected")


def _find_deciding(fault: Fault, files: Sequence[Path]) -> None:
    name, text = fault.deciding
    if not any(path.name == name and text in path.read_text() for path in files):
        raise UnfitRecordingError(f"{text!r} does not occur in {name}")


def _leaves_a_trace(exchange: Exchange) -> bool:
    return exchange.client == BROWSER or exchange.request_id is not None


def _scope(failing: Sequence[Exchange], nearby: Sequence[Exchange]) -> str:
    affected = {one.client for one in failing}
    if len(affected) == 1:
        return "one"
    return "all" if affected == {one.client for one in nearby} else "some"


def _pattern(failing: Sequence[Exchange], nearby: Sequence[Exchange]) -> str:
    affected = {one.client for one in failing}
    failed = {id(one) for one in failing}
    return "intermittent" if any(one.client in affected and id(one) not in failed for one in nearby) else "constant"


def _noise(exchanges: Sequence[Exchange]) -> list[str]:
    # a fault that refuses or stops everything leaves no token the time to expire
    expired = any(one.problem == "the token expired" for one in exchanges)
    return [*NORMAL_NOISE, *([EXPIRED_TOKENS] if expired else [])]


def _span(exchanges: Sequence[Exchange]) -> dict[str, str | None]:
    return {"from": stamp(min(one.started for one in exchanges)), "to": stamp(max(one.ended for one in exchanges))}


def _statuses(exchanges: Sequence[Exchange]) -> dict[str, int]:
    names = [str(one.status) if one.status else one.error or "cancelled" for one in exchanges]
    return {name: names.count(name) for name in sorted(set(names))}
