"""Reads JSON in texts of any place, and replaces what its names give away; all other values stay for the detectors."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any

import msgspec

from analyzer.redact.capture._masks import is_masked
from analyzer.redact.capture._names import secret_kind
from analyzer.redact.capture._work import Work
from analyzer.redact.capture.jwt_claims import clean_token

DEEPEST = 60
_BENEATH = "beneath"  # in an object under a secret name, where nothing is neutral
_LONGEST = 1_000_000
_HIDDEN = ("eyJ", "eyI", "ewog", "W3si", "eyAi", "ewo")  # base64 of {" and [{ with and without blanks


def read_json(text: str) -> Any:
    """Gives the object or list that a text is, None for anything else."""
    stripped = text.strip()
    if stripped[:1] not in ("{", "[") or stripped[-1:] not in ("}", "]") or is_masked(stripped):
        return None
    try:
        found = msgspec.json.decode(stripped)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict | list) else None


def json_behind(text: str) -> Any:
    """Gives the JSON that a text holds in base64 or base64url, None if it holds none."""
    if not text.startswith(_HIDDEN) or len(text) > _LONGEST:
        return None
    compact = "".join(text.split()).rstrip("=").replace("-", "+").replace("_", "/")
    try:
        data = base64.b64decode(compact + "=" * (-len(compact) % 4), validate=True)
        return read_json(data.decode("utf-8"))
    except (binascii.Error, ValueError):
        return None


def clean_json_text(work: Work, text: str) -> str | None:
    """Gives a text that is JSON with its named secrets replaced, None if it is none, the text itself if nothing was."""
    value = read_json(text)
    if value is None:
        return None
    cleaned = clean_named(work, value)
    return text if cleaned == value else json.dumps(cleaned, separators=(",", ":"), ensure_ascii=False)


def clean_named(work: Work, value: Any, kind: str | None = None, depth: int = 0) -> Any:
    """Gives a JSON value with the values of secret names replaced, in JSON within its texts too."""
    if isinstance(value, str):
        return _text(work, value, kind)
    if isinstance(value, dict) and depth < DEEPEST:
        work.search(" ".join(value))
        beneath = None if kind is None else _BENEATH
        return {key: clean_named(work, item, secret_kind(key) or beneath, depth + 1) for key, item in value.items()}
    if isinstance(value, list) and depth < DEEPEST:
        return [clean_named(work, item, kind, depth + 1) for item in value]
    if isinstance(value, dict | list):
        return "[too deep]"
    if kind not in (None, _BENEATH) and isinstance(value, int | float) and not isinstance(value, bool):
        return work.secret(str(kind), str(value), "json")
    return value


def _text(work: Work, value: str, kind: str | None) -> str:
    if kind == _BENEATH:
        return work.withheld(value, "json")
    if kind is not None:
        return work.secret(kind, value, "json")
    if value[:1] in ("{", "["):
        return clean_json_text(work, value) or work.text(value)
    return work.text(value) if json_behind(value) is None else work.withheld(value, "json")


def is_by_field(value: dict[str, Any]) -> bool:
    """Whether every field has a list of sentences: ASP.NET's, Laravel's and Django REST framework's answer to input."""
    return bool(value) and all(
        isinstance(item, list)
        and item
        and all(isinstance(text, str) and (" " in text or is_masked(text)) for text in item)
        for item in value.values()
    )


def learn_json(work: Work, value: Any, *, escaped: bool, failed: bool = False) -> None:
    """Learns the values of secret names in a JSON value, in JSON within its texts and in base64 too.

    escaped: the text that the value was read from holds escapes, so the detectors have to see its texts and names.
    failed: it answers a request that failed, and may say of a field named password what is wrong with it.
    """
    stack: list[tuple[str | None, Any]] = [(None, value)]
    while stack:
        kind, node = stack.pop()
        if isinstance(node, str):
            _learn_text(work, node, kind, stack)
            if escaped:
                work.search(node)
        elif isinstance(node, dict):
            told = failed and is_by_field(node)
            stack += [
                (None if told else secret_kind(key), item) for key, item in node.items() if item.__class__ in _HOLDERS
            ]
            if escaped:
                work.search(" ".join(node))
        elif isinstance(node, list):
            stack += [(kind, item) for item in node if item.__class__ in _HOLDERS]


_HOLDERS = frozenset({str, dict, list})


def _learn_text(work: Work, text: str, kind: str | None, stack: list[tuple[str | None, Any]]) -> None:
    inner = None
    if text[:1] in ("{", "["):
        inner = read_json(text)
    elif text[:1] in ("e", "W"):
        clean_token(work, text)
        inner = json_behind(text)
    if inner is not None:
        work.search(text)
        stack.append((None, inner))
    if kind is not None and (inner is None or text[:1] not in ("{", "[")):
        work.secret(kind, text, "json")
