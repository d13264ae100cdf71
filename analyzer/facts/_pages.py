"""Tells the page that a request of a capture belongs to, and the origin that asked."""

from __future__ import annotations

import polars as pl

_ORIGIN = r"^([a-z][a-z0-9+.-]*://[^/?#]+)"
_DEFAULT_PORT = r"^(https?://.*?)(?::80|:443)$"


def is_document() -> pl.Expr:
    """Tells navigations: what the browser calls a document, else Sec-Fetch-Mode: navigate."""
    return pl.coalesce(pl.col("resource_type").str.to_lowercase() == "document", pl.col("fetch_mode") == "navigate")


def page_url() -> pl.Expr:
    """Gives the url of the page's first document that is no redirect; null without a page or such a document."""
    shown = is_document().fill_null(False) & ~pl.col("status").is_between(300, 399).fill_null(False)
    first = pl.col("url").filter(shown).first().over("source", "page")
    return pl.when(pl.col("page").is_not_null()).then(first)


def origin_of(url: pl.Expr) -> pl.Expr:
    """Gives scheme://host of a URL as an Origin header writes it (RFC 6454, 6.1); ws counts as http, wss as https."""
    found = url.str.head(4000).str.to_lowercase().str.extract(_ORIGIN, 1)
    plain = found.str.replace(r"^ws(s?)://", "http${1}://").str.replace(r"//[^@]*@", "//")
    return plain.str.replace(_DEFAULT_PORT, "${1}")


def asking_origin() -> pl.Expr:
    """Gives the origin that asked: the Origin header, else that of the referrer, else that of the page.

    A failed request often shows few of its headers, and a browser cuts a referrer to its origin.
    """
    sent = pl.when(pl.col("origin") == "null").then(pl.lit("null")).otherwise(origin_of(pl.col("origin")))
    return pl.coalesce(sent, origin_of(pl.col("referrer")), origin_of(page_url()))
