"""Cleans forms, in text and taken apart into params: names stay, and what is harmless by name."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote_plus, unquote_plus

from analyzer.redact.capture._masks import PLACEHOLDER, is_masked, length_of
from analyzer.redact.capture._names import flow_kind, folded
from analyzer.redact.capture._work import Work
from analyzer.redact.capture.graphql import clean_operation
from analyzer.redact.capture.query import HARMLESS
from analyzer.redact.capture.url import clean_url, clean_urls_in

_FORM = re.compile(r"[\w.*+%\[\]$~!@:-]{1,200}=(?!=)[^\n]*")


def is_form(text: str) -> bool:
    """Whether a body looks like a form, whatever its media type says."""
    return _FORM.fullmatch(text.strip()) is not None and not any(mark in text for mark in "<>{}\n;")


def clean_form(work: Work, text: str, *, failed: bool = False) -> str:
    """Gives `name=value&...` with all values but harmless ones replaced; failed: error and its description stay."""
    return "&".join(_pair(work, pair, failed=failed) for pair in text.split("&"))


def _pair(work: Work, pair: str, *, failed: bool) -> str:
    name, equals, value = pair.partition("=")
    if not equals:
        return pair if not pair or is_masked(pair) else _encoded(work.withheld(pair, "form"))
    plain = unquote_plus(value)
    if failed and name in ("error", "error_description"):  # RFC 6749, 5.2
        return work.text(pair)
    shown = clean_field(work, unquote_plus(name), plain)
    if plain not in (value, shown) and work.learning and (kind := flow_kind(name, plain)):
        work.teach(kind, value)
    return pair if shown == plain else f"{name}={_encoded(shown)}"


def clean_field(work: Work, name: str, value: str) -> str:
    """Gives the value of one field, as it was meant: not percent-encoded."""
    if not value or is_masked(value) or folded(name) in HARMLESS:
        return value
    kind = flow_kind(name, value)
    if kind is not None:
        return work.secret(kind, value, "form")
    if folded(name) in ("redirecturi", "returnto", "returnurl", "callback"):
        return clean_url(work, value)
    if name == "query" and (operation := clean_operation(work, value)) is not None:
        return operation
    if work.bodies == "redacted" and not value.startswith(("{", "[", "data:", "eyJ")):
        return clean_urls_in(work, value)
    return work.withheld(value, "form")


def clean_params(work: Work, params: Any) -> list[dict[str, Any]]:
    """Gives postData.params: names and media types stay; values by name; file names go."""
    found = params if isinstance(params, list) else []
    return [_param(work, item) for item in found if isinstance(item, dict)]


def _param(work: Work, item: dict[str, Any]) -> dict[str, Any]:
    name = item.get("name")
    name = name if isinstance(name, str) else ""
    clean: dict[str, Any] = {"name": work.text(name)}
    value = item.get("value")
    if value is not None:
        clean["value"] = clean_field(work, name, value if isinstance(value, str) else str(value))
    if isinstance(item.get("fileName"), str):
        work.search(item["fileName"])
        clean["fileName"] = length_of(item["fileName"])
    if isinstance(item.get("contentType"), str):
        clean["contentType"] = work.text(item["contentType"])
    return clean


def _encoded(text: str) -> str:
    pieces, end = [], 0
    for found in PLACEHOLDER.finditer(text):
        pieces += [quote_plus(text[end : found.start()], safe="[]"), found.group()]
        end = found.end()
    return "".join([*pieces, quote_plus(text[end:], safe="[]")])
