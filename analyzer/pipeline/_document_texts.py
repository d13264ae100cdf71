"""Gives the texts of a document in which secrets are looked for."""

from __future__ import annotations

from typing import Any

from analyzer.formats._har_body import body_text

_BINARY = ("image/", "font/", "audio/", "video/")


def document_texts(value: Any) -> set[str]:
    """Gives the distinct strings of a document; a header or cookie also as name=value, so that its name tells.

    Bodies too, decoded: of a body no more than 300 characters, a code and a message are ever written, but a token that
    one response hands out stands in the URLs, headers and lines of all that follow.
    """
    found: set[str] = set()
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
        found |= {f"{name}: {content}", f"{name}={content}", f'{name}="{content}"'}
    cookies = node.get("cookies")
    if isinstance(cookies, list):
        found |= {f"Cookie: {item.get('name')}={item.get('value')}" for item in cookies if isinstance(item, dict)}
    if node.get("encoding") == "base64" and not str(node.get("mimeType")).startswith(_BINARY):
        found.add(body_text(node) or "")
