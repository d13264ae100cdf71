"""Finds the numbers of network errors in a text, and says whose numbers they are."""

from __future__ import annotations

import re
from collections.abc import Iterator

# Node.js and Python write numbers of the operating system beside errno: those are not Chromium's.
_CHROMIUM = re.compile(
    r"^\s*-(\d{1,3})\s*$|\bnet(?:::|_error|work error| error)?(?: code)?[:= (]{1,3}-(\d{1,3})\b"
    r"|\"code\": ?\"?-(\d{1,3})\b",
    re.IGNORECASE,
)
_FIREFOX = re.compile(r"\b(0x80[0-9a-f]{6})\b|^\s*(21[45]\d{7})\s*$", re.IGNORECASE)
_APPLE = re.compile(r"\b(?:NSURLErrorDomain|kCFErrorDomainCFNetwork)[^0-9-]{0,20}(-\d{3,4})\b")
_CURL = re.compile(r"\bcurl(?: error)?:? ?\(?(\d{1,3})\)?(?![\d.])", re.IGNORECASE)
# The whole module of NSS stands for one (xpcom/base/nsError.h: NS_ERROR_MODULE_SECURITY).
_FIREFOX_SECURITY = 0x805A0000


def numbers_in(text: str) -> Iterator[tuple[str, int]]:
    """Gives (family, number) as rules/knowledge/error_layers.yml writes them, in no more text than an error has."""
    shown = text[:2000]
    for match in _CHROMIUM.finditer(shown):
        yield "chromium", -int(next(filter(None, match.groups())))
    for match in _FIREFOX.finditer(shown):
        number = int(match[1], 16) if match[1] else int(match[2])
        yield "firefox", _FIREFOX_SECURITY if number >> 16 == _FIREFOX_SECURITY >> 16 else number
    for match in _APPLE.finditer(shown):
        yield "apple", int(match[1])
    for match in _CURL.finditer(shown):
        yield "curl", int(match[1])
