"""Cleans the response of an entry."""

from __future__ import annotations

from typing import Any

from analyzer.redact.capture._fields import mapping, number, remark, size, written
from analyzer.redact.capture._work import Work
from analyzer.redact.capture.bodies import clean_body, clean_encoded
from analyzer.redact.capture.cookies import clean_cookies
from analyzer.redact.capture.headers import clean_headers
from analyzer.redact.capture.unknown import Rule, clean_custom, clean_scalar, clean_told
from analyzer.redact.capture.url import clean_url, clean_urls_in

_KNOWN = frozenset({
    "status", "statusText", "httpVersion", "cookies", "headers", "content", "redirectURL", "headersSize", "bodySize",
    "comment",
})  # fmt: skip
_KNOWN_CONTENT = frozenset({"size", "compression", "mimeType", "text", "encoding", "comment"})
_SCALARS = (
    "_transferSize", "_fetchedViaServiceWorker", "_serviceWorkerResponseSource", "_charlesStatus", "fromDiskCache",
    "fromServiceWorker", "fromPrefetchCache", "_isLink", "_bytesIn",
)  # fmt: skip
_ERRORS = ("_error", "_failureText", "_errorText", "error")
_RULES: dict[str, Rule] = dict.fromkeys(_SCALARS, clean_scalar) | dict.fromkeys(_ERRORS, clean_told)
_DROPPED = "[dropped]"


def clean_response(work: Work, response: dict[str, Any], at: str) -> dict[str, Any]:
    """Gives the response as HAR 1.2 has it; of a failure the body keeps what tells of the error."""
    status = _status(response.get("status"))
    work.at = f"{at}.statusText"
    clean: dict[str, Any] = {
        "status": status,
        "statusText": clean_urls_in(work, written(response.get("statusText"))),
        "httpVersion": work.text(written(response.get("httpVersion"))),
    }
    work.at = f"{at}.cookies"
    clean["cookies"] = clean_cookies(work, response.get("cookies"))
    clean["headers"] = clean_headers(work, response.get("headers"), f"{at}.headers")
    work.at = f"{at}.content"
    clean["content"] = _content(work, mapping(response.get("content")), failed=status >= 400 or status < 100)
    work.at = f"{at}.redirectURL"
    clean["redirectURL"] = clean_url(work, written(response.get("redirectURL")))
    clean["headersSize"], clean["bodySize"] = size(response.get("headersSize")), size(response.get("bodySize"))
    work.at = at
    told = response.get("status")
    if isinstance(told, str) and not status and told.strip() and not any(response.get(name) for name in _ERRORS):
        clean["_error"] = clean_urls_in(work, told)  # some tools write the error in place of the status
    return clean | remark(work, response) | clean_custom(work, response, _KNOWN, _RULES)


def _status(value: Any) -> int:
    """Gives a whole number, also one of those that tools write for no response: 0, -1, -999."""
    found = number(value, 0)
    return int(found) if float(found).is_integer() and abs(found) < 1_000_000 else 0


def _content(work: Work, content: dict[str, Any], *, failed: bool) -> dict[str, Any]:
    mime = work.text(written(content.get("mimeType")))
    clean: dict[str, Any] = {"size": size(content.get("size")), "mimeType": mime}
    if isinstance(content.get("compression"), int | float):
        clean["compression"] = round(number(content["compression"]))
    text = content.get("text")
    told = remark(work, content)
    if isinstance(text, str) and text:
        is_coded = str(content.get("encoding")).lower() == "base64"
        failed = failed or text.startswith("error=")  # some token endpoints answer so with 200
        if is_coded:
            shown, is_coded = clean_encoded(work, text, mime, failed=failed)
        else:
            shown = clean_body(work, text, mime, failed=failed)
        if work.bodies == "drop":
            told = told or {"comment": _DROPPED}
        else:
            clean |= {"text": shown} | ({"encoding": "base64"} if is_coded else {})
    if isinstance(content.get("_file"), str) and not told:
        told = {"comment": _DROPPED}  # the body stands in a file beside the capture
    return clean | told | clean_custom(work, content, _KNOWN_CONTENT | {"_file"}, {})
