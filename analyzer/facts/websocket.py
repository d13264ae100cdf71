"""The fact which layer the code points at with which a WebSocket was closed."""

from __future__ import annotations

import polars as pl

from analyzer.facts._facts import Facts
from analyzer.schema import Column

# RFC 6455, 7.4.1, and the IANA registry of close codes. 1000 and 1001 end a conversation as meant.
_LAYERS = {
    1002: "request",  # protocol error
    1003: "request",  # unsupported data
    1006: "connect",  # no close frame came
    1007: "request",  # invalid payload
    1008: "authorization",  # policy violation
    1009: "request",  # message too big
    1010: "request",  # mandatory extension
    1011: "backend",  # internal error
    1012: "backend",  # service restart
    1013: "rate_limit",  # try again later
    1014: "proxy",  # bad gateway
    1015: "tls",  # TLS handshake
    3000: "authentication",  # unauthorized
    3003: "authorization",  # forbidden
}


def _add(frame: pl.DataFrame) -> pl.DataFrame:
    layer = pl.col("close_code").replace_strict(_LAYERS, default=None, return_dtype=pl.String)
    return frame.with_columns(close_layer=layer)


FACTS = Facts(
    columns=(
        Column(
            "close_layer",
            pl.String,
            "layer that the WebSocket's close code points at; null for an ordinary end and for codes of an application",
        ),
    ),
    add=_add,
)
