"""Finds the values of cookies in Cookie and Set-Cookie headers (RFC 6265) that a log repeats."""

from __future__ import annotations

from analyzer.redact._detector import Detector

_ATTRIBUTES = {"path", "domain", "expires", "max-age", "samesite", "priority", "version"}


def values(value: str) -> tuple[str, ...]:
    """Gives the values of the cookies in a header that are 3 characters or longer, without those of attributes."""
    if "=" not in value:
        return (value,)
    pairs = (pair.strip().partition("=") for pair in value.replace(",", ";").split(";"))
    return tuple(found for name, _, found in pairs if len(found) >= 3 and name.strip().lower() not in _ATTRIBUTES)


DETECTOR = Detector(
    kind="cookie",
    pattern=r"(?i)\b(?:set-)?cookies?\\?[\"']?\s*[:=]\s*(?:\[\s*)?\\?[\"']?([^\s=;,\"'\\]+=[^\"'\\\r\n]*|[^\s=;,\"'\\]{8,})",
    literals=("cookie",),
    finds=(
        ("Cookie: sid=abc123; theme=dark", "sid=abc123; theme=dark"),
        ('{"Cookie": "sid=abc123"}', "sid=abc123"),
    ),
    ignores=("cookie consent shown", "cookies: none", "cookies: disabled", "cookie: 12 bytes"),
    confirm=lambda value: "=" in value or (any(map(str.isdigit, value)) and not value.isdigit()),
    parts=values,
)
