"""Cleans JSON bodies: keys and types stay, texts become lengths, and the fields that tell of an error stay readable."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from analyzer.redact.capture._masks import is_masked
from analyzer.redact.capture._names import folded, secret_kind
from analyzer.redact.capture._work import Work, Written
from analyzer.redact.capture.graphql import clean_operation
from analyzer.redact.capture.jwt_claims import clean_token
from analyzer.redact.capture.named_json import DEEPEST, json_behind, read_json
from analyzer.redact.capture.url import clean_url, clean_urls_in

_ERROR = frozenset({
    "error", "errors", "errordescription", "errorcode", "errormessage", "errorsummary", "errortype", "errortitle",
    "code", "message", "title", "detail", "details", "reason", "msg", "type", "status", "description", "summary",
    "defaultmessage", "faultstring", "faultcode", "hint", "field", "loc", "param", "pointer", "property",
    "propertyname", "fieldname", "instancepath", "requestid", "traceid", "correlationid", "timestamp", "errorcauses",
    "lang", "subcode", "retryafter", "supportid",
})  # fmt: skip
_BEGINS_ERROR = frozenset({"error", "errors", "odataerror"})
_LONGEST_TOLD = 2_000
_PREFIX = re.compile(r"\s{0,100}(?:\)\]\}',?\s?|(?:for|while)\s?\((?:;;|1|true)\);?\s?)")


def clean_json(work: Work, text: str, *, failed: bool) -> Written | None:
    """Gives a JSON body cleaned, None if the text is none; failed: it is the answer to a request that failed."""
    prefix = _PREFIX.match(text)
    start = prefix.end() if prefix else 0
    value = read_json(text[start:])
    if value is None:
        return None
    if "\\" in text:
        _search_leaves(work, value)
    lead = text[:start]
    return Written(_shaped(work, value, None, _Told(failed, failed), 0), lambda clean: lead + _write(clean))


def clean_lines(work: Work, text: str, *, failed: bool) -> Written | None:
    """Gives lines of JSON (NDJSON, JSON Lines) cleaned, None if a line is none."""
    lines = text.split("\n")
    values = [read_json(line) if line.strip() else "" for line in lines]
    if None in values or not any(values):
        return None
    told = _Told(failed, failed)
    shaped = [_shaped(work, value, None, told, 0) if value else "" for value in values]
    return Written(shaped, lambda clean: "\n".join(_write(item) if item else "" for item in clean))


class _Told:
    """Whether fields with names of errors stay: in the whole body of a failure, else beneath an error."""

    __slots__ = ("everywhere", "here")

    def __init__(self, everywhere: bool, here: bool) -> None:  # noqa: FBT001
        self.everywhere = everywhere
        self.here = here


_BENEATH = {True: _Told(everywhere=True, here=True), False: _Told(everywhere=False, here=True)}


def _shaped(work: Work, value: Any, name: str | None, told: _Told, depth: int) -> Any:
    kind = type(value)
    if kind is str:
        return _text(work, value, name, told)
    if kind is dict:
        return _object(work, value, told, depth) if depth < DEEPEST else "[too deep]"
    if kind is list:
        return [_shaped(work, item, name, told, depth + 1) for item in value] if depth < DEEPEST else "[too deep]"
    if value is None or kind is bool:
        return value
    return _number(work, value, name, told)


def _object(work: Work, value: dict[str, Any], told: _Told, depth: int) -> dict[str, Any]:
    work.search(" ".join(value))
    query = value.get("query")
    if isinstance(query, str) and (shown := clean_operation(work, query)) is not None:
        return _operation(work, value, shown, told, depth)
    below = {}
    for name, item in value.items():
        beneath = _BENEATH[told.everywhere] if folded(name) in _BEGINS_ERROR and work.failed is not None else told
        below[_key(name)] = _shaped(work, item, name, beneath, depth + 1)
    return below


def _operation(work: Work, value: dict[str, Any], query: str, told: _Told, depth: int) -> dict[str, Any]:
    """A GraphQL request: the variables' names tell nothing of what is secret, so all of their texts go."""
    return {
        key: query
        if key == "query"
        else work.text(item)
        if key == "operationName" and isinstance(item, str)
        else _lengths(work, item, key, depth + 1)
        if key == "variables"
        else _shaped(work, item, key, told, depth + 1)
        for key, item in value.items()
    }


def _lengths(work: Work, value: Any, name: str, depth: int) -> Any:
    if isinstance(value, dict) and depth < DEEPEST:
        return {_key(key): _lengths(work, item, key, depth + 1) for key, item in value.items()}
    if isinstance(value, list) and depth < DEEPEST:
        return [_lengths(work, item, name, depth + 1) for item in value]
    if isinstance(value, str):
        kind = secret_kind(name)
        return work.withheld(value, "graphql") if kind is None else work.secret(kind, value, "graphql")
    return value if value is None or isinstance(value, bool) else 0


def _key(name: str) -> str:
    return name if len(name) <= 80 else f"[{len(name)} characters]"


def _text(work: Work, value: str, name: str | None, told: _Told) -> Any:
    if not value or is_masked(value):
        return value
    kind = None if name is None else secret_kind(name)
    if value[:1] in ("e", "{"):
        token = clean_token(work, value)
        if token is not None:
            return token
    if kind is not None:
        return work.secret(kind, value, "json_body")
    if value[:1] in ("{", "["):
        inner = clean_json(work, value, failed=told.everywhere)
        if inner is not None:
            return inner
    if told.here and len(value) <= _LONGEST_TOLD and (name is None or folded(name) in _ERROR):
        return clean_urls_in(work, value)
    if work.bodies == "redacted":
        return _readable(work, value)
    if value[:3] in ("eyJ", "W3s") and work.learning:
        _search_leaves(work, json_behind(value), named=True)
    return f"[{len(value)} characters]"


def _readable(work: Work, value: str) -> str:
    if value[:5].lower() == "data:" or "://" in value[:40]:
        return clean_url(work, value)
    held = json_behind(value)
    if held is not None:
        _search_leaves(work, held, named=True)
        return work.withheld(value, "json_body")
    return clean_urls_in(work, value)


def _number(work: Work, value: float, name: str | None, told: _Told) -> Any:
    if name is not None and secret_kind(name) is not None:
        return work.secret("secret", str(value), "json_body") if work.bodies == "redacted" else 0
    if work.bodies == "redacted" or (told.here and (name is None or folded(name) in _ERROR)):
        return value if abs(value) < 1e12 else 0
    return 0


def _search_leaves(work: Work, value: Any, *, named: bool = False) -> None:
    """Lets the detectors see texts that are escaped in the body, and learns those with secret names."""
    if not work.learning:
        return
    stack: list[tuple[str, Any]] = [("", value)]
    while stack:
        name, node = stack.pop()
        if isinstance(node, str):
            work.search(node)
            kind = secret_kind(name) if named else None
            if kind is not None:
                work.teach(kind, node)
        elif isinstance(node, dict):
            stack += node.items()
        elif isinstance(node, list):
            stack += [(name, item) for item in node]


_write: Callable[[Any], str] = lambda value: json.dumps(value, separators=(",", ":"), ensure_ascii=False)  # noqa: E731
