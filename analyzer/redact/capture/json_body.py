"""Cleans JSON bodies: keys and types stay, texts become lengths, and the fields that tell of an error stay readable."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec

from analyzer.redact.capture._masks import is_masked
from analyzer.redact.capture._names import folded, secret_kind
from analyzer.redact.capture._work import Work, Written
from analyzer.redact.capture.graphql import clean_operation
from analyzer.redact.capture.jwt_claims import clean_token
from analyzer.redact.capture.named_json import DEEPEST, is_by_field, json_behind, learn_json, read_json
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
_LONGEST_KEY = 80
_PREFIX = re.compile(r"\s{0,100}(?:\)\]\}',?\s?|(?:for|while)\s?\((?:;;|1|true)\);?\s?)")


class _Key(NamedTuple):
    """What a name says of its value: the kind of secret, whether it tells of an error, whether one begins here."""

    kind: str | None
    tells: bool
    begins: bool
    shown: str


@lru_cache(maxsize=50_000)
def _key(name: str) -> _Key:
    plain = folded(name)
    shown = name if len(name) <= _LONGEST_KEY else f"[{len(name)} characters]"
    return _Key(secret_kind(name), plain in _ERROR, plain in _BEGINS_ERROR, shown)


_NO_KEY = _Key(None, tells=True, begins=False, shown="")  # an item of a list says what its list is for


def clean_json(work: Work, text: str, *, failed: bool) -> str | Written | None:
    """Gives a JSON body cleaned, None if the text is none; failed: it is the answer to a request that failed."""
    prefix = _PREFIX.match(text)
    lead = prefix.group() if prefix else ""
    value = read_json(text[len(lead) :])
    if value is None:
        return None
    return _written(work, [value], lead, text, failed=failed)


def clean_lines(work: Work, text: str, *, failed: bool) -> str | Written | None:
    """Gives lines of JSON (NDJSON, JSON Lines) cleaned, None if a line is none."""
    values = [read_json(line) if line.strip() else "" for line in text.split("\n")]
    return None if None in values or not any(values) else _written(work, values, "", text, failed=failed)


def _written(work: Work, values: list[Any], lead: str, text: str, *, failed: bool) -> str | Written:
    if work.learning:
        learn_json(work, values, escaped="\\" in text, failed=failed)
        return ""
    kept = work.kept
    shaped = [_shaped(work, value, _NO_KEY, 0, failed=failed) if value else value for value in values]
    # Where nothing but names stayed, nothing has to be looked at again before it is written.
    return lead + _lines(shaped) if work.kept == kept else Written(shaped, lambda clean: lead + _lines(clean))


def _lines(values: list[Any]) -> str:
    return "\n".join("" if value == "" else msgspec.json.encode(value).decode() for value in values)


def _shaped(work: Work, value: Any, key: _Key, depth: int, *, failed: bool) -> Any:
    """failed: fields with names of errors stay, since the value is the answer to a failure, or lies in an error."""
    kind = type(value)
    if kind is str:
        return _text(work, value, key, failed=failed)
    if value is None or kind is bool:
        return value
    if key.kind is not None and work.bodies == "redacted" and kind is dict:
        return _lengths(work, value, key, depth)  # beneath a name such as `credentials` nothing is neutral
    if kind is dict:
        return _object(work, value, depth, failed=failed) if depth < DEEPEST else "[too deep]"
    if kind is list:
        return (
            [_shaped(work, item, key, depth + 1, failed=failed) for item in value] if depth < DEEPEST else "[too deep]"
        )
    return _number(work, value, key, failed=failed)


def _object(work: Work, value: dict[str, Any], depth: int, *, failed: bool) -> dict[str, Any]:
    if "query" in value and isinstance(value["query"], str):
        query = clean_operation(work, value["query"])
        if query is not None:
            return _operation(work, value, query, depth, failed=failed)
    below = {}
    by_field = failed and is_by_field(value)
    for name, item in value.items():
        key = _NO_KEY._replace(shown=_key(name).shown) if by_field else _key(name)
        below[key.shown] = _shaped(work, item, key, depth + 1, failed=failed or key.begins)
    return below


def _operation(work: Work, value: dict[str, Any], query: str, depth: int, *, failed: bool) -> dict[str, Any]:
    """A GraphQL request: the variables' names tell nothing of what is secret, so all of their texts go."""
    below: dict[str, Any] = {}
    for name, item in value.items():
        if name == "query":
            below[name] = query
        elif name == "operationName" and isinstance(item, str):
            below[name] = work.text(item)
        elif name == "variables":
            below[name] = _lengths(work, item, _NO_KEY, depth + 1)
        else:
            below[name] = _shaped(work, item, _key(name), depth + 1, failed=failed)
    return below


def _lengths(work: Work, value: Any, key: _Key, depth: int) -> Any:
    if isinstance(value, dict) and depth < DEEPEST:
        return {_key(name).shown: _lengths(work, item, _key(name), depth + 1) for name, item in value.items()}
    if isinstance(value, list) and depth < DEEPEST:
        return [_lengths(work, item, key, depth + 1) for item in value]
    if isinstance(value, str):
        return work.withheld(value, "graphql") if key.kind is None else work.secret(key.kind, value, "graphql")
    return value if value is None or isinstance(value, bool) else 0


def _text(work: Work, value: str, key: _Key, *, failed: bool) -> Any:
    if not value or is_masked(value):
        return value
    if key.kind is not None:
        return clean_token(work, value) or work.secret(key.kind, value, "json_body")
    formed = _formed(work, value, failed=failed) if value[0] in "e{[" else None
    if formed is not None:
        return formed
    if failed and key.tells and len(value) <= _LONGEST_TOLD:
        return clean_urls_in(work, value)
    return _readable(work, value) if work.bodies == "redacted" else f"[{len(value)} characters]"


def _formed(work: Work, value: str, *, failed: bool) -> str | Written | None:
    """Gives a text that is a token or JSON itself, cleaned as such."""
    return clean_token(work, value) or (clean_json(work, value, failed=failed) if value[0] != "e" else None)


def _readable(work: Work, value: str) -> str:
    if value[:5].lower() == "data:" or "://" in value[:40]:
        return clean_url(work, value)
    return clean_urls_in(work, value) if json_behind(value) is None else work.withheld(value, "json_body")


def _number(work: Work, value: float, key: _Key, *, failed: bool) -> Any:
    if key.kind is not None:
        return work.secret(key.kind, str(value), "json_body") if work.bodies == "redacted" else 0
    stays = work.bodies == "redacted" or (failed and key.tells and key is not _NO_KEY)
    return value if stays and abs(value) < 1e12 else 0
