"""Reads what a response's headers say of a quota, in the spellings of the drafts and of the vendors.

Two families of names cover what is documented. RateLimit and RateLimit-Policy are structured fields
(draft-ietf-httpapi-ratelimit-headers-07 to -11). All others hold ratelimit or rate-limit and a word for what they
tell, in any order, with words for the limit's scope around it: X-RateLimit-Remaining (GitHub), X-Rate-Limit-Reset
(Okta), RateLimit-Limit (draft to -06, GitLab), x-sib-ratelimit-limit (Brevo), X-RateLimit-Limit-Minute (Kong),
X-HubSpot-RateLimit-Daily-Remaining (HubSpot), X-RateLimit-Reset-After (Discord), X-Rate-Limit (Zendesk).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from analyzer.formats._har_headers import Headers

_NAMED = re.compile(r"^(.*?)rate-?limit(.*)$")
_LEADING = re.compile(r"\s?([0-9]{1,15})(?![0-9])")
_SHARE = re.compile(r"\s?([0-9]{1,15})/([0-9]{1,15})$")  # Shopify: used/limit
_ITEM = re.compile(r'(?:"(?:[^"\\]|\\.)*"|[^",])+')
_PARAMETER = re.compile(r"(?:^|[;,\s])\s{0,9}(limit|remaining|resets?|total|[rtqwl])\s?=\s?([0-9]{1,15})(?![0-9])")
_PARTS = {"r": "remaining", "remaining": "remaining", "t": "reset", "reset": "reset", "resets": "reset", "q": "limit",
          "limit": "limit", "total": "limit", "l": "limit", "w": "window"}  # fmt: skip
_WORDS = {"remaining": "remaining", "reset": "reset", "resets": "reset", "resettime": "reset", "limit": "limit",
          "max": "limit", "interval": "window"}  # fmt: skip
_COLUMNS = {"ratelimit_limit": "limit", "ratelimit_remaining": "remaining", "ratelimit_reset": "reset",
            "ratelimit_window_s": "window"}  # fmt: skip
_NO_SCOPE = frozenset({"", "x", "after", "milliseconds", "utc"})
_WINDOWS = {"second": 1, "secondly": 1, "minute": 60, "minutely": 60, "hour": 3_600, "hourly": 3_600, "day": 86_400,
            "daily": 86_400}  # fmt: skip
_DICTIONARY = re.compile(r"\s*(?:limit|remaining|reset)\s?=")
_LARGEST = 10**15
_DIGITS = 16
_LONGEST = 1_000
_LONGEST_S = 10 * 366 * 86_400

_Limits = dict[str, dict[str, Any]]  # scope: limit, remaining, reset, window


def quota_columns(headers: Headers) -> dict[str, Any]:
    """Gives the canonical columns of the tightest limit that the response names: the one with the fewest left.

    ratelimit_reset stays as it was sent, since what it counts from is the time of the response; a parameter keeps its
    name (t=30), which says that it counts seconds.
    """
    limits: _Limits = {}
    for scope, part, value in _statements(headers):
        limits.setdefault(scope, {}).setdefault(part, value)
    if not limits:
        return dict.fromkeys(_COLUMNS)
    scope = min(limits, key=lambda name: limits[name].get("remaining", _LARGEST), default="")
    tightest = limits.get(scope, {})
    # Policies to -07 have no name: the one with this limit is meant, or the only one.
    unnamed = [found for name, found in limits.items() if name.isdigit() and name != scope]
    policy = limits.get(str(tightest.get("limit")), unnamed[0] if len(unnamed) == 1 and "limit" not in tightest else {})
    told = {"window": next((_WINDOWS[word] for word in scope.split("-") if word in _WINDOWS), None)} | policy | tightest
    return {column: told.get(part) for column, part in _COLUMNS.items()}


def _statements(headers: Headers) -> Iterator[tuple[str, str, Any]]:
    """Yields (scope, part, value), those of structured fields first."""
    for name in ("ratelimit", "ratelimit-policy"):
        for value in headers.get(name, []):
            yield from _structured(value)
    for name, values in headers.items():
        named = _NAMED.match(name) if "limit" in name else None
        if named and name not in ("ratelimit", "ratelimit-policy"):
            for value in values:
                yield from _named(f"{named[1]}-{named[2]}", value)
    for value in headers.get("x-shopify-shop-api-call-limit", []):
        if share := _SHARE.match(value):
            used, limit = int(share[1]), int(share[2])
            yield from (("shopify", "limit", limit), ("shopify", "remaining", max(limit - used, 0)))


def _structured(value: str) -> Iterator[tuple[str, str, Any]]:
    """Reads "name";r=1;t=2 (since -08), limit=9, remaining=1, reset=2 (-07) and 9;w=60 (policies to -07)."""
    if _DICTIONARY.match(value):
        yield from _parameters("", value)
        return
    for item in _ITEM.findall(value[:_LONGEST]):
        name, _, parameters = item.partition(";")
        scope = name.strip(' "')
        if parameters and scope.isdecimal() and len(scope) < _DIGITS:
            yield scope, "limit", int(scope)
        yield from _parameters(scope, f";{parameters}")


def _parameters(scope: str, text: str) -> Iterator[tuple[str, str, Any]]:
    for name, digits in _PARAMETER.findall(text):
        part = _PARTS[name]
        if part == "reset":
            yield scope, part, f"{name}={digits}"
        elif part != "window" or int(digits) <= _LONGEST_S:
            yield scope, part, int(digits)


def _named(around: str, value: str) -> Iterator[tuple[str, str, Any]]:
    words = around.split("-")
    parts = [_WORDS[word] for word in words if word in _WORDS]
    scope = "-".join(word for word in words if word not in _NO_SCOPE and word not in _WORDS)
    if "=" in value and ";" in value and not _LEADING.match(value):  # Zendesk: total=100; remaining=99; resets=41
        yield from _parameters(scope, value)
    elif "reset" in parts:
        yield scope, "reset", f"reset={value}" if "after" in words and _LEADING.match(value) else value[:100]
    elif "window" in parts:
        if "milliseconds" in words and (found := _LEADING.match(value)) and int(found[1]) // 1_000 <= _LONGEST_S:
            yield scope, "window", int(found[1]) // 1_000
    elif "remaining" in parts:
        yield from _number(scope, "remaining", value)
    elif "limit" in parts or set(words) <= _NO_SCOPE or scope in _WINDOWS or scope.rpartition("-")[2] in _WINDOWS:
        yield from _number(scope, "limit", value)


def _number(scope: str, part: str, value: str) -> Iterator[tuple[str, str, Any]]:
    """Reads a leading number, and behind a limit the policies, one of which has its window: 10, 10;w=1 (draft -03)."""
    if found := _LEADING.match(value):
        yield scope, part, int(found[1])
        if part == "limit" and "," in value:
            yield from _structured(value.partition(",")[2])
