"""What really happened, from what the clients saw."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lab.exchange import Exchange
from lab.stories._story import EXPIRED_TOKENS, NORMAL_NOISE, Fault, Story

PLANTED = re.compile(r"[A-Za-z0-9_.]*CANARY[0-9a-f]{16}(?:@harbor-mail\.example)?")
MISTYPED = re.compile(r"[0-9a-f]{16}YRANAC_wp")
TOKEN = re.compile(r"eyJ[A-Za-z0-9_-]+\.(eyJ[A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)")


class UnfitRecordingError(Exception):
    """The recording does not show what the story promises; record it again."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """Everything that was collected; `files` are those to give to the tool, uncompressed."""

    exchanges: Sequence[Exchange]
    fault_on: float | None
    fault_off: float | None
    files: Sequence[Path]


def describe(story: Story, recorded: Recorded) -> dict[str, Any]:
    """The content of truth.json; raises UnfitRecordingError."""
    incidents = [_incident(story.fault, recorded.exchanges)] if story.fault else []
    inputs = [f"{path.name}.gz" if path.name in story.compressed else path.name for path in recorded.files]
    return {
        "story": story.name,
        "title": story.title,
        "what_happened": story.what_happened,
        "healthy": story.fault is None,
        "incidents": incidents,
        "fault_on": stamp(recorded.fault_on),
        "fault_off": stamp(recorded.fault_off),
        "recorded": _span(recorded.exchanges),
        "all_clients": len({exchange.client for exchange in recorded.exchanges}),
        "client_requests": len(recorded.exchanges),
        "client_statuses": _statuses(recorded.exchanges),
        "inputs": inputs,
        "timezones": {"access.log": story.edge.timezone, "error.log": story.edge.timezone, "app.jsonl": "UTC"},
        "distractors": [*story.distractors, *_noise(recorded.exchanges)],
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


def _incident(fault: Fault, exchanges: Sequence[Exchange]) -> dict[str, Any]:
    failing = sorted((one for one in exchanges if fault.failed(one)), key=lambda one: one.started)
    if len(failing) < fault.at_least:
        raise UnfitRecordingError(f"{len(failing)} failing exchanges, {fault.at_least} expected")
    started, ended = failing[0].started, max(one.ended for one in failing)
    endpoints = {one.endpoint for one in failing}
    nearby = [one for one in exchanges if one.endpoint in endpoints and started <= one.started and one.ended <= ended]
    scope, pattern = _scope(failing, nearby), _pattern(failing, nearby)
    if (scope, pattern) != (fault.scope, fault.pattern):
        raise UnfitRecordingError(f"{scope}, {pattern}; {fault.scope}, {fault.pattern} expected")
    return {
        "layer": fault.layer,
        "statuses": list(fault.statuses),
        "endpoints": sorted(endpoints),
        "started": stamp(started),
        "ended": stamp(ended),
        "affected_clients": sorted({one.client for one in failing}),
        "clients_on_endpoints": len({one.client for one in nearby}),
        "all_clients": len({one.client for one in exchanges}),
        "scope": scope,
        "pattern": pattern,
        "failed": len(failing),
        "succeeded_meanwhile": len(nearby) - len(failing),
        "correlation_ids": [one.request_id for one in failing],
        "deciding": {"file": fault.deciding[0], "contains": fault.deciding[1]},
    }


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
    names = [str(one.status) if one.status else "cancelled" for one in exchanges]
    return {name: names.count(name) for name in sorted(set(names))}
