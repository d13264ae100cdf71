"""Cleans _initiator: function, line and the URL without its query stay (Chrome DevTools Protocol, Network)."""

from __future__ import annotations

from typing import Any

from analyzer.redact.capture._work import Work
from analyzer.redact.capture.url import clean_url

_NUMBERS = ("lineNumber", "columnNumber")
_DEEPEST = 40


def clean_initiator(work: Work, value: Any) -> Any:
    """Gives an initiator, which some tools write as the address alone; None for any other shape."""
    if isinstance(value, str):
        return clean_url(work, value, queries=False)
    return _one(work, value) if isinstance(value, dict) else None


def _one(work: Work, value: dict[str, Any]) -> dict[str, Any]:
    clean = _place(work, value)
    if isinstance(value.get("type"), str):
        clean = {"type": work.text(value["type"]), **clean}
    if isinstance(value.get("stack"), dict):
        clean["stack"] = _stack(work, value["stack"], 0)
    return clean


def _stack(work: Work, stack: dict[str, Any], depth: int) -> dict[str, Any]:
    frames = stack.get("callFrames")
    clean: dict[str, Any] = {
        "callFrames": [
            _place(work, frame) for frame in (frames if isinstance(frames, list) else []) if isinstance(frame, dict)
        ]
    }
    if isinstance(stack.get("description"), str):
        clean["description"] = work.text(stack["description"])
    if isinstance(stack.get("parent"), dict) and depth < _DEEPEST:
        clean["parent"] = _stack(work, stack["parent"], depth + 1)
    return clean


def _place(work: Work, frame: dict[str, Any]) -> dict[str, Any]:
    clean: dict[str, Any] = {}
    for key in ("functionName", "scriptId"):
        if isinstance(frame.get(key), str):
            clean[key] = work.text(frame[key])
    if isinstance(frame.get("url"), str):
        clean["url"] = clean_url(work, frame["url"], queries=False)
    return clean | {key: frame[key] for key in _NUMBERS if isinstance(frame.get(key), int | float)}
