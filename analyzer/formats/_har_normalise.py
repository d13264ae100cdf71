"""Gives every entry the same clean shape, HAR 1.2 with all unknown fields kept, and counts the repairs."""

from __future__ import annotations

from collections import Counter
from typing import Any

from analyzer.formats._har_faults import count_faults
from analyzer.formats._har_headers import header_list
from analyzer.formats._har_messages import with_seconds
from analyzer.formats._har_salvage import BrokenEntry
from analyzer.formats._har_values import iso, mapping, number, start_us

_STREAMS = ("_webSocketMessages", "_eventSourceMessages")


def why_rejected(entry: Any) -> str | None:
    """Gives the reason if an entry cannot be an event: no object, no URL, or broken text."""
    if isinstance(entry, BrokenEntry):
        return entry.reason
    if not isinstance(entry, dict):
        return "is not an object"
    url = mapping(entry.get("request")).get("url")
    return None if isinstance(url, str) and url.strip() else "has no request.url"


def normalise(entry: dict[str, Any], repairs: Counter[str]) -> dict[str, Any]:
    """Gives request and response with header lists, startedDateTime as ISO 8601 in UTC or None, numbers as numbers.

    Counts in repairs what had to change.
    """
    started = _start(entry.get("startedDateTime"), repairs)
    count_faults(entry, repairs)
    if not isinstance(entry.get("response"), dict):
        repairs["no_response_object"] += 1
    clean = {
        **entry,
        "startedDateTime": None if started is None else iso(started),
        "time": _time(entry.get("time"), repairs),
        "request": _message(entry["request"], "request", repairs),
        "response": _message(entry.get("response"), "response", repairs),
        "timings": mapping(entry.get("timings")),
    }
    clean["request"]["url"] = entry["request"]["url"].strip()
    for name in _STREAMS:
        if name in entry:
            clean[name] = with_seconds(entry[name], started)
    return clean


def _start(written: Any, repairs: Counter[str]) -> int | None:
    started, zoned = start_us(written)
    repairs["start_unreadable"] += started is None
    repairs["start_without_zone"] += started is not None and not zoned
    return started


def _time(written: Any, repairs: Counter[str]) -> float | None:
    found = number(written)
    repairs["time_unreadable"] += found is None and written is not None
    return found


def _message(value: Any, side: str, repairs: Counter[str]) -> dict[str, Any]:
    message = mapping(value)
    headers, odd = header_list(message.get("headers"))
    repairs["header_shape"] += odd
    clean = {**message, "headers": headers}
    body = "postData" if side == "request" else "content"
    if body in message or side == "response":
        clean[body] = mapping(message.get(body))
    return clean
