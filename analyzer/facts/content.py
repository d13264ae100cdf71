"""Facts about content: whether a body is what its Content-Type says, or what was asked for."""

from __future__ import annotations

import polars as pl

from analyzer.facts._facts import HAR, Facts
from analyzer.schema import Column

_TYPES = {
    "json": r"^(application|text)/(x-)?json$|\+json$",
    "form": r"^application/x-www-form-urlencoded$",
    "multipart": r"^multipart/",
    "html": r"^text/html$|^application/xhtml\+xml$",
    "xml": r"^(application|text)/xml$|\+xml$",
    "asset": r"^(image|font|audio|video)/|^text/css$|javascript$|ecmascript$",
}
# What was sent instead: text can be anything that was damaged, and binary anything that was compressed.
_REQUEST = {
    "json": ["form", "multipart", "xml", "html"],
    "form": ["json", "multipart", "xml"],
    "multipart": ["json", "form", "xml"],
    "xml": ["json", "form", "multipart"],
}
_RESPONSE = {
    "json": ["html", "xml", "form"],
    "html": ["json"],
    "xml": ["html", "json"],
    "asset": ["html"],
}
_WITHOUT_CONTENT = ["GET", "HEAD", "OPTIONS", "TRACE", "CONNECT"]
_LAST_RESORT = r"(?:\*|text)/\*\s*;\s*q=0?\.0\d*"
_PLAIN = ["text/plain", "application/octet-stream"]


def _add(frame: pl.DataFrame) -> pl.DataFrame:
    accept = pl.col("accept").str.to_lowercase()
    asked_html = accept.str.contains(r"text/html|application/xhtml")
    # A client that takes anything asked for nothing; jQuery adds */* with the weight 0.01 where it will parse JSON.
    asked_any = accept.str.replace_all(_LAST_RESORT, "").str.contains(r"(?:\*|text)/\*")
    asked_json = accept.str.contains(r"[/+]json\b") & ~asked_html & ~asked_any
    declared_json = _declared("content_type") == "json"
    scripted = pl.col("resource_type").str.to_lowercase().is_in(["xhr", "fetch"])
    sent_json = (pl.col("request_body_kind") == "json") & scripted
    expected = pl.any_horizontal(pl.coalesce(test, pl.lit(False)) for test in (asked_json, declared_json, sent_json))
    known = pl.any_horizontal(pl.col("accept", "content_type").is_not_null())
    body, status = pl.col("body_kind"), pl.col("status")
    # A redirect's few lines are for nobody to read (RFC 9110, 15.4).
    read = body.is_not_null() & ~status.is_between(300, 399)
    mismatch = _mismatch("content_type", "body_kind", _RESPONSE)
    no_body = pl.col("format").eq_missing(HAR) & pl.col("method").is_in(_WITHOUT_CONTENT)
    fault = pl.col("request_body_fault").is_not_null()
    return frame.with_columns(
        request_malformed=pl.when(fault | no_body | pl.col("request_body_kind").is_not_null()).then(fault),
        json_expected=pl.when(known).then(expected),
        request_type_mismatch=_mismatch("request_content_type", "request_body_kind", _REQUEST),
        type_mismatch=pl.when(read).then(pl.when(asked_json & (body == "html")).then(pl.lit(True)).otherwise(mismatch)),
    )


def _declared(column: str) -> pl.Expr:
    """Names what Content-Type declares; null for what says nothing of the body's form."""
    media = pl.col(column).str.extract(r"^([^;,]*)", 1).str.strip_chars().str.to_lowercase()
    return pl.coalesce(pl.when(media.str.contains(pattern)).then(pl.lit(name)) for name, pattern in _TYPES.items())


def _mismatch(column: str, kind: str, others: dict[str, list[str]]) -> pl.Expr:
    """Compares declaration and body: true for another form, false for the same, null where neither is told.

    Plain text and octet-stream may hold anything, which servers read all the same.
    """
    declared, body = _declared(column), pl.col(kind)
    plain = pl.col(column).str.extract(r"^([^;,]*)", 1).str.strip_chars().str.to_lowercase().is_in(_PLAIN)
    other = pl.any_horizontal((declared == name) & body.is_in(kinds) for name, kinds in others.items())
    fits = (declared == body) | (declared == "asset") | plain
    return pl.when(body.is_not_null()).then(pl.when(other).then(pl.lit(True)).when(fits).then(pl.lit(False)))


FACTS = Facts(
    columns=(
        Column("request_malformed", pl.Boolean, "the request's body cannot be parsed, as request_body_fault says"),
        Column(
            "json_expected",
            pl.Boolean,
            "JSON was to come: Accept asks for it, not for HTML or all; Content-Type says it; or a script sent JSON",
        ),
        Column(
            "request_type_mismatch",
            pl.Boolean,
            "the request's body is another form than its Content-Type says: form, JSON, multipart, XML (RFC 9110, 8.3)",
        ),
        Column(
            "type_mismatch",
            pl.Boolean,
            "the response's body is another form than its Content-Type says, or HTML where Accept asks for JSON; null "
            "for a redirect, and where the body is not in the capture",
        ),
    ),
    add=_add,
)
