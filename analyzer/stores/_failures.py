"""Says in our own words why a store did not do what was asked: its own may hold tokens."""

from __future__ import annotations

import re

# Codes are quoted, since they can be looked up; nothing else of an answer is.
_CODE = re.compile(r'code: "?([A-Za-z]{3,40})"?')
# Keys are others' words.
_KEYS = re.compile(r"^\s*(uri|url|path): .*$", re.MULTILINE)
_STATUS = re.compile(r"status: ([1-5]\d\d)\b")
_MISSING = "no credentials for the store were found"
_UNREACHABLE = "the store cannot be reached"
_SHORTER = "it is shorter than the store said"
_BY_KIND = {
    "NotFound": "it does not exist",
    "PermissionDenied": "the store denies access",
    "ConditionNotMatch": "it was changed meanwhile",
    "RateLimited": "the store is too busy",
    "RangeNotSatisfied": _SHORTER,
}
# In the order in which they are looked for.
_BY_TEXT = {
    "NoSuchBucket": "the bucket does not exist",
    "ContainerNotFound": "the bucket does not exist",
    "failed to load signing credential": _MISSING,
    "region is missing": "no region is known",
    "too little data": _SHORTER,
    "status: 416": _SHORTER,
    "content range is invalid": _SHORTER,
}
_HINTS = {
    _MISSING: "They come from the provider's variables, such as AWS_ACCESS_KEY_ID, or its own files.",
    _UNREACHABLE: "Check the network, and the variable that names the endpoint.",
    "no region is known": "Set AWS_REGION.",
}


def why(kind: str, text: str) -> str:
    """Gives the reason behind OpenDAL's error: the name of its class, and its text, of which nothing secret is kept."""
    text = _KEYS.sub("", text)
    known = next((reason for words, reason in _BY_TEXT.items() if words in text), None) or _BY_KIND.get(kind)
    if known:
        return known
    code = _CODE.search(text)
    status = _STATUS.search(text)
    if code or status:
        return f"the store answered {code[1] if code else f'with status {status[1] if status else 0}'}"
    return _UNREACHABLE


def is_unreachable(reason: str) -> bool:
    """Whether asking again is likely to wait for nothing."""
    return reason == _UNREACHABLE


def hint_for(reason: str) -> str | None:
    """Gives what to do about it, where that is known."""
    return _HINTS.get(reason)
