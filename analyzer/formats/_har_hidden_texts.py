"""Gives the texts of a HAR that stand in it encoded or apart from their names, for the redactor to learn from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from analyzer.formats._har_body import LIMIT, body_kind, body_text, is_base64
from analyzer.formats._har_request_body import request_body_text
from analyzer.formats._har_values import mapping

_FIELD = re.compile(r'\bname="([^"\r\n]{1,200})"[^\r\n]{0,500}\r?\n(?:[^\r\n]{1,500}\r?\n){0,5}\r?\n([^\r\n]{1,4000})')


def hidden_texts(node: dict[str, Any]) -> Iterator[str]:
    """Yields of a request or response the body that is in base64, and fields of multipart as `name="value"`."""
    content = mapping(node.get("content"))
    if is_base64(content) and body_kind(content) not in (None, "binary"):
        yield body_text(content) or ""
    posted = mapping(node.get("postData"))
    body = request_body_text(node) if posted else None
    if body is None:
        return
    if body != posted.get("text"):
        yield body
    if 'name="' in body:
        yield from (f'{name}="{value}"' for name, value in _FIELD.findall(body[:LIMIT]))
