"""Tells from the first bytes whether a file is a HAR, and not a log whose lines are JSON."""

from __future__ import annotations

import re

from analyzer.formats._har_text import decode_text

_HEAD = 65_536
_TOKEN = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[{}\[\]]', re.DOTALL)
_VALUE = re.compile(r'\s*+:\s*+("1\.|\{|\[|null)?')
_LOG_KEYS = {
    "entries": ("[", "null"),
    "pages": ("[", "null"),
    "creator": ("{",),
    "browser": ("{",),
    "version": ('"1.',),
}


def looks_like_har(head: bytes) -> bool:
    """Whether the text opens an object whose log holds HAR 1.x keys, or which holds entries or is one entry.

    False for JSON lines: another object after the first, or a log that is text (Docker).
    """
    text = decode_text(head[:_HEAD]).text.lstrip()
    if not text.startswith("{"):
        return False
    keys, end = _keys(text)
    if end is not None and text[end:].lstrip().startswith("{"):
        return False
    if any(value in _LOG_KEYS.get(path[-1], ()) for path, value in keys if path[:-1] == ("log",)):
        return True
    top = {path[0]: value for path, value in keys if len(path) == 1}
    if top.get("entries") == "[":
        return any(path in (("entries", "request"), ("entries", "startedDateTime")) for path, _ in keys)
    return top.get("request") == "{" and "startedDateTime" in top


def _keys(text: str) -> tuple[list[tuple[tuple[str, ...], str | None]], int | None]:
    """Gives the keys of the two outer levels with the first sign of their value, and where the object ends."""
    keys: list[tuple[tuple[str, ...], str | None]] = []
    path: list[str] = []
    stack: list[str] = []
    for token in _TOKEN.finditer(text):
        mark = token.group()
        if mark in "{[":
            stack.append(mark)
        elif mark in "}]":
            stack.pop()
            if not stack:
                return keys, token.end()
        elif stack in (["{"], ["{", "{"], ["{", "[", "{"]):
            value = _VALUE.match(text, token.end())
            if value:
                path = [*path[: stack.count("{") - 1], mark.strip('"')]
                keys.append((tuple(path), value.group(1)))
    return keys, None
