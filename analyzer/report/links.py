"""Decides what may stand in an href: an anchor of this page, an https address, a file of a folder beside the page."""

from __future__ import annotations

import re
from urllib.parse import quote, unquote, urlsplit

_LONGEST = 2_000
_ANCHOR = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-")
# One folder down and no further: no dot segment, no separator, no query, no scheme, however it is encoded.
_BESIDE = re.compile(r"\./((?:[A-Za-z0-9._~-]|%[0-9A-F]{2})+)/report\.html")
_OUTWARD = frozenset({".", ".."})
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


def beside(folder: str) -> str:
    """Gives the address of the report.html in a folder beside the page, or nothing for a name that may lead elsewhere.

    A name that is not UTF-8, whose other bytes stand as surrogates (PEP 383), is quoted byte by byte.
    """
    try:
        text = f"./{quote(folder, safe='', errors='surrogateescape')}/report.html"
    except UnicodeEncodeError:
        return ""
    return text if _is_beside(text) else ""


def _is_beside(text: str) -> bool:
    found = _BESIDE.fullmatch(text)
    if found is None or len(text) > _LONGEST:
        return False
    name = unquote(found[1])
    return name not in _OUTWARD and not {"/", "\\", "\0"} & set(name)


def href(text: str) -> str:
    """Gives an anchor, an https address or a report beside the page unchanged; raises ValueError for anything else."""
    if (text.startswith("#") and len(text) > 1 and _ANCHOR.issuperset(text[1:])) or _is_beside(text):
        return text
    allowed = address(text)
    if allowed is None:
        raise ValueError(f"not an address that a report may link to: {text!r}")
    return allowed
