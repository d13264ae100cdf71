"""Reads the headers by which client and server come to terms: CORS, preconditions, and the room that headers take."""

from __future__ import annotations

import re
from typing import Any

from analyzer.formats._har_headers import Headers, first, joined

_ORIGIN = re.compile(r"https?://[^/?#]+", re.IGNORECASE)
# Fetch standard, 2.2.2: CORS-safelisted request-headers; Content-Type only with these types.
_SAFE = ("accept", "accept-language", "content-language", "range")
_SAFE_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data", "text/plain")
# Fetch standard: forbidden request-headers are the browser's own, and so are those that it adds by itself.
_OWN = (
    "accept-charset", "accept-encoding", "access-control-request-headers", "access-control-request-method",
    "connection", "content-length", "cookie", "cookie2", "date", "dnt", "expect", "host", "keep-alive", "origin",
    "referer", "set-cookie", "te", "trailer", "transfer-encoding", "upgrade", "via", "user-agent", "priority",
    "cache-control", "pragma", "dpr", "width", "viewport-width", "save-data", "downlink", "rtt", "ect",
    "upgrade-insecure-requests", "if-modified-since", "if-none-match", "purpose",
)  # fmt: skip
_REFUSED_FOR_SIZE = (400, 413, 414, 431, 494)
_CONDITIONS = ("if-match", "if-unmodified-since", "if-none-match")


def negotiation_columns(
    request: dict[str, Any], sent: Headers, answered: Headers, status: int | None
) -> dict[str, Any]:
    """Gives the columns that a browser's leave to send, a precondition or too large headers can be judged by."""
    large = _header_sizes(sent) if status in _REFUSED_FOR_SIZE else {}
    most = max(large, key=lambda name: (large[name], name), default=None)
    told = request.get("headersSize")
    return {
        "cors_method": first(sent, "access-control-request-method"),
        "cors_headers": _cors_headers(request, sent),
        "allow_methods": joined(answered, "access-control-allow-methods"),
        "allow_headers": joined(answered, "access-control-allow-headers"),
        "allow_credentials": first(answered, "access-control-allow-credentials"),
        "precondition": next((f"{name}: {first(sent, name)}" for name in _CONDITIONS if name in sent), None),
        "etag": first(answered, "etag"),
        "request_header_bytes": max(sum(large.values()), told if isinstance(told, int) else 0) if large else None,
        "largest_request_header": f"{most}: {large[most]:,} bytes" if most else None,
    }


def _cors_headers(request: dict[str, Any], sent: Headers) -> str | None:
    """Gives Access-Control-Request-Headers, else the headers of a request with an origin that need the server's leave.

    Sorted, as a browser asks for them (Fetch standard, CORS-unsafe request-header names).
    """
    if asked := joined(sent, "access-control-request-headers"):
        return asked
    if "origin" not in sent and not _crosses(str(request.get("url")), first(sent, "referer")):
        return None
    names = [
        name
        for name in sent
        if name not in _SAFE and name not in _OWN and not name.startswith((":", "sec-", "proxy-"))
        and (name != "content-type" or not _is_safe_type(sent[name][0]))
    ]  # fmt: skip
    return ",".join(sorted(names)) or None


def _crosses(url: str, referrer: str | None) -> bool:
    """Whether the referrer is of another origin: what never left the browser is recorded without Origin."""
    if referrer is None:
        return False
    mine, theirs = (_ORIGIN.match(text) for text in (url, referrer))
    return mine is not None and theirs is not None and mine.group().lower() != theirs.group().lower()


def _is_safe_type(content_type: str) -> bool:
    return content_type.partition(";")[0].strip().lower() in _SAFE_TYPES


def _header_sizes(sent: Headers) -> dict[str, int]:
    """Gives bytes by name as HTTP/1.1 writes them: name, colon, blank, value, line end (RFC 9112, 5)."""
    return {
        name: sum(len(name) + len(value.encode("utf-8", "replace")) + 4 for value in values)
        for name, values in sent.items()
        if not name.startswith(":")
    }
