"""Cleans queries, fragments and queryString: names stay, and values that neither name nor form gives away."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote, unquote, unquote_plus

from analyzer.redact.capture._masks import PLACEHOLDER, is_masked
from analyzer.redact.capture._names import flow_kind, folded
from analyzer.redact.capture._work import Work
from analyzer.redact.capture.graphql import clean_operation
from analyzer.redact.capture.named_json import clean_json_text, json_behind
from analyzer.redact.capture.presigned import clean_presigned

Nested = Callable[[Work, str, int], str | None]
# Neither a secret nor of a person: they say what was asked.
HARMLESS = frozenset({
    "page", "limit", "sort", "version", "format", "locale", "granttype", "responsetype", "scope", "offset", "size",
    "perpage", "pagesize", "order", "orderby", "lang", "language", "responsemode", "prompt", "display", "action",
    "apiversion", "v", "xamzalgorithm", "xamzexpires", "xamzdate", "xamzsignedheaders", "xgoogalgorithm",
    "xgoogexpires", "xgoogdate", "xgoogsignedheaders", "expires", "se", "sp", "sv", "sr", "st", "spr",
})  # fmt: skip


def clean_query(work: Work, query: str, nested: Nested, depth: int) -> str:
    """Gives `name=value&...` with secret values replaced; nested cleans a value that is a URL."""
    return "&".join(_pair(work, pair, nested, depth) for pair in query.split("&"))


def clean_parameter(work: Work, name: str, value: str, nested: Nested) -> str:
    """Gives the value of an item of queryString, which tools write decoded or as it was sent."""
    return _value(work, name, value, nested, 0)


def _pair(work: Work, pair: str, nested: Nested, depth: int) -> str:
    name, equals, value = pair.partition("=")
    if not equals:
        # A query without names is a word, or all of it is one value.
        return pair if json_behind(unquote_plus(pair)) is None else work.withheld(pair, "query")
    plain = unquote_plus(value)
    shown = _value(work, name, plain, nested, depth)
    if shown == plain:
        return pair
    if work.learning and (kind := flow_kind(name, plain)):
        work.teach(kind, value)
    return f"{name}={_encoded(shown)}"


def _value(work: Work, name: str, plain: str, nested: Nested, depth: int) -> str:
    """Gives what stands in place of a value that is not percent-encoded."""
    if not plain or is_masked(plain) or is_masked(unquote(plain)) or folded(name) in HARMLESS:
        return plain
    signed = clean_presigned(work, name, plain)
    if signed is not None:
        return signed
    kind = flow_kind(name, plain)
    if kind is not None:
        return work.secret(kind, plain, "query")
    if folded(name) == "variables":
        return work.withheld(plain, "graphql")
    if folded(name) == "query" and (operation := clean_operation(work, plain)) is not None:
        return operation
    return _inner(work, plain, nested, depth) or plain


def _inner(work: Work, plain: str, nested: Nested, depth: int) -> str | None:
    """Gives what a value holds that has a form of its own, cleaned: a URL, percent-encoded once more, or JSON."""
    cleaned = nested(work, plain, depth)
    if cleaned is None and "%" in plain and (again := unquote(plain)) != plain and depth < 4:
        cleaned = _inner(work, again, nested, depth + 1)
        return None if cleaned is None or cleaned == again else _encoded(cleaned)
    if cleaned is not None:
        return cleaned
    if plain[:1] in "{[":
        return clean_json_text(work, plain)
    return None if json_behind(plain) is None else work.withheld(plain, "query")


def _encoded(text: str) -> str:
    """Percent-encodes all but the marks of placeholders, which are read again as what they are."""
    pieces, end = [], 0
    for found in PLACEHOLDER.finditer(text):
        pieces += [quote(text[end : found.start()], safe=""), found.group()]
        end = found.end()
    return "".join([*pieces, quote(text[end:], safe="")])
