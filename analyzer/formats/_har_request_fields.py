"""Names the fields of a request body with their types; what the fields hold never leaves this module."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl

from analyzer.formats._har_body import LIMIT
from analyzer.formats._har_text import load_json
from analyzer.formats._har_values import mapping, sequence, text

_MOST, _DEEPEST, _ITEMS = 100, 4, 20
# What does not look like a name that a programmer gave may be content: an address, an id, a sentence.
_NAME = re.compile(r"(?!.*\d{4})[A-Za-z_$@][\w$.@-]{0,49}(?:\[[A-Za-z_]?[\w-]{0,49}\]){0,4}", re.ASCII)
_MAIL = re.compile(r".@.")
_OTHER = "{key}"
_PART = re.compile(r"content-disposition:[^\r\n]{0,500}?;\s*name=\"([^\"\r\n]{1,200})\"", re.IGNORECASE)
_TYPES = {bool: "boolean", int: "number", float: "number", str: "string", list: "array", dict: "object"}


def request_fields(request: dict[str, Any], body: str | None, kind: str | None) -> list[str] | None:
    """Gives `name: type` of each field of a JSON, form or multipart body, sorted; a hundred at most.

    Fields inside others are written `items[].price: number`. Types are those of JSON (RFC 8259, 3); null where the
    body is of another kind, cannot be parsed, or is larger than a million characters.
    """
    found: Iterator[tuple[str, str]] | None = None
    if body is not None and len(body) <= LIMIT:
        found = _in_body(body, kind)
    elif body is None and kind in ("form", "multipart"):
        params = (text(mapping(item).get("name")) for item in sequence(mapping(request.get("postData")).get("params")))
        found = ((_safe(name), "string") for name in params if name)
    if found is None:
        return None
    return sorted({f"{name}: {shown}" for name, shown in found})[:_MOST]


def _in_body(body: str, kind: str | None) -> Iterator[tuple[str, str]] | None:
    if kind == "form":
        names = dict(parse_qsl(body[:10_000], keep_blank_values=True, max_num_fields=100_000))
        return ((_safe(name), "string") for name in names)
    if kind == "multipart":
        return ((_safe(name), "string") for name in _PART.findall(body))
    if kind != "json":
        return None
    try:
        value = load_json(body).value
    except ValueError:
        return None
    return _in_json(value, "", 0)


def _in_json(value: Any, place: str, depth: int) -> Iterator[tuple[str, str]]:
    if depth > _DEEPEST:
        return
    if isinstance(value, list):
        for item in value[:_ITEMS]:
            yield from _in_json(item, f"{place}[]", depth + 1)
        return
    for key, inner in list(mapping(value).items())[:_MOST]:
        name = f"{place}.{_safe(key)}" if place else _safe(key)
        yield name, _TYPES.get(type(inner), "null")
        yield from _in_json(inner, name, depth + 1)


def _safe(name: str) -> str:
    return name if _NAME.fullmatch(name) and not _MAIL.search(name) else _OTHER
