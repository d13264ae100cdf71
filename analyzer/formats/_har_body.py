"""Reads bodies under a limit, plain or in base64, and tells the state and the kind of a response's."""

from __future__ import annotations

import base64
import binascii
import codecs
from typing import Any

from analyzer.formats._body_kind import HEAD, kind_of
from analyzer.formats._har_values import size, text

LIMIT = 1_000_000
_URL_SAFE = str.maketrans("-_", "+/")
# The first bytes of PNG and JPEG (WHATWG MIME Sniffing, 6.1) in base64: nearly all that browsers write so.
_PICTURES = ("iVBORw0KGg", "/9j/")
_LEFT_OUT = ("comment", "_file", "_sha1")


def body_text(content: dict[str, Any]) -> str | None:
    """Gives the body as text, decoded from base64; null if there is none, or it is too large to decode."""
    body = text(content.get("text"))
    return body if body is None or not is_base64(content) else decoded(body)


def body_kind(content: dict[str, Any]) -> str | None:
    """Gives what the body is; of one in base64 only the beginning is decoded."""
    body = text(content.get("text"))
    if body is None:
        return None
    if not is_base64(content):
        return kind_of(body)
    if body.startswith(_PICTURES):
        return "binary"
    head = "".join(body[: HEAD * 2].split())
    start = decoded(head[: len(head) // 4 * 4] if len(body) > HEAD * 2 else head)
    return None if start is None else kind_of(start)


def body_state(response: dict[str, Any], status: int | None) -> str | None:
    """Gives present, omitted (by the tool: a comment, a side file, or a size without a text) or none.

    Null where the capture tells neither a text nor a size.
    """
    content = response["content"]
    if content.get("text") not in (None, ""):
        return "present"
    if status is None:
        return "none"
    # Browsers repeat the cached size beside 304, which never has content (RFC 9110, 15.4.5).
    if is_left_out(content) or (size(content.get("size")) and status != 304):
        return "omitted"
    sizes = [size(content.get("size")), size(response.get("bodySize"))]
    known = [found for found in sizes if found is not None]
    if status in (204, 304) or 0 in known:
        return "none"
    return "omitted" if known else None


def is_left_out(content: dict[str, Any]) -> bool:
    """Whether a tool left the body out on purpose (Firefox, Fiddler: a comment; Playwright: a side file)."""
    if text(content.get("text")) is not None:
        return False
    return any(text(content.get(name)) for name in _LEFT_OUT)


def is_base64(content: dict[str, Any]) -> bool:
    """Whether the tool wrote the text in base64 (HAR 1.2: content.encoding; 1.3: postData.encoding)."""
    return str(content.get("encoding")).lower() == "base64"


def decoded(encoded: str) -> str | None:
    """Gives the text of base64, UTF-8 or UTF-16 with its mark; null if it is unreadable or over the limit."""
    if len(encoded) > LIMIT * 4 // 3 + 4:
        return None
    compact = "".join(encoded.split()).rstrip("=").translate(_URL_SAFE)
    try:
        data = base64.b64decode(compact + "=" * (-len(compact) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None
    wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return data.decode("utf-16" if wide else "utf-8", "replace")
