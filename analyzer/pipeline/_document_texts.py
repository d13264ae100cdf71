"""Gives the texts of a document in which secrets are looked for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from analyzer.formats import hidden_texts

_TEXT = r'\s*+:\s*+"((?:[^"\\]++|\\.)*+)'
_NAMED = re.compile(rf'"name"{_TEXT}"\s*+,\s*+"value"{_TEXT}', re.DOTALL)
_VALUED = re.compile(rf'"value"{_TEXT}"\s*+,\s*+"name"{_TEXT}', re.DOTALL)
_COOKIES = re.compile(r'"cookies"\s*+:\s*+\[([^\]]*+)')


def document_texts(value: Any) -> set[str]:
    """Gives the distinct strings of a document; a header or cookie also as name=value, so that its name tells.

    Bodies too, decoded: of a body no more than 300 characters, a code and a message are ever written, but a token that
    one response hands out stands in the URLs, headers and lines of all that follow.
    """
    found: set[str] = set()
    for text in _broken_entries(value):
        _add_pieces(text, found)
    stack = [value]
    while stack:
        node = stack.pop()
        if isinstance(node, str):
            found.add(node)
        elif isinstance(node, dict):
            _add_named(node, found)
            stack += node.values()
        elif isinstance(node, list | tuple):
            stack += node
    return found


def _add_named(node: dict[str, Any], found: set[str]) -> None:
    name, content = node.get("name"), node.get("value")
    if isinstance(name, str) and isinstance(content, str):
        found |= _spoken(name, content)
    cookies = node.get("cookies")
    if isinstance(cookies, list):
        found |= {f"Cookie: {item.get('name')}={item.get('value')}" for item in cookies if isinstance(item, dict)}
    if "content" in node or "postData" in node:
        found.update(hidden_texts(node))


def _spoken(name: str, content: str) -> set[str]:
    return {f"{name}: {content}", f"{name}={content}", f'{name}="{content}"'}


def _broken_entries(document: Any) -> Iterator[str]:
    """Yields the entries that are text: those that a cut went through, or no JSON reader accepts."""
    log = document.get("log") if isinstance(document, dict) else None
    entries = log.get("entries") if isinstance(log, dict) else None
    if isinstance(entries, list):
        yield from (entry for entry in entries if isinstance(entry, str))


def _add_pieces(text: str, found: set[str]) -> None:
    """Adds the headers and cookies in the text of an entry, the last of which may be cut."""
    for name, content in _pairs(text):
        found |= _spoken(name, content)
    for cookies in _COOKIES.findall(text):
        found |= {f"Cookie: {name}={content}" for name, content in _pairs(cookies)}


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    for pair in _NAMED.finditer(text):
        yield pair.group(1), pair.group(2)
    for pair in _VALUED.finditer(text):
        yield pair.group(2), pair.group(1)
