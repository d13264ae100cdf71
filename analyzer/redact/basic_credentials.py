"""Finds the password inside Basic credentials (RFC 7617), which other lines may name in plain."""

from __future__ import annotations

import base64
import binascii
from urllib.parse import unquote

from analyzer.redact._detector import Detector


def _password(value: str) -> str:
    """Gives what stands behind the first colon of user:password, or nothing where it is none."""
    bare = unquote(value).rstrip("=")
    try:
        text = base64.b64decode(
            bare + "=" * (-len(bare) % 4), altchars=b"-_" if set("-_") & set(bare) else None
        ).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""
    return text.partition(":")[2] if text.isprintable() else ""


DETECTOR = Detector(
    kind="credentials",
    pattern=r"(?i)\bbasic(?:\s+|%20|\+)([A-Za-z0-9+/_-]{6,}(?:=|%3D){0,2})",
    literals=("basic",),
    finds=(
        ("Authorization: Basic YW5uOkEwMDAwMDAwQUE=", "YW5uOkEwMDAwMDAwQUE="),
        ("auth=basic%20YW5uOkEwMDAwMDAwQUE%3D&x=1", "YW5uOkEwMDAwMDAwQUE%3D"),
    ),
    ignores=("Basic authentication failed", "basic usage", "Basic realm"),
    confirm=lambda value: bool(_password(value)),
    parts=lambda value: (value, _password(value)),
)
