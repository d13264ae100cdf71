"""Cleans the messages of WebSockets and event streams: time, direction, opcode and the keys of JSON stay."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from analyzer.redact.capture._fields import number
from analyzer.redact.capture._masks import is_masked
from analyzer.redact.capture._work import Work, Written
from analyzer.redact.capture.json_body import clean_json
from analyzer.redact.capture.url import clean_urls_in

_CLOSE = 8  # opcode, RFC 6455, 5.2


def clean_frames(work: Work, frames: Any) -> list[dict[str, Any]]:
    """Gives _webSocketMessages with their data cleaned; a close frame keeps its code."""
    return [_frame(work, frame) for frame in _objects(frames)]


def clean_events(work: Work, events: Any) -> list[dict[str, Any]]:
    """Gives _eventSourceMessages with their data cleaned; an event's id may be a token, and goes."""
    clean = []
    for event in _objects(events):
        shown: dict[str, Any] = {"time": number(event.get("time"))}
        if isinstance(event.get("eventName"), str):
            shown["eventName"] = work.text(event["eventName"])
        for key, rule in (("eventId", _withheld), ("data", _data)):
            if isinstance(event.get(key), str):
                shown[key] = rule(work, event[key])
        clean.append(shown)
    return clean


def _objects(value: Any) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _frame(work: Work, frame: dict[str, Any]) -> dict[str, Any]:
    clean: dict[str, Any] = {key: number(frame[key]) for key in ("time", "opcode") if frame.get(key) is not None}
    kind = frame.get("type")
    if isinstance(kind, str):
        clean["type"] = work.text(kind)
    data = frame.get("data")
    if isinstance(data, str):
        if kind == "error":
            clean["data"] = clean_urls_in(work, data)
        else:
            clean["data"] = _closing(work, data) if frame.get("opcode") == _CLOSE else _data(work, data)
    return clean


def _data(work: Work, data: str) -> str | Written:
    """Names in a message may be known, what stands under them is content, whatever the bodies are."""
    work.search(data)
    bodies, work.bodies = work.bodies, "skeleton"
    shaped = clean_json(work, data, failed=False) if data[:1] in ("{", "[") else None
    work.bodies = bodies
    return shaped or work.withheld(data, "messages")


def _withheld(work: Work, text: str) -> str:
    return work.withheld(text, "messages")


def _closing(work: Work, data: str) -> str:
    """Gives the code of a close frame (RFC 6455, 5.5.1), which stands in base64 or is written out."""
    if is_masked(data) or (len(data) == 4 and data.isascii() and data.isdecimal()):
        return data
    if len(data) > 4 and data[:4].isascii() and data[:4].isdecimal() and not data[4].isalnum():
        work.search(data)
        return data[:4]
    try:
        start = base64.b64decode(data[:4] + "=" * (-len(data[:4]) % 4), validate=True)
    except (binascii.Error, ValueError):
        return work.withheld(data, "messages")
    code = int.from_bytes(start[:2], "big")
    return str(code) if len(start) >= 2 and 1000 <= code <= 4999 else work.withheld(data, "messages")
