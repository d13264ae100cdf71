"""The fact which layer a network error names, whatever program wrote it."""

from __future__ import annotations

import polars as pl

from analyzer.facts._error_words import layer_of_error
from analyzer.facts._facts import Facts
from analyzer.schema import Column

# What browsers and clients write where they keep the reason from the page, or know none.
_UNSPECIFIC = (
    r"(?i)^\s*(?:net::)?(?:ERR_FAILED|ERR_NETWORK|NS_ERROR_FAILURE|NS_BINDING_FAILED|NS_ERROR_DOM_BAD_URI"
    r"|NS_ERROR_DOM_NETWORK_ERR|NetworkError\b.*|Network Error|Failed to fetch|fetch failed|Load failed|unknown error)"
    r"\.?\s*$"
)
# What a client calls its own proxy; a garbled response is of the layer proxy too, and has several authors.
_FORWARD_PROXY = r"(?i)PROXY|TUNNEL|SOCKS|PAC_SCRIPT|PAC_NOT"


def is_untold() -> pl.Expr:
    """Tells rows without a status for which the capture gives no reason at all."""
    return pl.col("status").is_null() & (pl.col("error").is_null() | pl.col("no_response_status").is_not_null())


def is_unspecific() -> pl.Expr:
    """Tells errors by which a browser says that something failed and not what."""
    return pl.col("error").str.contains(_UNSPECIFIC).fill_null(False)


def _add(frame: pl.DataFrame) -> pl.DataFrame:
    layers = {text: layer_of_error(text) for text in frame["error"].drop_nulls().unique().sort()}
    named = pl.col("error").replace_strict(layers, default=None, return_dtype=pl.String)
    forward = pl.col("error").str.contains(_FORWARD_PROXY) & (pl.col("error_layer") == "proxy")
    return frame.with_columns(error_layer=named if layers else pl.lit(None, pl.String)).with_columns(
        forward_proxy_failed=pl.col("status").is_null() & forward
    )


FACTS = Facts(
    columns=(
        Column(
            "error_layer",
            pl.String,
            "layer that the network error names: browser, dns, connect, tls, proxy, authentication or request; null "
            "where there is none or its text tells no reason",
        ),
        Column(
            "forward_proxy_failed",
            pl.Boolean,
            "no status came, and the error says that the client's own proxy failed; null without status and error",
        ),
    ),
    add=_add,
)
