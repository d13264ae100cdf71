"""Tells a response whose connection ended before its content did, where no program says so."""

from __future__ import annotations

import re
from typing import Any

from analyzer.formats._har_body import is_base64
from analyzer.formats._har_headers import Headers, first
from analyzer.formats._har_values import size, text

_LENGTH = re.compile(r"[0-9]{1,15}")
# A player stops and goes on as it likes, and a mark of the byte order may be left out of a text.
_STOPS_AND_GOES = ("audio/", "video/", "application/x-shockwave-flash")
_BYTE_ORDER_MARK = 3


def cut_short(
    request: dict[str, Any], response: dict[str, Any], headers: Headers, status: int | None, *, kept: bool | None
) -> tuple[int, int] | None:
    """Gives the bytes counted and those announced by Content-Length (RFC 9110, 8.6), or null if nothing is missing.

    headers: those of the response. kept: whether a cache answered. Content that is encoded, or of which the tool
    counted nothing, cannot be compared; mitmproxy alone also means a count of nothing (it writes compression).
    """
    if status is None or not 200 <= status <= 299 or status in (204, 205, 206) or kept:
        return None
    written = first(headers, "content-length")
    if written is None or not _LENGTH.fullmatch(written) or not _plain(request, headers):
        return None
    content = response["content"]
    counted, transferred = size(content.get("size")), size(response.get("bodySize"))
    # Firefox counts the headers into bodySize, so the content's own size is the one to tell.
    received, announced = counted or transferred or 0, int(written)
    known = received > 0 or (counted == 0 and "compression" in content)
    if not known or max(received, transferred or 0) + _BYTE_ORDER_MARK >= announced:
        return None
    return None if _is_whole(content, announced) else (received, announced)


def _is_whole(content: dict[str, Any], announced: int) -> bool:
    """Tells whether the text in the capture makes up the announced bytes: some tools count characters as the size."""
    body = text(content.get("text"))
    if body is None:
        return False
    length = len(body.rstrip("=")) * 3 // 4 if is_base64(content) else _encoded_length(body, announced)
    return length + _BYTE_ORDER_MARK >= announced


def _encoded_length(body: str, announced: int) -> int:
    # No character takes more than four bytes, so most texts need not be encoded to be judged.
    fits = len(body) < announced <= 4 * len(body) + _BYTE_ORDER_MARK
    return len(body.encode("utf-8", "surrogatepass")) if fits else len(body)


def _plain(request: dict[str, Any], headers: Headers) -> bool:
    if text(request.get("method")) in ("HEAD", "CONNECT") or "content-range" in headers:
        return False
    encoded = (first(headers, "content-encoding") or "identity").lower() != "identity"
    kind = (first(headers, "content-type") or "").lower()
    return not encoded and "transfer-encoding" not in headers and not kind.startswith(_STOPS_AND_GOES)
