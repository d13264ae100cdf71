"""Gives the texts of a HAR that stand in it encoded or apart from their names, for the redactor to learn from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from analyzer.formats._har_body import LIMIT, body_kind, body_text, is_base64
from analyzer.formats._har_values import mapping

_FIELD = re.compile(r'\bname="([^"\r\n]{1,200})"[^\r\n]{0,500}\r?\n(?:[^\r\n]{1,500}\r?\n){0,5}\r?\n([^\r\n]{1,4000})')


def hidden_texts(node: dict[str, Any]) -> Iterator[str]:
    """Yields of a request or response each body that is in base64, and fields of multipart as `name="value"`.

    Whatever mimeType says, what is text is read, and _textBase64 also beside a text that may be another.
    """
    for holder in (mapping(node.get("content")), mapping(node.get("postData"))):
        for body in _coded(holder):
            yield body
            yield from _fields(body)
        plain = holder.get("text")
        if isinstance(plain, str) and not is_base64(holder):
            yield from _fields(plain)


def _coded(holder: dict[str, Any]) -> Iterator[str]:
    for name in ("text", "_textBase64") if is_base64(holder) else ("_textBase64",):
        coded = {"text": holder.get(name), "encoding": "base64"}
        if body_kind(coded) not in (None, "binary"):
            yield body_text(coded) or ""


def _fields(body: str) -> Iterator[str]:
    if 'name="' in body:
        yield from (f'{name}="{value}"' for name, value in _FIELD.findall(body[:LIMIT]))
