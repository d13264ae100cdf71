"""Tells which layer a network error belongs to, and whether failing requests got past the network at all."""

from __future__ import annotations

import re

import polars as pl

from analyzer.diagnose._scene import BROWSER, EDGE, Opinion, Scene
from analyzer.knowledge import error as look_up
from analyzer.model import Layer

_BY_TEXT: tuple[tuple[str, Layer], ...] = (
    (r"name (or service )?not (known|resolved)|getaddrinfo|nxdomain|no such host|unknown host", "dns"),
    (r"certificate|\bssl\b|\btls\b|handshake", "tls"),
    (
        r"refused|reset|unreachable|timed out|timeout|closed connection|connection (was )?closed|empty response",
        "connect",
    ),
    (r"connect(ion)? (call )?failed|errno (32|54|60|61|104|110|111|113)\b", "connect"),
    (r"\bcors\b|cross-origin|blocked|mixed content|aborted|cancell?ed", "browser"),
)
_ENOUGH = 0.95


def layer_of_error(text: str) -> Layer | None:
    """Gives the layer of a browser's or client's error text, by the knowledge base, else by its words."""
    known = look_up(text)
    if known is not None and known.layer:
        return known.layer[0]
    folded = text.lower()
    return next((layer for pattern, layer in _BY_TEXT if re.search(pattern, folded)), None)


def errors_of_layer(scene: Scene, layer: Layer) -> list[str]:
    """Gives the distinct error texts of failing exchanges without a response that belong to the layer."""
    unanswered = scene.failing.filter(pl.col("error").is_not_null() & pl.col("status").is_null())
    return [text for text in sorted(unanswered["error"].unique()) if layer_of_error(text) == layer]


def cut_connections() -> pl.Expr:
    """Tests for connections that stood and were closed before a response: by a network, a proxy or the application."""
    closed = (
        r"(?i)CONNECTION_(?:RESET|CLOSED|ABORTED)|EMPTY_RESPONSE|NET_(?:RESET|INTERRUPT)|closed connection|reset by"
    )
    return pl.col("status").is_null() & pl.col("error").str.contains(closed)


def judge_by_errors(scene: Scene, layer: Layer, subject: str, would_show: str) -> Opinion:
    """Judges dns, connect and tls alike: the browser's error names the layer, an answer clears it."""
    errors = errors_of_layer(scene, layer)
    if errors:
        test = pl.col("error").is_in(errors)
        count = scene.count(test)
        text = f"{scene.of_total(count).capitalize()} ended with {', '.join(errors[:3])} before any response."
        weight = 0.95 if count / scene.total >= 0.5 else 0.4
        return Opinion("cause" if weight > 0.5 else "suspected", (scene.quote(text, test, BROWSER),), weight)
    return judge_arrival(scene, f"so {subject}", would_show)


def judge_arrival(scene: Scene, conclusion: str, would_show: str) -> Opinion:
    """Clears a layer before the server if the failing requests were answered by one."""
    at_edge = pl.col("has_edge") & pl.col("edge_status").is_not_null()
    answered = pl.col("browser_status").is_not_null() | at_edge | pl.col("application_status").is_not_null()
    count = scene.count(answered)
    if scene.total and count / scene.total >= _ENOUGH:
        text = f"{scene.of_total(count).capitalize()} reached a server and got an answer from it, {conclusion}."
        return Opinion("ruled_out", (scene.quote(text, answered, EDGE, BROWSER),))
    return Opinion("not_visible", would_show=would_show)
