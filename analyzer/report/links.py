"""Decides what may stand in an href: an anchor of this page, or an https address; all else stays text."""

from __future__ import annotations

from urllib.parse import urlsplit

_LONGEST = 2_000
_ANCHOR = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-")


def address(text: str) -> str | None:
    """Gives the address with its scheme folded if it may be a link, else None.

    A link is https with a host, without user name or password, without characters that a reader cannot see.
    """
    if len(text) > _LONGEST or not text.isprintable() or not text.isascii() or "\\" in text or " " in text:
        return None
    scheme, colon, rest = text.partition("://")
    if not colon or scheme.lower() != "https":
        return None
    try:
        parts = urlsplit(f"https://{rest}")
        _ = parts.port
    except ValueError:
        return None
    if not parts.hostname or "@" in parts.netloc:
        return None
    return f"https://{rest}"


def href(text: str) -> str:
    """Gives an anchor or an https address unchanged for an attribute; raises ValueError for anything else."""
    if text.startswith("#") and len(text) > 1 and _ANCHOR.issuperset(text[1:]):
        return text
    allowed = address(text)
    if allowed is None:
        raise ValueError(f"not an address that a report may link to: {text!r}")
    return allowed
