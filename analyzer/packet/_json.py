"""Writes JSON that does nothing to a terminal: characters that nobody can see are escapes."""

from __future__ import annotations

import json
import re
from typing import Any

import msgspec

_BEYOND_ASCII = re.compile(r"[^\n -~]")


def json_bytes(value: Any, indent: int | None = None) -> bytes:
    """Gives a value as JSON (RFC 8259) in UTF-8 on one line, or indented; no line end follows.

    Only strings can hold what becomes an escape, so that the value is the same.
    """
    data = msgspec.json.encode(value)
    text = (data if indent is None else msgspec.json.format(data, indent=indent)).decode()
    return _BEYOND_ASCII.sub(lambda found: _shown(found[0]), text).encode()


def _shown(character: str) -> str:
    return character if character.isprintable() else json.dumps(character)[1:-1]
