"""Tells which limiter names itself in a response, and the status of a gRPC call."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any

from analyzer.formats._har_body import LIMIT, is_base64
from analyzer.formats._har_headers import Headers, first
from analyzer.formats._har_values import text

# Plain text for programs, a page for browsers; error_code of a problem in JSON, which finds its way into code.
# https://developers.cloudflare.com/support/troubleshooting/http-status-codes/cloudflare-1xxx-errors/error-1015/,
# https://blog.cloudflare.com/rfc-9457-agent-error-pages/
_CLOUDFLARE = re.compile(r"""error code: 1015\b|class=["']cf-error-code["']>\s{0,9}1015\b""", re.IGNORECASE)
_SEARCHED = 20_000
_TRAILER = 0x80
_STATUS = re.compile(rb"(?:^|\r\n)grpc-status:\s?([0-9]{1,2})(?:\r\n|$)", re.IGNORECASE)


def limiter(headers: Headers, status: int | None, code: str | None, body: str | None) -> str | None:
    """Gives envoy (x-envoy-ratelimited, see its router's headers), cloudflare (error 1015) or null."""
    if status is None or status < 400:
        return None
    if "x-envoy-ratelimited" in headers:
        return "envoy"
    if status != 429 or "cf-ray" not in headers:
        return None
    told = "1015" in (code, first(headers, "cf-error-type"))
    return "cloudflare" if told or _CLOUDFLARE.search((body or "")[:_SEARCHED]) else None


def grpc_status(headers: Headers, content: dict[str, Any]) -> int | None:
    """Gives grpc-status of the headers (a response without a message), else of the trailers in a gRPC-Web body.

    https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-WEB.md: the frame with the highest bit of its first byte set
    holds the trailers. HTTP/2 trailers themselves are in no HAR.
    """
    told = first(headers, "grpc-status")
    if told is not None:
        return int(told) if told.isdecimal() and len(told) <= 2 else None
    kind = first(headers, "content-type") or ""
    encoded = text(content.get("text"))
    if encoded is None or not kind.startswith("application/grpc-web") or len(encoded) > LIMIT:
        return None
    body = _decoded(encoded) if is_base64(content) else encoded.encode("latin-1", "replace")
    if kind.startswith("application/grpc-web-text"):
        body = _decoded(body.decode("latin-1"))
    found = _STATUS.search(_trailers(body))
    return int(found[1]) if found else None


def _decoded(encoded: str) -> bytes:
    """Decodes base64, of which gRPC-Web sends pieces that each have their own padding."""
    pieces = re.findall(r"[A-Za-z0-9+/]+={0,2}", encoded)
    try:
        return b"".join(base64.b64decode(piece) for piece in pieces)
    except binascii.Error:
        return b""


def _trailers(body: bytes) -> bytes:
    place = 0
    while place + 5 <= len(body):
        end = place + 5 + int.from_bytes(body[place + 1 : place + 5], "big")
        if body[place] & _TRAILER:
            return body[place + 5 : end]
        place = end
    return b""
