"""Tells the keys and types of JSON and forms without their values."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from analyzer.diagnose.comparison._exchange import Exchange
from analyzer.formats import load_json

_LIMIT = 1_000_000
_MOST_KEYS = 500
_DEEPEST = 5
_LONGEST_KEY = 80
_MOST_ITEMS = 20
_MOST_DIGITS = 3  # a key with more of them names one thing: it is a value in the wrong place
_TYPES: dict[type, str] = {bool: "boolean", int: "number", float: "number", list: "list", dict: "object"}
_FIELD = re.compile(r'(?i)content-disposition:[^\r\n]{0,300}?\bname="([^"\r\n]{1,200})"')
_NAMES: dict[str, Callable[[str], list[str]]] = {
    "form": lambda written: [part.partition("=")[0] for part in written.split("&", _MOST_KEYS) if "=" in part],
    "multipart": _FIELD.findall,
}


def shape(exchange: Exchange) -> dict[str, str] | None:
    """Gives the type by key of the request's body: JSON keys as a.b[].c; names of a form; None where it has no keys."""
    kind, entry = exchange.row["request_body_kind"], exchange.entry
    if entry is None:
        return None
    written = entry.request_text
    if kind in ("form", "multipart"):
        names = entry.request_fields or _NAMES[kind]((written or "")[:_LIMIT])[:_MOST_KEYS]
        return dict.fromkeys(map(_folded, names), "text")
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
    entry = exchange.entry
    if entry is None:
        return True
    if entry.request_text is not None or entry.request_fields:
        return False
    return entry.request_length != 0 and exchange.row["method"] not in ("GET", "HEAD", "OPTIONS", "DELETE")


def _walk(value: Any, path: str, depth: int, found: dict[str, str]) -> None:
    if len(found) >= _MOST_KEYS or depth == 0:
        return
    if isinstance(value, list):
        for item in value[:_MOST_ITEMS]:
            if isinstance(item, dict | list):
                _walk(item, f"{path}[]", depth - 1, found)
        return
    for key, item in value.items() if isinstance(value, dict) else ():
        name = f"{path}.{_folded(key)}" if path else _folded(key)
        found[name] = "null" if item is None else _TYPES.get(type(item), "text")
        if isinstance(item, dict | list):
            _walk(item, name, depth - 1, found)


def _folded(key: str) -> str:
    if len(key) > _LONGEST_KEY:
        return "{long key}"
    return "{id}" if sum(character in "0123456789@" for character in key) > _MOST_DIGITS else key
