"""Cleans the request of an entry."""

from __future__ import annotations

from typing import Any

from analyzer.redact.capture._fields import mapping, remark, size, written
from analyzer.redact.capture._work import Work
from analyzer.redact.capture.bodies import clean_body, clean_encoded
from analyzer.redact.capture.cookies import clean_cookies
from analyzer.redact.capture.form import clean_params
from analyzer.redact.capture.headers import clean_headers
from analyzer.redact.capture.query import clean_parameter
from analyzer.redact.capture.unknown import Rule, clean_custom, clean_scalar
from analyzer.redact.capture.url import clean_nested, clean_url

_KNOWN = frozenset({
    "method", "url", "httpVersion", "cookies", "headers", "queryString", "postData", "headersSize", "bodySize",
    "comment",
})  # fmt: skip
_KNOWN_BODY = frozenset({"mimeType", "params", "text", "comment", "encoding", "_textBase64"})
_RULES: dict[str, Rule] = dict.fromkeys(("_transferSize", "_isHttps", "_cached"), clean_scalar)


def clean_request(work: Work, request: dict[str, Any], at: str) -> dict[str, Any]:
    """Gives the request as HAR 1.2 has it, every value cleaned by its place."""
    work.at = f"{at}.url"
    clean: dict[str, Any] = {
        "method": work.text(written(request.get("method"))),
        "url": clean_url(work, written(request.get("url"))),
        "httpVersion": work.text(written(request.get("httpVersion"))),
    }
    work.at = f"{at}.cookies"
    clean["cookies"] = clean_cookies(work, request.get("cookies"))
    clean["headers"] = clean_headers(work, request.get("headers"), f"{at}.headers")
    work.at = f"{at}.queryString"
    clean["queryString"] = _query(work, request.get("queryString"))
    work.at = f"{at}.postData"
    if isinstance(request.get("postData"), dict) and request["postData"]:
        clean["postData"] = _posted(work, request["postData"])
    clean["headersSize"], clean["bodySize"] = size(request.get("headersSize")), size(request.get("bodySize"))
    return clean | remark(work, request) | clean_custom(work, request, _KNOWN, _RULES)


def _query(work: Work, pairs: Any) -> list[dict[str, Any]]:
    found = pairs if isinstance(pairs, list) else []
    items = (item for item in found if isinstance(item, dict))
    return [
        {
            "name": (name := work.text(written(item.get("name")))),
            "value": work.text(clean_parameter(work, name, written(item.get("value")), clean_nested)),
        }
        for item in items
    ]


def _posted(work: Work, posted: dict[str, Any]) -> dict[str, Any]:
    mime = work.text(written(posted.get("mimeType")))
    clean: dict[str, Any] = {"mimeType": mime}
    if posted.get("params"):
        clean["params"] = clean_params(work, posted["params"])
    text, encoded = posted.get("text"), mapping(posted).get("_textBase64")
    if isinstance(encoded, str):
        hidden, is_coded = clean_encoded(work, encoded, mime, failed=False)
        if not text and work.bodies != "drop":
            clean |= {"text": hidden} | ({"encoding": "base64"} if is_coded else {})
    if isinstance(text, str) and text:
        is_coded = str(posted.get("encoding")).lower() == "base64"
        if is_coded:
            shown, is_coded = clean_encoded(work, text, mime, failed=False)
        else:
            shown = clean_body(work, text, mime, failed=False)
        if work.bodies != "drop":
            clean |= {"text": shown} | ({"encoding": "base64"} if is_coded else {})
    return clean | remark(work, posted) | clean_custom(work, posted, _KNOWN_BODY, {})
