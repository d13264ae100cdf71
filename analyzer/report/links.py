"""Decides what may stand in an href: an anchor of this page, or an https address; all else stays text."""

from __future__ import annotations

from urllib.parse import urlsplit

_LONGEST = 2_000
_ANCHOR = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-")
# The characters of RFC 3986, section 2, but the apostrophe: no quote, angle, blank, backslash, nothing unseen.
_URI = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~:/?#[]@!$&()*+,;=%")


def address(text: str) -> str | None:
    """Gives the address with its scheme folded if it may be a link, else None.

    A link is https with a host, without user name or password, of characters that a URI may hold.
    """
    if len(text) > _LONGEST or not _URI.issuperset(text):
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
