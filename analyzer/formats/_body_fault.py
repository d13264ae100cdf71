"""Says what is wrong with a request body in itself: JSON, form and multipart that a server cannot parse."""

from __future__ import annotations

import re

from analyzer.formats._json_fault import find_json_fault, place_of

_BAD_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_BOUNDARY = re.compile(r";\s*boundary\s*=\s*(?:\"([^\"\r\n]{1,200})\"|([^\s;\",]{1,200}))", re.IGNORECASE)
_OTHER_KINDS = ("form", "multipart", "xml", "html")
_UNDECLARED = ("", "application/octet-stream", "application/x-www-form-urlencoded")


def media_type(content_type: str | None) -> str:
    """Gives type/subtype in lower case, without parameters (RFC 9110, 8.3.1)."""
    return (content_type or "").partition(";")[0].strip().lower()


def is_json_type(media: str) -> bool:
    """Whether the media type is JSON or has its suffix (RFC 6839, 3.1); lines and sequences of JSON are not."""
    return media in ("application/json", "text/json", "application/x-json") or media.endswith("+json")


def find_body_fault(body: str, content_type: str | None, kind: str | None) -> str | None:
    """Gives the fault with its line and column, null where none is known; never quotes content.

    JSON is judged where Content-Type says so, or where the body looks like JSON and Content-Type says little, which
    text/plain does not. Lines that are JSON each are no fault: bulk APIs take them under any type. Forms:
    percent-encoding (WHATWG URL, 5.1). Multipart: boundaries (RFC 2046, 5.1.1).
    """
    media = media_type(content_type)
    if is_json_type(media):
        if kind in _OTHER_KINDS:
            return f"line 1, column 1: {kind} in place of JSON"
        return None if kind == "binary" else _json_fault(body)
    if media.startswith("multipart/"):
        return _multipart_fault(body, content_type or "")
    if kind == "json" and media in _UNDECLARED:
        return _json_fault(body)
    if media == "application/x-www-form-urlencoded" and kind in ("form", "text"):
        bad = _BAD_PERCENT.search(body)
        return f"{place_of(body, bad.start())}: % without two hexadecimal digits" if bad else None
    return None


def _json_fault(body: str) -> str | None:
    fault = find_json_fault(body)
    return None if fault and _are_lines(body) else fault


def _are_lines(body: str) -> bool:
    """Whether each line is a JSON document, as NDJSON and JSON Lines have it."""
    lines = [line for line in body.split("\n") if line.strip()]
    return len(lines) > 1 and all(find_json_fault(line) is None for line in lines)


def _multipart_fault(body: str, content_type: str) -> str | None:
    found = _BOUNDARY.search(content_type)
    if not found:
        return "Content-Type names no boundary"
    delimiter = "--" + (found.group(1) or found.group(2))
    if delimiter not in body:
        return "the boundary that Content-Type names is not in the body"
    return None if f"{delimiter}--" in body else "the closing boundary is missing"
