"""Reads the body of a request, and tells its kind and what is wrong with it."""

from __future__ import annotations

import re
from typing import Any

from analyzer.formats._body_fault import find_body_fault, media_type
from analyzer.formats._body_kind import kind_of
from analyzer.formats._har_body import LIMIT, decoded, is_base64
from analyzer.formats._har_headers import Headers, first
from analyzer.formats._har_values import mapping, sequence, size, text

_OF_CONTENT = re.compile(
    r"\b(?:empty|body|json|payload|no content|end[ -]of[ -](?:input|file|stream)|eof|unexpected end|multipart)\b",
    re.IGNORECASE,
)
_LONGEST_TOLD = 2_000
_WITH_CONTENT = ("POST", "PUT", "PATCH")


def request_body_text(request: dict[str, Any]) -> str | None:
    """Gives postData.text, decoded where it is in base64 (HAR 1.3: encoding), or _textBase64; null if there is none."""
    posted = mapping(request.get("postData"))
    body = posted.get("text")
    if isinstance(body, str) and body:
        return decoded(body) if is_base64(posted) else body
    encoded = text(posted.get("_textBase64"))
    return decoded(encoded) if encoded else None


def request_body_columns(
    request: dict[str, Any], headers: Headers, body: str | None, told: str | None
) -> dict[str, Any]:
    """Gives request_body_kind and request_body_fault, of body as request_body_text gives it.

    told: what the response says of an error; an empty body is a fault only where that speaks of the content.

    Only what the capture holds in whole is judged: a Content-Length beyond the text means that the tool cut it, and
    Content-Encoding that the text is not what was sent. Beyond a million characters the fault is null.
    """
    posted = mapping(request.get("postData"))
    mime, sent_type = text(posted.get("mimeType")), first(headers, "content-type")
    if body is None:
        fault = _empty_fault(request, headers) if told and _OF_CONTENT.search(told[:_LONGEST_TOLD]) else None
        return {"request_body_kind": _kind_of_params(posted, mime or sent_type), "request_body_fault": fault}
    kind = kind_of(body)
    # A tool may write mimeType without the boundary that the header had.
    unknown = sent_type is None and media_type(mime).startswith("multipart/") and "boundary" not in (mime or "").lower()
    judged = len(body) <= LIMIT and "content-encoding" not in headers and not _is_cut(request, headers, body)
    fault = find_body_fault(body, sent_type or mime, kind) if judged and not unknown else None
    return {"request_body_kind": kind, "request_body_fault": fault}


def _empty_fault(request: dict[str, Any], headers: Headers) -> str | None:
    """Gives the fault of a body that is empty for certain, though Content-Type says JSON or multipart."""
    method = request.get("method")
    if method not in _WITH_CONTENT or first(headers, "content-length") != "0":
        return None
    return find_body_fault("", first(headers, "content-type"), None)


def _kind_of_params(posted: dict[str, Any], mime: str | None) -> str | None:
    """Names the form that a tool took apart into params (Fiddler)."""
    media = media_type(mime)
    if not sequence(posted.get("params")):
        return None
    if media.startswith("multipart/"):
        return "multipart"
    return "form" if media in ("", "application/x-www-form-urlencoded") else None


def _is_cut(request: dict[str, Any], headers: Headers, body: str) -> bool:
    sent = size(first(headers, "content-length"))
    sent = size(request.get("bodySize")) if sent is None else sent
    return sent is not None and sent > (len(body) if body.isascii() else len(body.encode("utf-8", "replace")))
