"""Tells the page that a request of a capture belongs to, and the origin that asked."""

from __future__ import annotations

import unicodedata

import polars as pl

_ORIGIN = r"^([a-z][a-z0-9+.-]*://[^/?#]+)"
_NOT_ASCII = r"[^\x00-\x7f]"
_DEFAULT_PORT = r"^(https?://.*?)(?::80|:443)$"


def is_document() -> pl.Expr:
    """Tells navigations: what the browser calls a document, else Sec-Fetch-Mode: navigate."""
    return pl.coalesce(pl.col("resource_type").str.to_lowercase() == "document", pl.col("fetch_mode") == "navigate")


def page_url() -> pl.Expr:
    """Gives the url of the page's last document up to the row; null without a page or such a document.

    A redirect is no document. A tab goes from site to site, and what is asked belongs to the one that it shows.
    """
    last = pl.when(_is_shown()).then("url").forward_fill().over("source", "page")
    return pl.when(pl.col("page").is_not_null()).then(last)


def was_always_secure() -> pl.Expr:
    """Tells whether all documents of the page up to the row came over https: one of them may be a frame's."""
    plain = _is_shown() & ~pl.col("url").str.contains("(?i)^https:").fill_null(False)
    return plain.cum_max().over("source", "page").not_()


def _is_shown() -> pl.Expr:
    return is_document().fill_null(False) & ~pl.col("status").is_between(300, 399).fill_null(False)


def origin_of(url: pl.Expr) -> pl.Expr:
    """Gives scheme://host of a URL as an Origin header writes it (RFC 6454, 6.1); ws counts as http, wss as https.

    A host of other letters than ASCII is written in Punycode (UTS 46).
    """
    found = url.str.head(4000).str.to_lowercase().str.extract(_ORIGIN, 1)
    plain = found.str.replace(r"^ws(s?)://", "http${1}://").str.replace(r"//[^@]*@", "//")
    folded = plain.map_batches(_fold_hosts, return_dtype=pl.String, is_elementwise=True)
    return folded.str.replace(_DEFAULT_PORT, "${1}")


def _fold_hosts(origins: pl.Series) -> pl.Series:
    foreign = origins.filter(origins.str.contains(_NOT_ASCII)).unique()
    if foreign.is_empty():
        return origins
    return origins.replace(foreign, pl.Series([_fold_host(origin) for origin in foreign], dtype=pl.String))


def _fold_host(origin: str) -> str:
    scheme, _, rest = origin.partition("://")
    folded = unicodedata.normalize("NFKC", rest).lower().replace("\u3002", ".")
    host, colon, port = folded.partition(":")
    labels = (part if part.isascii() else f"xn--{part.encode('punycode').decode()}" for part in host.split("."))
    return f"{scheme}://{'.'.join(labels)}{colon}{port}"


def asking_origin() -> pl.Expr:
    """Gives the origin that asked: the Origin header, else that of the referrer, else that of the page.

    A failed request often shows few of its headers, and a browser cuts a referrer to its origin.
    """
    sent = pl.when(pl.col("origin") == "null").then(pl.lit("null")).otherwise(origin_of(pl.col("origin")))
    return pl.coalesce(sent, origin_of(pl.col("referrer")), origin_of(page_url()))
