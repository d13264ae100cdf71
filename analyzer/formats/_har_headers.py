"""Reads HAR header lists in the shapes that tools write, and looks headers up without regard to case."""

from __future__ import annotations

from sys import intern
from typing import Any

from analyzer.formats._har_values import mapping, sequence, text

Headers = dict[str, list[str]]


def header_list(value: Any) -> tuple[list[dict[str, str]], bool]:
    """Gives [{"name", "value"}], and whether the list had another shape than HAR 1.2 gives.

    Reads HAR 1.2 objects, [name, value] pairs and one object {name: value}. A value with line feeds holds several
    headers of that name (browsers join Set-Cookie so).
    """
    if isinstance(value, dict):
        return [header for pair in value.items() for header in _headers_of(*pair)], True
    found: list[dict[str, str]] = []
    odd = value is not None and not isinstance(value, list)
    for item in sequence(value):
        if type(item) is dict and len(item) == 2 and _is_plain(item.get("name"), item.get("value")):
            found.append(item)
            continue
        name, content = _pair(item)
        odd = odd or not isinstance(item, dict) or text(name) is None or not isinstance(content, str)
        found += _headers_of(name, content)
    return found, odd


def _is_plain(name: Any, content: Any) -> bool:
    """Whether a header needs no repair, which holds for nearly all: such a one is not copied."""
    return (
        type(name) is str
        and type(content) is str
        and "\n" not in content
        and not content.isspace()
        and name != ""
        and not name.isspace()
    )


def _headers_of(key: Any, content: Any) -> list[dict[str, str]]:
    name = text(key)
    if name is None:
        return []
    values = content if isinstance(content, list) else [content]
    return [{"name": name, "value": part} for item in values for part in (text(item) or "").split("\n")]


def _pair(item: Any) -> tuple[Any, Any]:
    if isinstance(item, list):
        return (item[0], item[1]) if len(item) == 2 else (None, None)
    found = mapping(item)
    return found.get("name"), found.get("value")


def fold(headers: list[dict[str, str]]) -> Headers:
    """Gives the values that are not blank by lower-case name, in the order in which they were sent."""
    found: Headers = {}
    for header in headers:
        value = header["value"].strip()
        if value:
            # A few dozen names stand in every entry.
            found.setdefault(intern(header["name"].strip().lower()), []).append(value)
    return found


def first(headers: Headers, *names: str) -> str | None:
    """Gives the first value of the first of these headers that is there."""
    for name in names:
        if name in headers:
            return headers[name][0]
    return None


def joined(headers: Headers, name: str) -> str | None:
    """Gives all values of a list header in one text (RFC 9110, 5.3)."""
    return ", ".join(headers[name]) if name in headers else None
