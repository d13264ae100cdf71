"""Counts the numbers and dates of an entry that nothing can be made of, so that none becomes null in silence."""

from __future__ import annotations

from collections import Counter
from typing import Any

from analyzer.formats._har_values import mapping, milliseconds_as_us, number, sequence

PHASES = ("blocked", "dns", "connect", "ssl", "send", "wait", "receive", "_blocked_queueing", "_blocked_proxy")
_NO_RESPONSE = {0, -1, -2, -999}
_STREAMS = ("_webSocketMessages", "_eventSourceMessages")
SENTENCES = {
    "status_unreadable": "Entries whose status is no HTTP status: {:,}; it is kept as the error.",
    "size_unreadable": "Sizes that are no number: {:,}; they are left out.",
    "phase_unreadable": "Phases that are no number, or longer than any capture: {:,}; they are left out.",
    "phase_negative": "Phases with a negative time other than -1: {:,}; they are left out.",
    "message_time_unreadable": "WebSocket or event-stream messages whose time is no number: {:,}.",
    "date_unreadable": "Date headers that are no date: {:,}.",
}


def count_faults(entry: dict[str, Any], repairs: Counter[str]) -> None:
    """Counts, in an entry as it was written, what becomes null although something stands there."""
    request, response = mapping(entry.get("request")), mapping(entry.get("response"))
    repairs["status_unreadable"] += _is_no_status(response.get("status"))
    sizes = (request.get("bodySize"), response.get("bodySize"), response.get("_transferSize"))
    repairs["size_unreadable"] += sum(map(_is_no_number, sizes))
    timings = entry.get("timings")
    if isinstance(timings, dict):
        for name in PHASES:
            written = timings.get(name)
            if written is not None and written != -1 and milliseconds_as_us(written) is None:
                _count_phase(written, repairs)
    else:
        repairs["phase_unreadable"] += timings is not None
    for name in _STREAMS:
        if name in entry:
            times = (mapping(message).get("time") for message in sequence(entry[name]))
            repairs["message_time_unreadable"] += sum(map(_is_no_number, times))


def _count_phase(written: Any, repairs: Counter[str]) -> None:
    found = number(written)
    if found is None or found > 0:
        repairs["phase_unreadable"] += 1
    elif found != -1:
        repairs["phase_negative"] += 1


def _is_no_number(written: Any) -> bool:
    return written is not None and number(written) is None


def _is_no_status(written: Any) -> bool:
    if written is None or written == "":
        return False
    found = number(written)
    return found is None or not (found in _NO_RESPONSE or (found.is_integer() and 100 <= found <= 999))
