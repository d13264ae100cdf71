"""Tells what a body is, and the keys and types of JSON and forms without their values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from analyzer.diagnose.comparison._exchange import Exchange
from analyzer.formats._har_headers import first
from analyzer.formats._har_text import load_json
from analyzer.formats._har_values import mapping, sequence, size, text

_LIMIT = 1_000_000
_MOST_KEYS = 500
_DEEPEST = 5
_LONGEST_KEY = 80
_MOST_ITEMS = 20
_MOST_DIGITS = 3  # a key with more of them names one thing: it is a value in the wrong place
_TYPES: dict[type, str] = {bool: "boolean", int: "number", float: "number", list: "list", dict: "object"}


def content_kind(body: Mapping[str, Any], content_type: str | None) -> str | None:
    """Gives json, form, multipart, xml, text or binary by the content type, else by the text; None without a body."""
    media = (content_type or text(body.get("mimeType")) or "").partition(";")[0].strip().lower()
    written = text(body.get("text"))
    if written is None and not sequence(body.get("params")):
        return None
    if "json" in media:
        return "json"
    if media == "application/x-www-form-urlencoded":
        return "form"
    if media.startswith("multipart/"):
        return "multipart"
    return sniffed(written) or ("form" if sequence(body.get("params")) else "text")


def sniffed(written: str | None) -> str | None:
    """Gives json, html, xml or text by how a body begins; None for an empty one."""
    head = (written or "")[:200].lstrip("\ufeff \t\r\n").lower()
    if not head:
        return None
    if head[0] in "{[":
        return "json"
    if head.startswith(("<!doctype html", "<html", "<head", "<body")):
        return "html"
    return "xml" if head[0] == "<" else "binary" if "\x00" in head or "\ufffd" in head else "text"


def shape(body: Mapping[str, Any], kind: str | None) -> dict[str, str] | None:
    """Gives the type by key: JSON keys as a.b[].c; names of a form; None where the body has no keys."""
    if kind in ("form", "multipart"):
        return dict.fromkeys(_form_names(body), "text")
    written = text(body.get("text"))
    if kind != "json" or written is None or len(written) > _LIMIT:
        return None
    try:
        value = load_json(written).value
    except ValueError:
        return None
    found: dict[str, str] = {}
    _walk(value, "", _DEEPEST, found)
    return found


def is_request_body_hidden(exchange: Exchange) -> bool:
    """Whether a body may have been sent that the capture does not hold."""
    body = exchange.request_body
    if text(body.get("text")) is not None or sequence(body.get("params")):
        return False
    if exchange.entry is None:
        return True
    length = size(first(exchange.sent or {}, "content-length"))
    sent = size(mapping(exchange.entry.get("request")).get("bodySize")) if length is None else length
    return sent != 0 and exchange.row["method"] not in ("GET", "HEAD", "OPTIONS", "DELETE")


def _form_names(body: Mapping[str, Any]) -> list[str]:
    params = [text(mapping(item).get("name")) for item in sequence(body.get("params"))[:_MOST_KEYS]]
    names = [name for name in params if name]
    if not names and "=" in (written := (text(body.get("text")) or "")[:_LIMIT]):
        names = [part.partition("=")[0] for part in written.split("&", _MOST_KEYS)[:_MOST_KEYS]]
    return [_folded(name) for name in names]


def _walk(value: Any, path: str, depth: int, found: dict[str, str]) -> None:
    if len(found) >= _MOST_KEYS or depth == 0:
        return
    if isinstance(value, list):
        for item in value[:_MOST_ITEMS]:
            if isinstance(item, dict | list):
                _walk(item, f"{path}[]", depth - 1, found)
        return
    for key, item in mapping(value).items():
        name = f"{path}.{_folded(key)}" if path else _folded(key)
        found[name] = "null" if item is None else _TYPES.get(type(item), "text")
        if isinstance(item, dict | list):
            _walk(item, name, depth - 1, found)


def _folded(key: str) -> str:
    if len(key) > _LONGEST_KEY:
        return "{long key}"
    return "{id}" if sum(character in "0123456789@" for character in key) > _MOST_DIGITS else key
